"""The credentials, and who can read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from certbot_dns_mijnhost.doctor import State

from .runner import DoctorRunner


def test_no_credentials_at_all(runner: DoctorRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certbot_dns_mijnhost.credentials.DEFAULT_PATH", "/nowhere/mijnhost.ini")
    found = runner.run("example.nl", path=None)
    assert "No API key was found" in found.one("credentials").message
    assert "--credentials FILE" in found.one("credentials").message
    assert found.has_failed


def test_a_file_that_is_missing(runner: DoctorRunner) -> None:
    found = runner.run("example.nl", path="/nowhere/mijnhost.ini")
    assert "does not exist" in found.one("credentials").message
    assert found.has_failed


@pytest.mark.parametrize(
    ("mode", "who"), [(0o644, "its group and all users"), (0o640, "its group")]
)
def test_a_file_that_others_can_read(runner: DoctorRunner, mode: int, who: str) -> None:
    runner.run()
    runner.credentials.chmod(mode)
    found = runner.run()
    permissions = found.one("permissions")
    assert permissions.state is State.WARNING
    assert f"accessible to {who} (mode {mode:04o})" in permissions.message
    assert permissions.next_step == f"Restrict it: chmod 600 {runner.credentials}"


def test_a_file_with_the_key_that_others_can_read(runner: DoctorRunner, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(runner.emulator.account.api_key)
    secret.chmod(0o644)
    runner.run()
    key = f"dns_mijnhost_api_key = {runner.emulator.account.api_key}"
    text = runner.credentials.read_text().replace(key, "dns_mijnhost_api_key_file = secret")
    runner.credentials.write_text(text)
    found = [f for f in runner.run().findings if f.check == "permissions"]
    assert [finding.state for finding in found] == [State.OK, State.WARNING]
    assert found[1].next_step == f"Restrict it: chmod 600 {secret}"


def test_the_vendors_name_of_the_key(runner: DoctorRunner) -> None:
    runner.run()
    text = runner.credentials.read_text().replace("dns_mijnhost_api_key", "dns_mijn_host_api_key")
    runner.credentials.write_text(text)
    found = runner.run()
    assert found.one("credentials").state is State.WARNING
    assert "rename it to dns_mijnhost_api_key" in found.one("credentials").message
    assert found.one("key").state is State.OK


def test_the_environment_gives_the_key(runner: DoctorRunner, tmp_path: Path) -> None:
    runner.run()
    runner.environment["CREDENTIALS_DIRECTORY"] = str(tmp_path)
    found = runner.run("example.nl", path=None)
    assert str(runner.credentials) in found.one("credentials").message
    assert not found.has_failed


def test_a_key_in_literal_quotation_marks(runner: DoctorRunner) -> None:
    runner.run()
    key = runner.emulator.account.api_key
    runner.credentials.write_text(runner.credentials.read_text().replace(key, f"\"'{key}'\""))
    found = runner.run("example.nl")
    credentials = found.one("credentials")
    assert credentials.state is State.WARNING
    assert (
        f"Line 1 of the credentials file {runner.credentials} has quotation" in credentials.message
    )
    assert key not in credentials.message
    assert found.one("key").state is State.OK


def test_an_unreadable_line_is_reported_by_its_number(runner: DoctorRunner) -> None:
    runner.run()
    key = runner.emulator.account.api_key
    runner.credentials.write_text(runner.credentials.read_text().replace(key, f"{key}#more"))
    found = runner.run("example.nl")
    credentials = found.one("credentials")
    assert credentials.state is State.FAILED
    assert (
        f"Line 1 of the credentials file {runner.credentials} has a number" in credentials.message
    )
    assert key not in credentials.message
