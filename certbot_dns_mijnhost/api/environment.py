"""The API key as the environment gives it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from certbot_dns_mijnhost.api.errors import InvalidInputError

NAMES = ("MIJNHOST_API_KEY", "MIJN_HOST_API_KEY")
"""Names that other tools use too; each may end in ``_FILE`` and name a file with the key."""


def api_key_of(environment: Mapping[str, str]) -> str:
    """Return the key of the first variable that is set.

    :raises InvalidInputError: where none is, or a file can't be read.
    """
    for name in NAMES:
        if environment.get(name):
            return environment[name]
        path = environment.get(f"{name}_FILE")
        if path:
            return _content(f"{name}_FILE", path)
    raise InvalidInputError(
        f"No API key in the environment: set {NAMES[0]}, or {NAMES[0]}_FILE to a file with it."
    )


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise InvalidInputError(f"{name}: the file {path} can't be read: {reason}.") from None
