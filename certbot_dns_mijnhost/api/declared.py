"""Models whose fields say how they are read from an answer.

::

    @dataclass(frozen=True)
    class Image(DeclaredModel):
        id: Identifier = field(metadata=declared.number("id", "image_id"))
        name: str | None = declared.text("name", "label")
        raw: Raw = declared.everything()

The names are those that the API may use; the first one that can be read counts. A field without a
default is load-bearing: an object in which it cannot be read raises InvalidResponseError.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import field
from decimal import Decimal
from typing import Any, Callable, TypeVar, Union

from certbot_dns_mijnhost.api.errors import InvalidResponseError
from certbot_dns_mijnhost.api.fields import Fields
from certbot_dns_mijnhost.api.types import Model, Raw, private

T = TypeVar("T")
M = TypeVar("M", bound="DeclaredModel")
Identifier = Union[int, str]
"""The number of an object, or a text if the service does not use numbers for it."""

READ = "read"


class DeclaredModel(Model):
    """Base of models whose fields are declared with the functions of this module."""

    @classmethod
    def from_dict(cls: type[M], data: object, known: Identifier | None = None) -> M:  # noqa: PYI019  # Self needs Python 3.11
        """Read the object from an answer. What has no field here is in `raw`.

        :param known: the number that was requested; used if the answer does not repeat it.
        :raises InvalidResponseError: if `data` is not an object, or has no number.
        """
        fields = Fields(data, f"an object ({cls.__name__})")
        found: dict[str, Any] = {}
        for entry in dataclasses.fields(cls):  # type: ignore[arg-type]
            value = entry.metadata[READ](fields)
            if value is None and _has_no_default(entry):
                value = known
                if value is None:
                    raise InvalidResponseError(
                        f"The answer of the API has an entry without {entry.name!r} "
                        f"({cls.__name__}). Try again later."
                    )
            found[entry.name] = value
        return cls(**found)


def _has_no_default(entry: dataclasses.Field[Any]) -> bool:
    return entry.default is entry.default_factory is dataclasses.MISSING


def number(*names: str) -> dict[str, Any]:
    """Return the metadata of the number of an object: ``field(metadata=number("id"))``."""
    return {READ: lambda fields: identifier(fields, *names)}


def needed_text(*names: str) -> dict[str, Any]:
    """Return the metadata of a load-bearing text."""
    return {READ: lambda fields: fields.first_text(*names)}


def read_by(read: Callable[[Fields], T | None], default: T, *, in_repr: bool = True) -> T:
    """Declare a field that a function reads.

    :param in_repr: false for personal data.
    """
    made: T = field(default=default, repr=in_repr, metadata={READ: read})
    return made


def text(*names: str, in_repr: bool = True) -> str | None:
    """Declare a text; None if it is missing, empty or not a text."""
    return read_by(lambda fields: fields.first_text(*names), None, in_repr=in_repr)


def truth(*names: str) -> bool | None:
    """Declare a truth value."""
    return read_by(lambda fields: first(fields.optional_boolean, *names), None)


def day(*names: str) -> dt.date | None:
    """Declare a date."""
    return read_by(lambda fields: first(fields.optional_date, *names), None)


def money(*names: str) -> Decimal | None:
    """Declare an amount."""
    return read_by(lambda fields: first(fields.optional_money, *names), None)


def entries(read: Callable[[object], T], *names: str, in_repr: bool = True) -> tuple[T, ...]:
    """Declare a list; unreadable entries are logged and skipped."""
    return read_by(
        lambda fields: fields.entries_if_any(fields.first_of(names), read), (), in_repr=in_repr
    )


def everything(*, is_private: bool = False) -> Raw:
    """Declare `raw`: the whole object, neither compared nor shown.

    :param is_private: its own repr shows the names of its fields only.
    """
    shown = private if is_private else _as_it_is
    read = {READ: lambda fields: shown(fields.raw)}
    made: Raw = field(default_factory=dict, compare=False, repr=False, metadata=read)
    return made


def identifier(fields: Fields, *names: str) -> Identifier | None:
    """Return the number of an object, or its text if that is not a number."""
    found = first(fields.optional_integer, *names)
    return found if found is not None else fields.first_text(*names)


def first(read: Callable[[str], T | None], *names: str) -> T | None:
    """Return the first field that can be read; None if there is none."""
    found = (read(name) for name in names)
    return next((value for value in found if value is not None), None)


def _as_it_is(raw: Raw) -> Raw:
    return raw
