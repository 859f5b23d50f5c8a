"""Renewal by cron."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.support.commands import EXAMPLES, ROOT, TOOLS, StubCommands, run


def numbers(field: str, least: int, most: int) -> set[int]:
    """Return what a field of a crontab means.

    :raises ValueError: if it is not one.
    """
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = (f"{least}-{most}" if span == "*" else span).partition("-")
        found |= set(range(int(first), int(last or first) + 1, int(step or 1)))
    if not found <= set(range(least, most + 1)):
        raise ValueError(f"{field} is not within {least} to {most}")
    return found


def test_the_cron_file_runs_certbot_twice_a_day(tmp_path: Path, stubs: StubCommands) -> None:
    path = EXAMPLES / "cron" / "certbot-mijnhost"
    assert re.fullmatch(r"[A-Za-z0-9_-]+", path.name), "cron passes over other names"
    assert path.stat().st_mode & 0o022 == 0, "cron passes over files that others can write"
    text = path.read_text()
    assert text.endswith("\n"), "cron passes over a last line without its end"
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    variables = dict(line.split("=") for line in lines if re.match(r"\w+=", line))
    assert variables["SHELL"] == "/bin/sh"
    assert {"/usr/sbin", "/usr/bin"} <= set(variables["PATH"].split(":"))

    [entry] = [line for line in lines if not re.match(r"\w+=", line)]
    minute, hour, day, month, weekday, user, command = entry.split(maxsplit=6)
    assert len(numbers(minute, 0, 59)) == 1
    assert len(numbers(hour, 0, 23)) == 2
    assert (day, month, weekday, user) == ("*", "*", "*", "root")
    assert "%" not in command, "cron takes it for a line break"

    stubs.add("sleep")
    (tmp_path / "bin").mkdir()
    stubs.add("certbot")
    (stubs.directory / "certbot").rename(tmp_path / "bin" / "certbot")
    assert "/opt/certbot/bin/certbot " in command
    done = stubs.run("sh", "-c", command.replace("/opt/certbot", str(tmp_path)))
    assert (done.returncode, done.stdout) == (0, ""), "what it says would be mailed"
    [slept, renewed] = stubs.calls
    assert re.fullmatch(r"sleep \d{1,4}", slept)
    assert int(slept.split()[1]) < 3600
    assert renewed == "certbot renew --quiet --no-random-sleep-on-renew"


@pytest.mark.parametrize("path", ["docs/recipes.md", "examples/non-root/obtain.sh"])
def test_a_plain_users_cron_finds_the_certbot_with_the_plugin(path: str, tmp_path: Path) -> None:
    [line] = re.findall(
        r"^[# ]+(\d+ \d+,\d+ \* \* \* .*)$", (ROOT / path).read_text(), re.MULTILINE
    )
    command = line.split(maxsplit=5)[5]
    assert "%" not in command, "cron takes it for a line break"
    (tmp_path / "bin").mkdir()
    shutil.copy(EXAMPLES / "non-root" / "obtain.sh", tmp_path / "bin")
    local = StubCommands(tmp_path / "local", TOOLS)
    local.add("certbot")
    # This is all that cron gives to a plain user.
    done = run(
        *("/bin/sh", "-c", command.replace("/usr/local/bin", str(local.directory))),
        environment={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"},
    )
    assert (done.returncode, done.stdout) == (0, "")
    [call] = local.calls
    assert call.startswith("certbot renew --quiet ")
