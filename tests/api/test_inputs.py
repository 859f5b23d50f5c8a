from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.api import DNSRecord, InvalidInputError, MijnHostClient
from certbot_dns_mijnhost.api.api_key import APIKey
from certbot_dns_mijnhost.api.validation import checked_base_url, checked_path, segment
from certbot_dns_mijnhost.emulator import Emulator


@pytest.mark.parametrize(
    ("url", "checked"),
    [
        ("https://mijn.host/api/v2", "https://mijn.host/api/v2"),
        ("https://mijn.host/api/v2/", "https://mijn.host/api/v2"),
        ("http://127.0.0.1:8080/api/v2", "http://127.0.0.1:8080/api/v2"),
        ("http://127.8.9.1", "http://127.8.9.1"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("http://localhost:1/x", "http://localhost:1/x"),
    ],
)
def test_urls_to_which_a_key_may_be_sent(url: str, checked: str) -> None:
    assert checked_base_url(url) == checked


@pytest.mark.parametrize(
    "url",
    [
        "http://mijn.host/api/v2",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://192.168.1.1/",
        "http://0.0.0.0/",
        "ftp://127.0.0.1/",
        "//mijn.host/api/v2",
        "mijn.host/api/v2",
        "https://user:password@mijn.host/",
        "https://mijn.host/?x=y",
        "https://mijn.host/#x",
        "https://",
        "https://[::1/",
        "https://mijn.host:port/",
        "",
    ],
)
def test_urls_to_which_a_key_must_not_be_sent(url: str) -> None:
    with pytest.raises(InvalidInputError, match="URL"):
        MijnHostClient("key", base_url=url)


@pytest.mark.parametrize(
    "key", ["", "  ", "two words", "line\nbreak", "a\x00b", "schlüssel", "a\tb"]
)
def test_texts_that_cannot_be_a_key(key: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        MijnHostClient(key)
    assert not key.strip() or key not in str(caught.value)


def test_white_space_around_a_key_is_cut_off() -> None:
    assert APIKey(" abc\n").mask("say abc") == "say ***"
    assert "abc" not in repr(APIKey("abc"))


@given(st.text(max_size=40))
def test_a_segment_stays_one_segment(text: str) -> None:
    try:
        quoted = segment(text)
    except InvalidInputError:
        return
    assert not set(quoted) & set("/\\?# ")
    assert quoted.strip(".")
    assert checked_path(f"/domains/{quoted}/dns")


@pytest.mark.parametrize(
    "domain",
    ["..", ".", "", "a/b", "../whoami", "a%2fb", "a?b", "a#b", "a b", "a\nb", "a\\b", "..."],
)
def test_a_domain_stays_in_its_path_segment(
    client: MijnHostClient, emulator: Emulator, domain: str
) -> None:
    with pytest.raises(InvalidInputError):
        client.domains.get(domain)
    with pytest.raises(InvalidInputError):
        client.dns_records.get_all(domain)
    assert emulator.requests == []


@pytest.mark.parametrize(
    "path",
    [
        "domains",
        "//example.com/x",
        "/../x",
        "/a/../b",
        "/a/..",
        "/a?b",
        "/a#b",
        "/%2e%2e/x",
        "/a b",
        "",
    ],
)
def test_the_path_of_a_raw_request_stays_below_the_base_url(
    client: MijnHostClient, emulator: Emulator, path: str
) -> None:
    with pytest.raises(InvalidInputError, match="path"):
        client.request("GET", path)
    assert emulator.requests == []


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (DNSRecord("", "x.example.nl.", "v"), "type"),
        (DNSRecord("TXT;", "x.example.nl.", "v"), "type"),
        (DNSRecord("TXT", "", "v"), "name"),
        (DNSRecord("TXT", "x y.", "v"), "name"),
        (DNSRecord("TXT", "x\n.", "v"), "name"),
        (DNSRecord("TXT", "x.example.nl.", "v", 0), "ttl"),
        (DNSRecord("TXT", "x.example.nl.", "v", 2**31), "ttl"),
    ],
)
def test_a_record_that_breaks_a_rule_is_not_sent(
    client: MijnHostClient, emulator: Emulator, record: DNSRecord, field: str
) -> None:
    for call in (client.dns_records.update, client.dns_records.delete):
        with pytest.raises(InvalidInputError, match=f"^{field}: "):
            call("example.nl", record)
    with pytest.raises(InvalidInputError, match=f"^{field}: "):
        client.dns_records.replace_all("example.nl", [record])
    assert emulator.requests == []


def test_a_zone_is_not_replaced_by_nothing(client: MijnHostClient, emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="at least one record"):
        client.dns_records.replace_all("example.nl", [])
    assert emulator.requests == []


def test_a_number_has_at_most_nineteen_digits(client: MijnHostClient, emulator: Emulator) -> None:
    for number in (10**19, 10**5000):
        for call in (client.vps.get, client.contacts.get, client.orders.get):
            with pytest.raises(
                InvalidInputError, match=r"^id: must be a whole number of at most 19"
            ):
                call(number)
    assert emulator.requests == []
