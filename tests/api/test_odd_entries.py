"""One odd entry of a listing never costs the others."""

from __future__ import annotations

import contextlib
import copy
import itertools
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

import pytest

from certbot_dns_mijnhost.api import (
    DNSRecord,
    Domain,
    InvalidInputError,
    InvalidResponseError,
    MijnHostClient,
    TemplateRecord,
)
from certbot_dns_mijnhost.api.exact_json import dumps, loads
from certbot_dns_mijnhost.api.responses import read_envelope
from certbot_dns_mijnhost.emulator import Emulator, Fault

from .conftest import KEY
from .listener import listening, saying

MISSING = "a field that is left out"
ODD: dict[str, str] = {
    "null": "null",
    "true": "true",
    "false": "false",
    "zero": "0",
    "minus zero": "-0",
    "negative": "-1",
    "fraction": "1.10",
    "whole float": "200.0",
    "exponent": "1E400",
    "small exponent": "-1e-5",
    "large number": "9" * 40,
    "larger than Python converts": "9" * 5000,
    "empty text": '""',
    "blank text": '"  "',
    "word": '"odd"',
    "control characters": '"a\\u0000\\n\\u001b[31m"',
    "half a character": '"\\ud800"',
    "letters of others": '"\\u2603.\\u00fc"',
    "long text": json.dumps("x" * 70_000),
    "dots": '".."',
    "date, day first": '"31-12-2027"',
    "impossible date": '"2027-02-31"',
    "no date": '"0000-00-00"',
    "empty list": "[]",
    "list of null": "[null]",
    "list of lists": "[[[]]]",
    "list of odd objects": '[{"hostname": 5, "type": null}]',
    "empty object": "{}",
    "object": '{"a": {"b": [1, null]}}',
    "missing": json.dumps(MISSING),
}
HANDLES = {"owner": 1, "admin": 2, "tech": 3, "billing": 4, "reseller": 5}
PROFILE = {
    "company_name": "Example",
    "vat": "NL1",
    "firstname": "A",
    "lastname": "B",
    "street": "S",
    "street_number": "1",
    "street_suffix": "a",
    "zipcode": "1234 AB",
    "city": "C",
    "state": "",
    "country": "NL",
    "email": "a@example.nl",
    "phone_country": "+31",
    "phone_area": "20",
    "phone_number": "123456",
    "defaults": dict.fromkeys(HANDLES, True),
    "social_security_number": "123456782",
    "passport_number": "X",
    "company_registration_number": "1",
    "company_url": "https://x.nl",
    "birth_date": "1980-01-02",
}
ENTRIES: dict[str, dict[str, Any]] = {
    "domains": {
        "id": 1,
        "domain": "example.nl",
        "renewal_date": "2027-12-31",
        "status": "Active",
        "status_id": 1,
        "tags": ["web"],
        "is_locked": True,
        "managed_dns": True,
        "nameserver": "default-mijnhost",
        "nameservers": ["ns1.mijn.host"],
        "profile": HANDLES,
        "forwarder": {"enabled": True, "type": 301, "url": "https://example.com/"},
        "dnssec": {"enabled": True, "flags": 257, "alg": 13, "protocol": 3, "pubKey": "AAAA"},
    },
    "records": {"type": "TXT", "name": "example.nl.", "value": "text", "ttl": 900, "note": 1},
    "contacts": {"id": 7, "name": "office", "profile": PROFILE},
    "contacts, flat": {"id": 7, "name": "office", **PROFILE},
    "profiles": {
        "alias": "mine",
        "default": 0,
        "nameservers": [{"hostname": "ns1.example.net", "ipv4": "192.0.2.1", "ipv6": ""}],
    },
    "templates": {
        "id": 3,
        "alias": "web",
        "default": 1,
        "records": [{"type": "MX", "name": "", "value": "mx.x.nl", "ttl": 60, "priority": 10}],
    },
    "orders": {"id": 9, "order_id": 9, "domain": "example.nl", "status": "done"},
    "extensions": {"extension": "nl", "prices": {"register": 1.5, "renew": "2", "transfer": 3}},
}
LISTS: dict[str, tuple[str, Callable[[MijnHostClient], list[Any]]]] = {
    "domains": ("domains", lambda c: c.domains.get_all()),
    "records": ("records", lambda c: c.dns_records.get_all("example.nl")),
    "contacts": ("contacts", lambda c: c.contacts.get_all()),
    "contacts, flat": ("contacts", lambda c: c.contacts.get_all()),
    "profiles": ("nameservers", lambda c: c.nameserver_profiles.get_all()),
    "templates": ("templates", lambda c: c.dns_templates.get_all()),
    "orders": ("orders", lambda c: c.orders.get_all()),
    "extensions": ("extensions", lambda c: list(c.extensions.get_all())),
}
LOAD_BEARING = {
    "domains": {"domain"},
    "records": {"type", "name"},
    "contacts": {"id"},
    "contacts, flat": {"id"},
    "templates": {"id"},
    "profiles": {"alias"},
    "extensions": {"extension"},
}


def places(entry: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of each field of an entry, also of those inside others."""
    pairs: Any = ()
    if isinstance(entry, dict):
        pairs = entry.items()
    elif isinstance(entry, list):
        pairs = enumerate(entry)
    for key, value in pairs:
        yield (*path, key)
        yield from places(value, (*path, key))


def odd_entry(entry: dict[str, Any], path: tuple[str | int, ...], odd: str) -> str:
    """Return the JSON of `entry` with another value at `path`, or with none there."""
    changed = copy.deepcopy(entry)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    if odd == "missing":
        del place[path[-1]]
        return json.dumps(changed)
    place[path[-1]] = "a mark"
    return json.dumps(changed).replace('"a mark"', ODD[odd])


@pytest.fixture(scope="module")
def fast() -> Iterator[tuple[MijnHostClient, Emulator]]:
    with (
        Emulator(api_key=KEY, domains=("example.nl",)) as emulator,
        MijnHostClient(KEY, base_url=emulator.api_url) as client,
    ):
        yield client, emulator


def listed(
    fast: tuple[MijnHostClient, Emulator], kind: str, entries: list[str]
) -> tuple[list[Any], str]:
    """Return what the client reads from a listing of these entries, and the listing's name."""
    client, emulator = fast
    name, read = LISTS[kind]
    body = (
        f'{{"status": 200, "status_description": "", "data": {{"{name}": [{",".join(entries)}]}}}}'
    )
    emulator.faults.add(Fault.raw(body.encode()))
    return read(client), name


def alternating(good: str, others: Iterable[str], *, is_first: bool) -> list[str]:
    """Return a good entry after each of the others, or before each."""
    pairs = [(other, good) if is_first else (good, other) for other in others]
    return [entry for pair in pairs for entry in pair]


def skipped_in(log: str, entries: list[str]) -> list[int]:
    """Return the positions in `entries` that the log names."""
    found = re.findall(rf"skipped entry (\d+) of {len(entries)}\b", log)
    return [int(number) - 1 for number in found]


@pytest.mark.parametrize("is_first", [True, False], ids=["first", "last"])
@pytest.mark.parametrize("kind", ENTRIES)
def test_an_odd_field_costs_no_other_entry(
    fast: tuple[MijnHostClient, Emulator],
    kind: str,
    is_first: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    good = json.dumps(ENTRIES[kind])
    [expected], _ = listed(fast, kind, [good])
    for odd in ODD:
        caplog.clear()
        changed = {odd_entry(ENTRIES[kind], path, odd): path for path in places(ENTRIES[kind])}
        entries = alternating(good, changed, is_first=is_first)
        found, name = listed(fast, kind, entries)
        skipped = skipped_in(caplog.text, entries)
        for number in skipped:
            path = changed[entries[number]]
            assert set(path) <= LOAD_BEARING.get(kind, set()), (odd, "only these may cost it")
        assert not skipped or name in caplog.text or "/dns" in caplog.text, odd
        kept = [entry for number, entry in enumerate(entries) if number not in skipped]
        assert len(found) == len(kept), odd
        for entry, text in zip(found, kept):
            assert entry.raw == loads(text), (odd, "the original is kept")
            assert text != good or entry == expected, odd
            assert repr(entry), "an odd entry can be shown"


@pytest.mark.parametrize("is_first", [True, False], ids=["first", "last"])
@pytest.mark.parametrize("kind", ENTRIES)
def test_an_entry_that_is_not_an_object_is_skipped(
    fast: tuple[MijnHostClient, Emulator], kind: str, is_first: bool
) -> None:
    good = json.dumps(ENTRIES[kind])
    odd = [text for name, text in ODD.items() if name != "missing"]
    found, _ = listed(fast, kind, alternating(good, odd, is_first=is_first))
    whole = [entry for entry in found if entry.raw == ENTRIES[kind]]
    assert len(whole) == len(odd)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2027-12-31", date(2027, 12, 31)),
        ("31-12-2027", date(2027, 12, 31)),
        ("2027-12-31T00:00:00Z", date(2027, 12, 31)),
        ("31-12-2027 10:00", date(2027, 12, 31)),
        ("01-02-2027", date(2027, 2, 1)),
        (" 2027-12-31 ", date(2027, 12, 31)),
        ("2027-02-31", None),
        ("31-13-2027", None),
        ("0000-00-00", None),
        ("00-00-0000", None),
        ("2027-12-311", None),
        ("31-12-20271", None),
        ("12/31/2027", None),
        ("", None),
        ("never", None),
        (20271231, None),
        (None, None),
        (["2027-12-31"], None),
    ],
)
def test_dates_are_read_in_both_orders(text: object, read: date | None) -> None:
    domain = Domain.from_dict({"domain": "example.nl", "renewal_date": text})
    assert domain.renewal_date == read
    assert domain.raw["renewal_date"] == text


def test_a_listing_reports_what_it_skipped(
    fast: tuple[MijnHostClient, Emulator],
) -> None:
    client, emulator = fast
    good = {"type": "A", "name": "example.nl.", "value": "192.0.2.1", "ttl": 60}
    odd: list[object] = [None, "text", {}, {**good, "type": None}, {"type": "A", "value": "x"}]
    answer = {"status": 200, "data": {"records": [odd[0], good, *odd[1:]]}}
    emulator.faults.add(Fault.envelope(answer), times=2)
    listing = client.dns_records.get_listing("example.nl")
    assert listing.records == (DNSRecord("A", "example.nl.", "192.0.2.1", 60),)
    assert not listing.is_complete
    assert [line.split(":")[1] for line in listing.skipped] == [
        f" skipped entry {number} of 6" for number in (1, 3, 4, 5, 6)
    ]
    assert client.dns_records.get_all("example.nl") == list(listing.records)
    assert client.dns_records.get_listing("example.nl").is_complete


@pytest.mark.parametrize(
    ("listed_value", "value"),
    [
        ("1.10", "1.10"),
        ("1.0", "1.0"),
        ("-0", "-0"),
        ("-0.0", "-0.0"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        ("9" * 5000, "9" * 5000),
        ("1E400", None),
        ("1e5", None),
        ("true", None),
        ("null", None),
        ("[]", None),
        ('["text"]', None),
        ('{"text": "x"}', None),
    ],
)
def test_a_value_that_is_not_a_text_is_exact_or_unreadable(
    listed_value: str, value: str | None
) -> None:
    listed = f'{{"type": "TXT", "name": "x.", "value": {listed_value}, "ttl": 60}}'
    record = DNSRecord.from_dict(loads(listed))
    assert record.value == (value or "")
    assert record.is_exact is (value is not None)
    if value is not None:
        assert record.to_dict() == {"type": "TXT", "name": "x.", "value": value, "ttl": 60}
        return
    assert record.unreadable_fields == ("value",)
    with pytest.raises(InvalidInputError, match=r"TXT x\.: |TXT x\. back"):
        record.to_dict()
    assert dumps(record.as_listed()) == listed, "a copy shows it as it is"
    assert DNSRecord.from_dict(loads(dumps(record.as_listed()))) == record


@contextlib.contextmanager
def hearing() -> Iterator[tuple[MijnHostClient, Callable[[], list[Any]]]]:
    """Give a client whose writes succeed, and the bodies that it sent."""
    done = b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"status": 200}'
    with (
        listening(saying(done)) as listener,
        MijnHostClient(KEY, base_url=listener.url) as client,
    ):
        yield client, lambda: [json.loads(h.partition(b"\r\n\r\n")[2]) for h in listener.heard]


@pytest.mark.parametrize(
    ("listed_ttl", "ttl", "is_exact"),
    [
        ("0", 0, True),
        ("2147483648", 2147483648, True),
        ("-1", -1, True),
        ('"3600"', 3600, True),
        ("3600.0", 3600, True),
        ("null", None, True),
        ('""', None, False),
        ('"1h"', None, False),
        ("1.5", None, False),
        ("1e3", None, False),
        ("true", None, False),
        ("[60]", None, False),
        ("{}", None, False),
    ],
)
def test_an_odd_ttl_is_sent_back_as_listed_or_not_at_all(
    listed_ttl: str, ttl: int | None, is_exact: bool
) -> None:
    listed = f'{{"type": "TXT", "name": "x.example.nl.", "value": "v", "ttl": {listed_ttl}}}'
    record = DNSRecord.from_dict(loads(listed))
    assert record.ttl == ttl
    assert record.unreadable_fields == (() if is_exact else ("ttl",))
    with hearing() as (client, bodies):
        if is_exact:
            client.dns_records.replace_all("example.nl", [record])
            assert bodies() == [{"records": [{**record.raw, "ttl": ttl}]}]
            return
        with pytest.raises(InvalidInputError, match=r"TXT x\.example\.nl\."):
            client.dns_records.replace_all("example.nl", [record])
        client.dns_records.delete("example.nl", record)
        assert bodies() == [{"record": {"type": "TXT", "name": "x.example.nl.", "value": "v"}}]


def test_what_others_wrote_is_not_held_to_the_rules_for_new_records() -> None:
    odd = [
        {"type": "A", "name": "", "value": "not an address", "ttl": 0},
        {"type": "TYPE 65", "name": "two words", "value": "", "ttl": 2**40},
    ]
    records = [DNSRecord.from_dict(each) for each in odd]
    changed = [
        DNSRecord("TXT", "", "v", 0, raw=odd[0]),
        DNSRecord("A", "", "not an address", 1 << 31, raw=odd[0]),
    ]
    with hearing() as (client, bodies):
        for record in changed:
            with pytest.raises(InvalidInputError, match="The record: "):
                client.dns_records.replace_all("example.nl", [record])
        client.dns_records.replace_all("example.nl", records)
        assert bodies() == [{"records": odd}]


def test_unknown_fields_are_sent_back_with_their_digits() -> None:
    unknown = '"weight": 1.10, "deep": [{"n": -0, "big": 1E400}], "long": ' + "7" * 5000
    listed = f'{{"type": "A", "name": "x.", "value": "192.0.2.1", "ttl": 60, {unknown}}}'
    body = f'{{"status": 200, "data": {{"records": [{listed}]}}}}'
    answer = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
    with listening(saying(answer.encode())) as listener:
        with MijnHostClient(KEY, base_url=listener.url) as client:
            records = client.dns_records.get_all("example.nl")
            client.dns_records.replace_all("example.nl", records)
        assert listener.heard[1].endswith(f'\r\n\r\n{{"records": [{listed}]}}'.encode())


def test_exact_json_is_json() -> None:
    text = '{"a": [1, 1.50, -0, "\\ud800", null, true], "b": {"c": 1e5}}'
    assert dumps(loads(text)) == text
    assert loads(dumps(loads(text), indent=1)) == loads(text)
    for wrong in ("NaN", "[Infinity]", "{", "[" * 100_000):
        with pytest.raises(ValueError, match=r"not JSON|character|deeply"):
            loads(wrong)
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON"):
            dumps(value)


def test_a_byte_order_mark_before_an_answer_is_ignored() -> None:
    body = b'\xef\xbb\xbf{"status": 200, "data": {}}'
    assert read_envelope(200, {}, body, request="GET /x")["data"] == {}


def test_an_odd_part_of_a_template_is_not_sent_back() -> None:
    for field, odd in itertools.product(("value", "ttl", "priority"), (True, [], {"a": 1}, "odd")):
        if (field, odd) == ("value", "odd"):
            continue
        listed = {"type": "MX", "name": "", "value": "x.nl", "ttl": 60, "priority": 10, field: odd}
        with pytest.raises(InvalidInputError, match=field):
            TemplateRecord.from_dict(listed).check()


def test_a_listing_without_its_list_is_an_error(
    fast: tuple[MijnHostClient, Emulator],
) -> None:
    client, emulator = fast
    for _, read in LISTS.values():
        odd: list[object] = [None, [], {}, "text", 5]
        for data in odd:
            emulator.faults.add(Fault.envelope({"status": 200, "data": data}), times=None)
            with pytest.raises(InvalidResponseError):
                read(client)
            emulator.faults.clear()
