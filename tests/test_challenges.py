from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from certbot_dns_mijnhost.api import MijnHostError
from certbot_dns_mijnhost.challenges import DNSChallenges
from certbot_dns_mijnhost.emulator import Emulator, Variants
from certbot_dns_mijnhost.settings import SettingError, Settings
from certbot_dns_mijnhost.zone import SubzoneError, TXTRecord, ZoneNotFoundError
from tests.support.emulated import StartEmulator
from tests.support.virtual_time import sleep_virtually

NO_RESOLVER = f"{'a' * 64}.example.net"
"""A host name that is never looked up: this machine's resolver is not queried."""
ELSEWHERE = TXTRecord("_acme-challenge.delegated.nl", "value")
TARGET = "_acme-challenge.delegated.nl.challenges.nl"


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch, start_emulator: StartEmulator) -> Emulator:
    clock = sleep_virtually(monkeypatch)
    return start_emulator(domains=("delegated.nl", "challenges.nl"), lags=(0.0,), clock=clock)


def run(emulator: Emulator, directory: Path, **changes: object) -> DNSChallenges:
    settings = Settings(
        emulator.account.api_key,
        api_url=emulator.api_url,
        nameservers=tuple(emulator.nameservers),
        **{"resolvers": (NO_RESOLVER,), **changes},  # type: ignore[arg-type]
    )
    return DNSChallenges(settings, work_directory=directory, notify=lambda _: None)


def values(emulator: Emulator, domain: str) -> dict[str, str]:
    return {
        record.name.rstrip("."): record.value
        for record in emulator.account.records(domain)
        if record.type == "TXT" and "_acme-challenge" in record.name
    }


def test_a_cname_leads_the_record_to_another_zone(emulator: Emulator, tmp_path: Path) -> None:
    name = ELSEWHERE.name + "."
    emulator.account.add_record("delegated.nl", "CNAME", name, TARGET + ".", 300)
    challenges = run(emulator, tmp_path)
    challenges.publish([ELSEWHERE])
    assert values(emulator, "challenges.nl") == {TARGET: "value"}
    assert values(emulator, "delegated.nl") == {}
    assert challenges.remove([ELSEWHERE]) == []
    assert values(emulator, "challenges.nl") == {}
    challenges.close()


def test_the_wait_uses_what_following_found_out(emulator: Emulator, tmp_path: Path) -> None:
    emulator.account.add_record("delegated.nl", "CNAME", ELSEWHERE.name + ".", TARGET + ".", 300)
    emulator.behave(0, "edns_formerr")
    challenges = run(emulator, tmp_path)
    challenges.publish([ELSEWHERE])
    numbers = Counter((query.type, query.name) for query in emulator.queries)
    # A query with EDNS would be refused and sent again.
    assert numbers["TXT", f"{TARGET}."] == 2
    assert numbers["CNAME", f"{TARGET}."] == 1
    challenges.close()


@pytest.mark.parametrize("target", ["delegated.nl.", "host.example.org."])
def test_a_wildcard_is_not_a_delegation(emulator: Emulator, tmp_path: Path, target: str) -> None:
    emulator.account.add_record("delegated.nl", "CNAME", "*.delegated.nl.", target, 300)
    before = emulator.account.records("delegated.nl")
    challenges = run(emulator, tmp_path)
    below = TXTRecord("_acme-challenge.www.sub.delegated.nl", "below")
    challenges.publish([ELSEWHERE, below])
    assert values(emulator, "delegated.nl") == {ELSEWHERE.name: "value", below.name: "below"}
    assert set(before) <= set(emulator.account.records("delegated.nl"))
    assert challenges.remove([ELSEWHERE, below]) == []
    assert emulator.account.records("delegated.nl") == before
    assert not [r for r in emulator.requests if r.method == "PUT"], "the names had no value"
    challenges.close()


def test_a_delegation_alongside_a_wildcard_that_leads_to_the_same_is_followed(
    emulator: Emulator, tmp_path: Path
) -> None:
    for name in ("*.delegated.nl.", f"{ELSEWHERE.name}."):
        emulator.account.add_record("delegated.nl", "CNAME", name, f"{TARGET}.", 300)
    challenges = run(emulator, tmp_path)
    challenges.publish([ELSEWHERE])
    assert values(emulator, "challenges.nl") == {TARGET: "value"}
    assert values(emulator, "delegated.nl") == {}
    challenges.close()


def test_a_wildcard_outside_the_account_is_followed(emulator: Emulator, tmp_path: Path) -> None:
    emulator.account.add_record("delegated.nl", "CNAME", "*.delegated.nl.", f"{TARGET}.", 300)
    challenges = run(emulator, tmp_path, zones=("challenges.nl",))
    challenges.publish([ELSEWHERE])
    assert values(emulator, "challenges.nl") == {TARGET: "value"}
    challenges.close()


def test_following_can_be_turned_off(emulator: Emulator, tmp_path: Path) -> None:
    before = len(emulator.queries)
    challenges = run(emulator, tmp_path, follow_cname=False, propagation_seconds=0)
    challenges.publish([ELSEWHERE])
    assert values(emulator, "delegated.nl") == {ELSEWHERE.name: "value"}
    assert len(emulator.queries) == before
    challenges.close()


def test_a_loop_is_an_error_with_the_next_step(emulator: Emulator, tmp_path: Path) -> None:
    one, two = ELSEWHERE.name + ".", "loop.delegated.nl."
    emulator.account.add_record("delegated.nl", "CNAME", one, two, 300)
    emulator.account.add_record("delegated.nl", "CNAME", two, one, 300)
    challenges = run(emulator, tmp_path)
    with pytest.raises(SettingError, match="follow_cname") as caught:
        challenges.publish([ELSEWHERE])
    assert "->" in str(caught.value)
    assert challenges.remove([ELSEWHERE]) == []
    assert emulator.requests == [], "nothing was written, so nothing is removed"
    challenges.close()


def test_a_misspelt_name_server_leaves_nothing_to_remove(
    emulator: Emulator, tmp_path: Path
) -> None:
    settings = Settings("wrong-key", api_url=emulator.api_url, nameservers=("ns1:99999",))
    challenges = DNSChallenges(settings, work_directory=tmp_path, notify=lambda _: None)
    with pytest.raises(SettingError, match="ns1:99999"):
        challenges.publish([ELSEWHERE])
    assert challenges.remove([ELSEWHERE]) == []
    assert emulator.requests == []
    challenges.close()


def test_a_missing_zone_reports_that_no_cname_check_was_possible(
    emulator: Emulator, tmp_path: Path
) -> None:
    emulator.behave(0, "no_answer")
    challenges = run(emulator, tmp_path)
    with pytest.raises(ZoneNotFoundError, match="Cannot check for a CNAME"):
        challenges.publish([TXTRecord("_acme-challenge.example.org", "value")])
    challenges.close()


def test_a_zone_given_outright_needs_no_listing(emulator: Emulator, tmp_path: Path) -> None:
    emulator.variants = Variants(listing_forbidden=True)
    challenges = run(emulator, tmp_path, zones=("delegated.nl",))
    challenges.publish([ELSEWHERE])
    assert values(emulator, "delegated.nl") == {ELSEWHERE.name: "value"}
    paths = {request.path for request in emulator.requests}
    assert paths == {"/api/v2/domains/delegated.nl/dns"}
    challenges.close()


@pytest.mark.parametrize("follow_cname", [True, False])
def test_a_cname_out_of_the_account_is_an_error_with_both_remedies(
    emulator: Emulator, tmp_path: Path, follow_cname: bool
) -> None:
    target = "x1.acme-dns.example"
    emulator.account.add_record("delegated.nl", "CNAME", ELSEWHERE.name + ".", target + ".", 300)
    challenges = run(emulator, tmp_path, follow_cname=follow_cname)
    with pytest.raises(MijnHostError) as caught:
        challenges.publish([ELSEWHERE])
    message = str(caught.value)
    assert ELSEWHERE.name in message
    assert target in message
    assert f"mijnhost records delete delegated.nl CNAME {ELSEWHERE.name}" in message
    if follow_cname:
        assert message.startswith("Cannot add the challenge record for delegated.nl")
        assert f"an API key of the account that has {target}" in message
        assert "dns_mijnhost_follow_cname = false does not help" in message
    else:
        assert "dns_mijnhost_follow_cname = true" in message
    assert values(emulator, "delegated.nl") == {}
    challenges.close()


def test_a_cname_chain_is_reported_whole(emulator: Emulator, tmp_path: Path) -> None:
    one, two = ELSEWHERE.name + ".", "one.challenges.nl."
    emulator.account.add_record("delegated.nl", "CNAME", one, two, 300)
    emulator.account.add_record("challenges.nl", "CNAME", two, "two.example.org.", 300)
    challenges = run(emulator, tmp_path, zones=("delegated.nl", "challenges.nl"))
    with pytest.raises(
        ZoneNotFoundError, match=r"is a CNAME to one\.challenges\.nl -> two\.example"
    ):
        challenges.publish([ELSEWHERE])
    challenges.close()


@pytest.mark.parametrize(
    ("at", "name"),
    [
        ("_acme-challenge.delegated.nl", "_acme-challenge.delegated.nl"),
        ("sub.delegated.nl", "_acme-challenge.www.sub.delegated.nl"),
        ("_acme-challenge", "_acme-challenge.delegated.nl"),
    ],
)
def test_a_subzone_is_an_error_before_anything_is_written(
    emulator: Emulator, tmp_path: Path, at: str, name: str
) -> None:
    final = "" if at == "_acme-challenge" else "."
    emulator.account.add_record("delegated.nl", "NS", at + final, "ns1.other.example.", 300)
    challenges = run(emulator, tmp_path)
    with pytest.raises(SubzoneError) as caught:
        challenges.publish([TXTRecord(name, "value")])
    subzone = at if "." in at else f"{at}.delegated.nl"
    message = str(caught.value)
    assert f"delegates {subzone} to other name servers (NS ns1.other.example)" in message
    assert f"mijnhost records delete delegated.nl NS {subzone}" in message
    assert ("add a CNAME" in message) is (subzone != name)
    assert {request.method for request in emulator.requests} == {"GET"}
    assert challenges.remove([TXTRecord(name, "value")]) == []
    challenges.close()


@pytest.mark.parametrize("at", ["delegated.nl.", "other.delegated.nl.", "@"])
def test_ns_records_elsewhere_in_the_zone_are_harmless(
    emulator: Emulator, tmp_path: Path, at: str
) -> None:
    emulator.account.add_record("delegated.nl", "NS", at, "ns1.other.example.", 300)
    challenges = run(emulator, tmp_path)
    challenges.publish([ELSEWHERE])
    assert values(emulator, "delegated.nl") == {ELSEWHERE.name: "value"}
    challenges.close()


@pytest.mark.parametrize("behaviour", ["no_answer", "refused", "intercepted"])
def test_a_delegation_works_if_only_the_resolver_answers(
    emulator: Emulator, tmp_path: Path, behaviour: str
) -> None:
    name = ELSEWHERE.name + "."
    emulator.account.add_record("delegated.nl", "CNAME", name, TARGET + ".", 300)
    with Emulator(account=emulator.account, lags=(0.0,)) as reachable:
        emulator.behave(0, behaviour)
        challenges = run(emulator, tmp_path, resolvers=(reachable.resolver,), propagation_seconds=0)
        challenges.publish([ELSEWHERE])
        types = {query.type for query in reachable.queries}
    assert values(emulator, "challenges.nl") == {TARGET: "value"}
    assert values(emulator, "delegated.nl") == {}
    assert types == {"CNAME"}
    challenges.close()
