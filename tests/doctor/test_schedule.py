"""Whether timers and cron start renewals twice a day, from the files of systemd and cron."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.doctor.schedule import find_schedule, runs_of_calendar, runs_of_cron

ROOT = Path(__file__).resolve().parent.parent.parent
SERVICE = "[Service]\nType=oneshot\nExecStart=/usr/bin/certbot -q renew\n"
TIMER = "[Timer]\nOnCalendar=*-*-* 00,12:00:00\nRandomizedDelaySec=43200\n"


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def enable(root: Path, name: str, folder: str = "etc/systemd/system/timers.target.wants") -> None:
    (root / folder).mkdir(parents=True, exist_ok=True)
    (root / folder / name).symlink_to(f"/lib/systemd/system/{name}")


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("*-*-* 00,12:00:00", 2),
        ("*-*-* 03:00", 1),
        ("*-*-* 0/6:00:00", 4),
        ("*-*-* 8..10:30", 3),
        ("*-*-* *:00/20:00", 72),
        ("*:0", 24),
        ("3:00 UTC", 1),
        ("daily", 1),
        ("hourly", 24),
        ("*-*-*", 1),
        ("Mon *-*-* 03:00", 1 / 7),
        ("Mon..Fri 03,15:00", 10 / 7),
        ("*-*-01 03:00", 0),
        ("whenever", 0),
        ("", 1),
    ],
)
def test_calendars(text: str, runs: float) -> None:
    assert runs_of_calendar(text) == pytest.approx(runs)


@pytest.mark.parametrize(
    ("line", "runs"),
    [
        ("0 */12 * * * root certbot -q renew", 2),
        ("0 3,15 * * * root certbot renew", 2),
        ("17 4 * * * certbot renew", 1),
        ("0 0-23/8 * * * certbot renew", 3),
        ("0 3 * * 1 certbot renew", 1 / 7),
        ("0 3 1 * * certbot renew", 0),
        ("@daily root certbot renew", 1),
        ("@hourly certbot renew", 24),
        ("PATH=/usr/bin:/bin certbot renew", 0),
    ],
)
def test_lines_of_cron(line: str, runs: float) -> None:
    assert runs_of_cron(line) == pytest.approx(runs)


@given(st.text(max_size=40))
def test_any_text_has_a_number(text: str) -> None:
    assert runs_of_calendar(text) >= 0
    assert runs_of_cron(text) >= 0


def test_the_timer_of_apt(tmp_path: Path) -> None:
    write(tmp_path, "lib/systemd/system/certbot.timer", TIMER)
    write(tmp_path, "lib/systemd/system/certbot.service", SERVICE)
    assert find_schedule(tmp_path).runs_per_day == 0, "it is not enabled"
    enable(tmp_path, "certbot.timer")
    found = find_schedule(tmp_path)
    assert found.runs_per_day == 2
    assert found.sources == ("/lib/systemd/system/certbot.timer",)


def test_a_drop_in_changes_the_command_and_the_time(tmp_path: Path) -> None:
    write(tmp_path, "lib/systemd/system/certbot.timer", TIMER)
    write(tmp_path, "lib/systemd/system/certbot.service", SERVICE)
    enable(tmp_path, "certbot.timer")
    drop_in = "[Timer]\nOnCalendar=\nOnCalendar=daily\n"
    write(tmp_path, "etc/systemd/system/certbot.timer.d/once.conf", drop_in)
    assert find_schedule(tmp_path).runs_per_day == 1
    write(
        tmp_path,
        "etc/systemd/system/certbot.service.d/other.conf",
        "[Service]\nExecStart=\nExecStart=/bin/true\n",
    )
    assert find_schedule(tmp_path).runs_per_day == 0


def test_a_masked_timer_does_not_run(tmp_path: Path) -> None:
    write(tmp_path, "lib/systemd/system/certbot.timer", TIMER)
    write(tmp_path, "lib/systemd/system/certbot.service", SERVICE)
    enable(tmp_path, "certbot.timer")
    (tmp_path / "etc/systemd/system/certbot.timer").symlink_to("/dev/null")
    assert find_schedule(tmp_path).runs_per_day == 0


def test_the_timer_of_snap(tmp_path: Path) -> None:
    name = "snap.certbot.renew"
    times = "[Timer]\nUnit=snap.certbot.renew.service\nOnCalendar=*-*-* 07:48\n"
    write(tmp_path, f"etc/systemd/system/{name}.timer", f"{times}OnCalendar=*-*-* 18:01\n")
    command = 'ExecStart=/usr/bin/snap run --timer="00:00~24:00/2" certbot.renew\n'
    write(tmp_path, f"etc/systemd/system/{name}.service", f"[Service]\n{command}")
    enable(tmp_path, f"{name}.timer")
    assert find_schedule(tmp_path).runs_per_day == 2


def test_debians_cron_job_does_not_count_with_systemd(tmp_path: Path) -> None:
    line = (
        "0 */12 * * * root test -x /usr/bin/certbot -a \\! -d /run/systemd/system && "
        "perl -e 'sleep int(rand(43200))' && certbot -q renew\n"
    )
    write(tmp_path, "etc/cron.d/certbot", line)
    assert find_schedule(tmp_path).runs_per_day == 2
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    assert find_schedule(tmp_path).runs_per_day == 0


def test_other_places_of_cron(tmp_path: Path) -> None:
    write(tmp_path, "etc/cron.daily/certbot", "#!/bin/sh\ncertbot renew\n")
    write(tmp_path, "var/spool/cron/crontabs/root", "# certbot renew\n5 4 * * * certbot renew\n")
    write(tmp_path, "etc/cron.d/certbot.bak", "0 * * * * root certbot renew\n")
    assert find_schedule(tmp_path).runs_per_day == 2


def test_a_crontab_that_is_not_readable_is_named(tmp_path: Path) -> None:
    (tmp_path / "var/spool/cron/crontabs/root").mkdir(parents=True)
    assert find_schedule(tmp_path).unreadable == ("/var/spool/cron/crontabs/root",)


def test_our_own_recipes_are_understood(tmp_path: Path) -> None:
    examples = ROOT / "examples"
    write(
        tmp_path,
        "etc/cron.d/certbot-mijnhost",
        (examples / "cron" / "certbot-mijnhost").read_text(),
    )
    assert find_schedule(tmp_path).runs_per_day == 2
    for file in (examples / "systemd").glob("certbot-mijnhost.*"):
        write(tmp_path, f"etc/systemd/system/{file.name}", file.read_text())
        if file.suffix == ".timer":
            enable(tmp_path, file.name)
    assert find_schedule(tmp_path).runs_per_day == 4
