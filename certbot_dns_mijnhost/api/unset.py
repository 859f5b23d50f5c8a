"""Telling "leave it as it is" from "set it to nothing"."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any


class Unset(enum.Enum):
    """The kind of :data:`UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        """Return False: it stands for nothing given."""
        return False


UNSET = Unset.UNSET
"""The default of arguments that leave a field as it is; None or an empty list clears it."""


def given(**fields: object) -> dict[str, Any]:
    """Return the fields that were given."""
    return {name: value for name, value in fields.items() if value is not UNSET}


def present(fields: Mapping[str, object]) -> dict[str, Any]:
    """Return the fields that are not None: the optional ones of something new."""
    return {name: value for name, value in fields.items() if value is not None}
