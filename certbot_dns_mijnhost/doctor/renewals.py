"""The renewals that Certbot has stored: does each find its credentials, and do they happen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from certbot_dns_mijnhost import credentials
from certbot_dns_mijnhost.doctor.certbot_config import (
    AUTHENTICATOR,
    CREDENTIALS,
    Renewal,
    Validity,
)
from certbot_dns_mijnhost.doctor.certbot_log import Failure, last_failure
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.doctor.schedule import Schedule
from certbot_dns_mijnhost.settings import SettingError, settle

OVERDUE = 0.2
"""The part of a certificate's life at whose end Certbot should long have renewed it: it begins to
try when a third is left (half, where the whole is ten days or less)."""
LEAST_RUNS = 2.0
"""A day: a run may fail, and certificates of a few days have no time to lose."""
SHORT = timedelta(days=10)
"""The lifetime below which Certbot renews when half of it is left, instead of a third."""
HOW_TO_SCHEDULE = (
    "See the recipes for cron and for a systemd timer in docs/recipes.md. If something else starts "
    "Certbot (a container, another machine), nothing is wrong."
)


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


def renewal_time(validity: Validity) -> datetime:
    """Return from when on Certbot renews: a third of the lifetime is left, or half of a short one.

    The CA may ask for an earlier time, and ``renew_before_expiry`` may set another one.
    """
    lifetime = validity.end - validity.start
    return validity.end - (lifetime / 2 if lifetime < SHORT else lifetime / 3)


def check_horizon(
    certificates: Iterable[Renewal],
    schedule: Schedule,
    logs_directory: Path,
    report: Report,
    *,
    now: datetime,
    key_ends: date | None,
) -> None:
    """Report each certificate of Certbot's, and first whether anything renews them.

    :param key_ends: the last day of the API key, if the API reports it.
    """
    readable = [each for each in certificates if each.validity is not None]
    if not readable:
        return
    report(_of_schedule(schedule))
    lines = []
    for each in readable:
        failure = last_failure(each.name, logs_directory)
        found = _of_certificate(each, failure, schedule, now=now, key_ends=key_ends)
        lines.append((each.validity.end if each.validity else now, found))
    for _, finding in sorted(lines, key=lambda line: line[0]):
        report(finding)


def _of_schedule(schedule: Schedule) -> Finding:
    data: dict[str, Any] = {
        "runs_per_day": round(schedule.runs_per_day, 2),
        "sources": list(schedule.sources),
        "unreadable": list(schedule.unreadable),
    }
    listed = ", ".join(dict.fromkeys(schedule.sources))
    if schedule.runs_per_day >= LEAST_RUNS:
        message = f"certbot renew runs {schedule.runs_per_day:.0f} times a day ({listed})."
        return Finding("schedule", State.OK, message, data=data)
    if schedule.unreadable:
        message = (
            "Whether certbot renew runs twice a day is not known: cannot read "
            f"{', '.join(schedule.unreadable)}."
        )
        return Finding("schedule", State.NOTE, message, "Run the doctor as root.", data=data)
    if schedule.sources:
        message = f"certbot renew runs less than twice a day ({listed})."
        return Finding("schedule", State.WARNING, message, HOW_TO_SCHEDULE, data=data)
    message = "Neither a systemd timer nor cron starts certbot renew on this machine."
    return Finding("schedule", State.WARNING, message, HOW_TO_SCHEDULE, data=data)


def _of_certificate(
    certificate: Renewal,
    failure: Failure | None,
    schedule: Schedule,
    *,
    now: datetime,
    key_ends: date | None,
) -> Finding:
    validity = certificate.validity
    if validity is None:  # Left out by the caller.
        raise ValueError(certificate.name)
    start, end = validity
    due = renewal_time(validity)
    days = (end - now).days
    data: dict[str, Any] = {
        "certificate": certificate.name,
        "authenticator": certificate.authenticator,
        "days": days,
        "end": end.isoformat(),
        "renewal": due.isoformat(),
        "runs_per_day": round(schedule.runs_per_day, 2),
    }
    when = f"from {due:%Y-%m-%d} on" if due > now else "at its next run"
    left = f"{days} days left" if end > now else "expired"
    message = f"{certificate.name}: {left} (until {end:%Y-%m-%d}); Certbot renews it {when}."
    problems, steps = [], []
    if failure is not None and failure.at > start:
        data["failure"] = {"at": failure.at.isoformat(), "reason": failure.reason}
        problems.append(f" The last attempt failed on {failure.at:%Y-%m-%d}: {failure.reason}.")
        steps.append(f"Try it: certbot renew --cert-name {certificate.name} --dry-run.")
    is_ours = certificate.authenticator == AUTHENTICATOR
    if is_ours and key_ends is not None and key_ends <= due.date():
        data["key_ends"] = key_ends.isoformat()
        problems.append(f" The API key ends before that, on {key_ends}.")
        steps.append(
            "Create a new key in mijn.host's control panel, and put it into the credentials file."
        )
    if end <= now:
        steps = steps or ["Renew it: certbot renew."]
    state = State.WARNING if steps else State.OK
    return Finding("horizon", state, message + "".join(problems), " ".join(steps), data=data)
