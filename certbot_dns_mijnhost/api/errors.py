"""What can go wrong between this client and the mijn.host API.

::

    MijnHostError                    anything that this package raises on purpose
    ├─ InvalidInputError             refused before anything was sent (is a ValueError too)
    ├─ TransportError                no answer arrived: refused, DNS, TLS, reset
    │  └─ RequestTimeoutError        no answer arrived in time
    ├─ InvalidResponseError          an answer that is not the documented envelope
    │  ├─ RedirectError              the API never redirects; the key is not sent along
    │  └─ NotTheAPIError             4xx without the API's JSON: a firewall, a proxy, a wrong URL
    └─ APIError                      the API said no
       ├─ BadRequestError            400, also sent for "no access to this resource"
       │  └─ DNSNotManagedError      400, the domain's DNS is not at mijn.host (or a passing fault)
       ├─ AuthenticationError        401 and 403
       │  └─ AddressNotAllowedError  401, the key's whitelist lacks the caller's address
       ├─ NotFoundError              404
       ├─ MethodNotAllowedError      405, and 400 "Wrong request method"
       ├─ RateLimitError             429
       └─ ServerError                500 and above

Every error tells in :attr:`MijnHostError.may_have_taken_effect` whether the request can have been
carried out: after a lost answer or a fault inside the server, only reading back can tell.

The codes are those of https://mijn.host/api/doc/doc-343217
"""

from __future__ import annotations


class MijnHostError(Exception):
    """Base of everything that this package raises on purpose."""

    may_have_taken_effect: bool = False
    """True where the request may have been carried out although it ended in this error."""


class InvalidInputError(MijnHostError, ValueError):
    """An argument breaks a rule; nothing was sent."""


class TransportError(MijnHostError):
    """No answer arrived.

    :param message: what was tried and what happened.
    :param may_have_taken_effect: False only where the request certainly did not leave.
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
    """The answer was a redirect, which is no part of this API and was not followed."""

    may_have_taken_effect = False


class NotTheAPIError(InvalidResponseError):
    """A refusal (4xx) that is not in the API's JSON: a firewall, a proxy or a wrong URL answered.

    It says nothing about the key or the account.

    :param status: HTTP's status.
    """

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class APIError(MijnHostError):
    """The API refused.

    :param message: the whole message for a person.
    :param status: HTTP's or the envelope's status, whichever tells of the error.
    :param description: the API's own words.
    """

    def __init__(self, message: str, *, status: int, description: str) -> None:
        super().__init__(message)
        self.status = status
        self.description = description


class BadRequestError(APIError):
    """400: the request, or the access to the domain, is wrong. Passing faults look the same."""


class DNSNotManagedError(BadRequestError):
    """400: the domain's DNS is not managed by mijn.host. Also seen as a passing fault."""


class AuthenticationError(APIError):
    """401 or 403: the key is missing, wrong, expired, or may not do this."""


class AddressNotAllowedError(AuthenticationError):
    """401: the key has a whitelist, and the caller's public address is not on it."""


class NotFoundError(APIError):
    """404: there is no such thing."""


class MethodNotAllowedError(APIError):
    """405, or 400 "Wrong request method": the endpoint lacks this method."""


class RateLimitError(APIError):
    """429: too many requests. Nothing was done.

    :param retry_after: the pause in seconds that the API asked for, or None.
    """

    def __init__(
        self, message: str, *, status: int, description: str, retry_after: float | None = None
    ) -> None:
        super().__init__(message, status=status, description=description)
        self.retry_after = retry_after


class ServerError(APIError):
    """500 and above: a fault inside the API, before or after the change took effect."""

    may_have_taken_effect = True

    def __init__(
        self, message: str, *, status: int, description: str, retry_after: float | None = None
    ) -> None:
        super().__init__(message, status=status, description=description)
        self.retry_after = retry_after
