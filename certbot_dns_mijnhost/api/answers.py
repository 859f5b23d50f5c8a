"""From an answer's bytes to the envelope, or to the error that it means.

The envelope is ``{"status": 200, "status_description": "...", "data": {...}}``, see
https://mijn.host/api/doc/doc-343217. An error can stand in HTTP's status, in the envelope's, or in
both, so both are looked at.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from math import ceil
from typing import Any

from certbot_dns_mijnhost.api import exact_json
from certbot_dns_mijnhost.api.errors import (
    AddressNotAllowedError,
    APIError,
    AuthenticationError,
    BadRequestError,
    DNSNotManagedError,
    InvalidResponseError,
    MethodNotAllowedError,
    MijnHostError,
    NotFoundError,
    NotTheAPIError,
    RateLimitError,
    RedirectError,
    ServerError,
)
from certbot_dns_mijnhost.api.masking import Hide
from certbot_dns_mijnhost.api.models.fields import whole_number

LONGEST_DESCRIPTION = 300
LONG_PAUSE = 60.0
"""Seconds from which a pause that the API asks for is reported with its end."""
UNREADABLE_DATE = (TypeError, ValueError, OverflowError, IndexError, OSError)

Envelope = dict[str, Any]

ADDRESS_NOT_ALLOWED = (
    "The API key has a whitelist that lacks this machine's public address: add it at the key in "
    "mijn.host's control panel. `mijnhost whoami` tells the address."
)
CHECK_THE_KEY = (
    "Check that the API key is right, has not expired, and may do this; "
    "make a new one in mijn.host's control panel if needed."
)
NOT_OFFERED = "The API does not offer this operation here."

KindAndStep = tuple[type[APIError], str]

KINDS: dict[int, KindAndStep] = {
    401: (AuthenticationError, CHECK_THE_KEY),
    403: (AuthenticationError, CHECK_THE_KEY),
    404: (NotFoundError, "Check the name or number, and the API's URL."),
    405: (MethodNotAllowedError, NOT_OFFERED),
    429: (RateLimitError, "Too many requests: wait some minutes, then try again."),
}
WORDS_OF_SUCCESS = frozenset({"success", "ok", "true", "1"})
"""Accepted instead of the number 200, as is the value true."""
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


def read_envelope(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    request: str,
    host: str = "the host",
    hide: Hide = str,
) -> Envelope:
    """Return the envelope of an answer that reports success.

    :param status: HTTP's status.
    :param headers: HTTP's headers, looked up in any case.
    :param body: the whole body.
    :param request: method and path, for messages.
    :param host: of the API's URL, for messages.
    :param hide: takes secrets out of what the API says when it refuses.
    :raises APIError: if the API refused.
    :raises InvalidResponseError: if this is not an answer of the API.
    """
    if 300 <= status < 400:
        raise RedirectError(
            f"{request}: the answer was a redirect ({status}), which this API does not use. "
            "It was not followed, since the API key would travel along. Check the API's URL."
        )
    if status == 204 and not body:
        return {"status": status, "status_description": ""}
    try:
        envelope = _decode(body)
    except ValueError as error:
        raise _not_json(request, status, body, error, host=host, headers=headers) from error
    if _is_foreign(status, envelope):
        raise _not_the_api(request, host, status, headers, body)
    description = _description(envelope)
    refused = _refused_status(status, envelope, description)
    if refused is not None:
        kind = _kind(refused, description)
        raise refusal(request, refused, _shortened(hide(description)), headers, kind)
    if envelope.get("status") is None:
        raise InvalidResponseError(
            f"{request}: the answer (HTTP {status}) lacks the API's own status. "
            "Try again later; if it stays, check the API's URL."
        )
    return envelope


def refusal(
    request: str,
    status: int,
    description: str,
    headers: Mapping[str, str] | None = None,
    kind_and_step: KindAndStep | None = None,
) -> APIError:
    """Return the error for `status` and the API's `description`, with the one next step.

    :param kind_and_step: where they are known already; else the two others tell them.
    """
    said = f"{request}: the API answered {status}" + (f": {description}" if description else "")
    said = said.rstrip(".") + ". "
    kind, next_step = kind_and_step or _kind(status, description)
    message = said + next_step
    if issubclass(kind, (RateLimitError, ServerError)):
        retry_after = _retry_after(headers or {})
        if retry_after is not None and retry_after > LONG_PAUSE:
            message = said + _asks_to_wait(retry_after)
        return kind(message, status=status, description=description, retry_after=retry_after)
    return kind(message, status=status, description=description)


def still_waiting(
    request: str, asked: RateLimitError | ServerError, seconds: float
) -> MijnHostError:
    """Return the error for a request that is not sent, because the API asked to wait.

    :param asked: the error that asked for it.
    :param seconds: how long it still takes.
    """
    return RateLimitError(
        f"{request}: not sent, because the API answered {asked.status}. {_asks_to_wait(seconds)}",
        status=asked.status,
        description=asked.description,
        retry_after=seconds,
    )


def _asks_to_wait(seconds: float) -> str:
    until = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(time.time() + seconds))
    return f"The API asks to wait for {duration(seconds)}: try again after {until}."


def duration(seconds: float) -> str:
    """Return a duration in its largest fitting unit, rounded up: ``24 hours``."""
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{ceil(seconds / size)} {unit}"
    return f"{ceil(seconds)} seconds"


def _not_json(
    request: str,
    status: int,
    body: bytes,
    reason: ValueError,
    *,
    host: str,
    headers: Mapping[str, str],
) -> MijnHostError:
    if _is_foreign(status, None):
        return _not_the_api(request, host, status, headers, body)
    if status >= 400:
        return refusal(request, status, "no JSON in the answer", headers)
    return InvalidResponseError(
        f"{request}: the answer of {host} (HTTP {status}, {len(body)} bytes, "
        f"{_kind_of_body(headers, body)}) is not the API's JSON: {reason}. Try again later. If "
        "this continues, a firewall, a proxy or a login page may be in the way, or the API's URL "
        "is wrong."
    )


def _is_foreign(status: int, envelope: Envelope | None) -> bool:
    """Tell whether a refusal comes from something else than the API.

    A rate limit and a server error count as the API's in any form: they say all that is needed.
    """
    if not 400 <= status < 500 or status == 429:
        return False
    return envelope is None or not {"status", "status_description"} & envelope.keys()


def _not_the_api(
    request: str, host: str, status: int, headers: Mapping[str, str], body: bytes
) -> NotTheAPIError:
    return NotTheAPIError(
        f"{request}: {host} answered {status} with {_kind_of_body(headers, body)}, which is not "
        "the API's JSON: a firewall or proxy is in the way, or the API's URL is wrong. "
        "Allow this machine to reach the API, or correct the URL.",
        status=status,
    )


def _kind_of_body(headers: Mapping[str, str], body: bytes) -> str:
    start = body[:1000].strip().lower()
    if not start:
        return "an empty body"
    is_html = "html" in (headers.get("Content-Type") or "").lower()
    if is_html or start.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    return "other JSON" if start.startswith((b"{", b"[")) else "another kind of text"


def _decode(body: bytes) -> Envelope:
    try:
        decoded = exact_json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start}") from None
    if not isinstance(decoded, dict):
        raise ValueError("not an object")  # noqa: TRY004  # one kind of error tells of all this
    return decoded


def _description(envelope: Envelope) -> str:
    text = envelope.get("status_description")
    if not isinstance(text, str):
        return ""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _shortened(description: str) -> str:
    """Cut a long text; only after masking, for a part of a secret would not be found."""
    if len(description) > LONGEST_DESCRIPTION:
        return description[:LONGEST_DESCRIPTION] + " …"
    return description


def _refused_status(status: int, envelope: Envelope, description: str) -> int | None:
    """Return the status of the refusal, or None where both places tell of success."""
    if status >= 400:
        return status
    own = envelope.get("status")
    if own == 1 or (isinstance(own, str) and own.strip().lower() in WORDS_OF_SUCCESS):
        return None
    number = whole_number(own[:9] if isinstance(own, str) else own)
    if number is not None:
        return None if 100 <= number < 400 else number
    return None if own is None else _status_by_description(description)


def _status_by_description(description: str) -> int:
    text = description.lower()
    if "api key" in text:
        return 401
    if "too many requests" in text or "rate limit" in text:
        return 429
    return 400


def _kind(status: int, description: str) -> KindAndStep:
    text = description.lower()
    if status == 400:
        known = " ".join(text.split()).rstrip(" .!")
        other = "Check that the domain is in this key's account, and what was sent."
        return BAD_REQUESTS.get(known, (BadRequestError, other))
    if status == 401 and ("whitelist" in text or "ip address" in text):
        return AddressNotAllowedError, ADDRESS_NOT_ALLOWED
    if status >= 500:
        return ServerError, "The fault is at the API: try again later."
    unknown = (APIError, "See https://mijn.host/api/doc/doc-343217 for what the status means.")
    return KINDS.get(status, unknown)


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
