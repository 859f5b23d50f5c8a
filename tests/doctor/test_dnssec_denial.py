"""Proofs of absence: sound and complete, for any zone and any name."""

from __future__ import annotations

import dns.name
import dns.rdatatype
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.doctor.dnssec_denial import proves_absence

from .signed_zone import RECORDS, SignedZone

APEX = dns.name.from_text("example.nl")
LABELS = st.lists(st.sampled_from(["a", "b", "c", "*", "B"]), min_size=1, max_size=3)
OWNERS = st.lists(LABELS.map(".".join), max_size=5)
KINDS = [dns.rdatatype.A, dns.rdatatype.TXT, dns.rdatatype.CAA]
NSEC3 = st.sampled_from([None, 0, 3])


def made(owners: list[str], nsec3: int | None) -> SignedZone:
    records = [each for each in RECORDS if each[0] == ""]
    records += [(owner.lower(), "A", "192.0.2.1") for owner in owners]
    return SignedZone(records=records, nsec3=nsec3)


@given(OWNERS, LABELS.map(".".join), st.sampled_from(KINDS), NSEC3)
def test_what_a_zone_proves_is_what_it_does_not_serve(
    owners: list[str], label: str, kind: dns.rdatatype.RdataType, nsec3: int | None
) -> None:
    zone = made(owners, nsec3)
    name = dns.name.from_text(label.lower(), origin=APEX)
    serves = zone._find(zone._owner(name), kind) is not None
    # All records of the chain: none of them may prove too much.
    chain = [zone._nsec(each) if nsec3 is None else zone._nsec3(each) for each in zone._names()]
    unique = list({each.name: each for each in chain}.values())
    assert proves_absence(name, kind, APEX, unique) is not serves


@given(OWNERS, LABELS.map(".".join), NSEC3)
def test_without_records_nothing_is_proved(
    owners: list[str], label: str, nsec3: int | None
) -> None:
    name = dns.name.from_text(label, origin=APEX)
    assert not proves_absence(name, dns.rdatatype.TXT, APEX, [])
    apex_only = made(owners, nsec3)
    record = apex_only._nsec(APEX) if nsec3 is None else apex_only._nsec3(APEX)
    assert not proves_absence(APEX, dns.rdatatype.SOA, APEX, [record])


@pytest.mark.parametrize("label", ["x.cut", "x.y.cut"])
def test_the_record_of_a_delegation_denies_nothing_below_it(label: str) -> None:
    records = [*(each for each in RECORDS if each[0] == ""), ("cut", "NS", "ns.elsewhere.example.")]
    zone = SignedZone(records=records)
    chain = [zone._nsec(each) for each in zone._names()]
    name = dns.name.from_text(label, origin=APEX)
    assert not proves_absence(name, dns.rdatatype.TXT, APEX, chain)
