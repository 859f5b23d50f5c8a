"""The API key: where it is read from, and how it is sent and masked."""

from __future__ import annotations

import os
from collections.abc import Mapping

from requests import PreparedRequest
from requests.auth import AuthBase

from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.types import MASK
from certbot_dns_mijnhost.key_text import KeyTextError, clean_key, read_key_file, unquoted

NAMES = ("MIJNHOST_API_KEY", "MIJN_HOST_API_KEY")
"""Variables that other tools use too. With ``_FILE`` appended, they name a file with the key."""


class APIKey(AuthBase):
    """Sets the ``API-Key`` header of a request.

    As an ``auth`` of requests it also stops requests from looking for credentials in a netrc file.

    See https://mijn.host/api/doc/doc-343216

    :param value: the key as the control panel shows it; white space around it is removed.
    :raises InvalidInputError: if it is empty or has characters that a header cannot have. The
        message does not show it; the message of requests for such a header would.
    """

    def __init__(self, value: str) -> None:
        if not isinstance(value, str):
            raise InvalidInputError(f"The API key must be a text, not {type(value).__name__}.")
        key = value.strip()
        if not key:
            raise InvalidInputError("The API key is empty: copy it from mijn.host's control panel.")
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise InvalidInputError(
                "The API key contains spaces, line breaks or other characters that a key does not "
                "have: copy it again from mijn.host's control panel, on one line."
            )
        self._key = key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Sign `request`."""
        request.headers["API-Key"] = self._key
        return request

    def __repr__(self) -> str:
        return f"APIKey({MASK})"

    def __reduce__(self) -> str:
        raise TypeError("An API key cannot be pickled: it would be written to a file.")

    def mask(self, text: str) -> str:
        """Return `text` without the key."""
        return text.replace(self._key, MASK)


def api_key_of(environment: Mapping[str, str]) -> str:
    """Return the key of the first variable that is set.

    :raises InvalidInputError: if none is set, or a file cannot be read.
    """
    variable = variable_with_key(environment)
    if variable is None:
        raise InvalidInputError(
            f"No API key in the environment: set {NAMES[0]}, or set {NAMES[0]}_FILE to the path of "
            "a file with the key."
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
    """Return the path in a variable, without the quotation marks that compose files keep."""
    return os.path.expanduser(unquoted(text.strip()))  # noqa: PTH111  # Path needs a home


def variable_with_key(environment: Mapping[str, str]) -> str | None:
    """Return the name of the first variable that has a key, or the path of a file with it."""
    names = [f"{name}{end}" for name in NAMES for end in ("", "_FILE")]
    return next((name for name in names if environment.get(name, "").strip()), None)
