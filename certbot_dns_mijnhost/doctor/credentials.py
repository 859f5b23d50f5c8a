"""The credentials: are they there, can they be read, and by whom."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from certbot_dns_mijnhost import credentials
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.settings import SettingError, Settings, settle


def check_credentials(
    path: str | None, flags: Mapping[str, Any], environment: Mapping[str, str], report: Report
) -> Settings | None:
    """Return the settings of a run, or None where they can't be had.

    :param path: the file that was named, if any.
    :param flags: what was set by flag, by the names of :mod:`certbot_dns_mijnhost.settings`.
    """
    try:
        found = credentials.locate(path, environment)
        settings = settle(flags.get, found.settings, found.source, found.hints)
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
            _check_whole_path(file, found.source, report)
    return settings


def _check_whole_path(file: str, source: str, report: Report) -> None:
    """Warn of a relative path in a variable; that of a flag is stored as a whole."""
    if not Path(file).is_absolute():
        message = f"{source} is a relative path: cron and systemd start in another folder."
        step = f"Write the whole path: {Path(file).absolute()}"
        report(Finding("credentials", State.WARNING, message, step))


def _check_permissions(path: str, report: Report) -> None:
    mode = stat.S_IMODE(Path(path).stat().st_mode)
    who = [name for bits, name in ((0o070, "its group"), (0o007, "everybody")) if mode & bits]
    data = {"mode": f"{mode:04o}"}
    if not who:
        message = f"{path} is for its owner alone (mode {mode:04o})."
        report(Finding("permissions", State.OK, message, data=data))
        return
    report(
        Finding(
            "permissions",
            State.WARNING,
            f"{path} is open to {' and '.join(who)} (mode {mode:04o}).",
            f"Close it: chmod 600 {path}",
            data=data,
        )
    )
