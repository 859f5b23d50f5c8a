"""Check the credentials: whether they exist and are usable, and who can read them."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from certbot_dns_mijnhost import credentials
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.settings import SettingError, Settings, resolve_settings


def check_credentials(
    path: str | None, flags: Mapping[str, Any], environment: Mapping[str, str], report: Report
) -> Settings | None:
    """Return the settings of a run; None if there are no usable credentials.

    :param path: the credentials file given by flag, if any.
    :param flags: the settings given by flag, by the names of :mod:`certbot_dns_mijnhost.settings`.
    """
    try:
        found = credentials.locate(path, environment)
        settings = resolve_settings(flags.get, found.settings, found.source, found.hints)
    except SettingError as error:
        report(Finding("credentials", State.FAILED, str(error)))
        return None
    if settings.hint:
        report(Finding("credentials", State.WARNING, settings.hint))
    else:
        report(Finding("credentials", State.OK, f"The key was read from {found.source}."))
    for file in found.paths:
        _check_permissions(file, report)
        if path is None:
            _check_absolute(file, found.source, report)
    return settings


def _check_absolute(file: str, source: str, report: Report) -> None:
    """Warn about a relative path in a variable; Certbot makes that of a flag absolute."""
    if not Path(file).is_absolute():
        message = f"{source} is a relative path: cron and systemd start in another directory."
        step = f"Use the absolute path: {Path(file).absolute()}"
        report(Finding("credentials", State.WARNING, message, step))


def _check_permissions(path: str, report: Report) -> None:
    mode = stat.S_IMODE(Path(path).stat().st_mode)
    who = [name for bits, name in ((0o070, "its group"), (0o007, "all users")) if mode & bits]
    data = {"mode": f"{mode:04o}"}
    if not who:
        message = f"Only its owner can read {path} (mode {mode:04o})."
        report(Finding("permissions", State.OK, message, data=data))
        return
    report(
        Finding(
            "permissions",
            State.WARNING,
            f"{path} is accessible to {' and '.join(who)} (mode {mode:04o}).",
            f"Restrict it: chmod 600 {path}",
            data=data,
        )
    )
