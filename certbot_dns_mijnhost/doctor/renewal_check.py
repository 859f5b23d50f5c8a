"""The renewals that Certbot has stored: does each find its credentials, and do they happen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from certbot_dns_mijnhost import credentials
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.renewals import CREDENTIALS, Renewal
from certbot_dns_mijnhost.settings import SettingError, settle

OVERDUE = 0.2
"""The part of a certificate's life at whose end Certbot should long have renewed it: it begins to
try when a third is left (half, where the whole is ten days or less)."""


def check_renewals(
    stored: Iterable[Renewal], environment: Mapping[str, str], report: Report, *, now: datetime
) -> None:
    """Report of each renewal that will not work, or did not; of the others in one line.

    :param environment: of the process: where no file is stored, the key has to be in it.
    """
    sound = []
    for renewal in stored:
        trouble = _trouble(renewal, environment) or _overdue(renewal, now)
        if trouble is None:
            sound.append(renewal.name)
        else:
            report(trouble)
    if sound:
        message = f"Certbot has what it needs to renew {', '.join(sound)}."
        report(Finding("renewal", State.OK, message, data={"certificates": sound}))


def _trouble(renewal: Renewal, environment: Mapping[str, str]) -> Finding | None:
    path = renewal.credentials
    if not path:
        return None if _has_key(environment) else _without_file(renewal)
    if not Path(path).is_absolute():
        return Finding(
            "renewal",
            State.FAILED,
            f"The renewal of {renewal.name} looks for its credentials in {path}, a relative path, "
            "and cron and systemd start in another folder.",
            f"Write the whole path into {renewal.file}: {CREDENTIALS} = /WHOLE/PATH/{path}",
            data=_data(renewal),
        )
    try:
        found = credentials.load(path)
        settle(lambda _: None, found.settings, found.source)
    except SettingError as error:
        return Finding(
            "renewal",
            State.FAILED,
            f"The renewal of {renewal.name} finds no usable credentials: {error}",
            f"Put the file in order, or name another one in {renewal.file}: {CREDENTIALS} = FILE",
            data=_data(renewal),
        )
    return None


def _overdue(renewal: Renewal, now: datetime) -> Finding | None:
    if renewal.validity is None:
        return None
    start, end = renewal.validity
    if (end - now) > OVERDUE * (end - start):
        return None
    left = "is over" if now >= end else f"ends in {(end - now).days} days"
    return Finding(
        "renewal",
        State.WARNING,
        f"The certificate {renewal.name} {left} ({end:%Y-%m-%d}), and should have been renewed.",
        "Try it: certbot renew --dry-run. If that works, nothing starts it by itself: look at "
        "systemctl list-timers or the line of cron, and at /var/log/letsencrypt/letsencrypt.log.",
        data={**_data(renewal), "end": end.isoformat()},
    )


def _has_key(environment: Mapping[str, str]) -> bool:
    try:
        return credentials.find(environment) is not None
    except SettingError:
        return False


def _without_file(renewal: Renewal) -> Finding:
    return Finding(
        "renewal",
        State.WARNING,
        f"The renewal of {renewal.name} has no credentials file: the first run took the key from "
        "its environment (or the CA reused an authorization). Certbot needs the key in its "
        "environment at each renewal, and it is not in this one.",
        "If cron, systemd or a container sets it for Certbot, no change is needed. Otherwise write "
        f"the path of the credentials file into {renewal.file}, below [renewalparams]: "
        f"{CREDENTIALS} = /etc/letsencrypt/mijnhost.ini",
        data=_data(renewal),
    )


def _data(renewal: Renewal) -> dict[str, str]:
    return {"certificate": renewal.name, "file": str(renewal.file)}
