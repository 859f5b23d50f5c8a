"""The doctor: its checks, their order, and what it never does."""

from __future__ import annotations

import logging

import pytest

from certbot_dns_mijnhost.doctor import State
from tests.support.virtual_time import sleep_virtually

from .runner import BOTH, DoctorRunner


def test_in_order(runner: DoctorRunner) -> None:
    before = runner.emulator.account.records("example.nl")
    found = runner.run(*BOTH)
    assert not found.has_failed
    assert found.states() == {State.OK, State.NOTE}
    assert [finding.check for finding in found.findings] == [
        *("credentials", "permissions", "key", "whitelist", "expiry", "clock"),
        *("delegation", "zone", "managed", "nameservers", "port-53", "dnssec", "caa", "caa"),
    ]
    assert runner.emulator.account.records("example.nl") == before
    assert {request.method for request in runner.emulator.requests} == {"GET"}


def test_without_names_all_domains_are_checked_and_nothing_is_written(
    runner: DoctorRunner,
) -> None:
    runner.emulator.account.add_domain("example.com")
    found = runner.run(write=True)
    zones = [finding.data["zone"] for finding in found.findings if finding.check == "zone"]
    assert zones == ["example.nl", "example.com"]
    assert {request.method for request in runner.emulator.requests} == {"GET"}
    assert "name domains: -d" in found.one("write").next_step


def test_an_invalid_setting(runner: DoctorRunner) -> None:
    runner.settings["nameservers"] = "not a server!"
    assert "is not a host[:port]" in runner.run("example.nl").one("settings").message


def test_the_key_is_never_shown(runner: DoctorRunner, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    found = runner.run(*BOTH, write=True)
    assert runner.emulator.account.api_key not in caplog.text
    assert runner.emulator.account.api_key not in str(found.findings)


def test_every_wait_uses_the_clock_that_was_given(
    runner: DoctorRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_others = sleep_virtually(monkeypatch)
    # Then the listing alone shows subzones, and it is read until two readings agree.
    runner.settings["nameservers"] = ", ".join(runner.emulator.nameservers)
    runner.run("example.nl", write=True)
    assert runner.clock.pauses
    assert of_others.pauses == []
