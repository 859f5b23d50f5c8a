"""Why Certbot's last attempt to renew a certificate failed, according to its logs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

MOST_FILES = 20
"""Certbot starts a new file at each run of any of its commands."""
MOST_BYTES = 65536
MOST_CHARACTERS = 200
LIKE_A_SECRET = re.compile(r"[A-Za-z0-9+/_=-]{24,}")
"""A key, a token or the value of a challenge: it must not be repeated in a message."""


class Failure(NamedTuple):
    """A failed attempt.

    :param at: when, in UTC.
    :param reason: Certbot's message, shortened, without what looks like a secret.
    """

    at: datetime
    reason: str


def last_failure(name: str, logs_directory: Path) -> Failure | None:
    """Return why the last attempt to renew `name` failed; None if it succeeded or is not logged.

    :param name: of the certificate, as ``certbot certificates`` shows it.
    """
    failed = re.compile(
        rf"(?:Failed to renew certificate {re.escape(name)} with error: "
        rf"|Attempting to renew cert \({re.escape(name)}\) from .* produced an unexpected error: )"
        r"(.*)"
    )
    succeeded = re.compile(
        rf"/live/{re.escape(name)}/fullchain\.pem(?: expires on \S+)? \((?:success|skipped)\)"
        rf"|saved at: +\S*/live/{re.escape(name)}/fullchain\.pem"
    )
    for file in _logs(logs_directory):
        text = _end_of(file)
        found = failed.search(text)
        if found is not None:
            at = datetime.fromtimestamp(file.stat().st_mtime, timezone.utc)
            return Failure(at, _safe(found[1]))
        if succeeded.search(text):
            return None
    return None


def _logs(directory: Path) -> Iterator[Path]:
    try:
        found = [(file.stat().st_mtime, file) for file in directory.glob("letsencrypt.log*")]
    except OSError:
        return
    for _, file in sorted(found, reverse=True)[:MOST_FILES]:
        yield file


def _end_of(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            opened.seek(max(opened.seek(0, 2) - MOST_BYTES, 0))
            return opened.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _safe(reason: str) -> str:
    hidden = LIKE_A_SECRET.sub("…", reason.strip().rstrip("."))
    return f"{hidden[:MOST_CHARACTERS]}…" if len(hidden) > MOST_CHARACTERS else hidden
