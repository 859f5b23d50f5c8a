"""Reading the fields of an answer.

A field is either load-bearing (a domain's name, a record's type and name, a contact's id) or not.
If a load-bearing field cannot be read, its object cannot be read: :class:`InvalidResponseError`.
Any other field that is missing or cannot be read is None, so that one unexpected field of one
object does not cost the other objects of a listing. The original is kept in ``raw``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Callable, NamedTuple, TypeVar

from certbot_dns_mijnhost.api.errors import InvalidResponseError
from certbot_dns_mijnhost.api.exact_json import ExactFloat, known_digits
from certbot_dns_mijnhost.api.types import Raw

logger = logging.getLogger(__name__)

T = TypeVar("T")
AMOUNT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?([eE][-+]?[0-9]{1,2})?")
COMMA = re.compile(r"-?[0-9]+,[0-9]{1,2}")
WHOLE = re.compile(r"-?[0-9]{1,19}")
WHOLE_WITH_FRACTION = re.compile(r"(-?[0-9]{1,19})\.0+")
YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
DAY_FIRST = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{4})(?![0-9])")


class Fields:
    """The fields of one object of an answer.

    :param data: the object.
    :param what: its name in messages. Values are never shown: they may be personal.
    :raises InvalidResponseError: if `data` is not an object.
    """

    def __init__(self, data: object, what: str) -> None:
        if not isinstance(data, Mapping):
            raise InvalidResponseError(
                f"The answer of the API has {kind_of(data)} instead of {what}. Try again later."
            )
        self.raw: Raw = data
        self._what = what

    def text(self, name: str) -> str:
        """Return a load-bearing text, which may be empty.

        :raises InvalidResponseError: if it is missing or not a text.
        """
        value = self.optional_text(name)
        if value is None:
            raise self._wrong(name, "a text")
        return value

    def name(self, name: str) -> str:
        """Return a load-bearing text that is not empty.

        :raises InvalidResponseError: if it is missing, empty or not a text.
        """
        value = self.text(name)
        if not value.strip():
            raise self._wrong(name, "a text that is not empty")
        return value

    def truth(self, name: str, default: bool | None) -> bool:
        """Return a truth value; the default if the field is missing or null.

        :raises InvalidResponseError: if it cannot be read, or is missing and there is no default.
        """
        value = self.optional_boolean(name)
        if value is None and self.raw.get(name) is None:
            value = default
        if value is None:
            raise self._wrong(name, "true or false")
        return value

    def integer(self, name: str) -> int:
        """Return a load-bearing whole number.

        :raises InvalidResponseError: if it is missing or cannot be read.
        """
        value = self.optional_integer(name)
        if value is None:
            raise self._wrong(name, "a whole number")
        return value

    def first_of(self, names: Sequence[str]) -> str:
        """Return the first of these names that the object has; the first one if it has none."""
        return next((name for name in names if self.raw.get(name) is not None), names[0])

    def first_text(self, *names: str) -> str | None:
        """Return the first text of these fields that is not empty."""
        return next((text for text in map(self.optional_text, names) if text), None)

    def optional_text(self, name: str) -> str | None:
        """Return a text or None; a number is read as its digits."""
        value = self.raw.get(name)
        return value if isinstance(value, str) else known_digits(value)

    def optional_integer(self, name: str) -> int | None:
        """Return a whole number or None; a text of digits is read as its number."""
        return whole_number(self.raw.get(name))

    def optional_boolean(self, name: str) -> bool | None:
        """Return a truth value or None; 0 and 1, also as texts, are read as such."""
        value = self.raw.get(name)
        if isinstance(value, bool):
            return value
        number = whole_number(value)
        return bool(number) if number in (0, 1) else None

    def optional_date(self, name: str) -> date | None:
        """Return a date or None, written YYYY-MM-DD or DD-MM-YYYY; a time after it is ignored."""
        text = (self.optional_text(name) or "").strip()
        if found := YEAR_FIRST.match(text):
            year, month, day = found.groups()
        elif found := DAY_FIRST.match(text):
            day, month, year = found.groups()
        else:
            return None
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            return None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of a list; empty if the field is missing or not a list."""
        value = self.raw.get(name)
        if not isinstance(value, list):
            return ()
        return tuple(part for part in value if isinstance(part, str))

    def optional_money(self, name: str) -> Decimal | None:
        """Return an amount or None; a text with a decimal point or comma is read as its number.

        A comma before three digits could also separate the thousands: that is not an amount.
        """
        value = self.raw.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            return None
        text = str(getattr(value, "digits", value)).strip()
        if isinstance(value, str) and COMMA.fullmatch(text):
            text = text.replace(",", ".")
        return Decimal(text) if AMOUNT.fullmatch(text) else None

    def optional_list(self, name: str) -> list[Any]:
        """Return a list; empty if the field is missing or not a list."""
        value = self.raw.get(name)
        return value if isinstance(value, list) else []

    def optional_object(self, name: str, read: Callable[[object], T]) -> T | None:
        """Return what `read` makes of the field, or None if it is missing or cannot be read."""
        value = self.raw.get(name)
        try:
            return None if value is None else read(value)
        except InvalidResponseError:
            return None

    def list_of_objects(self, name: str) -> list[Any]:
        """Return the list that must be present, its entries unread."""
        value = self.raw.get(name)
        if not isinstance(value, list):
            raise self._wrong(name, "a list")
        return value

    def entries(self, name: str, read: Callable[[object], T]) -> list[T]:
        """Return the readable entries of the list that must be present.

        :raises InvalidResponseError: if there is no list.
        """
        return read_entries(self.list_of_objects(name), read, f"{self._what}: {name}").read

    def entries_if_any(self, name: str, read: Callable[[object], T]) -> tuple[T, ...]:
        """Return the readable entries of a list; empty if there is none."""
        listed = self.optional_list(name)
        return tuple(read_entries(listed, read, f"{self._what}: {name}").read)

    def child(self, name: str, what: str) -> Fields:
        """Return the object that must be present."""
        return Fields(self.raw.get(name), what)

    def _wrong(self, name: str, wanted: str) -> InvalidResponseError:
        found = kind_of(self.raw[name]) if name in self.raw else "nothing"
        return InvalidResponseError(
            f"The answer of the API has {found} instead of {wanted} as {name!r} of {self._what}. "
            "Try again later."
        )


class Entries(NamedTuple):
    """The entries of a list.

    :param read: the readable ones.
    :param skipped: for each other one a line that says where it is and why it was skipped.
    :param unreadable: those others, as they were listed.
    """

    read: list[Any]
    skipped: tuple[str, ...]
    unreadable: tuple[Any, ...] = ()


def read_entries(listed: Sequence[object], read: Callable[[object], Any], where: str) -> Entries:
    """Read the entries of a list; log those that cannot be read, and skip them.

    :param read: makes one entry, or raises :class:`InvalidResponseError`.
    :param where: the list, for the log.
    """
    found, skipped, unreadable = [], [], []
    for number, entry in enumerate(listed, 1):
        try:
            found.append(read(entry))
        except InvalidResponseError as error:
            line = f"{where}: skipped entry {number} of {len(listed)}: {error}"
            logger.debug("%s", line)
            skipped.append(line)
            unreadable.append(entry)
    return Entries(found, tuple(skipped), tuple(unreadable))


def whole_number(value: object) -> int | None:
    """Return a whole number, also if it is written as a text or as 3600.0; else None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and not isinstance(value, ExactFloat):
        return int(value) if value.is_integer() else None
    text = value.strip() if isinstance(value, str) else known_digits(value) or ""
    if isinstance(value, ExactFloat) and (found := WHOLE_WITH_FRACTION.fullmatch(text)):
        text = found[1]
    return int(text) if WHOLE.fullmatch(text) else None


def kind_of(value: object) -> str:
    """Return what kind of JSON value this is, in words."""
    names: dict[type, str] = {
        type(None): "null",
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "a truth value",
    }
    return names.get(type(value), "a number")
