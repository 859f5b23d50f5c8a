"""What Certbot has stored for the renewal of certificates that this plugin obtained."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

import configobj

from certbot_dns_mijnhost.text_files import read_text

AUTHENTICATOR = "dns-mijnhost"
CREDENTIALS = "dns_mijnhost_credentials"
REGISTRATION = "regr.json"
"""The file with an ACME account's URL. The private key is in another file, which is not read."""


class Validity(NamedTuple):
    """From when and until when a certificate is valid, in UTC."""

    start: datetime
    end: datetime


class Renewal(NamedTuple):
    """One certificate that Certbot renews.

    :param name: of the certificate, as ``certbot certificates`` shows it.
    :param file: the renewal configuration.
    :param credentials: the path of the credentials file as it is stored; empty where none is.
    :param validity: of the newest certificate; None if that is not readable.
    :param authenticator: the plugin that renews it.
    """

    name: str
    file: Path
    credentials: str
    validity: Validity | None
    authenticator: str = AUTHENTICATOR


def certificates(config_directory: Path) -> list[Renewal]:
    """Return what Certbot renews by any authenticator; what is not readable is left out.

    :param config_directory: Certbot's ``--config-dir``.
    """
    found = [_renewal(file) for file in sorted((config_directory / "renewal").glob("*.conf"))]
    return [each for each in found if each is not None]


def renewals(config_directory: Path) -> list[Renewal]:
    """Return what Certbot renews by this plugin."""
    found = certificates(config_directory)
    return [each for each in found if each.authenticator == AUTHENTICATOR]


def _renewal(file: Path) -> Renewal | None:
    try:
        lines = read_text(file).split("\n")
        stored = configobj.ConfigObj(lines, interpolation=False)
    except (OSError, ValueError, configobj.ConfigObjError):
        return None  # `certbot renew` names such a file itself.
    parameters = stored.get("renewalparams")
    if not isinstance(parameters, dict):
        return None
    authenticator = parameters.get("authenticator")
    path, certificate = parameters.get(CREDENTIALS), stored.get("cert")
    return Renewal(
        file.stem,
        file,
        # Certbot reads None as no value.
        path if isinstance(path, str) and path != "None" else "",
        _validity(Path(certificate)) if isinstance(certificate, str) else None,
        authenticator if isinstance(authenticator, str) else "",
    )


def _validity(certificate: Path) -> Validity | None:
    from cryptography import x509  # noqa: PLC0415  # Certbot brings it; it takes long to import

    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError):
        return None
    return Validity(_utc(found, "not_valid_before"), _utc(found, "not_valid_after"))


def _utc(certificate: Any, field: str) -> datetime:
    # Debian 12's cryptography has only the older field, which newer versions warn of.
    newer: datetime | None = getattr(certificate, f"{field}_utc", None)
    if newer is not None:
        return newer
    older: datetime = getattr(certificate, field)
    return older.replace(tzinfo=timezone.utc)


def account_urls(config_directory: Path) -> tuple[str, ...] | None:
    """Return the URLs of Certbot's accounts, sorted; None if the folder is not readable.

    :param config_directory: Certbot's ``--config-dir``.
    """
    folder = config_directory / "accounts"
    try:
        folder.stat()
        files = sorted(folder.rglob(REGISTRATION))
    except FileNotFoundError:
        return ()
    except OSError:
        return None
    urls = []
    for file in files:
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # Certbot names such a file itself.
        if isinstance(found, dict) and isinstance(found.get("uri"), str):
            urls.append(found["uri"])
    return tuple(sorted(set(urls)))
