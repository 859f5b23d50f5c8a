"""The API key as the environment gives it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.key_file import read_key_file
from certbot_dns_mijnhost.key_text import KeyTextError, clean_key, unquoted

NAMES = ("MIJNHOST_API_KEY", "MIJN_HOST_API_KEY")
"""Names that other tools use too; each may end in ``_FILE`` and name a file with the key."""


def api_key_of(environment: Mapping[str, str]) -> str:
    """Return the key of the first variable that is set.

    :raises InvalidInputError: where none is, or a file can't be read.
    """
    variable = variable_with_key(environment)
    if variable is None:
        raise InvalidInputError(
            f"No API key in the environment: set {NAMES[0]}, or {NAMES[0]}_FILE to a file with it."
        )
    text = environment[variable]
    if variable.endswith("_FILE"):
        path = file_named_by(text)
        try:
            return read_key_file(path).key
        except KeyTextError as error:
            raise InvalidInputError(f"{variable}: the file {path} {error}.") from None
    try:
        return clean_key(text).key
    except KeyTextError as error:
        raise InvalidInputError(f"The variable {variable} {error}.") from None


def file_named_by(text: str) -> str:
    """Return the path in a variable, without quotation marks, which compose files keep."""
    return os.path.expanduser(unquoted(text.strip()))  # noqa: PTH111  # Path needs a home


def variable_with_key(environment: Mapping[str, str]) -> str | None:
    """Return the name of the first variable that holds a key, or names a file with it."""
    names = [f"{name}{end}" for name in NAMES for end in ("", "_FILE")]
    return next((name for name in names if environment.get(name, "").strip()), None)
