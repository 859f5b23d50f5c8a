"""When certificates are renewed, and what prevents it."""

from __future__ import annotations

import os
import time
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from certbot_dns_mijnhost.doctor import Finding, State
from certbot_dns_mijnhost.doctor.certbot_files import Validity, last_failure
from certbot_dns_mijnhost.doctor.renewals import renewal_time
from certbot_dns_mijnhost.emulator import Variants

from .runner import DoctorRunner
from .test_renewals import store

LOG = "2026-11-01 03:00:00,123:ERROR:certbot._internal.renewal:"
FAILED = f"{LOG}Failed to renew certificate example.nl with error: Some challenges have failed.\n"
OLD_FAILED = (
    "2026-11-01 03:00:00,123:WARNING:certbot._internal.renewal:Attempting to renew cert "
    "(example.nl) from /etc/letsencrypt/renewal/example.nl.conf produced an unexpected error: "
    "Timeout. Skipping.\n"
)
SUCCESS = "  /etc/letsencrypt/live/example.nl/fullchain.pem (success)\n"
SAVED = "Certificate is saved at: /etc/letsencrypt/live/example.nl/fullchain.pem\n"


def lines(runner: DoctorRunner, check: str = "horizon") -> list[Finding]:
    return [each for each in runner.run().findings if each.check == check]


def logs(runner: DoctorRunner) -> Path:
    folder = runner.credentials.parent / "root" / "var" / "log" / "letsencrypt"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize(
    ("lifetime", "left"), [(90, 30), (47, 47 / 3), (10, 10 / 3), (6, 3), (9.9, 4.95)]
)
def test_when_certbot_renews(lifetime: float, left: float) -> None:
    end = datetime(2026, 12, 1, tzinfo=timezone.utc)
    validity = Validity(end - timedelta(days=lifetime), end)
    assert end - renewal_time(validity) == timedelta(days=left)


def test_one_line_each_the_soonest_first(runner: DoctorRunner) -> None:
    runner.run()
    store(runner, str(runner.credentials), name="later.nl", days_left=80.5)
    store(runner, str(runner.credentials), name="soon.nl", days_left=40.5)
    store(runner, None, name="others.nl", authenticator="nginx", days_left=60.5)
    found = lines(runner)
    assert [each.data["certificate"] for each in found] == ["soon.nl", "others.nl", "later.nl"]
    assert [each.data["days"] for each in found] == [40, 60, 80]
    assert {each.state for each in found} == {State.OK}
    due = datetime.now(timezone.utc) + timedelta(days=10.5)
    assert f"40 days left (until {due + timedelta(days=30):%Y-%m-%d})" in found[0].message
    assert f"Certbot renews it from {due:%Y-%m-%d} on" in found[0].message


def test_without_certificates_no_renewal_dates_are_reported(runner: DoctorRunner) -> None:
    assert lines(runner) == lines(runner, "schedule") == []


def test_that_nothing_starts_a_renewal_is_a_warning(runner: DoctorRunner) -> None:
    runner.run()
    store(runner, str(runner.credentials))
    [schedule] = lines(runner, "schedule")
    assert schedule.state is State.WARNING
    assert "Neither a systemd timer nor cron" in schedule.message
    crontab = runner.credentials.parent / "root" / "var" / "spool" / "cron" / "crontabs" / "root"
    crontab.parent.mkdir(parents=True)
    crontab.write_text("0 3 * * * certbot renew\n")
    [schedule] = lines(runner, "schedule")
    assert schedule.state is State.WARNING
    assert "less than twice a day (/var/spool/cron/crontabs/root)" in schedule.message
    crontab.write_text("0 3,15 * * * certbot renew\n")
    [schedule] = lines(runner, "schedule")
    assert schedule.state is State.OK
    assert schedule.data["runs_per_day"] == 2
    crontab.unlink()
    crontab.mkdir()
    [schedule] = lines(runner, "schedule")
    assert schedule.state is State.NOTE
    assert "cannot read /var/spool/cron/crontabs/root" in schedule.message


def test_the_last_attempt_failed(runner: DoctorRunner) -> None:
    runner.run()
    store(runner, str(runner.credentials), days_left=20)
    (logs(runner) / "letsencrypt.log").write_text(FAILED)
    [line] = lines(runner)
    assert line.state is State.WARNING
    assert "The last attempt failed on" in line.message
    assert "Some challenges have failed" in line.message
    assert "certbot renew --cert-name example.nl --dry-run" in line.next_step
    assert line.data["failure"]["reason"] == "Some challenges have failed"


def test_a_failure_before_the_certificate_is_over(runner: DoctorRunner) -> None:
    runner.run()
    store(runner, str(runner.credentials), days_left=89.5)
    log = logs(runner) / "letsencrypt.log"
    log.write_text(FAILED)
    before = time.time() - 5 * 86400
    os.utime(log, (before, before))
    assert [each.state for each in lines(runner)] == [State.OK]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ([FAILED], "Some challenges have failed"),
        ([OLD_FAILED], "Timeout. Skipping"),
        (["nothing\n", FAILED], "Some challenges have failed"),
        ([SUCCESS, FAILED], None),
        (
            ["x Certificate is saved at: /etc/letsencrypt/live/example.nl/fullchain.pem", FAILED],
            None,
        ),
        (["/live/example.nl/fullchain.pem expires on 2027-01-01 (skipped)", FAILED], None),
        ([FAILED.replace("example.nl", "www.example.nl")], None),
        ([], None),
    ],
)
def test_the_newest_log_of_the_certificate_decides(
    tmp_path: Path, files: list[str], reason: str | None
) -> None:
    for age, text in enumerate(files):
        file = tmp_path / ("letsencrypt.log" + (f".{age}" if age else ""))
        file.write_text(text)
        os.utime(file, (1_700_000_000 - age, 1_700_000_000 - age))
    found = last_failure("example.nl", tmp_path)
    assert (found.reason if found else None) == reason


def test_the_reason_holds_no_secret_and_stays_short(tmp_path: Path) -> None:
    secret = "aB3" * 16
    text = FAILED.replace("Some challenges", f"key {secret} token={secret} " + "long " * 100)
    (tmp_path / "letsencrypt.log").write_text("x" * 100_000 + "\n" + text)
    found = last_failure("example.nl", tmp_path)
    assert found is not None
    assert secret not in found.reason
    assert len(found.reason) <= 201


def test_a_key_that_ends_before_the_renewal(runner: DoctorRunner) -> None:
    last_day = date.today() + timedelta(days=35)  # noqa: DTZ011
    runner.emulator.variants = Variants(key_expiry=str(last_day))
    runner.run()
    store(runner, str(runner.credentials), name="before.nl", days_left=60)
    store(runner, str(runner.credentials), name="after.nl", days_left=80)
    store(runner, None, name="others.nl", authenticator="nginx", days_left=81)
    before, after, others = lines(runner)
    assert before.state is State.OK
    assert others.state is State.OK
    assert after.state is State.WARNING
    assert f"The API key expires before that, on {last_day}" in after.message
    assert "Create a new key" in after.next_step


def test_an_expired_certificate(runner: DoctorRunner) -> None:
    runner.run()
    store(runner, str(runner.credentials), days_left=-1)
    [line] = lines(runner)
    assert line.state is State.WARNING
    assert "expired" in line.message
    assert "Certbot renews it at its next run" in line.message
