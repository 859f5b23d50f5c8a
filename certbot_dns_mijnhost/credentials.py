"""Reading the credentials, without ever showing them.

Certbot's own reader cuts a key at ``#`` and puts a line that it cannot read into its message, and
that line may be the key. So the file is read here, and messages name lines by their number only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from certbot_dns_mijnhost.ini_text import KEYS, Assignment, LineError, assignments
from certbot_dns_mijnhost.key_text import (
    CleanKey,
    KeyTextError,
    check_is_no_placeholder,
    clean_key,
    read_key_file,
)
from certbot_dns_mijnhost.settings import KEY, KEY_FILE, SettingError
from certbot_dns_mijnhost.text_files import TextFileError, read_text, usable_path

KEY_LINE = f"`{KEY} = YOUR-KEY`."
SYSTEMD_DIRECTORY = "CREDENTIALS_DIRECTORY"
SYSTEMD_FILE = "mijnhost.ini"
SYSTEMD_KEY = "mijnhost_api_key"
DEFAULT_PATH = "/etc/letsencrypt/mijnhost.ini"


class Credentials(NamedTuple):
    """The options that were found, and where.

    :param settings: by their full names, including the key: never show them.
    :param source: the name of the place in a message.
    :param paths: the files that contain the key, or may contain it.
    :param hints: sentences about what was accepted although it should be written in another way.
    """

    settings: dict[str, str]
    source: str
    paths: tuple[str, ...]
    hints: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Credentials(source={self.source!r})"


def locate(path: str | None, environment: Mapping[str, str]) -> Credentials:
    """Return the credentials of the given file, of the environment, or of the default file.

    :param path: the given file, or None.
    :raises SettingError: if there are none, or they cannot be read.
    """
    if path is None:
        found = find(environment)
        if found is not None:
            return found
        if not _may_exist(DEFAULT_PATH):
            raise SettingError(
                f"No API key was found: no credentials file was given, {DEFAULT_PATH} does not "
                "exist, and MIJNHOST_API_KEY and MIJNHOST_API_KEY_FILE are not set. "
                "Give the file: --credentials FILE"
            )
        path = DEFAULT_PATH
    if not path.strip():
        raise SettingError(
            "The path of the credentials file is empty, perhaps from a variable that is not set. "
            "Give the file: --credentials FILE"
        )
    # The shell leaves the ~ in --credentials=~/mijnhost.ini as it is.
    return load(os.path.expanduser(path))  # noqa: PTH111


def load(path: str) -> Credentials:
    """Return the credentials of a file.

    If it names a file with the key, that is read too.

    :raises SettingError: if one of them cannot be read or has no usable key.
    """
    found = _load(path)
    for name in KEYS:
        _check_is_no_placeholder(f"The credentials file {path}", found.settings.get(name, ""))
    return found


def read(path: str) -> dict[str, str]:
    """Return the settings of a credentials file by their names, which may be those of an example.

    :raises SettingError: if it cannot be read.
    """
    return _load(path).settings


def find(environment: Mapping[str, str]) -> Credentials | None:
    """Return the credentials of the environment, or None.

    Looks for ``MIJNHOST_API_KEY`` and ``MIJNHOST_API_KEY_FILE`` (a file with the key alone), then
    for ``mijnhost.ini`` and ``mijnhost_api_key`` (the key alone) in systemd's credentials.

    :raises SettingError: if a file of the environment cannot be read.
    """
    # Here and not above: it brings the client along, which reading a file does not need.
    from certbot_dns_mijnhost.api.api_key import (  # noqa: PLC0415
        file_named_by,
        variable_with_key,
    )

    variable = variable_with_key(environment)
    if variable and not variable.endswith("_FILE"):
        return _of_variable(variable, environment[variable])
    if variable:
        path = file_named_by(environment[variable])
        return _of_key_file(path, variable, f"{path} ({variable})")
    directory = environment.get(SYSTEMD_DIRECTORY)
    if not directory:
        return None
    path = os.path.join(directory, SYSTEMD_FILE)  # noqa: PTH118  # it is shown as it was given
    if _may_exist(path):
        return load(path)
    path = os.path.join(directory, SYSTEMD_KEY)  # noqa: PTH118
    if _may_exist(path):
        return _of_key_file(path, f"${SYSTEMD_DIRECTORY}", path)
    return None


def _of_variable(variable: str, text: str) -> Credentials:
    source = f"the variable {variable}"
    try:
        key, hint = clean_key(text)
    except KeyTextError as error:
        raise SettingError(f"The variable {variable} {error}.") from None
    _check_is_no_placeholder(f"The variable {variable}", key)
    return Credentials({KEY: key}, source, (), _sentences(f"The variable {variable}", hint))


def _of_key_file(path: str, named_by: str, source: str) -> Credentials:
    key, hint = _bare_key(path, named_by)
    return Credentials({KEY: key}, source, (path,), _sentences(f"The file {path}", hint))


def _sentences(subject: str, *ends: str) -> tuple[str, ...]:
    return tuple(f"{subject} {end}." for end in ends if end)


def _check_is_no_placeholder(subject: str, key: str) -> None:
    try:
        check_is_no_placeholder(key)
    except KeyTextError as error:
        raise SettingError(f"{subject} {error}.") from None


def _load(path: str) -> Credentials:
    path = usable_path(path)
    settings: dict[str, str] = {}
    hints: list[str] = []
    for each in _read_ini(path):
        value, hint = _value(path, each)
        settings[each.name] = value
        hints += _sentences(f"Line {each.number} of the credentials file {path}", each.hint, hint)
    key_file = settings.get(KEY_FILE, "")
    if not key_file:
        return Credentials(settings, path, (path,), tuple(hints))
    if settings.get(KEY):
        raise SettingError(
            f"The credentials file {path} has both {KEY} and {KEY_FILE}. Keep one of them."
        )
    key_path = _next_to(path, key_file)
    settings[KEY], hint = _bare_key(key_path, f"{KEY_FILE} in {path}")
    hints += _sentences(f"The file {key_path}", hint)
    return Credentials(settings, path, (path, key_path), tuple(hints))


def _value(path: str, assignment: Assignment) -> CleanKey:
    where = f"Line {assignment.number} of the credentials file {path}"
    if assignment.name in KEYS:
        try:
            return clean_key(assignment.value)
        except KeyTextError as error:
            raise SettingError(f"{where} {error}.") from None
    try:
        assignment.value.encode()
    except UnicodeEncodeError:
        raise SettingError(f"{where} is not text in UTF-8. Save the file as UTF-8.") from None
    return CleanKey(assignment.value)


def _may_exist(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:  # For example, its directory is not accessible: reading it gives the reason.
        return True


def _next_to(path: str, key_file: str) -> str:
    # A relative path starts at the file, because cron and systemd use other directories.
    key_file = usable_path(os.path.expanduser(key_file))  # noqa: PTH111
    return os.path.join(os.path.dirname(path), key_file)  # noqa: PTH118, PTH120


def _bare_key(path: str, named_by: str) -> CleanKey:
    """Return the key in a file that contains nothing else."""
    try:
        found = read_key_file(path)
    except KeyTextError as error:
        raise SettingError(f"The file {path}, named by {named_by}, {error}.") from None
    if not found.key:
        raise SettingError(
            f"The file {path}, named by {named_by}, is empty. Write the API key to it."
        )
    _check_is_no_placeholder(f"The file {path}, named by {named_by},", found.key)
    return found


def _read_ini(path: str) -> Iterable[Assignment]:
    text = _text(path)
    if text.lstrip().startswith("{"):
        raise SettingError(
            f"The credentials file {path} is a JSON file. It must have the line: {KEY_LINE}"
        )
    try:
        return assignments(text)
    except LineError as error:
        step = f" Write the key as: {KEY_LINE}" if "NAME = VALUE" in error.problem else ""
        raise SettingError(
            f"Line {error.number} of the credentials file {path} {error.problem}.{step}"
        ) from None


def _text(path: str) -> str:
    try:
        text = read_text(path, is_lenient=True)
    except FileNotFoundError as error:
        raise SettingError(_not_found(path)) from error
    except IsADirectoryError as error:
        raise SettingError(
            f"The credentials file {path} is a directory. Use a file with the line: {KEY_LINE}"
        ) from error
    except TextFileError as error:
        raise SettingError(
            f"The credentials file {path} {error}. It must have the line: {KEY_LINE}"
        ) from None
    except OSError as error:
        raise SettingError(
            f"Cannot read the credentials file {path}: {error.strerror}. "
            "Run the command as root, or make the file readable for the user who runs it."
        ) from error
    if not text.strip():
        raise SettingError(f"The credentials file {path} is empty. Add the line: {KEY_LINE}")
    return text


def _not_found(path: str) -> str:
    where = "" if os.path.isabs(path) else f" (looked for in {_working_directory()})"  # noqa: PTH117
    return (
        f"The credentials file {path} does not exist{where}. Create it, readable only by you "
        f"(chmod 600), with the line: {KEY_LINE}"
    )


def _working_directory() -> str:
    try:
        return os.getcwd()  # noqa: PTH109
    except OSError:
        return "a working directory that no longer exists"
