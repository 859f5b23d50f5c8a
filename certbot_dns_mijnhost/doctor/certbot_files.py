"""Read what Certbot stored: its renewals, the URLs of its ACME accounts, and its logs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

import configobj

from certbot_dns_mijnhost.text_files import read_text

AUTHENTICATOR = "dns-mijnhost"
CREDENTIALS = "dns_mijnhost_credentials"
REGISTRATION = "regr.json"
"""The file with an ACME account's URL. The private key is in another file, which is not read."""
MOST_FILES = 20
"""Certbot starts a new file at each run of any of its commands."""
MOST_BYTES = 65536
MOST_CHARACTERS = 200
LIKE_A_SECRET = re.compile(r"[A-Za-z0-9+/_=-]{24,}")
"""A key, a token or the value of a challenge: it must not be repeated in a message."""


class Validity(NamedTuple):
    """The validity period of a certificate, in UTC."""

    start: datetime
    end: datetime


class Renewal(NamedTuple):
    """One certificate that Certbot renews.

    :param name: of the certificate, as ``certbot certificates`` shows it.
    :param file: the renewal configuration.
    :param credentials: the stored path of the credentials file; empty if none is stored.
    :param validity: of the newest certificate; None if it cannot be read.
    :param authenticator: the plugin that renews it.
    """

    name: str
    file: Path
    credentials: str
    validity: Validity | None
    authenticator: str = AUTHENTICATOR


def certificates(config_directory: Path) -> list[Renewal]:
    """Return the certificates that Certbot renews by any authenticator, without unreadable ones.

    :param config_directory: Certbot's ``--config-dir``.
    """
    found = [_renewal(file) for file in sorted((config_directory / "renewal").glob("*.conf"))]
    return [each for each in found if each is not None]


def renewals(config_directory: Path) -> list[Renewal]:
    """Return the certificates that Certbot renews by this plugin."""
    found = certificates(config_directory)
    return [each for each in found if each.authenticator == AUTHENTICATOR]


def _renewal(file: Path) -> Renewal | None:
    try:
        lines = read_text(file).split("\n")
        stored = configobj.ConfigObj(lines, interpolation=False)
    except (OSError, ValueError, configobj.ConfigObjError):
        return None  # `certbot renew` reports such a file itself.
    parameters = stored.get("renewalparams")
    if not isinstance(parameters, dict):
        return None
    authenticator = parameters.get("authenticator")
    path, certificate = parameters.get(CREDENTIALS), stored.get("cert")
    return Renewal(
        file.stem,
        file,
        # Certbot writes None if there is no value.
        path if isinstance(path, str) and path != "None" else "",
        _validity(Path(certificate)) if isinstance(certificate, str) else None,
        authenticator if isinstance(authenticator, str) else "",
    )


def _validity(certificate: Path) -> Validity | None:
    from cryptography import x509  # noqa: PLC0415  # a dependency of Certbot; slow to import

    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError):
        return None
    return Validity(_utc(found, "not_valid_before"), _utc(found, "not_valid_after"))


def _utc(certificate: Any, field: str) -> datetime:
    # Debian 12's cryptography has only the older field, which is deprecated in newer versions.
    newer: datetime | None = getattr(certificate, f"{field}_utc", None)
    if newer is not None:
        return newer
    older: datetime = getattr(certificate, field)
    return older.replace(tzinfo=timezone.utc)


def account_urls(config_directory: Path) -> tuple[str, ...] | None:
    """Return the URLs of Certbot's accounts, sorted; None if the directory cannot be read.

    :param config_directory: Certbot's ``--config-dir``.
    """
    directory = config_directory / "accounts"
    try:
        directory.stat()
        files = sorted(directory.rglob(REGISTRATION))
    except FileNotFoundError:
        return ()
    except OSError:
        return None
    urls = []
    for file in files:
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # Certbot reports such a file itself.
        if isinstance(found, dict) and isinstance(found.get("uri"), str):
            urls.append(found["uri"])
    return tuple(sorted(set(urls)))


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
