"""The errors of the client.

::

    MijnHostError                    base of all errors below
    ├─ InvalidInputError             refused before anything was sent (is a ValueError too)
    ├─ TransportError                no answer: connection refused, DNS, TLS, reset
    │  └─ RequestTimeoutError        no answer in time
    ├─ InvalidResponseError          an answer that is not the documented envelope
    │  ├─ RedirectError              the API never redirects; the key is not sent to the target
    │  └─ NotTheAPIError             4xx without the API's JSON: a firewall, a proxy, a wrong URL
    ├─ NotAppliedError               the API reported success, but reading back shows no change
    └─ APIError                      the API refused
       ├─ BadRequestError            400, also sent for "no access to this resource"
       │  └─ DNSNotManagedError      400, the domain's DNS is not at mijn.host (can be transient)
       ├─ AuthenticationError        401 and 403
       │  └─ AddressNotAllowedError  401, the caller's address is not in the key's allowlist
       ├─ NotFoundError              404
       ├─ MethodNotAllowedError      405, and 400 "Wrong request method"
       ├─ RateLimitError             429
       └─ ServerError                500 and above

:attr:`MijnHostError.may_have_taken_effect` of each error reports whether the request may have been
carried out: after a lost answer or an error inside the server, read back to find out.

The status codes are those of https://mijn.host/api/doc/doc-343217
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


class MijnHostError(Exception):
    """Base of all errors of this package."""

    may_have_taken_effect: bool = False
    """Whether the request may have been carried out, although it ended in this error."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Make a copy without the constructor, whose parameters differ by class.

        A process pool pickles the errors of its workers, and stops if one cannot be read.
        """
        return _same_error, (type(self), self.args), vars(self)


def _same_error(kind: type[MijnHostError], args: tuple[object, ...]) -> MijnHostError:
    return kind.__new__(kind, *args)


class InvalidInputError(MijnHostError, ValueError):
    """An argument breaks a rule; nothing was sent."""


class TransportError(MijnHostError):
    """No answer arrived.

    :param message: what failed, and why.
    :param may_have_taken_effect: False only if the request certainly did not reach the API.
    """

    def __init__(self, message: str, *, may_have_taken_effect: bool = True) -> None:
        super().__init__(message)
        self.may_have_taken_effect = may_have_taken_effect


class RequestTimeoutError(TransportError):
    """No answer arrived in time."""


class InvalidResponseError(MijnHostError):
    """The answer is not the documented envelope: HTML, truncated JSON, wrong types, too large."""

    may_have_taken_effect = True


class RedirectError(InvalidResponseError):
    """The answer is a redirect, which is not a part of this API. It was not followed."""

    may_have_taken_effect = False


class NotTheAPIError(InvalidResponseError):
    """A refusal (4xx) that is not in the API's JSON: a firewall, a proxy or a wrong URL answered.

    It means nothing about the key or the account.

    :param status: HTTP's status.
    """

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class NotAppliedError(MijnHostError):
    """The API reported success, but reading back shows that something did not change."""

    may_have_taken_effect = True


class APIError(MijnHostError):
    """The API refused.

    :param message: the whole message.
    :param status: HTTP's or the envelope's status, whichever reports the error.
    :param description: the API's own words.
    :param details: ``errors`` and ``data`` of the answer, if it has them, with secrets and personal
        data of the request masked. Their repr shows no values.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        description: str,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.description = description
        self.details: Mapping[str, Any] = details or {}


class BadRequestError(APIError):
    """400: the request is wrong, or the domain is not in the account. Can be transient."""


class DNSNotManagedError(BadRequestError):
    """400: the domain's DNS is not managed by mijn.host. Can be transient."""


class AuthenticationError(APIError):
    """401 or 403: the key is missing, wrong or expired, or is not allowed to do this."""


class AddressNotAllowedError(AuthenticationError):
    """401: the key has an allowlist, and the caller's public address is not in it."""


class NotFoundError(APIError):
    """404: the object does not exist."""


class MethodNotAllowedError(APIError):
    """405, or 400 "Wrong request method": the endpoint lacks this method."""


class _PausingError(APIError):
    """An error after which the API may ask to wait.

    :param retry_after: the pause in seconds that the API asked for, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        description: str,
        details: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, status=status, description=description, details=details)
        self.retry_after = retry_after


class RateLimitError(_PausingError):
    """429: too many requests. Nothing was done.

    :param retry_after: the pause in seconds that the API asked for, or None.
    """


class ServerError(_PausingError):
    """500 and above: an error inside the API, before or after the change took effect.

    :param retry_after: the pause in seconds that the API asked for, or None.
    """

    may_have_taken_effect = True


@contextmanager
def next_step_if_unclear(next_step: str) -> Iterator[None]:
    """Add a next step to an error after which the request may have been carried out."""
    try:
        yield
    except MijnHostError as error:
        if error.may_have_taken_effect:
            error.args = (f"{error} {next_step}",)
        raise
