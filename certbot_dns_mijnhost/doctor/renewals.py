"""Check Certbot's renewals: the credentials of each, whether they are scheduled, and the dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from certbot_dns_mijnhost import credentials
from certbot_dns_mijnhost.doctor.certbot_files import (
    AUTHENTICATOR,
    CREDENTIALS,
    Failure,
    Renewal,
    Validity,
    last_failure,
)
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.doctor.schedule import Schedule
from certbot_dns_mijnhost.settings import SettingError, resolve_settings

OVERDUE = 0.2
"""A certificate with less than this part of its lifetime left is overdue: Certbot renews when a
third is left (half if the lifetime is less than ten days)."""
LEAST_RUNS = 2.0
"""Runs a day: one may fail, and certificates of a few days cannot wait."""
SHORT = timedelta(days=10)
"""Lifetime below which Certbot renews when half of it is left, instead of a third."""
HOW_TO_SCHEDULE = (
    "Set up cron or a systemd timer, see docs/recipes.md. If something else starts Certbot (a "
    "container, another machine), nothing is wrong."
)


def check_renewals(
    stored: Iterable[Renewal], environment: Mapping[str, str], report: Report, *, now: datetime
) -> None:
    """Report each renewal that will fail or is overdue, and the others in one line.

    :param environment: of the process. If no credentials file is stored, it must have the key.
    """
    ready = []
    for renewal in stored:
        problem = _problem(renewal, environment) or _overdue(renewal, now)
        if problem is None:
            ready.append(renewal.name)
        else:
            report(problem)
    if ready:
        message = f"Certbot has what it needs to renew {', '.join(ready)}."
        report(Finding("renewal", State.OK, message, data={"certificates": ready}))


def _problem(renewal: Renewal, environment: Mapping[str, str]) -> Finding | None:
    path = renewal.credentials
    if not path:
        return None if _has_key(environment) else _without_file(renewal)
    if not Path(path).is_absolute():
        return Finding(
            "renewal",
            State.FAILED,
            f"The renewal of {renewal.name} will not find its credentials file: {path} is a "
            "relative path, and cron and systemd start in another directory.",
            f"Write the absolute path into {renewal.file}: {CREDENTIALS} = /ABSOLUTE/PATH/{path}",
            data=_data(renewal),
        )
    try:
        found = credentials.load(path)
        resolve_settings(lambda _: None, found.settings, found.source)
    except SettingError as error:
        return Finding(
            "renewal",
            State.FAILED,
            f"The renewal of {renewal.name} has no usable credentials: {error}",
            f"Correct the file, or set another one in {renewal.file}: {CREDENTIALS} = FILE",
            data=_data(renewal),
        )
    return None


def _overdue(renewal: Renewal, now: datetime) -> Finding | None:
    if renewal.validity is None:
        return None
    start, end = renewal.validity
    if (end - now) > OVERDUE * (end - start):
        return None
    left = "expired" if now >= end else f"expires in {(end - now).days} days"
    return Finding(
        "renewal",
        State.WARNING,
        f"The certificate {renewal.name} {left} ({end:%Y-%m-%d}) and was not renewed in time.",
        "Run certbot renew --dry-run. If it succeeds, check whether cron or a timer starts it, and "
        "why it failed there: systemctl list-timers, and /var/log/letsencrypt/letsencrypt.log.",
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
        "its environment (or the CA reused an authorization). Each renewal needs the key in its "
        "environment, and the doctor's environment has none.",
        "If cron, systemd or a container sets it for Certbot, change nothing. Otherwise write "
        f"the path of the credentials file into {renewal.file}, below [renewalparams]: "
        f"{CREDENTIALS} = /etc/letsencrypt/mijnhost.ini",
        data=_data(renewal),
    )


def _data(renewal: Renewal) -> dict[str, str]:
    return {"certificate": renewal.name, "file": str(renewal.file)}


def renewal_time(validity: Validity) -> datetime:
    """Return when Certbot starts to renew: a third of the lifetime is left, or half of a short one.

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
    """Report whether renewals are scheduled, then each certificate, the first to expire first.

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
            "It is unknown whether certbot renew runs twice a day: cannot read "
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
        steps.append(f"Test it: certbot renew --cert-name {certificate.name} --dry-run.")
    is_ours = certificate.authenticator == AUTHENTICATOR
    if is_ours and key_ends is not None and key_ends <= due.date():
        data["key_ends"] = key_ends.isoformat()
        problems.append(f" The API key expires before that, on {key_ends}.")
        steps.append(
            "Create a new key in mijn.host's control panel, and put it into the credentials file."
        )
    if end <= now:
        steps = steps or ["Renew it: certbot renew."]
    state = State.WARNING if steps else State.OK
    return Finding("horizon", state, message + "".join(problems), " ".join(steps), data=data)
