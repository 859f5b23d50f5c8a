"""From an answer's bytes to the envelope, or to the error that it means.

The envelope is ``{"status": 200, "status_description": "...", "data": {...}}``, see
https://mijn.host/api/doc/doc-343217. An error can stand in HTTP's status, in the envelope's, or in
both, so both are looked at.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
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
    NotFoundError,
    RateLimitError,
    RedirectError,
    ServerError,
)
from certbot_dns_mijnhost.api.masking import Hide

LONGEST_DESCRIPTION = 300

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
BAD_REQUESTS: dict[str, KindAndStep] = {
    "method": (MethodNotAllowedError, NOT_OFFERED),
    "not managed": (
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
    hide: Hide = str,
) -> Envelope:
    """Return the envelope of an answer that reports success.

    :param status: HTTP's status.
    :param headers: HTTP's headers, looked up in any case.
    :param body: the whole body.
    :param request: method and path, for messages.
    :param hide: takes secrets out of what the API says when it refuses.
    :raises APIError: where the API refused.
    :raises InvalidResponseError: where this is not an answer of the API.
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
        if status >= 400:
            raise refusal(request, status, "no JSON in the answer", headers) from error
        raise InvalidResponseError(
            f"{request}: the answer (HTTP {status}, {len(body)} bytes) is not the API's JSON: "
            f"{error}. Try again later; if it stays, check the API's URL."
        ) from error
    description = _description(envelope)
    refused = _refused_status(status, envelope, description)
    if refused is not None:
        kind = _kind(refused, description)
        raise refusal(request, refused, _shortened(hide(description)), headers, kind)
    if "status" not in envelope:
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
        return kind(message, status=status, description=description, retry_after=retry_after)
    return kind(message, status=status, description=description)


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
    if isinstance(own, str) and own.strip().isdecimal():
        own = int(own.strip()[:9])  # Python refuses to convert thousands of digits.
    if isinstance(own, int) and not isinstance(own, bool):
        return None if 100 <= own < 400 else own
    if "status" in envelope:
        return _status_by_description(description)
    return None


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
        return next(
            (kind_and_step for words, kind_and_step in BAD_REQUESTS.items() if words in text),
            (BadRequestError, "Check that the domain is in this key's account, and what was sent."),
        )
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
    except (TypeError, ValueError, OverflowError):
        return None
    return max(0.0, until - _now(headers))


def _now(headers: Mapping[str, str]) -> float:
    """Return the API's own time: the clock of this machine may be wrong."""
    try:
        return parsedate_to_datetime(headers.get("Date") or "").timestamp()
    except (TypeError, ValueError, OverflowError):
        return time.time()
