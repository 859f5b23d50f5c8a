"""Reading the credentials, without ever showing them.

Certbot's own reader puts a line that it can't read into its message, and that line may be the key.
So the file is read here first, and messages name lines by their number only.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import configobj

from certbot_dns_mijnhost.settings import KEY, KEY_FILE, SettingError

KEY_LINE = f"{KEY} = YOUR-KEY"
SYSTEMD_DIRECTORY = "CREDENTIALS_DIRECTORY"
SYSTEMD_FILE = "mijnhost.ini"
SYSTEMD_KEY = "mijnhost_api_key"
USUAL_PATH = "/etc/letsencrypt/mijnhost.ini"


class Credentials(NamedTuple):
    """What was found, and where.

    :param settings: by their full names, the key among them: never to be shown.
    :param source: how to call the place in a message.
    :param paths: the files that hold the key, or may.
    """

    settings: dict[str, str]
    source: str
    paths: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Credentials(source={self.source!r})"


def locate(path: str | None, environment: Mapping[str, str]) -> Credentials:
    """Return the credentials of a file that was named, of the environment, or of the usual file.

    :param path: the file that was named; None where none was.
    :raises SettingError: where there are none, or they can't be read.
    """
    if path is None:
        found = find(environment)
        if found is not None:
            return found
        if not _may_exist(USUAL_PATH):
            raise SettingError(
                f"No API key was found: no credentials file was named, {USUAL_PATH} does not "
                "exist, and MIJNHOST_API_KEY and MIJNHOST_API_KEY_FILE are not set. "
                "Name the file: --credentials FILE"
            )
        path = USUAL_PATH
    return load(path)


def load(path: str) -> Credentials:
    """Return the credentials of a file.

    :raises SettingError: where it can't be read, saying what to do.
    """
    settings = read(path)
    key_file = settings.get(KEY_FILE, "").strip()
    paths = (path, _beside(path, key_file)) if key_file else (path,)
    return Credentials(settings, path, paths)


def find(environment: Mapping[str, str]) -> Credentials | None:
    """Return the credentials that the environment gives, where no file was named.

    Looks for ``MIJNHOST_API_KEY`` and ``MIJNHOST_API_KEY_FILE`` (a file with the key alone), then
    for ``mijnhost.ini`` and ``mijnhost_api_key`` (the key alone) among systemd's credentials.

    :raises SettingError: where a file that the environment names can't be read.
    """
    # Here and not above: it brings the client along, which reading a file does not need.
    from certbot_dns_mijnhost.api.environment import variable_with_key  # noqa: PLC0415

    variable = variable_with_key(environment)
    if variable and not variable.endswith("_FILE"):
        return Credentials({KEY: environment[variable]}, f"the variable {variable}", ())
    if variable:
        path = environment[variable]
        return Credentials({KEY: _bare_key(path, variable)}, f"{path} ({variable})", (path,))
    directory = environment.get(SYSTEMD_DIRECTORY)
    if not directory:
        return None
    path = os.path.join(directory, SYSTEMD_FILE)  # noqa: PTH118  # it is shown as it was given
    if _may_exist(path):
        return load(path)
    path = os.path.join(directory, SYSTEMD_KEY)  # noqa: PTH118
    if _may_exist(path):
        return Credentials({KEY: _bare_key(path, f"${SYSTEMD_DIRECTORY}")}, path, (path,))
    return None


def read(path: str) -> dict[str, str]:
    """Return the settings of an INI file; a list of values is joined by commas.

    Where it names a file with the key, that is read too.

    :raises SettingError: where one of them can't be read, saying what to do.
    """
    settings = _read_ini(path)
    key_file = settings.get(KEY_FILE, "").strip()
    if not key_file:
        return settings
    if settings.get(KEY, "").strip():
        raise SettingError(
            f"The credentials file {path} holds both {KEY} and {KEY_FILE}. Keep one of them."
        )
    return {**settings, KEY: _bare_key(_beside(path, key_file), f"{KEY_FILE} in {path}")}


def _may_exist(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:  # Its folder is closed to this user, say: reading the file tells.
        return True


def _beside(path: str, key_file: str) -> str:
    # One that is relative lies beside the file, since cron and systemd start elsewhere.
    return os.path.join(os.path.dirname(path), key_file)  # noqa: PTH118, PTH120


def _bare_key(path: str, named_by: str) -> str:
    """Return what a file with nothing but the key holds."""
    try:
        key = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise SettingError(
            f"The file {path}, named by {named_by}, can't be read: {reason}. "
            "Write the API key into it, readable by the user who runs this."
        ) from None
    if not key:
        raise SettingError(
            f"The file {path}, named by {named_by}, is empty. Write the API key into it."
        )
    return key


def _read_ini(path: str) -> dict[str, str]:
    lines = _lines(path)
    try:
        # A key may hold a % sign, which must not be taken for an interpolation.
        parsed = configobj.ConfigObj(lines, interpolation=False)
    except configobj.ConfigObjError as error:
        number = getattr(error, "line_number", None) or _first_line(error)
        raise SettingError(
            f"Line {number} of the credentials file {path} can't be read as NAME = VALUE. "
            f"Write the key as: {KEY_LINE}"
        ) from None
    return {name: _text(value) for name, value in parsed.items() if not isinstance(value, dict)}


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8-sig") as file:  # noqa: PTH123  # it is as the user typed it
            lines = file.read().splitlines()
    except FileNotFoundError as error:
        raise SettingError(_not_found(path)) from error
    except IsADirectoryError as error:
        raise SettingError(
            f"The credentials file {path} is a folder. Name a file that holds: {KEY_LINE}"
        ) from error
    except UnicodeDecodeError:
        raise SettingError(
            f"The credentials file {path} is not a text file (UTF-8). It should hold: {KEY_LINE}"
        ) from None
    except OSError as error:
        raise SettingError(
            f"The credentials file {path} can't be read: {error.strerror}. "
            "Run Certbot as the user who owns the file, or correct its permissions."
        ) from error
    if not any(line.strip() for line in lines):
        raise SettingError(f"The credentials file {path} is empty. Write into it: {KEY_LINE}")
    return lines


def _not_found(path: str) -> str:
    where = "" if os.path.isabs(path) else f" (looked for in {os.getcwd()})"  # noqa: PTH109, PTH117
    return (
        f"The credentials file {path} does not exist{where}. Create it, readable only by you "
        f"(chmod 600), with the line: {KEY_LINE}"
    )


def _first_line(error: configobj.ConfigObjError) -> object:
    inner = getattr(error, "errors", None) or [error]
    return getattr(inner[0], "line_number", "?")


def _text(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
