"""Entries of a listing that are not proper records."""

from __future__ import annotations

import pytest

from certbot_dns_mijnhost.emulator import Emulator, Variants
from tests.emulator.support import ZONE, Caller, txt

ODD = {"type": "TXT", "name": "odd.example.nl.", "value": None, "ttl": 0}


@pytest.mark.parametrize("entry", [ODD, None, "text", 5, [], {}])
def test_an_odd_entry_is_listed_and_lost_if_a_put_leaves_it_out(
    emulator: Emulator, caller: Caller, entry: object
) -> None:
    domain = emulator.account.find("example.nl")
    domain.odd_entries.append(entry)
    listed = caller.records()
    assert listed[0] == entry
    assert caller.patch("one").status_code == 200
    assert caller.send("PUT", ZONE, {"records": caller.records()}).status_code == 200
    assert domain.odd_entries == [entry]
    assert caller.records()[1:] == [*listed[1:], txt("one")]
    assert caller.send("PUT", ZONE, {"records": [txt("one")]}).status_code == 200
    assert domain.odd_entries == []


def test_a_refused_put_loses_nothing(emulator: Emulator, caller: Caller) -> None:
    domain = emulator.account.find("example.nl")
    domain.odd_entries.append(ODD)
    assert caller.send("PUT", ZONE, {"records": [txt("one", ttl=-5)]}).status_code == 400
    assert domain.odd_entries == [ODD]


def test_an_empty_listing_shows_no_odd_entry_either(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(short_reads=1)
    emulator.account.find("example.nl").odd_entries.append(ODD)
    caller.patch("one")
    assert caller.records() == []
    assert caller.records()[0] == ODD
