"""Reading the credentials file, without ever showing what is in it.

Certbot's own reader puts a line that it can't read into its message, and that line may be the key.
So the file is read here first, and messages name lines by their number only.
"""

from __future__ import annotations

import os

import configobj

from certbot_dns_mijnhost.settings import SettingError

KEY_LINE = "dns_mijnhost_api_key = YOUR-KEY"


def read(path: str) -> dict[str, str]:
    """Return the settings of an INI file; a list of values is joined by commas.

    :raises SettingError: where it can't be read, saying what to do.
    """
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
