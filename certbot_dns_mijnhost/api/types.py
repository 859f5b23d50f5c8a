"""Values with a meaning of their own: UNSET, Secret, and data that its repr does not show."""

from __future__ import annotations

import dataclasses
import enum
import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

T = TypeVar("T")

MASK = "***"
SHORTEST = 3
"""Texts that are shorter are not masked: they occur in every sentence."""

Raw = Mapping[str, Any]
"""An object of an answer, as the API sent it."""
Hide = Callable[[str], str]
"""Replaces secrets in a text by :data:`MASK`."""


class Unset(enum.Enum):
    """The type of :data:`UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        """Return False."""
        return False


UNSET = Unset.UNSET
"""The default of arguments that leave a field as it is; None or an empty list clears the field."""


def given(**fields: object) -> dict[str, Any]:
    """Return the fields that are not UNSET."""
    return {name: value for name, value in fields.items() if value is not UNSET}


def present(fields: Mapping[str, object]) -> dict[str, Any]:
    """Return the fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


class Secret:
    """A text that is masked in each repr, log and message, such as a transfer code."""

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the text. Do not print or log it."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("A Secret cannot be pickled: its text would be written to a file.")


class PrivateDict(dict[str, Any]):
    """An object of an answer with personal data; its repr shows the names of the fields only."""

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{key!r}: {MASK}" for key in self) + "}"


class PrivateList(list[Any]):
    """A list of an answer with personal data; its repr shows how many entries it has."""

    def __repr__(self) -> str:
        return f"[{MASK} x {len(self)}]"


def private(value: Any) -> Any:
    """Return a JSON value whose objects and lists do not show their contents in a repr."""
    if isinstance(value, Mapping):
        return PrivateDict({key: private(inner) for key, inner in value.items()})
    if isinstance(value, (list, tuple)):
        return PrivateList(private(inner) for inner in value)
    return value


class Model:
    """Base of the dataclasses that answers are read into."""

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as values that JSON can hold, without :attr:`raw`.

        Dates are ISO 8601, amounts are texts, secrets are masked. Fields that are UNSET are left
        out.
        """
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        pairs = ((entry.name, getattr(self, entry.name)) for entry in fields)
        return {
            name: _plain(value) for name, value in pairs if name != "raw" and value is not UNSET
        }


def _plain(value: Any) -> Any:
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def mask(text: str, secrets: Iterable[str]) -> str:
    """Return `text` without any of `secrets`, in any case and with any white space.

    The API may answer with an e-mail address in lower case, or a name with single spaces.
    """
    longest_first = sorted({secret.strip() for secret in secrets}, key=len, reverse=True)
    patterns = [r"\s+".join(map(re.escape, secret.split())) for secret in longest_first]
    if not any(patterns):
        return text
    return re.sub("|".join(filter(None, patterns)), MASK, text, flags=re.IGNORECASE)


def texts_in(body: object) -> Iterator[str]:
    """Yield the texts and numbers of a body that are long enough to be masked, without keys.

    A text of several lines, such as a private key, is followed by each of its lines.
    """
    if isinstance(body, Mapping):
        for value in body.values():
            yield from texts_in(value)
    elif isinstance(body, (list, tuple)):
        for value in body:
            yield from texts_in(value)
    elif body is not None and not isinstance(body, bool) and len(str(body).strip()) >= SHORTEST:
        yield str(body)
        lines = str(body).splitlines()
        if len(lines) > 1:
            yield from texts_in(lines)


def hidden(value: Any, hide: Hide) -> Any:
    """Return a JSON value with `hide` applied to each text, number and key in it."""
    if isinstance(value, Mapping):
        return {hide(str(key)): hidden(inner, hide) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [hidden(inner, hide) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    text = hide(str(value))
    return text if isinstance(value, str) or text != str(value) else value
