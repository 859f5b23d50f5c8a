"""CAA records that forbid the CA."""

from __future__ import annotations

import json
from contextlib import ExitStack

import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from certbot_dns_mijnhost.doctor import State
from tests.support.scripted_server import Answer, ScriptedServer, code, silence, zone
from tests.support.waiting import ALL_ARE_SILENT

from .dns_tree import DNSTree
from .runner import BOTH, DoctorRunner
from .signed_zone import Key, SignedZone


@pytest.mark.parametrize(
    ("value", "forbidden"),
    [
        ('0 issue "ca.example"', {"example.nl", "*.example.nl"}),
        ('0 issuewild ";"', {"*.example.nl"}),
        ('0 issue "letsencrypt.org; validationmethods=http-01"', {"example.nl", "*.example.nl"}),
        ('0 issue "letsencrypt.org"', set()),
    ],
)
def test_caa_records_that_forbid_the_ca(
    runner: DoctorRunner, value: str, forbidden: set[str]
) -> None:
    runner.emulator.account.add_record("example.nl", "CAA", "example.nl.", value)
    found = runner.run(*BOTH)
    failed = found.failed()
    assert {finding.domain for finding in failed} == forbidden
    assert all(finding.check == "caa" and "CAA 0 issue" in finding.next_step for finding in failed)


def test_caa_records_bound_to_an_account(runner: DoctorRunner) -> None:
    runner.emulator.account.add_record(
        "example.nl", "CAA", "example.nl.", '0 issue "letsencrypt.org; accounturi=https://ca/1"'
    )
    caa = runner.run("example.nl").one("caa")
    assert caa.state is State.NOTE
    assert "https://ca/1" in caa.message


def test_a_critical_caa_record_is_to_be_removed(runner: DoctorRunner) -> None:
    runner.emulator.account.add_record(
        "example.nl", "CAA", "example.nl.", '128 contactemail "a@example.nl"'
    )
    [caa] = runner.run("example.nl").failed()
    assert "128 contactemail" in caa.message
    assert caa.next_step.startswith("Delete that record at example.nl")


def test_one_caa_record_permits_a_domain_and_its_wildcard(runner: DoctorRunner) -> None:
    account = runner.emulator.account
    account.add_record("example.nl", "CAA", "example.nl.", '0 issue "ca.example"')
    steps = {finding.next_step.split(" (")[0] for finding in runner.run(*BOTH).failed()}
    assert steps == {'Add this record: example.nl. CAA 0 issue "letsencrypt.org"'}
    account.add_record("example.nl", "CAA", "example.nl.", '0 issue "letsencrypt.org"')
    assert not runner.run(*BOTH).has_failed


def test_caa_records_behind_a_cname_are_to_be_changed_at_its_target(
    runner: DoctorRunner,
) -> None:
    account = runner.emulator.account
    account.add_domain("target.nl")
    account.add_record("target.nl", "CAA", "host.target.nl.", '0 issue ";"')
    account.add_record("example.nl", "CNAME", "alias.example.nl.", "host.target.nl.")
    [caa] = runner.run("alias.example.nl").failed()
    assert "at host.target.nl forbid letsencrypt.org to issue for alias.example.nl" in caa.message
    assert caa.next_step.startswith("Add this record: host.target.nl. CAA")


ACCOUNT = "https://acme-v02.api.letsencrypt.org/acme/acct/1"
OTHER_ACCOUNT = "https://acme-v02.api.letsencrypt.org/acme/acct/2"


def store_account(runner: DoctorRunner, url: str) -> None:
    folder = runner.config / "accounts" / "acme-v02.example" / "directory" / "id1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "regr.json").write_text(json.dumps({"body": {}, "uri": url}))
    (folder / "private_key.json").write_text('{"d": "SECRET"}')


@pytest.mark.parametrize(
    ("stored", "state", "words"),
    [
        (ACCOUNT, State.OK, "which Certbot has"),
        (OTHER_ACCOUNT, State.FAILED, f"Certbot has other accounts: {OTHER_ACCOUNT}"),
    ],
)
def test_the_account_of_caa_is_compared_with_certbots(
    runner: DoctorRunner, stored: str, state: State, words: str
) -> None:
    runner.emulator.account.add_record(
        "example.nl", "CAA", "example.nl.", f'0 issue "letsencrypt.org; accounturi={ACCOUNT}"'
    )
    store_account(runner, stored)
    found = runner.run("example.nl")
    assert found.one("caa").state is state
    assert words in found.one("caa").message
    assert "SECRET" not in str(found.findings)
    if state is State.FAILED:
        assert f"accounturi={OTHER_ACCOUNT}" in found.one("caa").next_step


@pytest.mark.parametrize("content", ["", "[]", '{"uri": 1}', "\udcff"])
def test_an_account_that_is_not_readable_is_left_out(runner: DoctorRunner, content: str) -> None:
    store_account(runner, ACCOUNT)
    [file] = (runner.config).rglob("regr.json")
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    runner.emulator.account.add_record(
        "example.nl", "CAA", "example.nl.", f'0 issue "letsencrypt.org; accounturi={ACCOUNT}"'
    )
    assert runner.run("example.nl").one("caa").state is State.NOTE


def test_a_final_dot_is_a_warning(runner: DoctorRunner) -> None:
    runner.emulator.account.add_record(
        "example.nl", "CAA", "example.nl.", '0 issue "LetsEncrypt.org."'
    )
    caa = runner.run("example.nl").one("caa")
    assert caa.state is State.WARNING
    assert "without the dot" in caa.next_step


def without_caa(answer: Answer) -> Answer:
    """Answer everything but questions for CAA."""
    sound = zone(("example.nl", "SOA", "ns1.example.nl. a. 1 2 3 4 5"))

    def reply(query: dns.message.Message) -> dns.message.Message | None:
        is_caa = query.question[0].rdtype == dns.rdatatype.CAA
        return answer(query) if is_caa else sound(query)

    return reply


@pytest.mark.parametrize("answer", [silence, code(dns.rcode.SERVFAIL)], ids=["silence", "SERVFAIL"])
def test_a_caa_question_that_servers_do_not_answer_forbids(
    runner: DoctorRunner, answer: Answer
) -> None:
    with ScriptedServer(without_caa(answer)) as server:
        runner.settings["nameservers"] = server.endpoint
        [caa] = runner.run("example.nl").failed()
    assert caa.check == "caa"
    assert "letsencrypt.org does not issue for example.nl" in caa.message
    assert "queries for CAA" in caa.next_step


def test_without_any_answer_nothing_is_claimed(runner: DoctorRunner) -> None:
    runner.query_timeout = ALL_ARE_SILENT
    with ScriptedServer(silence) as server:
        runner.settings["nameservers"] = server.endpoint
        assert runner.run("example.nl").one("caa").state is State.WARNING


def test_caa_answers_that_fail_dnssec_forbid(runner: DoctorRunner) -> None:
    key = Key.make()
    expired = SignedZone(key=key, start=-14, end=-1)
    with ExitStack() as stack:
        port = int(runner.emulator.nameservers[0].split(":")[1])
        tree = DNSTree(stack, [expired, expired], ds=[key.ds("example.nl")], port=port)
        runner.settings["resolver"] = tree.resolver.endpoint
        caa = runner.run("example.nl").one("caa")
    assert caa.state is State.FAILED
    assert "fail DNSSEC validation" in caa.message
