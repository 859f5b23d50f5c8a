"""CAA records that forbid the CA."""

from __future__ import annotations

import pytest

from certbot_dns_mijnhost.doctor import State

from .practice import BOTH, Practice


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
    practice: Practice, value: str, forbidden: set[str]
) -> None:
    practice.emulator.account.add_record("example.nl", "CAA", "example.nl.", value)
    found = practice.examine(*BOTH)
    failed = found.failed()
    assert {finding.domain for finding in failed} == forbidden
    assert all(finding.check == "caa" and "CAA 0 issue" in finding.next_step for finding in failed)


def test_caa_records_bound_to_an_account(practice: Practice) -> None:
    practice.emulator.account.add_record(
        "example.nl", "CAA", "example.nl.", '0 issue "letsencrypt.org; accounturi=https://ca/1"'
    )
    caa = practice.examine("example.nl").one("caa")
    assert caa.state is State.NOTE
    assert "https://ca/1" in caa.message


def test_a_critical_caa_record_is_to_be_removed(practice: Practice) -> None:
    practice.emulator.account.add_record(
        "example.nl", "CAA", "example.nl.", '128 contactemail "a@example.nl"'
    )
    [caa] = practice.examine("example.nl").failed()
    assert "128 contactemail" in caa.message
    assert caa.next_step.startswith("Remove that record at example.nl")


def test_one_caa_record_permits_a_domain_and_its_wildcard(practice: Practice) -> None:
    account = practice.emulator.account
    account.add_record("example.nl", "CAA", "example.nl.", '0 issue "ca.example"')
    steps = {finding.next_step.split(";")[0] for finding in practice.examine(*BOTH).failed()}
    assert steps == {'Add the record: example.nl. CAA 0 issue "letsencrypt.org"'}
    account.add_record("example.nl", "CAA", "example.nl.", '0 issue "letsencrypt.org"')
    assert not practice.examine(*BOTH).has_failed


def test_caa_records_behind_a_cname_are_to_be_changed_where_they_stand(practice: Practice) -> None:
    account = practice.emulator.account
    account.add_domain("target.nl")
    account.add_record("target.nl", "CAA", "host.target.nl.", '0 issue ";"')
    account.add_record("example.nl", "CNAME", "alias.example.nl.", "host.target.nl.")
    [caa] = practice.examine("alias.example.nl").failed()
    assert "at host.target.nl forbid letsencrypt.org to issue alias.example.nl" in caa.message
    assert caa.next_step.startswith("Add the record: host.target.nl. CAA")
