"""Errors of the network: which error of the client they are, with the cause and the next step."""

from __future__ import annotations

import re
import socket
import ssl
import time
import traceback
from collections.abc import Iterator
from typing import NamedTuple

import requests
import urllib3.exceptions

from certbot_dns_mijnhost.api.errors import (
    InvalidInputError,
    InvalidResponseError,
    MijnHostError,
    RequestTimeoutError,
    TransportError,
)
from certbot_dns_mijnhost.api.network_settings import passwords_in, unreadable_address
from certbot_dns_mijnhost.api.types import SHORTEST, Hide, mask

CHECK_CONNECTION = "Check the connection to the internet and the API's URL, then try again."
CHECK_CLOCK = (
    "Check this machine's clock (now {now} UTC). If it is right, a firewall or proxy that "
    "inspects TLS is probably in the way."
)
TRUST = (
    "If a firewall or proxy inspects TLS here, set REQUESTS_CA_BUNDLE to a file with its CA "
    "certificate; otherwise check the API's URL."
)
NOT_YET_VALID, EXPIRED = 9, 10
OTHER_HOST = {62, 64}
"""OpenSSL's codes for certificates."""
TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})\b *([\w .-]{0,60})")
OTHER_NAME = re.compile(r"doesn't match|Hostname mismatch|IP address mismatch", re.IGNORECASE)
NAME_RESOLUTION = re.compile(
    r"name resolution|name or service not known|nodename nor servname|no address associated"
    r"|getaddrinfo failed|failed to resolve",
    re.IGNORECASE,
)


class Cause(NamedTuple):
    """Why no answer came, and what to do about it."""

    reason: str
    next_step: str


def network_error(
    request: str, error: Exception, *, host: str, proxy: str | None, hide: Hide
) -> MijnHostError:
    """Return the error for a request that got no answer.

    :param request: method and path.
    :param error: what requests or urllib3 raised.
    :param host: of the API's URL.
    :param proxy: the address of the proxy, if there is one; its password is masked.
    :param hide: masks the API key.
    """
    sent = not never_left(error)
    if isinstance(error, (requests.exceptions.InvalidHeader, urllib3.exceptions.InvalidHeader)):
        return unreadable_answer(request, error, host=host)
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        message = (
            f"{request}: no answer from {host} in time. "
            "Check the connection to the internet, then try again."
        )
        return RequestTimeoutError(message, may_have_taken_effect=sent)
    secrets = [each for each in passwords_in(proxy) if len(each) >= SHORTEST]
    cause = cause_of(
        error, has_proxy=proxy is not None, hide=lambda text: mask(hide(text), secrets)
    )
    message = f"{request}: no answer from {host}: {cause.reason}. {cause.next_step}"
    return TransportError(message, may_have_taken_effect=sent)


def unreadable_answer(request: str, error: Exception, *, host: str) -> MijnHostError:
    """Return the error for an answer that breaks the rules of HTTP."""
    if never_left(error):
        return InvalidInputError(unreadable_address(request))
    message = (
        f"{request}: the answer of {host} cannot be read ({type(error).__name__}). Try again "
        "later. If this continues, a proxy is probably in the way, or the API's URL is wrong."
    )
    return InvalidResponseError(message)


def showable_cause(error: Exception, proxy: str | None) -> Exception | None:
    """Return `error` as a cause that a traceback may show; None if it contains a secret."""
    secrets = passwords_in(proxy)
    texts = "".join(traceback.format_exception(type(error), error, None))
    return None if any(secret in texts for secret in secrets) else error


def never_left(error: Exception) -> bool:
    """Return whether the request certainly did not reach the API."""
    return any(_is_before_sending(part) for part in _chain(error))


def cause_of(error: Exception, *, has_proxy: bool, hide: Hide) -> Cause:
    """Return the cause, and the next step.

    :param has_proxy: the request uses a proxy.
    :param hide: masks secrets in what others say. Our own words stay as they are: the name of a
        proxy's user may be ``proxy``.
    """
    chain = list(_chain(error))
    text = " ".join(str(part) for part in chain)
    if refused := TUNNEL.search(text):
        return _refused_by_proxy(refused[1], hide(refused[2].strip()))
    certificate = next((part for part in chain if isinstance(part, ssl.SSLError)), None)
    if certificate is not None or OTHER_NAME.search(text):
        found = _certificate(certificate, text, hide)
        if found is not None:
            return found
    is_proxy = has_proxy and any(
        isinstance(part, (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError))
        or "proxy" in str(part).lower()
        for part in chain
    )
    if any(isinstance(part, socket.gaierror) for part in chain) or NAME_RESOLUTION.search(text):
        name = "the name of the proxy" if is_proxy else "its name"
        proxy = " and the proxy's name in HTTPS_PROXY or ALL_PROXY" if has_proxy else ""
        return Cause(
            f"cannot resolve {name}",
            f"Check this machine's DNS (/etc/resolv.conf){proxy or ' and the API URL'}.",
        )
    if is_proxy:
        return Cause(
            f"cannot use the proxy: {hide(_innermost(chain))}",
            "Check the proxy's address in HTTPS_PROXY or ALL_PROXY, and that it is running.",
        )
    if "Could not find" in text and "certificate" in text:
        return Cause(hide(_innermost(chain)), "Reinstall the Python package certifi.")
    return Cause(hide(_innermost(chain)), CHECK_CONNECTION)


def _refused_by_proxy(status: str, reason: str) -> Cause:
    if status == "407":
        return Cause(
            "the proxy requires a user name and a password (407)",
            "Add them to HTTPS_PROXY: http://user:password@proxy:port",
        )
    return Cause(
        f"the proxy refused to connect ({status} {reason})".replace(" )", ")"),
        "Allow this machine to reach the API through the proxy, or unset HTTPS_PROXY.",
    )


def _certificate(error: BaseException | None, text: str, hide: Hide) -> Cause | None:
    """Return the cause if it is the server's certificate, else None."""
    code = getattr(error, "verify_code", None)
    reason = str(getattr(error, "verify_message", "") or "")
    if code in {NOT_YET_VALID, EXPIRED}:
        now = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
        words = "not valid yet" if code == NOT_YET_VALID else "expired"
        return Cause(f"its certificate is {words}", CHECK_CLOCK.format(now=now))
    if code in OTHER_HOST or OTHER_NAME.search(text):
        return Cause("its certificate is for another host", f"Check the API's URL. {TRUST}")
    if code or "CERTIFICATE_VERIFY_FAILED" in text:
        return Cause(f"its certificate is not trusted ({hide(reason) or 'unknown issuer'})", TRUST)
    if error is not None and "WRONG_VERSION_NUMBER" in text:
        return Cause(
            "it does not speak TLS", "Check the API's URL and port, and the proxy if there is one."
        )
    return None


def _is_before_sending(part: BaseException) -> bool:
    kinds = (
        requests.ConnectTimeout,
        urllib3.exceptions.ConnectTimeoutError,
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.LocationValueError,
        ssl.SSLCertVerificationError,
        ssl.CertificateError,
        socket.gaierror,
    )
    # requests looks for files before it connects.
    texts = (
        *("WRONG_VERSION_NUMBER", "doesn't match"),
        *("Could not find a suitable TLS", "Could not find the TLS"),
    )
    message = str(part)
    return (
        isinstance(part, kinds)
        or TUNNEL.search(message) is not None
        or any(text in message for text in texts)
    )


def _innermost(chain: list[BaseException]) -> str:
    """Return the innermost cause in words, such as ``Connection refused``."""
    text = getattr(chain[-1], "strerror", None) or str(chain[-1])
    return str(text).rsplit(">: ", 1)[-1] or type(chain[-1]).__name__


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield `error` and what caused it."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        inner = [getattr(current, "reason", None), *current.args]
        causes = (each for each in inner if isinstance(each, BaseException))
        current = next(causes, current.__cause__)
