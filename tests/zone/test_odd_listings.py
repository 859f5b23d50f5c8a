"""Entries of a listing that cannot be sent back exactly, and others that only look odd."""

from __future__ import annotations

from typing import Any

import pytest

from certbot_dns_mijnhost.emulator import Variants
from certbot_dns_mijnhost.zone import TXTRecord, ZoneNotConfirmedError

from .conftest import APEX, ONE, TWO, EmulatedZones

NAME = "odd.example.nl."


def entry(value: object, ttl: object = 3600, type_: str = "TXT", name: str = NAME) -> Any:
    return {"type": type_, "name": name, "value": value, "ttl": ttl}


UNREADABLE: dict[str, tuple[object, str]] = {
    "null value": (entry(None), r"TXT odd\.example\.nl\. \(value: null\)"),
    "list value": (entry(["10 a.nl."], type_="MX"), r"MX odd\.example\.nl\. \(value: \[\"10 a"),
    "truth value": (entry(value=True), r"TXT odd\.example\.nl\. \(value: true\)"),
    "no value": ({"type": "TXT", "name": NAME, "ttl": 60}, r"TXT odd\.example\.nl\. \(value: miss"),
    "odd TTL": (entry("1", "soon"), r"TXT odd\.example\.nl\. \(ttl: \"soon\"\)"),
    "both": (entry([], {}), r"TXT odd\.example\.nl\. \(value: \[\], ttl: {}\)"),
    "null": (None, "skipped entry 1 of"),
    "text": ("text", "skipped entry 1 of"),
    "no name": ({"type": "A", "value": "192.0.2.9", "ttl": 60}, "skipped entry 1 of"),
    "no type": ({"name": NAME, "value": "192.0.2.9", "ttl": 60}, "skipped entry 1 of"),
}
SENT_BACK: dict[str, object] = {
    "TTL 0": entry("1", 0),
    "TTL above 31 bits": entry("1", 2**31),
    "no TTL": {"type": "TXT", "name": NAME, "value": "1"},
    "null TTL": entry("1", None),
    "empty name": entry("192.0.2.9", type_="A", name=""),
    "no address": entry("192.0.2", type_="A"),
    "a type of its own": entry("https://example.com", type_="URL-FRAME"),
    "a field of its own": {**entry("1"), "note": {"by": [1, None]}},
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_single_records_come_and_go_beside_it(zones: EmulatedZones, kind: str) -> None:
    emulator = zones.start(Variants(patch="append"))
    odd, _ = UNREADABLE[kind]
    emulator.account.find("example.nl").odd_entries.append(odd)
    records = zones.challenge_records()
    records.publish([ONE, TWO])
    assert zones.values() == {"one", "two"}
    assert records.remove([ONE, TWO]) == []
    assert zones.values() == set()
    assert emulator.account.find("example.nl").odd_entries == [odd]
    assert zones.calls("PUT") == []


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_zone_rewrite_is_refused_if_only_earlier_listings_showed_it(
    zones: EmulatedZones, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator = zones.start(Variants())
    odd_entries = emulator.account.find("example.nl").odd_entries
    odd_entries.append(UNREADABLE[kind][0])
    read_records = emulator.account.read_records

    def read_without_it_later(domain: str) -> Any:
        if len(zones.calls("GET")) > 2:
            odd_entries.clear()
        return read_records(domain)

    monkeypatch.setattr(emulator.account, "read_records", read_without_it_later)
    with pytest.raises(ZoneNotConfirmedError):
        zones.challenge_records().publish([ONE, TWO])
    assert zones.calls("PUT") == []


def test_records_that_differ_in_a_field_of_their_own_are_all_sent_back(
    zones: EmulatedZones,
) -> None:
    emulator = zones.start(Variants())
    servers = [{**entry("mx.example.com.", 300, "MX"), "priority": n} for n in (10, 20)]
    odd_entries = emulator.account.find("example.nl").odd_entries
    odd_entries.extend(servers)
    zones.challenge_records().publish([ONE, TWO])
    assert len(zones.calls("PUT")) == 1
    assert odd_entries == servers


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_zone_rewrite_is_refused_and_names_it(
    zones: EmulatedZones, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    emulator = zones.start(Variants())
    odd, words = UNREADABLE[kind]
    emulator.account.find("example.nl").odd_entries.append(odd)
    records = zones.challenge_records()
    with pytest.raises(ZoneNotConfirmedError, match=words) as raised:
        records.publish([ONE, TWO])
    assert "Nothing was written. Correct or delete the record" in str(raised.value)
    assert zones.calls("PUT") == []
    assert "Rewriting the zone" not in caplog.text
    assert records.remove([ONE, TWO]) == []
    assert emulator.account.find("example.nl").odd_entries == [odd]


@pytest.mark.parametrize("kind", SENT_BACK)
def test_what_only_looks_odd_is_sent_back_as_it_is_listed(zones: EmulatedZones, kind: str) -> None:
    emulator = zones.start(Variants())
    domain = emulator.account.find("example.nl")
    domain.odd_entries.append(SENT_BACK[kind])
    before = emulator.account.records("example.nl")
    records = zones.challenge_records()
    records.publish([ONE, TWO])
    assert zones.values() == {"one", "two"}
    assert len(zones.calls("PUT")) == 1
    assert domain.odd_entries == [SENT_BACK[kind]]
    assert records.remove([ONE, TWO]) == []
    assert emulator.account.records("example.nl") == before


@pytest.mark.parametrize("digits", ["1.10", "007", "1.0", "-0", "12345678901234567890.50", "0"])
def test_a_value_that_is_listed_as_a_number_keeps_its_digits(
    zones: EmulatedZones, digits: str
) -> None:
    emulator = zones.start(Variants(numeric_values=True, delete="wrong_method"))
    emulator.account.add_record("example.nl", "TXT", NAME, digits)
    before = emulator.account.records("example.nl")
    records = zones.challenge_records()
    records.publish([ONE, TWO])
    assert records.remove([ONE, TWO]) == []
    assert len(zones.calls("PUT")) == 2
    assert emulator.account.records("example.nl") == before
    copies = [path.read_text() for path in (zones.directory / "backups").iterdir()]
    assert copies
    assert all(f'"value": "{digits}"' in copy for copy in copies)


def test_a_number_whose_digits_are_not_known_keeps_the_zone_from_being_rewritten(
    zones: EmulatedZones,
) -> None:
    emulator = zones.start(Variants(numeric_values=True))
    emulator.account.add_record("example.nl", "TXT", NAME, "1e5")
    with pytest.raises(ZoneNotConfirmedError, match=r"TXT odd\.example\.nl\. \(value: 1e5\)"):
        zones.challenge_records().publish([ONE, TWO])
    assert zones.calls("PUT") == []


def test_a_challenge_with_an_unreadable_value_is_left_and_named(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants(patch="append"))
    odd = entry(None, 60, name=f"{APEX}.")
    emulator.account.find("example.nl").odd_entries.append(odd)
    records = zones.challenge_records()
    records.publish([ONE])
    [left] = records.remove([ONE, TXTRecord(APEX, "<null>")])
    assert (left.name, left.value) == (APEX, "<null>")
    assert "cannot be read" in left.reason
    assert zones.values() == set()
    assert emulator.account.find("example.nl").odd_entries == [odd]
