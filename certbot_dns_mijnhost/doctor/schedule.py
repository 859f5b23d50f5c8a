"""Find how often this machine starts ``certbot renew``, from the files of systemd and cron."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

UNIT_FOLDERS = (
    "etc/systemd/system",
    "run/systemd/system",
    "usr/local/lib/systemd/system",
    "usr/lib/systemd/system",
    "lib/systemd/system",
)
CRON_FILES = ("etc/crontab", "var/spool/cron/crontabs/root", "var/spool/cron/root")
CRON_FOLDERS = {"etc/cron.hourly": 24.0, "etc/cron.daily": 1.0}
RENEWS = re.compile(r"\bcertbot\b.*\brenew\b|\bcertbot-renew\b")
UNLESS_SYSTEMD = re.compile(r"! -d /run/systemd/system")
"""In Debian's cron job, which does nothing if systemd runs the timer."""
NICKNAMES = {"@hourly": 24.0, "@daily": 1.0, "@midnight": 1.0, "@weekly": 1 / 7}
CALENDARS = {"hourly": 24.0, "daily": 1.0, "weekly": 1 / 7, "minutely": 1440.0}
SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "hour": 3600, "hours": 3600, "d": 86400}
SECONDS.update({"sec": 1, "day": 86400, "days": 86400, "minutes": 60, "": 1})
DAY = 86400.0


@dataclass(frozen=True)
class Schedule:
    """How often renewals are started.

    :param runs_per_day: of all files together.
    :param sources: the files that start renewals.
    :param unreadable: files that may start renewals, and that this user cannot read.
    """

    runs_per_day: float
    sources: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


def find_schedule(root: Path) -> Schedule:
    """Return what the files below `root` start; systemd and cron are not queried."""
    unreadable: list[str] = []
    found = [*_timers(root, unreadable), *_cron(root, unreadable)]
    return Schedule(
        sum(runs for _, runs in found),
        tuple(path for path, runs in found if runs),
        tuple(unreadable),
    )


def _timers(root: Path, unreadable: list[str]) -> Iterator[tuple[str, float]]:
    seen = set()
    for folder in UNIT_FOLDERS:
        for timer in sorted((root / folder).glob("*.timer")):
            if timer.name in seen or not _is_enabled(root, timer.name):
                continue
            seen.add(timer.name)
            lines = _lines(root, timer, unreadable)
            lines += _drop_ins(root, timer.name, unreadable)
            unit = (_settings(lines, "Unit") or [f"{timer.stem}.service"])[-1]
            commands = _settings(_unit(root, unit, unreadable), "ExecStart")
            if any(map(RENEWS.search, commands)):
                yield _shown(root, timer), _runs_of_timer(lines)


def _is_enabled(root: Path, name: str) -> bool:
    return any(
        os.path.lexists(wants / name)
        for folder in UNIT_FOLDERS
        for wants in (root / folder).glob("*.wants")
    )


def _unit(root: Path, name: str, unreadable: list[str]) -> list[str]:
    for folder in UNIT_FOLDERS:
        file = root / folder / name
        if file.exists():
            return _lines(root, file, unreadable) + _drop_ins(root, name, unreadable)
    return []


def _drop_ins(root: Path, name: str, unreadable: list[str]) -> list[str]:
    return [
        line
        for folder in UNIT_FOLDERS
        for file in sorted((root / folder / f"{name}.d").glob("*.conf"))
        for line in _lines(root, file, unreadable)
    ]


def _settings(lines: list[str], name: str) -> list[str]:
    """Return the values of a setting; an empty one clears those before it, as in systemd."""
    values: list[str] = []
    for line in lines:
        key, equals, value = line.partition("=")
        if not equals or key.strip() != name:
            continue
        values = [*values, value.strip()] if value.strip() else []
    return values


def _runs_of_timer(lines: list[str]) -> float:
    runs = sum(map(runs_of_calendar, _settings(lines, "OnCalendar")))
    for text in _settings(lines, "OnUnitActiveSec") + _settings(lines, "OnUnitInactiveSec"):
        seconds = _span(text)
        runs += DAY / seconds if seconds else 0.0
    return runs


def runs_of_calendar(text: str) -> float:
    """Return how often a day an ``OnCalendar`` expression elapses; 0 if it is not understood."""
    words = text.strip().lower().split()
    if len(words) == 1 and words[0] in CALENDARS:
        return CALENDARS[words[0]]
    words = [word for word in words if word != "utc" and "/" not in word[:1]]
    share = 1.0
    if words and words[0][:1].isalpha():
        share = _days_of_week(words.pop(0))
    if words and "-" in words[0]:
        share *= 1.0 if words.pop(0) in {"*-*-*", "*-*"} else 0.0
    if not words:
        return share
    parts = words[0].split(":")
    if len(parts) not in {2, 3}:
        return 0.0
    return share * _count(parts[0], 24) * _count(parts[1], 60)


def _days_of_week(text: str) -> float:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    count = 0
    for part in text.split(","):
        ends = [day[:3] for day in part.split("..")]
        if not all(end in days for end in ends):
            return 0.0
        count += (days.index(ends[-1]) - days.index(ends[0])) % 7 + 1
    return count / 7


def _count(field: str, size: int) -> int:
    """Return how many values a field of systemd's or cron's has, such as ``3,15`` or ``*/12``."""
    count = 0
    for part in field.replace("..", "-").split(","):
        found = re.fullmatch(r"(\*|\d+)(?:-(\d+))?(?:/(\d+))?", part)
        if found is None:
            return 0
        first = 0 if found[1] == "*" else int(found[1])
        last = (
            size - 1 if found[1] == "*" or (found[3] and not found[2]) else int(found[2] or first)
        )
        count += len(range(first, min(last, size - 1) + 1, max(int(found[3] or 1), 1)))
    return count


def _span(text: str) -> float:
    parts = re.findall(r"(\d+)\s*([a-z]*)", text.lower())
    return float(sum(int(number) * SECONDS.get(unit, 0) for number, unit in parts))


def _cron(root: Path, unreadable: list[str]) -> Iterator[tuple[str, float]]:
    has_systemd = (root / "run/systemd/system").is_dir()
    for folder, runs in CRON_FOLDERS.items():
        for file in _files(root / folder):
            if any(map(RENEWS.search, _lines(root, file, unreadable))):
                yield _shown(root, file), runs
    # cron skips names with a dot.
    files = [file for file in _files(root / "etc/cron.d") if "." not in file.name]
    for file in [*files, *(root / name for name in CRON_FILES)]:
        for line in _lines(root, file, unreadable):
            is_skipped = has_systemd and UNLESS_SYSTEMD.search(line.replace("\\", ""))
            if RENEWS.search(line) and not is_skipped:
                yield _shown(root, file), runs_of_cron(line)


def runs_of_cron(line: str) -> float:
    """Return how often a day a line of a crontab runs; 0 if it is not understood."""
    words = line.split()
    if words and words[0] in NICKNAMES:
        return NICKNAMES[words[0]]
    if len(words) < 6:
        return 0.0
    minutes, hours, day, month, weekday = words[:5]
    share = 1.0 if (day, month) == ("*", "*") else 0.0
    if weekday not in {"*", "0-6", "0-7", "1-7"}:
        share *= _count(weekday, 7) / 7
    return share * _count(minutes, 60) * _count(hours, 24)


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(file for file in folder.iterdir() if file.is_file())
    except OSError:
        return []


def _lines(root: Path, file: Path, unreadable: list[str]) -> list[str]:
    """Return the lines that are not comments."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError:
        unreadable.append(_shown(root, file))
        return []
    lines = text.replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith(("#", ";"))]


def _shown(root: Path, file: Path) -> str:
    return f"/{file.relative_to(root)}"
