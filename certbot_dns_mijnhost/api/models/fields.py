"""Reading fields of an answer: tolerant where nothing is lost, loud where something is.

The bodies of the less used calls are not documented field by field. So: unknown fields are left
alone, a missing optional field is None, a number may come as text. But a field that everything
hangs on must be there and of its kind, else the answer is an error and never an empty value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from certbot_dns_mijnhost.api.errors import InvalidResponseError

Raw = Mapping[str, Any]
T = TypeVar("T")
AMOUNT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?([eE][-+]?[0-9]{1,2})?")
COMMA = re.compile(r"-?[0-9]+,[0-9]{1,2}")
ZERO_DATE = "0000-00-00"
"""How some databases write that there is no date."""


class Fields:
    """The fields of one object of an answer.

    :param data: what stands at the object's place.
    :param what: what the object is, for messages. Values are never shown: they may be personal.
    :raises InvalidResponseError: where `data` is no object.
    """

    def __init__(self, data: object, what: str) -> None:
        if not isinstance(data, Mapping):
            raise InvalidResponseError(
                f"The answer of the API holds {_kind(data)} where {what} is promised."
            )
        self.raw: Raw = data
        self._what = what

    def text(self, name: str) -> str:
        """Return the text that must be there."""
        value = self.optional_text(name)
        if value is None:
            raise self._wrong(name, "a text")
        return value

    def optional_text(self, name: str) -> str | None:
        """Return a text or None; a number is taken as its text."""
        value = self.raw.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        return self._of_kind(name, value, str, "a text")

    def optional_integer(self, name: str) -> int | None:
        """Return a whole number or None; a text of digits is taken as its number."""
        value = self.raw.get(name)
        if isinstance(value, bool):
            raise self._wrong(name, "a whole number")
        if isinstance(value, str):
            return self._integer_of_text(name, value.strip())
        return self._of_kind(name, value, int, "a whole number")

    def optional_boolean(self, name: str) -> bool | None:
        """Return a truth value or None; 0 and 1 are taken as such."""
        value = self.raw.get(name)
        if value in (0, 1) and isinstance(value, int):
            return bool(value)
        return self._of_kind(name, value, bool, "true or false")

    def optional_date(self, name: str) -> date | None:
        """Return a date or None; a time of day behind it is cut off."""
        text = self.optional_text(name)
        if not text or text.startswith(ZERO_DATE):
            return None
        try:
            return date.fromisoformat(text[:10])
        except ValueError as error:
            raise self._wrong(name, "a date (YYYY-MM-DD)") from error

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; empty where the field is missing."""
        value = self.raw.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise self._wrong(name, "a list of texts")
        return tuple(value)

    def optional_money(self, name: str) -> Decimal | None:
        """Return an amount or None; a text with a decimal point or comma is taken as its number.

        A comma before three digits could also part the thousands: that is no amount then.
        """
        value = self.raw.get(name)
        if value is None or value == "":
            return None
        text = str(getattr(value, "digits", value)).strip()
        if isinstance(value, str) and COMMA.fullmatch(text):
            text = text.replace(",", ".")
        if isinstance(value, (bool, list, dict)) or not AMOUNT.fullmatch(text):
            raise self._wrong(name, "an amount")
        return Decimal(text)

    def optional_list(self, name: str) -> list[Any]:
        """Return a list; empty where the field is missing. Its members are not looked at."""
        value = self.raw.get(name)
        if value is None:
            return []
        return self.list_of_objects(name)

    def list_of_objects(self, name: str) -> list[Any]:
        """Return the list that must be there; its members are not looked at."""
        value = self.raw.get(name)
        if not isinstance(value, list):
            raise self._wrong(name, "a list")
        return value

    def child(self, name: str, what: str) -> Fields:
        """Return the object that must be there."""
        return Fields(self.raw.get(name), what)

    def _integer_of_text(self, name: str, text: str) -> int | None:
        if not text:
            return None
        if not (text.isascii() and text.lstrip("-").isdecimal() and len(text) < 20):
            raise self._wrong(name, "a whole number")
        return int(text)

    def _of_kind(self, name: str, value: object, kind: type[T], words: str) -> T | None:
        if value is None or isinstance(value, kind):
            return value
        raise self._wrong(name, words)

    def _wrong(self, name: str, wanted: str) -> InvalidResponseError:
        found = _kind(self.raw[name]) if name in self.raw else "nothing"
        return InvalidResponseError(
            f"The answer of the API holds {found} as {name!r} of {self._what}, where {wanted} is "
            "promised."
        )


def _kind(value: object) -> str:
    names = {
        type(None): "null",
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "a truth value",
    }
    return names.get(type(value), "a number")
