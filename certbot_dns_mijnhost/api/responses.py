"""From the bytes of an answer to its envelope, or to the error that it means.

The envelope is ``{"status": 200, "status_description": "...", "data": {...}}``, see
https://mijn.host/api/doc/doc-343217. HTTP's status, the envelope's status, or both can report an
error, so both are checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from certbot_dns_mijnhost.api import exact_json
from certbot_dns_mijnhost.api.errors import (
    InvalidResponseError,
    MijnHostError,
    NotTheAPIError,
    RedirectError,
)
from certbot_dns_mijnhost.api.fields import whole_number
from certbot_dns_mijnhost.api.refusals import (
    is_rate_limit,
    kind_of_refusal,
    refusal,
    status_by_description,
)
from certbot_dns_mijnhost.api.types import Hide, hidden, private

Envelope = dict[str, Any]

LONGEST_DESCRIPTION = 300
"""Characters of the API's own words that a message quotes."""
WORDS_OF_SUCCESS = frozenset({"success", "ok", "true", "1"})
"""Accepted instead of the number 200, as is the value true."""


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
    :param hide: masks secrets in what the API answers when it refuses.
    :raises APIError: if the API refused.
    :raises InvalidResponseError: if this is not an answer of the API.
    """
    if 300 <= status < 400:
        raise RedirectError(
            f"{request}: the answer was a redirect ({status}), which this API does not use. "
            "It was not followed, because the API key would be sent along. Check the API's URL."
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
        raise refusal(
            request,
            refused,
            _shortened(hide(description)),
            headers,
            kind_and_step=kind_of_refusal(request, refused, description),
            details=_details(envelope, hide),
        )
    if envelope.get("status") is None:
        raise InvalidResponseError(
            f"{request}: the answer (HTTP {status}) lacks the API's own status. "
            "Try again later. If this continues, check the API's URL."
        )
    return envelope


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
    """Return whether a refusal comes from something else than the API.

    A rate limit and a server error are the API's in any form: their status says what is needed.
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
        raise ValueError("not an object")  # noqa: TRY004  # the caller expects one class
    return decoded


def _description(envelope: Envelope) -> str:
    text = envelope.get("status_description")
    if not isinstance(text, str):
        return ""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _shortened(description: str) -> str:
    """Shorten a long text. Mask it first: a part of a secret would not be found."""
    if len(description) > LONGEST_DESCRIPTION:
        return description[:LONGEST_DESCRIPTION] + " …"
    return description


def _refused_status(status: int, envelope: Envelope, description: str) -> int | None:
    """Return the status of the refusal, or None if both places report success."""
    if status >= 400:
        return status
    own = envelope.get("status")
    if own == 1 or (isinstance(own, str) and own.strip().lower() in WORDS_OF_SUCCESS):
        return None
    number = whole_number(own[:9] if isinstance(own, str) else own)
    if number is not None:
        return None if 100 <= number < 400 else number
    if own is None:
        return 429 if is_rate_limit(description) else None
    return status_by_description(description)


def _details(envelope: Envelope, hide: Hide) -> Mapping[str, Any]:
    """Return what a refusal says beyond its description, without the secrets of the request."""
    found = {name: envelope[name] for name in ("errors", "data") if envelope.get(name)}
    try:
        details: Mapping[str, Any] = private(hidden(found, hide))
    except RecursionError:
        return {}
    return details
