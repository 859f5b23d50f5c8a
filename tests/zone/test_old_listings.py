"""Listings that are up to a minute old, as they were seen in practice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from certbot_dns_mijnhost.emulator import Answer, Fault, Request, Variants
from certbot_dns_mijnhost.emulator.records import Record
from certbot_dns_mijnhost.zone import TXTRecord
from certbot_dns_mijnhost.zone.proofs import OLDEST_LISTING

from .conftest import ONE, TWO, EmulatedZones

SUB = TXTRecord("_acme-challenge.www.example.nl", "three")


@pytest.mark.parametrize(
    "age",
    [{"cached_seconds": 30.0}, {"cached_seconds": 60.0}, {"stale_seconds": 60.0}],
    ids=["cached for 30 s", "cached for a minute", "a minute old"],
)
@pytest.mark.parametrize("delete", ["supported", "wrong_method"])
@pytest.mark.parametrize("patch", ["replace", "replace_first", "append", "unsupported"])
def test_all_values_are_published_and_removed(
    zones: EmulatedZones, patch: str, delete: str, age: dict[str, float]
) -> None:
    emulator = zones.start(Variants(patch=patch, delete=delete, **age))  # type: ignore[arg-type]
    zones.clock.sleep(1000.0)
    before = emulator.account.records("example.nl")
    began = zones.clock.now
    records = zones.challenge_records()

    records.publish([ONE, TWO, SUB])

    assert zones.values() == {"one", "two"}
    assert zones.values(SUB.name) == {"three"}
    assert records.remove([ONE, TWO, SUB]) == []
    assert emulator.account.records("example.nl") == before
    assert zones.clock.now - began < 180
    assert len(zones.calls("PUT")) <= 2


@pytest.mark.parametrize("shown_seconds", [0.0, 25.0])
def test_a_vanished_challenge_of_another_client_counts_as_gone_after_a_minute(
    zones: EmulatedZones, shown_seconds: float
) -> None:
    """Until then, the listings without it may be older than it is.

    :param shown_seconds: how long it is there; meanwhile another client changes another record.
    """
    emulator = zones.start(Variants())
    theirs = ("TXT", "_acme-challenge.other.example.nl.", "theirs")
    emulator.account.add_record("example.nl", *theirs)
    handle = emulator.application.handle
    began = zones.clock.now
    removed_at: list[float] = []
    written_at: list[float] = []
    edited_at = [began]

    def edit_after_each_listing(request: Request) -> Answer:
        answer = handle(request)
        if request.method == "PUT":
            written_at.append(zones.clock.now)
        elif request.path.endswith("/dns") and not removed_at:
            if zones.clock.now - edited_at[-1] > 3.0:
                name = f"{len(edited_at)}.example.nl."
                emulator.account.add_record("example.nl", "A", name, "192.0.2.9")
                edited_at.append(zones.clock.now)
            if zones.clock.now - began >= shown_seconds:
                emulator.account.delete_record("example.nl", *theirs)
                removed_at.append(zones.clock.now)
        return answer

    emulator.application.handle = edit_after_each_listing  # type: ignore[method-assign]
    zones.challenge_records().publish([ONE, TWO])
    assert zones.values() == {"one", "two"}
    assert zones.values("_acme-challenge.other.example.nl") == set()
    [written] = written_at
    assert written - removed_at[0] >= OLDEST_LISTING


def test_a_second_write_keeps_the_challenge_that_another_client_added_after_the_first(
    zones: EmulatedZones, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first write loses a record, and later listings are older than the other's challenge."""
    emulator = zones.start(Variants(keeps_relative_names=True))
    account = emulator.account
    replace_records, read_records = account.replace_records, account.read_records
    theirs = Record("TXT", "_acme-challenge.shop.example.nl.", "A" * 43, 60)

    sent: list[str] = []

    def lose_one_record(domain: str, records: Iterable[Any]) -> None:
        records = list(records)
        sent.extend(each.name for each in records)
        if zones.calls("PUT"):
            replace_records(domain, records)
            return
        replace_records(domain, [each for each in records if each.type != "MX"])
        account.add_record(domain, "TXT", theirs.name, theirs.value, theirs.ttl)

    def show_it_once(domain: str) -> Any:
        shown = read_records(domain)
        if len(zones.calls("PUT")) != 1:
            return shown
        if zones.calls()[-1].startswith("PUT "):
            relative = theirs.name.replace(".example.nl.", "")
            return [replace(each, name=relative) if each == theirs else each for each in shown]
        return [each for each in shown if each.value != theirs.value]

    monkeypatch.setattr(account, "replace_records", lose_one_record)
    monkeypatch.setattr(account, "read_records", show_it_once)
    zones.challenge_records().publish([ONE, TWO])
    records = account.records("example.nl")
    assert len(zones.calls("PUT")) == 2
    assert "MX" in {each.type for each in records}
    assert theirs in records
    assert all(name.endswith("example.nl.") for name in sent)


def test_an_old_listing_after_a_refused_second_write_proves_no_removal(
    zones: EmulatedZones, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to the first write was lost, and the listing is older than the record."""
    emulator = zones.start(Variants(delete="wrong_method"))
    account = emulator.account
    records = zones.challenge_records()
    records.publish([ONE])
    emulator.faults.add(Fault.reset(), method="PUT", times=1)
    emulator.faults.add(Fault.bad_request("Something went wrong."), method="PUT", times=1)
    read_records = account.read_records

    def show_an_old_zone_once(domain: str) -> Any:
        is_old = len(zones.calls("PUT")) == 2 and zones.calls()[-1].startswith("PUT ")
        return [each for each in read_records(domain) if not (is_old and each.value == ONE.value)]

    monkeypatch.setattr(account, "read_records", show_an_old_zone_once)
    assert records.remove_written([ONE]) == []
    assert zones.values() == set()
    assert len(zones.calls("PUT")) == 3
