"""DNSSEC as a CA validates it: each fault is reported with its solution."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import dns.flags
import dns.message
import dns.rcode
import dns.rdata
import dns.rdatatype
import pytest

from certbot_dns_mijnhost.doctor import Finding, State
from certbot_dns_mijnhost.doctor.dnssec import DNSSECCheck
from tests.support.scripted_server import Answer, ScriptedServer, code, rrset, silence, zone

from .dns_tree import DNSTree, refusing_edns, truncated
from .runner import DoctorRunner
from .signed_zone import PARKED, RECORDS, Key, SignedZone

KEY, OTHER = Key.make(), Key.make()
HEALTHY = SignedZone(key=KEY)
DS = KEY.ds("example.nl")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def check(stack: ExitStack, *servers: Answer, **options: object) -> list[Finding]:
    given = {"ds": [DS], **options}
    return DNSTree(stack, servers, **given).check_dnssec()  # type: ignore[arg-type]


def only(found: list[Finding]) -> Finding:
    [finding] = found
    return finding


@pytest.mark.parametrize(
    "signed",
    [
        HEALTHY,
        SignedZone(key=KEY, nsec3=0),
        SignedZone(key=KEY, nsec3=10),
        SignedZone(key=KEY, records=PARKED),
        SignedZone(key=KEY, records=PARKED, nsec3=1),
        SignedZone(key=KEY, records=(*RECORDS, ("*", "TXT", "anything"))),
        SignedZone(key=KEY, records=(*RECORDS, ("*", "TXT", "anything")), nsec3=0),
        SignedZone(key=KEY, records=(*RECORDS, ("*", "CNAME", "www.example.nl."))),
        SignedZone(key=KEY, records=[each for each in RECORDS if each[1] != "CAA"]),
        SignedZone(key=KEY, records=[each for each in RECORDS if each[1] != "CAA"], nsec3=0),
        SignedZone(key=KEY, start=-0.9, end=1.0),
    ],
    ids=[
        *("nsec", "nsec3", "nsec3-iterations", "wildcard", "wildcard-nsec3", "wildcard-txt"),
        *("wildcard-txt-nsec3", "wildcard-cname", "no-caa", "no-caa-nsec3", "short-lived"),
    ],
)
def test_a_sound_zone_gives_no_warning(stack: ExitStack, signed: SignedZone) -> None:
    finding = only(check(stack, signed, signed))
    assert finding.state is State.OK, finding.message
    assert "are valid at each of 2 addresses" in finding.message
    assert finding.data["days"] in {0, 12}


@pytest.mark.parametrize("algorithm", ["ED25519", "RSASHA256", "RSASHA512"])
@pytest.mark.parametrize("digest", ["SHA256", "SHA384"])
def test_other_algorithms_are_verified(stack: ExitStack, algorithm: str, digest: str) -> None:
    signed = SignedZone(key=Key.make(algorithm))
    ds = signed.key.ds("example.nl", digest)
    assert only(check(stack, signed, ds=[ds])).state is State.OK


def test_a_domain_that_is_not_signed_is_fine(stack: ExitStack) -> None:
    finding = only(check(stack, zone(("example.nl", "A", "192.0.2.1")), ds=[]))
    assert finding.state is State.OK
    assert "is not signed with DNSSEC" in finding.message


BROKEN = {
    "expired": (SignedZone(key=KEY, start=-14, end=-1), "expired on", "sign the zone again"),
    "early": (SignedZone(key=KEY, start=1, end=14), "is not valid before", "timedatectl"),
    "wrong": (
        SignedZone(key=KEY, signer=OTHER),
        "not in its DNSKEY records",
        "sign the zone again",
    ),
    "ds-mismatch": (SignedZone(key=OTHER), "that does not match", "Replace the DS record"),
    "no-dnskey": (SignedZone(key=KEY, fault="no-keys"), "serves no DNSKEY", "Remove the DS record"),
    "unsigned": (SignedZone(key=KEY, fault="unsigned"), "no signature over", "sign the zone"),
    "denial": (SignedZone(key=KEY, fault="no-denial"), "no NSEC record", "repair the NSEC"),
}


@pytest.mark.parametrize(("kind", "case"), BROKEN.items(), ids=BROKEN)
def test_faults_of_every_server_are_reported_with_a_solution(
    stack: ExitStack, kind: str, case: tuple[SignedZone, str, str]
) -> None:
    signed, words, cure = case
    found = [each for each in check(stack, signed, signed) if each.data["problem"] == kind]
    finding = only(found)
    assert finding.state is State.FAILED
    assert words in finding.message
    assert "no CA issues for this domain" in finding.message
    assert cure in finding.next_step


@pytest.mark.parametrize(("kind", "case"), BROKEN.items(), ids=BROKEN)
def test_a_fault_of_one_server_is_reported(
    stack: ExitStack, kind: str, case: tuple[SignedZone, str, str]
) -> None:
    found = check(stack, HEALTHY, case[0])
    [finding] = [each for each in found if each.data["problem"] == kind]
    assert {each.state for each in found} == {State.WARNING}
    assert finding.data["servers"] == ["ns2.example.nl (127.0.0.12)"]
    assert "ns2.example.nl (127.0.0.12): " in finding.message
    assert "ns1" not in finding.message


def test_two_servers_that_are_wrong_in_two_ways_leave_none(stack: ExitStack) -> None:
    found = check(stack, BROKEN["expired"][0], BROKEN["no-dnskey"][0])
    assert {each.state for each in found} == {State.FAILED}


@pytest.mark.parametrize("fault", ["wrong-denial", "unsigned-denial"])
@pytest.mark.parametrize("nsec3", [None, 0])
def test_a_denial_that_proves_nothing_is_found(
    stack: ExitStack, fault: str, nsec3: int | None
) -> None:
    [first, *_] = check(stack, SignedZone(key=KEY, fault=fault, nsec3=nsec3))
    assert first.state is State.FAILED
    assert "there is no TXT" in first.message


def test_a_wildcard_without_proof_is_found(stack: ExitStack) -> None:
    records = (*RECORDS, ("*", "TXT", "anything"))
    finding = only(check(stack, SignedZone(key=KEY, records=records, fault="no-denial")))
    assert "does not prove that a wildcard answers" in finding.message


def test_a_signature_that_does_not_verify_is_found(stack: ExitStack) -> None:
    changed = replace(HEALTHY, records=[*RECORDS, ("", "CAA", '0 issue ";"')])

    def mixed(query: dns.message.Message) -> dns.message.Message:
        answer, other = HEALTHY(query), changed(query)
        answer.answer[:1] = other.answer[:1]
        return answer

    finding = only(check(stack, mixed))
    assert "its signature over CAA example.nl does not verify" in finding.message
    assert finding.state is State.FAILED


def test_signatures_that_soon_expire_are_a_warning(stack: ExitStack) -> None:
    finding = only(check(stack, HEALTHY, SignedZone(key=KEY, start=-13, end=0.5)))
    assert finding.state is State.WARNING
    assert "ns2.example.nl (127.0.0.12): its signature over" in finding.message
    assert "expires in 0.5 days" in finding.message


def test_a_ds_record_of_an_old_algorithm_is_a_warning(stack: ExitStack) -> None:
    old = dns.rdata.from_text("IN", "DS", f"1234 7 2 {'ab' * 32}")
    finding = only(check(stack, HEALTHY, ds=[old]))
    assert finding.state is State.WARNING
    assert "RSASHA1-NSEC3-SHA1 (7)" in finding.message


def test_an_old_ds_record_next_to_the_right_one_is_accepted(stack: ExitStack) -> None:
    assert only(check(stack, HEALTHY, ds=[OTHER.ds("example.nl"), DS])).state is State.OK


def test_many_nsec3_iterations_are_a_warning(stack: ExitStack) -> None:
    finding = only(check(stack, SignedZone(key=KEY, nsec3=500)))
    assert finding.state is State.WARNING
    assert "500 iterations" in finding.message


def test_truncated_answers_are_queried_over_tcp(stack: ExitStack) -> None:
    tree = DNSTree(stack, [truncated(HEALTHY)], ds=[DS])
    assert only(tree.check_dnssec()).state is State.OK
    assert any(query.is_tcp for query in tree.servers[0].queries)


def test_truncated_answers_without_tcp_are_reported(stack: ExitStack) -> None:
    def long_keys(query: dns.message.Message) -> dns.message.Message:
        answer = HEALTHY(query)
        if query.question[0].rdtype == dns.rdatatype.DNSKEY:
            answer.flags |= dns.flags.TC
        return answer

    finding = only(check(stack, HEALTHY, long_keys, without_tcp=["127.0.0.12"]))
    assert finding.state is State.WARNING
    assert finding.data["problem"] == "tcp"
    assert "truncated over UDP, and over TCP Connection refused" in finding.message
    assert "TCP port 53" in finding.next_step


def test_a_server_that_refuses_edns_is_reported(stack: ExitStack) -> None:
    finding = only(check(stack, HEALTHY, refusing_edns(HEALTHY)))
    assert finding.state is State.WARNING
    assert finding.data["problem"] == "edns"
    assert "EDNS" in finding.next_step


def test_a_silent_server_is_left_to_the_check_of_servers(stack: ExitStack) -> None:
    assert only(check(stack, HEALTHY, silence)).state is State.OK


def test_silent_servers_are_not_called_broken(stack: ExitStack) -> None:
    finding = only(check(stack, silence))
    assert finding.state is State.SKIPPED
    assert "no name server answers from here" in finding.message


@pytest.mark.parametrize("parent", [silence, code(dns.rcode.REFUSED), HEALTHY])
def test_the_resolver_is_queried_if_the_parent_does_not_answer(
    stack: ExitStack, parent: Answer
) -> None:
    tree = DNSTree(stack, [HEALTHY], ds=[DS], parent=parent)
    assert only(tree.check_dnssec()).data["signed"] is True


def test_without_any_answer_about_ds_the_check_is_skipped(stack: ExitStack) -> None:
    silent = stack.enter_context(ScriptedServer(code(dns.rcode.SERVFAIL)))
    tree = DNSTree(stack, [HEALTHY], ds=[DS])
    tree.resolver = silent
    finding = only(tree.check_dnssec())
    assert finding.state is State.SKIPPED
    assert "dns_mijnhost_resolver" in finding.next_step


def test_a_resolver_that_does_not_validate_is_noted_once(stack: ExitStack) -> None:
    _, note = check(stack, HEALTHY, validates=False)
    assert note.check == "resolver"
    assert note.state is State.NOTE
    assert "does not validate DNSSEC" in note.message


def test_the_questions_of_one_zone_are_few(stack: ExitStack) -> None:
    tree = DNSTree(stack, [HEALTHY, HEALTHY], ds=[DS])
    tree.check_dnssec()
    for server in tree.servers:
        assert len(server.queries) <= 7
    assert len(tree.parent.queries) == 1


def test_without_cryptography_the_check_is_skipped(
    stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cryptography.exceptions", None)
    finding = only(check(stack, HEALTHY))
    assert finding.state is State.SKIPPED
    assert "the library cryptography is missing" in finding.message


def test_the_doctor_finds_a_broken_chain_in_a_whole_run(
    runner: DoctorRunner, stack: ExitStack
) -> None:
    port = int(runner.emulator.nameservers[0].split(":")[1])
    tree = DNSTree(stack, [HEALTHY, HEALTHY], ds=[DS], port=port)
    runner.settings["resolver"] = tree.resolver.endpoint
    sound = runner.run("example.nl", "*.example.nl")
    assert sound.states() <= {State.OK, State.NOTE}
    assert sound.one("dnssec").data["signed"] is True
    tree.ds = [OTHER.ds("example.nl")]
    broken = runner.run("example.nl")
    assert "Replace the DS record" in broken.one("dnssec").next_step


def test_a_validating_resolver_does_not_hide_the_fault(
    runner: DoctorRunner, stack: ExitStack
) -> None:
    port = int(runner.emulator.nameservers[0].split(":")[1])
    tree = DNSTree(stack, [HEALTHY, HEALTHY], ds=[OTHER.ds("example.nl")], port=port)
    lenient = tree.resolver.answer

    def validating(query: dns.message.Message) -> dns.message.Message | None:
        is_of_zone = query.question[0].name.to_text().endswith("example.nl.")
        if is_of_zone and not query.flags & dns.flags.CD:
            return code(dns.rcode.SERVFAIL)(query)
        return lenient(query)

    tree.resolver.answer = validating
    runner.settings["resolver"] = tree.resolver.endpoint
    found = runner.run("example.nl")
    assert found.one("dnssec").state is State.FAILED
    assert "Replace the DS record" in found.one("dnssec").next_step
    assert found.one("resolver").state is State.FAILED


def test_a_zone_without_servers_is_skipped(stack: ExitStack) -> None:
    tree = DNSTree(stack, [], ds=[DS])
    assert only(tree.check_dnssec()).state is State.SKIPPED


def test_names_that_are_too_long_for_a_proof_end_in_a_message(stack: ExitStack) -> None:
    def long_owner(query: dns.message.Message) -> dns.message.Message:
        answer = HEALTHY(query)
        if query.question[0].rdtype == dns.rdatatype.TXT:
            long = ".".join(["a" * 61] * 3 + ["b" * 55, "example.nl."])
            answer.authority = [rrset(long, "NSEC", f"{long} A")]
        return answer

    finding = only(check(stack, long_owner))
    assert finding.state is State.FAILED


def test_a_resolver_that_intercepts_port_53_is_not_called_a_broken_zone(stack: ExitStack) -> None:
    def recursive(query: dns.message.Message) -> dns.message.Message:
        answer = SignedZone(key=KEY, fault="unsigned")(query)
        answer.flags = (answer.flags | dns.flags.RA) & ~dns.flags.AA
        return answer

    assert only(check(stack, recursive)).state is State.SKIPPED


def test_the_caa_answers_of_the_names_themselves_are_verified(stack: ExitStack) -> None:
    def unsigned_caa(query: dns.message.Message) -> dns.message.Message:
        answer = HEALTHY(query)
        asked = query.question[0]
        if asked.rdtype == dns.rdatatype.CAA and asked.name != HEALTHY.apex:
            answer.authority = [
                each for each in answer.authority if each.rdtype == dns.rdatatype.SOA
            ]
        return answer

    found: list[Finding] = []
    tree = DNSTree(stack, [unsigned_caa], ds=[DS])
    check = DNSSECCheck(tree.inspector(), found.append)
    check.run("example.nl", ["example.nl", "shop.example.nl"])
    finding = only(found)
    assert finding.state is State.FAILED
    assert "does not prove that there is no CAA shop.example.nl" in finding.message
    assert only(tree.check_dnssec()).state is State.OK
