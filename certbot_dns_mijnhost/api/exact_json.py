"""JSON whose numbers keep the digits that they were written with.

Python reads ``1.10`` as 1.1 and ``-0`` as 0. A record value or an unknown field that is listed as a
number must not change because this client reads it and writes it back.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any

LONGEST_INTEGER = 1000
"""Digits. Python refuses to convert some thousands of digits, or takes long."""
PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class ExactFloat(float):
    """A number that keeps the digits that the answer gave it.

    It is a float (infinite if no float is large enough) for other code.
    """

    digits: str

    def __new__(cls, digits: str) -> ExactFloat:
        """Keep `digits`."""
        made = super().__new__(cls, digits)
        made.digits = digits
        return made


class ExactInt(int):
    """A whole number with digits that Python would write differently, such as ``-0``."""

    digits: str

    def __new__(cls, digits: str) -> ExactInt:
        """Keep `digits`."""
        made = super().__new__(cls, digits)
        made.digits = digits
        return made


def loads(text: str) -> Any:
    """Return the value of a JSON text.

    :raises ValueError: if it is not JSON (``NaN`` and ``Infinity`` are not), or is nested too
        deeply. The message does not quote the text.
    """
    try:
        return json.loads(
            text, parse_constant=_no_constant, parse_float=ExactFloat, parse_int=_integer
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except json.JSONDecodeError as error:
        # The original error keeps the document, which may have personal data.
        raise ValueError(f"{error.msg} at character {error.pos}") from None


def dumps(
    value: object, *, indent: int | None = None, default: Callable[[Any], Any] | None = None
) -> str:
    """Return the JSON text of a value, its exact numbers with their digits.

    :param default: converts values that JSON cannot represent.

    :raises ValueError: if it contains NaN, infinity or itself.
    :raises TypeError: if it contains a value that JSON cannot represent.
    :raises RecursionError: if it is nested too deeply.
    """
    token = secrets.token_hex(16)
    text = json.dumps(_marked(value, token), indent=indent, allow_nan=False, default=default)
    return re.sub(f'"{token}([^"]*)"', r"\1", text)


def known_digits(value: object) -> str | None:
    """Return the digits of a number of an answer; None if they are not known.

    They are unknown if the number has an exponent: a server may have made it from a text with other
    digits. A truth value is not a number.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, (ExactFloat, ExactInt)):
        return value.digits if PLAIN_NUMBER.fullmatch(value.digits) else None
    return str(value) if isinstance(value, int) else None


def _integer(digits: str) -> int | ExactFloat:
    if len(digits) > LONGEST_INTEGER:
        return ExactFloat(digits)
    plain = int(digits)
    return plain if str(plain) == digits else ExactInt(digits)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _marked(value: object, token: str) -> object:
    """Return `value`, each exact number in it as a text of `token` and its digits."""
    if isinstance(value, (ExactFloat, ExactInt)):
        return token + value.digits
    if isinstance(value, Mapping):
        return {key: _marked(inner, token) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_marked(inner, token) for inner in value]
    return value
