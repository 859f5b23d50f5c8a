"""Listings that are up to a minute old, as they were seen in practice."""

from __future__ import annotations

import pytest

from certbot_dns_mijnhost.emulator import Variants
from certbot_dns_mijnhost.zone import TXTRecord

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
