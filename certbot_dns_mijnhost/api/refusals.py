"""Refusals of the API: which error a status and a description mean, and the next step."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from math import ceil
from typing import Any

from certbot_dns_mijnhost.api.errors import (
    AddressNotAllowedError,
    APIError,
    AuthenticationError,
    BadRequestError,
    DNSNotManagedError,
    MethodNotAllowedError,
    MijnHostError,
    NotFoundError,
    RateLimitError,
    ServerError,
)

LONG_PAUSE = 60.0
"""Seconds from which a pause that the API asks for is reported with its end."""
UNREADABLE_DATE = (TypeError, ValueError, OverflowError, IndexError, OSError)

ADDRESS_NOT_ALLOWED = (
    "Add this machine's public address to the key's whitelist in mijn.host's control panel. "
    "`mijnhost doctor` shows the address."
)
CHECK_THE_KEY = (
    "Check that the API key is right, has not expired, and is allowed to do this; "
    "create a new one in mijn.host's control panel if needed."
)
NOT_OFFERED = "The API does not offer this operation here."
CHECK_THE_DOMAIN = (
    "Check that the domain is in this key's account, and check the values that were sent."
)
CHECK_THE_VALUES = "Check the values that were sent."

KindAndStep = tuple[type[APIError], str]

KINDS: dict[int, KindAndStep] = {
    401: (AuthenticationError, CHECK_THE_KEY),
    403: (AuthenticationError, CHECK_THE_KEY),
    404: (NotFoundError, "Check the name or number, and the API's URL."),
    405: (MethodNotAllowedError, NOT_OFFERED),
    429: (RateLimitError, "Too many requests: wait some minutes, then try again."),
}
BAD_REQUESTS: dict[str, KindAndStep] = {
    "wrong request method": (MethodNotAllowedError, NOT_OFFERED),
    "method not allowed": (MethodNotAllowedError, NOT_OFFERED),
    "dns records not managed by mijn.host": (
        DNSNotManagedError,
        (
            "The domain's DNS must be at mijn.host: in the control panel, give the domain the "
            "name servers of mijn.host (profile default-mijnhost)."
        ),
    ),
}
NOT_DOMAINS = frozenset(
    {"availability", "contacts", "nameservers", "dns-templates", "order", "extensions"}
)
"""Second segments of paths below /domains that are not domains."""


def refusal(
    request: str,
    status: int,
    description: str,
    headers: Mapping[str, str] | None = None,
    *,
    kind_and_step: KindAndStep | None = None,
    details: Mapping[str, Any] | None = None,
) -> APIError:
    """Return the error for a refusal, with the next step.

    :param request: method and path.
    :param status: of HTTP or the envelope.
    :param description: the API's words, masked.
    :param headers: HTTP's headers, looked up in any case.
    :param kind_and_step: the result of :func:`kind_of_refusal`, if it is known already.
    :param details: ``errors`` and ``data`` of the answer, masked.
    """
    answer = f"{request}: the API answered {status}" + (f": {description}" if description else "")
    answer = answer.rstrip(".") + ". "
    kind, next_step = kind_and_step or kind_of_refusal(request, status, description)
    message = answer + next_step
    if issubclass(kind, (RateLimitError, ServerError)):
        pause = _retry_after(headers or {})
        if pause is not None and pause > LONG_PAUSE:
            message = answer + _asks_to_wait(pause)
        return kind(
            message, status=status, description=description, details=details, retry_after=pause
        )
    return kind(message, status=status, description=description, details=details)


def kind_of_refusal(request: str, status: int, description: str) -> KindAndStep:
    """Return the class of the error, and the next step that fits the request.

    :param description: the API's words, not masked and not shortened.
    """
    text = description.lower()
    if status == 400:
        known = " ".join(text.split()).rstrip(" .!")
        return BAD_REQUESTS.get(known, (BadRequestError, _what_to_check(request)))
    if status == 401 and ("whitelist" in text or "ip address" in text):
        return AddressNotAllowedError, ADDRESS_NOT_ALLOWED
    if status >= 500:
        return ServerError, "The error is inside the API: try again later."
    unknown = (APIError, "See https://mijn.host/api/doc/doc-343217 for what the status means.")
    return KINDS.get(status, unknown)


def status_by_description(description: str) -> int:
    """Return the status that a description means, if the envelope has no readable one."""
    text = description.lower()
    if "api key" in text:
        return 401
    return 429 if is_rate_limit(text) else 400


def is_rate_limit(description: str) -> bool:
    """Return whether a description is that of a rate limit."""
    return any(words in description.lower() for words in ("too many requests", "rate limit"))


def still_waiting(
    request: str, asked: RateLimitError | ServerError, seconds: float
) -> MijnHostError:
    """Return the error for a request that is not sent, because the API asked to wait.

    :param asked: the error that asked for it.
    :param seconds: the rest of the pause.
    """
    return RateLimitError(
        f"{request}: not sent, because the API answered {asked.status} to an earlier request. "
        f"{_asks_to_wait(seconds)}",
        status=asked.status,
        description=asked.description,
        retry_after=seconds,
    )


def duration(seconds: float) -> str:
    """Return a duration in its largest fitting unit, rounded up: ``24 hours``."""
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{ceil(seconds / size)} {unit}"
    return f"{ceil(seconds)} seconds"


def _what_to_check(request: str) -> str:
    """Return the next step after a 400: the domain is a possible cause only if the path has one."""
    segments = request.partition(" ")[2].strip("/").split("/")
    is_of_a_domain = (
        len(segments) > 1 and segments[0] == "domains" and segments[1] not in NOT_DOMAINS
    )
    return CHECK_THE_DOMAIN if is_of_a_domain else CHECK_THE_VALUES


def _asks_to_wait(seconds: float) -> str:
    until = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(time.time() + seconds))
    return f"The API asks to wait for {duration(seconds)}: try again after {until}."


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that ``Retry-After`` asks for, given as a number or as a date."""
    text = (headers.get("Retry-After") or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text).timestamp()
    except UNREADABLE_DATE:
        return None
    return max(0.0, until - _now(headers))


def _now(headers: Mapping[str, str]) -> float:
    """Return the API's own time: the clock of this machine may be wrong."""
    try:
        return parsedate_to_datetime(headers.get("Date") or "").timestamp()
    except UNREADABLE_DATE:
        return time.time()
