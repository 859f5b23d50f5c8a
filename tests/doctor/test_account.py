"""The account: the key, the whitelist, the API."""

from __future__ import annotations

import socket
from datetime import date, timedelta

import pytest

from certbot_dns_mijnhost.doctor import State
from certbot_dns_mijnhost.emulator import Fault, Variants

from .runner import DoctorRunner


def test_a_wrong_key(runner: DoctorRunner) -> None:
    runner.settings["api_key"] = "a-wrong-key"
    found = runner.run("example.nl")
    [key] = found.failed()
    assert key.message == "The API refuses the key: No valid API key set."
    assert "create a new one" in key.next_step
    assert "a-wrong-key" not in str(found.findings)


def test_an_expired_key(runner: DoctorRunner) -> None:
    runner.emulator.variants = Variants(key_expired=True)
    [key] = runner.run("example.nl").failed()
    assert key.check == "key"
    assert "expired" in key.next_step


def test_a_key_that_no_header_can_hold(runner: DoctorRunner) -> None:
    runner.settings["api_key"] = "two words"
    [key] = runner.run("example.nl").failed()
    assert key.check == "credentials"
    assert "spaces" in key.message


@pytest.mark.parametrize("whoami_refused", [False, True])
def test_an_address_that_is_not_on_the_whitelist(
    runner: DoctorRunner, whoami_refused: bool
) -> None:
    runner.emulator.variants = Variants(whitelist_refused=True, whoami_refused=whoami_refused)
    [whitelist] = runner.run("example.nl").failed()
    assert whitelist.check == "whitelist"
    address = "this machine's public address" if whoami_refused else "127.0.0.1"
    expected = f"Add {address} to the key's whitelist in mijn.host's control panel."
    assert whitelist.next_step == expected


@pytest.mark.parametrize("days", [-3, 5, 200])
def test_a_key_whose_last_day_shows(runner: DoctorRunner, days: int) -> None:
    last_day = date.today() + timedelta(days=days)  # noqa: DTZ011  # as the doctor does
    runner.emulator.variants = Variants(key_expiry=last_day.isoformat())
    expiry = runner.run().one("expiry")
    assert expiry.state is (State.OK if days > 30 else State.WARNING)
    assert str(last_day) in expiry.message
    assert ("expired on" in expiry.message) is (days < 0)
    assert ("Create a new key" in expiry.next_step) is (days <= 30)


def test_an_unreadable_date_is_ignored(runner: DoctorRunner) -> None:
    runner.emulator.variants = Variants(key_expiry="soon")
    assert runner.run().one("expiry").state is State.NOTE


@pytest.mark.parametrize("how", [True, "bad_request"])
def test_a_key_that_may_not_list_domains(runner: DoctorRunner, how: bool | str) -> None:
    runner.emulator.variants = Variants(listing_forbidden=how)
    found = runner.run("example.nl")
    assert found.one("key").state is State.WARNING
    assert "dns_mijnhost_zone" in found.one("key").next_step
    assert found.one("zone").state is State.OK


@pytest.mark.parametrize("status", [404, 405])
def test_an_account_that_cannot_list_domains_is_treated_as_the_plugin_treats_it(
    runner: DoctorRunner, status: int
) -> None:
    runner.emulator.faults.add(Fault.status(status), path="*/domains", times=None)
    found = runner.run("example.nl")
    assert found.one("key").state is State.WARNING
    assert found.one("zone").state is State.OK
    assert not found.has_failed


def test_an_unreachable_api(runner: DoctorRunner) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        runner.settings["api_url"] = f"http://127.0.0.1:{closed.getsockname()[1]}/api/v2"
        [api] = runner.run("example.nl").failed()
    assert api.check == "api"
    assert "Connection refused" in api.message


def test_an_api_that_answers_nonsense(runner: DoctorRunner) -> None:
    runner.emulator.faults.add(Fault.html(), times=None)
    [api] = runner.run("example.nl").failed()
    assert "not the API's JSON" in api.message


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405])
def test_an_api_behind_a_firewall(runner: DoctorRunner, status: int) -> None:
    runner.emulator.faults.add(Fault.html(status), times=None)
    [api] = runner.run("example.nl").failed()
    assert api.check == "api"
    assert f"answered {status} with a web page" in api.message
    assert "firewall or proxy is in the way" in api.message


@pytest.mark.parametrize("status", [403, 404, 405])
def test_an_api_that_refuses_everything_in_its_own_json(runner: DoctorRunner, status: int) -> None:
    runner.emulator.faults.add(Fault.status(status, "No"), times=None)
    found = runner.run("example.nl")
    assert found.has_failed
    assert "is not in the account" not in str(found.findings)


@pytest.mark.parametrize("path", ["*/domains", "*/domains/example.nl", "*/dns"])
@pytest.mark.parametrize("words", ["Bad request", "DNS records not managed by mijn.host"])
def test_a_transient_400_is_not_reported(runner: DoctorRunner, path: str, words: str) -> None:
    runner.emulator.faults.add(Fault.bad_request(words), method="GET", path=path)
    found = runner.run("example.nl", write=True)
    assert found.states() == {State.OK, State.NOTE}


def test_a_rate_limited_api_is_not_called_for_each_domain(
    runner: DoctorRunner,
) -> None:
    for number in range(20):
        runner.emulator.account.add_domain(f"d{number}.nl")
    runner.emulator.faults.add(Fault.status(429), path="*/domains/*.nl", skip=5, times=None)
    found = runner.run()
    managed = [finding.state for finding in found.findings if finding.check == "managed"]
    assert managed == [State.OK] * 5 + [State.FAILED] + [State.SKIPPED] * 15
    paths = [request.path for request in runner.emulator.requests]
    assert sum(path.endswith(".nl") for path in paths) == 7, "the sixth is asked for twice"
    assert sum(path.endswith("/dns") for path in paths) == 5


def test_a_limit_that_is_met_by_a_listing_ends_the_questions_too(runner: DoctorRunner) -> None:
    for number in range(5):
        runner.emulator.account.add_domain(f"d{number}.nl")
    runner.emulator.faults.add(Fault.status(429), path="*/dns", skip=2, times=None)
    found = runner.run()
    managed = [finding.state for finding in found.findings if finding.check == "managed"]
    assert managed == [State.OK] * 3 + [State.SKIPPED] * 3
    assert "429" in found.one("records").message


def test_an_api_failure_is_not_reported_as_a_refusal(runner: DoctorRunner) -> None:
    runner.emulator.account.domains()[0].published_at = ("ns1.example.com",)
    runner.emulator.faults.add(Fault.status(500), path="*/domains/example.nl", times=None)
    found = runner.run("example.nl", write=True)
    assert [finding.check for finding in found.failed()] == ["managed"]
    assert "API call for the domain failed" in found.one("write").message
