"""Rules for what is sent, so that a mistake is told before it travels.

Each raises :class:`~certbot_dns_mijnhost.api.InvalidInputError` that names the field and the rule,
and never the value: it may be personal.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable

from certbot_dns_mijnhost.api.errors import InvalidInputError

TAG = re.compile(r"[a-z0-9._-]+")
HOST = re.compile(r"(?=.{1,253}\.?$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}\.?")


def one_of(field: str, value: object, allowed: Collection[object]) -> None:
    """Refuse a value that is none of those allowed."""
    if value not in allowed:
        words = ", ".join(str(each) for each in sorted(allowed, key=str))
        raise InvalidInputError(f"{field}: must be one of {words}.")


def text(field: str, value: object) -> None:
    """Refuse what is no text, or an empty one."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidInputError(f"{field}: a text is needed.")


def host_name(field: str, value: str) -> None:
    """Refuse what is no absolute host name of two labels or more."""
    if not HOST.fullmatch(value.lower()):
        raise InvalidInputError(f"{field}: must be a host name such as ns1.example.net.")


def address(field: str, value: str, version: int) -> None:
    """Refuse what is no IP address of this version."""
    kind = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
    try:
        kind(value)
    except ValueError:
        raise InvalidInputError(f"{field}: must be an IPv{version} address.") from None


def tags(values: Iterable[str]) -> list[str]:
    """Return the tags as a list; refuse characters that no tag has."""
    checked = list(values)
    if not all(TAG.fullmatch(tag) for tag in checked):
        raise InvalidInputError("tags: only lower-case letters, digits, '.', '_' and '-'.")
    return checked


def matches(field: str, value: str, pattern: re.Pattern[str], words: str) -> None:
    """Refuse a text that does not fit a pattern."""
    if not pattern.fullmatch(value):
        raise InvalidInputError(f"{field}: must be {words}.")
