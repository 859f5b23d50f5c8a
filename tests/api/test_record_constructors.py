"""Records that are made from their parts, and checked against their zone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.api import DNSRecord, InvalidInputError, MijnHostClient
from certbot_dns_mijnhost.emulator import Emulator

MADE = [
    (
        DNSRecord.mx("example.nl.", 10, "mail.example.nl.", 300),
        DNSRecord("MX", "example.nl.", "10 mail.example.nl.", 300),
    ),
    (DNSRecord.mx("example.nl.", 0, "."), DNSRecord("MX", "example.nl.", "0 .")),
    (DNSRecord.mx("@", 10, "mail"), DNSRecord("MX", "@", "10 mail")),
    (
        DNSRecord.srv("_sip._tcp.example.nl.", 10, 5, 5060, "sip.example.nl."),
        DNSRecord("SRV", "_sip._tcp.example.nl.", "10 5 5060 sip.example.nl."),
    ),
    (
        DNSRecord.caa("example.nl.", "issue", "letsencrypt.org"),
        DNSRecord("CAA", "example.nl.", '0 issue "letsencrypt.org"'),
    ),
    (
        DNSRecord.caa("example.nl.", "iodef", "mailto:ca@example.nl", flags=128, ttl=60),
        DNSRecord("CAA", "example.nl.", '128 iodef "mailto:ca@example.nl"', 60),
    ),
    (
        DNSRecord.txt("example.nl.", "v=spf1 mx -all", ttl=900),
        DNSRecord("TXT", "example.nl.", "v=spf1 mx -all", 900),
    ),
]


@pytest.mark.parametrize(("made", "expected"), MADE)
def test_a_record_is_made_of_its_parts_and_sent(
    client: MijnHostClient, emulator: Emulator, made: DNSRecord, expected: DNSRecord
) -> None:
    assert made == expected
    made.check("example.nl")
    client.dns_records.update("example.nl", made)
    assert len(emulator.requests) == 1


BROKEN: dict[str, tuple[Callable[[], DNSRecord], str]] = {
    "a priority as a text": (lambda: DNSRecord.mx("x.nl.", any_("10"), "a.nl."), "priority"),
    "a priority of true": (lambda: DNSRecord.mx("x.nl.", any_("true"), "a.nl."), "priority"),
    "a negative priority": (lambda: DNSRecord.mx("x.nl.", -1, "a.nl."), "priority"),
    "a host and a priority": (lambda: DNSRecord.mx("x.nl.", any_("a.nl."), any_(10)), "priority"),
    "a host without a final dot": (lambda: DNSRecord.mx("x.nl.", 10, "mail.x.nl"), "host"),
    "no host": (lambda: DNSRecord.mx("x.nl.", 10, ""), "host"),
    "a host of two words": (lambda: DNSRecord.mx("x.nl.", 10, "a b."), "host"),
    "a host of none": (lambda: DNSRecord.mx("x.nl.", 10, any_(None)), "host"),
    "a TTL of 0": (lambda: DNSRecord.mx("x.nl.", 10, "a.nl.", 0), "ttl"),
    "no name": (lambda: DNSRecord.mx("", 10, "a.nl."), "name"),
    "a service without a protocol": (
        lambda: DNSRecord.srv("sip.x.nl.", 1, 1, 1, "a.nl."),
        "name",
    ),
    "a port of 70000": (lambda: DNSRecord.srv("_a._tcp.x.nl.", 1, 1, 70000, "a.nl."), "port"),
    "a target without a final dot": (
        lambda: DNSRecord.srv("_a._tcp.x.nl.", 1, 1, 1, "a.x.nl"),
        "target",
    ),
    "a tag in capitals": (lambda: DNSRecord.caa("x.nl.", "ISSUE", "ca.nl"), "tag"),
    "flags of 256": (lambda: DNSRecord.caa("x.nl.", "issue", "ca.nl", flags=256), "flags"),
    "a CA in quotes": (lambda: DNSRecord.caa("x.nl.", "issue", '"ca.nl"'), "value"),
    "a CA of none": (lambda: DNSRecord.caa("x.nl.", "issue", any_(None)), "value"),
    "an empty text": (lambda: DNSRecord.txt("x.nl.", ""), "text"),
    "a text of spaces": (lambda: DNSRecord.txt("x.nl.", "  "), "text"),
    "two lines": (lambda: DNSRecord.txt("x.nl.", "a\nb"), "text"),
    "bytes": (lambda: DNSRecord.txt("x.nl.", any_(b"a")), "text"),
}


def any_(value: object) -> Any:
    """Return a value that the type checker lets pass."""
    return value


@pytest.mark.parametrize("name", BROKEN)
def test_a_part_that_breaks_a_rule_is_named(name: str) -> None:
    make, field = BROKEN[name]
    with pytest.raises(InvalidInputError, match=rf"^{field}: "):
        make()


OUTSIDE = [
    (DNSRecord("A", "www.example.org.", "192.0.2.1"), r"^name: www\.example\.org\. is not in"),
    (DNSRecord("A", "example.nl.example.org.", "192.0.2.1"), r"^name: .* is not in the zone"),
    (DNSRecord("A", "notexample.nl.", "192.0.2.1"), r"^name: .* is not in the zone"),
    (DNSRecord("A", "nl.", "192.0.2.1"), r"^name: .* is not in the zone"),
    (DNSRecord("A", "www.example.nl", "192.0.2.1"), r"^name: .* looks absolute but has no final"),
    (DNSRecord("A", "EXAMPLE.NL", "192.0.2.1"), r"^name: .* Write EXAMPLE\.NL\. instead"),
    (
        DNSRecord("MX", "example.nl.", "mail.example.nl."),
        r"^value: the value of MX records must be a p",
    ),
    (DNSRecord("mx", "example.nl.", "mail.example.nl."), r"^value: the value of MX records"),
    (DNSRecord("SRV", "_a._tcp.example.nl.", "5 443 a.nl."), r"^value: the value of SRV records"),
    (DNSRecord("CAA", "example.nl.", "letsencrypt.org"), r"^value: the value of CAA records"),
    (DNSRecord("TXT", "example.nl.", ""), r"^value: a TXT record must have a text"),
    (DNSRecord("TXT", "example.nl.", "a\nb"), r"^value: a TXT record must be one line"),
    (DNSRecord("A", "example.nl.", "2001:db8::1"), r"^value: must be an IPv4 address"),
    (DNSRecord("AAAA", "example.nl.", "192.0.2.1"), r"^value: must be an IPv6 address"),
    (DNSRecord("CNAME", "www.example.nl.", ""), r"^value: must be one line"),
    (DNSRecord("TXT", any_(None), "x"), r"^name: must be"),
    (DNSRecord("TXT", "x", any_(5)), r"^value: must be a text"),
    (DNSRecord(any_(None), "x", "y"), r"^type: must be"),
    (DNSRecord("TXT", "x", "y", any_("60")), r"^ttl: must be"),
]


@pytest.mark.parametrize(("record", "words"), OUTSIDE)
def test_a_record_that_does_not_fit_its_zone_is_not_sent(
    client: MijnHostClient, emulator: Emulator, record: DNSRecord, words: str
) -> None:
    with pytest.raises(InvalidInputError, match=words):
        record.check("example.nl")
    with pytest.raises(InvalidInputError, match=words):
        client.dns_records.update("example.nl", record)
    with pytest.raises(InvalidInputError, match=words):
        client.dns_records.replace_all("example.nl", [record])
    assert emulator.requests == []


@pytest.mark.parametrize("name", ["www", "@", "_dmarc.mail", "www.example.nl.", "EXAMPLE.nl.", "*"])
@pytest.mark.parametrize("zone", ["example.nl", "Example.NL", "example.nl."])
def test_names_in_the_zone_fit(name: str, zone: str) -> None:
    DNSRecord("A", name, "192.0.2.1").check(zone)


def test_a_record_of_a_listing_is_sent_back_as_it_was_listed() -> None:
    odd = {"type": "MX", "name": "www.example.nl", "value": "", "ttl": 0}
    DNSRecord.from_dict(odd).check("example.nl")
    changed = DNSRecord("A", "www.example.nl", "192.0.2.1", raw=odd)
    changed.check("example.nl")


def test_a_dict_is_a_record(client: MijnHostClient) -> None:
    record: Any = {"type": "A", "name": "home.example.nl.", "value": "192.0.2.7", "ttl": 300}
    client.dns_records.update("example.nl", record)
    [found] = [r for r in client.dns_records.get_all("example.nl") if r.name.startswith("home")]
    assert found == DNSRecord("A", "home.example.nl.", "192.0.2.7", 300)
    client.dns_records.delete("example.nl", {k: v for k, v in record.items() if k != "ttl"})  # type: ignore[arg-type]
    client.dns_records.replace_all("example.nl", [record, DNSRecord.txt("example.nl.", "x")])
    assert len(client.dns_records.get_all("example.nl")) == 2


NOT_RECORDS: list[tuple[Any, str]] = [
    (None, "must be a DNSRecord, not NoneType"),
    ("TXT", "must be a DNSRecord, not str"),
    ([], "must be a DNSRecord, not list"),
    ({}, "lacks name, type, value"),
    ({"type": "A", "name": "x"}, "lacks value"),
    (
        {"type": "MX", "name": "x", "value": "a.", "priority": 10},
        "keys priority.*part of the value",
    ),
    ({"type": "A", "name": "x", "content": "192.0.2.1"}, "unknown keys content and lacks value"),
    ({1: 2}, "unknown keys 1"),
]


@pytest.mark.parametrize(("record", "words"), NOT_RECORDS)
def test_what_is_not_a_record_is_refused(
    client: MijnHostClient, emulator: Emulator, record: Any, words: str
) -> None:
    for call in (client.dns_records.update, client.dns_records.delete):
        with pytest.raises(InvalidInputError, match=rf"^record: .*{words}"):
            call("example.nl", record)
    with pytest.raises(InvalidInputError, match=rf"^record: .*{words}"):
        client.dns_records.replace_all("example.nl", [record])
    assert emulator.requests == []


def test_one_record_instead_of_a_list_is_refused(
    client: MijnHostClient, emulator: Emulator
) -> None:
    alone: list[Any] = [DNSRecord.txt("example.nl.", "x"), {"type": "A"}, "TXT", None, 5]
    for records in alone:
        with pytest.raises(InvalidInputError, match=r"^records: must be a list"):
            client.dns_records.replace_all("example.nl", records)
    assert emulator.requests == []


anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.just([])
)


@given(anything, anything, anything, anything, st.text())
def test_any_values_are_checked_without_another_error(
    kind: Any, name: Any, value: Any, ttl: Any, zone: str
) -> None:
    calls: list[Callable[[], object]] = [
        lambda: DNSRecord(kind, name, value, ttl).check(zone),
        lambda: DNSRecord.mx(name, value, kind, ttl),
        lambda: DNSRecord.srv(name, value, value, value, kind, ttl),
        lambda: DNSRecord.caa(name, kind, value, flags=ttl),
        lambda: DNSRecord.txt(name, value, ttl),
    ]
    for call in calls:
        try:
            call()
        except InvalidInputError as error:
            assert ": " in str(error)  # noqa: PT017  # either outcome is right
