"""The rate limit, cached listings, publication in batches, and new domains."""

from __future__ import annotations

import time

import pytest

from certbot_dns_mijnhost.emulator import Emulator, Variants
from tests.emulator.support import (
    CHALLENGE,
    ZONE,
    Caller,
    answers,
    rcode,
    send_query,
    txt,
    txt_values,
)
from tests.support.virtual_time import VirtualTime


@pytest.mark.parametrize("retry_after", [True, False])
def test_variant_rate_limit(
    emulator: Emulator, caller: Caller, clock: VirtualTime, retry_after: bool
) -> None:
    emulator.variants = Variants(rate_limit=3, rate_seconds=12.0, rate_retry_after=retry_after)
    assert caller.get(ZONE).status_code == 200
    clock.advance(5.0)
    assert [caller.get(ZONE).status_code for _ in range(2)] == [200, 200]
    refused = caller.patch("one")
    assert refused.status_code == 429
    assert refused.headers.get("Retry-After") == ("7" if retry_after else None)
    clock.advance(7.0)
    assert caller.patch("one").status_code == 200, "the first call has left the window"
    assert caller.get(ZONE).status_code == 429
    assert txt_values(emulator) == ["one"]


def test_variant_cached_seconds(emulator: Emulator, caller: Caller, clock: VirtualTime) -> None:
    emulator.variants = Variants(cached_seconds=60.0)
    assert caller.values() == []
    caller.patch("one")
    clock.advance(59.0)
    assert caller.values() == []
    clock.advance(1.0)
    assert caller.values() == ["one"]


def test_variant_publish_every(emulator: Emulator, caller: Caller, clock: VirtualTime) -> None:
    emulator.variants = Variants(publish_every=60.0)
    clock.now = 1200.0 + 6.0
    caller.patch("one")
    fast, slow = emulator.nameservers
    clock.now = 1200.0 + 59.0
    assert rcode(send_query(fast, CHALLENGE)) == "NXDOMAIN"
    clock.now = 1200.0 + 60.0
    assert answers(send_query(fast, CHALLENGE)) == ['TXT "one"']
    assert rcode(send_query(slow, CHALLENGE)) == "NXDOMAIN", "30 seconds behind, and in batches too"
    clock.now = 1200.0 + 90.0
    assert answers(send_query(slow, CHALLENGE)) == ['TXT "one"']


def test_variant_serial(emulator: Emulator, caller: Caller, clock: VirtualTime) -> None:
    def serial() -> int:
        [line] = answers(send_query(emulator.nameservers[0], "example.nl", "SOA"))
        return int(line.split()[3])

    first = serial()
    assert abs(first - time.time()) < 3600
    clock.advance(500.0)
    assert serial() == first
    caller.patch("one")
    assert 499 <= serial() - first <= 501
    emulator.variants = Variants(serial="counter")
    assert serial() == 2


@pytest.mark.parametrize("domain", ["webhost.company", "dns.reseller.example"])
def test_variant_nameserver_domain(emulator: Emulator, domain: str) -> None:
    emulator.variants = Variants(nameserver_domain=domain)
    for server in (emulator.nameservers[0], emulator.resolver):
        expected = [f"NS ns1.{domain}.", f"NS ns2.{domain}."]
        assert answers(send_query(server, "example.nl", "NS")) == expected
        assert answers(send_query(server, f"ns2.{domain}", "A")) == ["A 127.0.0.2"]
        [soa] = answers(send_query(server, "example.nl", "SOA"))
        assert soa.startswith(f"SOA ns1.{domain}. hostmaster.{domain}. ")


@pytest.mark.parametrize("host", ["ns1.mijn.host", "ns2.webhost.company", "NS3.webhost.company."])
def test_a_profile_with_hosts_of_mijn_host_is_refused(caller: Caller, host: str) -> None:
    hosts = [{"hostname": host, "ipv4": "192.0.2.1"}]
    body = {"alias": "ours", "nameservers": hosts}
    assert caller.send("POST", "/domains/nameservers", body).status_code == 400


def test_variant_parking_records(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(parking_records=True)
    emulator.account.add_domain("new.nl")
    records = caller.get("/domains/new.nl/dns").json()["data"]["records"]
    found = {(record["type"], record["name"]) for record in records}
    assert {("A", "*.new.nl."), ("AAAA", "*.new.nl."), ("TXT", "_dmarc.new.nl.")} <= found
    assert {record["ttl"] for record in records} == {900}
    nothing = send_query(emulator.resolver, "_acme-challenge.new.nl")
    assert (rcode(nothing), answers(nothing)) == ("NOERROR", []), "the wildcard covers the name"


def test_variant_rrset_ttl(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(patch="append", rrset_ttl="shared")
    caller.patch("one", ttl=60)
    caller.patch("two", ttl=300)
    shown = {r["value"]: r["ttl"] for r in caller.records() if r["name"] == CHALLENGE}
    assert shown == {"one": 300, "two": 300}
    caller.send("PUT", ZONE, {"records": [txt("one", ttl=60), txt("two", ttl=120)]})
    assert {record["ttl"] for record in caller.records()} == {120}


@pytest.mark.parametrize("patch", ["replace", "replace_first", "append"])
def test_patch_of_an_existing_value_changes_its_ttl(
    emulator: Emulator, caller: Caller, patch: str
) -> None:
    emulator.variants = Variants(patch=patch)
    caller.patch("one", ttl=60)
    before = caller.records()
    caller.patch("one", ttl=300)
    assert caller.records() == [*before[:-1], {**before[-1], "ttl": 300}]
