"""Rules for what is sent, so that a mistake is told before it travels.

Each raises :class:`~certbot_dns_mijnhost.api.InvalidInputError` that names the field and the rule,
and never the value: it may be personal.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable

from certbot_dns_mijnhost.api.errors import InvalidInputError

LARGEST_TTL = 2**31 - 1
TAG = re.compile(r"[a-z0-9._-]+")
HOST = re.compile(
    r"(?=.{1,253}\.?\Z)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?![0-9]+\.?\Z)[a-z0-9-]{2,63}\.?"
)


def one_of(field: str, value: object, allowed: Collection[int]) -> None:
    """Refuse a value that is none of the numbers allowed."""
    if not isinstance(value, int) or isinstance(value, bool) or value not in allowed:
        words = ", ".join(str(each) for each in sorted(allowed))
        raise InvalidInputError(f"{field}: must be one of {words}.")


def within(field: str, value: object, lowest: int, highest: int) -> None:
    """Refuse what is no whole number between two."""
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise InvalidInputError(f"{field}: must be a whole number within {lowest} to {highest}.")


def number(field: str, value: object) -> int:
    """Return the number of a contact, a template or an order; refuse anything else."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InvalidInputError(f"{field}: must be a whole number above 0.")
    return value


def boolean(field: str, value: object) -> None:
    """Refuse what is neither true nor false."""
    if not isinstance(value, bool):
        raise InvalidInputError(f"{field}: must be True or False.")


def text(field: str, value: object) -> None:
    """Refuse what is no text, or an empty one."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidInputError(f"{field}: a text is needed.")


def domain(field: str, value: object) -> None:
    """Refuse what is no domain name."""
    if not isinstance(value, str) or not HOST.fullmatch(value.lower()):
        raise InvalidInputError(
            f"{field}: must be a domain name such as example.nl; one with other letters than "
            "a-z in its ASCII form (xn--...)."
        )


def host_name(field: str, value: object) -> None:
    """Refuse what is no absolute host name of two labels or more."""
    if not isinstance(value, str) or not HOST.fullmatch(value.lower()):
        raise InvalidInputError(f"{field}: must be a host name such as ns1.example.net.")


def address(field: str, value: object, version: int) -> None:
    """Refuse what is no IP address of this version, as text and without a zone."""
    kind = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
    try:
        kind(value if isinstance(value, str) and "%" not in value else "")
    except ValueError:
        raise InvalidInputError(f"{field}: must be an IPv{version} address.") from None


def record_type(field: str, value: object) -> None:
    """Refuse what can't be the name of a record type."""
    if not isinstance(value, str) or not (value.isascii() and value.isalnum()):
        raise InvalidInputError(f"{field}: must be a record type, such as TXT.")


def several(field: str, values: object) -> None:
    """Refuse one text where a list of them is meant: each letter would be taken for one."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise InvalidInputError(f"{field}: must be a list, also where it is a list of one.")


def tags(values: Iterable[str]) -> list[str]:
    """Return the tags as a list; refuse characters that no tag has."""
    several("tags", values)
    checked = list(values)
    for tag in checked:
        matches("tags", tag, TAG, "lower-case letters, digits, '.', '_' and '-' only")
    return checked


def matches(field: str, value: object, pattern: re.Pattern[str], words: str) -> None:
    """Refuse what is no text that fits a pattern."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise InvalidInputError(f"{field}: must be {words}.")
