"""Rules for what is sent: the base URL, paths, and the values of fields.

Each function raises :class:`~certbot_dns_mijnhost.api.InvalidInputError`, which names the field and
the rule, and never the value of a field: it may be personal.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import TypeVar
from urllib.parse import quote, urlsplit

from certbot_dns_mijnhost import defaults
from certbot_dns_mijnhost.api.errors import InvalidInputError

T = TypeVar("T")

TAG = re.compile(r"[a-z0-9._-]+")
HOST = re.compile(
    r"(?=.{1,253}\.?\Z)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?![0-9]+\.?\Z)[a-z0-9-]{2,63}\.?"
)
LONGEST_SEGMENT = 255
"""Characters; a domain name has at most 253."""
LONGEST_TIMEOUT = 86_400
MOST_DIGITS = 19
"""Of a number (id): a 64-bit number has no more."""
PRODUCT = re.compile(r"[\x20-\x7e]{1,200}")


def checked_base_url(url: str) -> str:
    """Return `url` without a final slash, if the API key may be sent to it.

    :raises InvalidInputError: unless it is HTTPS, or HTTP to a loopback address.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidInputError(f"Cannot read the API's URL: {error}. Correct it.") from error
    if not host or parts.username or parts.password or parts.query or parts.fragment:
        raise InvalidInputError(
            f"The API's URL must look like {defaults.API_URL}: a scheme, a host and a path, "
            "without user name, password, query or fragment."
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise InvalidInputError(
            f"The API's URL must start with https:// (it names the host {host!r} with "
            f"{parts.scheme or 'no scheme'}): the API key is never sent unencrypted, "
            "except to this machine (127.0.0.1, ::1, localhost)."
        )
    return parts.geturl().rstrip("/")


def checked_timeout(timeout: object) -> tuple[float, float]:
    """Return the seconds to wait for a connection, and for each part of an answer.

    :raises InvalidInputError: unless it is a number of seconds, or a pair of them.
    """
    pair = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    if len(pair) != 2 or not all(
        isinstance(seconds, (int, float))
        and not isinstance(seconds, bool)
        and 0 < seconds <= LONGEST_TIMEOUT
        for seconds in pair
    ):
        raise InvalidInputError(
            f"timeout: must be a number of seconds above 0 and up to {LONGEST_TIMEOUT}, or a tuple "
            "of two."
        )
    return pair


def uses_plain_http(base_url: str) -> bool:
    """Return whether requests to `base_url` are unencrypted."""
    return urlsplit(base_url).scheme == "http"


def segment(value: object) -> str:
    """Return a text, quoted as one segment of a path.

    :raises InvalidInputError: if it cannot be one segment.
    """
    if not isinstance(value, str):
        raise InvalidInputError(f"A text is needed here, not {type(value).__name__}.")
    if not value.strip(". ") or not value.isprintable() or set(value) & set("/\\?#% "):
        raise InvalidInputError(f"{value[:LONGEST_SEGMENT]!r} cannot be a part of an API path.")
    if len(value) > LONGEST_SEGMENT:
        raise InvalidInputError(
            f"{value[:40]!r}... cannot be a part of an API path: it is longer than "
            f"{LONGEST_SEGMENT} characters."
        )
    return quote(value, safe="")


def checked_path(path: str) -> str:
    """Return `path`, if appending it to the base URL stays below the base URL.

    :raises InvalidInputError: otherwise.
    """
    if not isinstance(path, str):
        raise InvalidInputError(f"An API path must be a text, not {type(path).__name__}.")
    segments = path.split("/")
    if segments[0] or len(segments) < 2 or any(not part.strip(".") for part in segments[1:-1]):
        raise InvalidInputError(
            f"An API path must start with one slash, without empty segments or dots: {path!r}"
        )
    if segments[-1] in {".", ".."} or any(c in path for c in "\\?#") or not path.isprintable():
        raise InvalidInputError(
            f"An API path must consist of slashes and quoted segments: {path!r}"
        )
    if "%2e" in path.lower() or " " in path:
        raise InvalidInputError(f"An API path must not contain quoted dots or spaces: {path!r}")
    return path


def product(field: str, value: object) -> str:
    """Return the name of an application for the ``User-Agent`` header."""
    if not isinstance(value, str) or not PRODUCT.fullmatch(value) or not value.strip():
        raise InvalidInputError(
            f"{field}: must be printable ASCII on one line, such as my-app/1.0, of at most 200 "
            "characters."
        )
    return value.strip()


def one_of(field: str, value: object, allowed: Collection[int]) -> None:
    """Require one of these whole numbers."""
    if not isinstance(value, int) or isinstance(value, bool) or value not in allowed:
        words = ", ".join(str(each) for each in sorted(allowed))
        raise InvalidInputError(f"{field}: must be one of {words}.")


def one_word_of(field: str, value: object, allowed: Collection[str]) -> None:
    """Require one of these texts."""
    if not isinstance(value, str) or value not in allowed:
        raise InvalidInputError(f"{field}: must be one of {', '.join(sorted(allowed))}.")


def within(field: str, value: object, lowest: int, highest: int) -> None:
    """Require a whole number in a range."""
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise InvalidInputError(f"{field}: must be a whole number from {lowest} to {highest}.")


def ttl(field: str, value: object) -> None:
    """Require a TTL."""
    within(field, value, 1, defaults.LARGEST_TTL)


def number(field: str, value: object) -> int:
    """Return the number (id) of an object; require one above 0."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InvalidInputError(f"{field}: must be a whole number above 0.")
    if value >= 10**MOST_DIGITS:
        raise InvalidInputError(f"{field}: must be a whole number of at most {MOST_DIGITS} digits.")
    return value


def amount(field: str, value: object) -> Decimal:
    """Return an amount of money; require a Decimal or a whole number, not negative."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise InvalidInputError(f"{field}: must be an amount: a Decimal, such as Decimal('12.50').")
    found = Decimal(value)
    if not found.is_finite() or not 0 <= found < 10**9 or found.as_tuple().exponent < -9:  # type: ignore[operator]
        raise InvalidInputError(f"{field}: must be an amount from 0, with at most 9 decimals.")
    return found


def boolean(field: str, value: object) -> None:
    """Require a truth value."""
    if not isinstance(value, bool):
        raise InvalidInputError(f"{field}: must be True or False.")


def text(field: str, value: object) -> str:
    """Return a text; require one that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidInputError(f"{field}: must be a text that is not empty.")
    return value


def short_text(field: str, value: object) -> str:
    """Return a text that is not empty; require one that fits into a query."""
    if len(text(field, value)) > LONGEST_SEGMENT:
        raise InvalidInputError(f"{field}: must have at most {LONGEST_SEGMENT} characters.")
    return text(field, value)


def domain(field: str, value: object) -> None:
    """Require a domain name."""
    if not isinstance(value, str) or not HOST.fullmatch(value.lower()):
        raise InvalidInputError(
            f"{field}: must be a domain name such as example.nl, in its ASCII form (xn--...) if it "
            "has other letters than a-z."
        )


def host_name(field: str, value: object) -> None:
    """Require an absolute host name of two labels or more."""
    if not isinstance(value, str) or not HOST.fullmatch(value.lower()):
        raise InvalidInputError(f"{field}: must be a host name such as ns1.example.net.")


def address(field: str, value: object, version: int) -> None:
    """Require an IP address of this version, as a text without a zone index."""
    kind = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
    try:
        kind(value if isinstance(value, str) and "%" not in value else "")
    except ValueError:
        raise InvalidInputError(f"{field}: must be an IPv{version} address.") from None


def record_type(field: str, value: object) -> None:
    """Require what can be the name of a record type."""
    if not isinstance(value, str) or not (value.isascii() and value.isalnum()):
        raise InvalidInputError(f"{field}: must be a record type, such as TXT.")


def several(field: str, values: object) -> None:
    """Require a list: of a single text, each letter would be treated as an entry."""
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise InvalidInputError(f"{field}: must be a list, even if it has one entry.")


def members(field: str, values: object, kind: type[T]) -> list[T]:
    """Return the entries of a list; require that each is of this class."""
    several(field, values)
    found: list[T] = list(values)  # type: ignore[call-overload]
    for value in found:
        if not isinstance(value, kind):
            raise InvalidInputError(f"{field}: each entry must be a {kind.__name__}.")
    return found


def tags(values: Iterable[str]) -> list[str]:
    """Return tags as a list; require characters that a tag can have."""
    several("tags", values)
    checked = list(values)
    for tag in checked:
        matches("tags", tag, TAG, "lower-case letters, digits, '.', '_' and '-' only")
    return checked


def matches(field: str, value: object, pattern: re.Pattern[str], words: str) -> None:
    """Require a text that fits a pattern."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise InvalidInputError(f"{field}: must be {words}.")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
