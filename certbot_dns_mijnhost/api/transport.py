"""The only module that sends requests: session, key, timeouts, repeats."""

from __future__ import annotations

import logging
import platform
from collections.abc import Iterator, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NoReturn, Union

import requests
import urllib3.exceptions

from certbot_dns_mijnhost import __version__
from certbot_dns_mijnhost.api.addresses import checked_base_url, checked_path, uses_plain_http
from certbot_dns_mijnhost.api.answers import Envelope, read_envelope
from certbot_dns_mijnhost.api.api_key import APIKey
from certbot_dns_mijnhost.api.causes import never_left, root_cause
from certbot_dns_mijnhost.api.errors import (
    InvalidInputError,
    InvalidResponseError,
    MijnHostError,
    RateLimitError,
    RequestTimeoutError,
    TransportError,
)
from certbot_dns_mijnhost.api.exact_json import dumps
from certbot_dns_mijnhost.api.exchange import Exchange, OnExchange, tell
from certbot_dns_mijnhost.api.masking import mask, texts_in
from certbot_dns_mijnhost.api.retry import RetryPolicy

logger = logging.getLogger(__name__)

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
LARGEST_ANSWER = 16 * 1024 * 1024
"""Bytes of an answer that are read at the most; a zone of 1,000 records takes about 0.1 MiB."""

Timeout = Union[float, tuple[float, float]]
Answered = tuple[int, Mapping[str, str], bytes]
"""Status, headers and body."""


class Transport:
    """Sends one request at a time and returns the API's envelope.

    Keeps its connection open between requests. Honours the proxy and certificate settings of the
    environment, except that unencrypted requests to this machine itself never use a proxy.

    :param api_key: the key, sent in a header and shown nowhere.
    :param base_url: what paths are appended to; HTTPS, or HTTP to a loopback address.
    :param timeout: seconds to wait for a connection and for each part of an answer, or a pair of
        the two. The whole answer may take four times the latter.
    :param session: a session of requests to use; it is then not closed here.
    :param retry: when to send a request again.
    :param on_exchange: is told of each exchange, also of one without an answer; never of bodies
        and secrets. What it raises is logged and goes no further.
    :raises InvalidInputError: for a key or a URL that must not be used.
    """

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str,
        timeout: Timeout,
        session: requests.Session | None = None,
        retry: RetryPolicy | None = None,
        on_exchange: OnExchange | None = None,
    ) -> None:
        self.base_url = checked_base_url(base_url)
        self._key = APIKey(api_key)
        self._timeout = timeout
        self._retry = retry or RetryPolicy()
        self._on_exchange = on_exchange
        self._owns_session = session is None
        self._session = _session() if session is None else session
        self.rate_limited_at: float | None = None
        """When the API last answered 429, by the policy's clock; None if it never did."""

    def __repr__(self) -> str:
        return f"Transport(base_url={self.base_url!r})"

    def close(self) -> None:
        """Close the connections, unless the session belongs to the caller."""
        if self._owns_session:
            self._session.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        is_personal: bool = False,
    ) -> Envelope:
        """Send a request, again where the policy allows it, and return the envelope.

        :param method: HTTP's method, in capitals.
        :param path: below the base URL, its segments quoted, such as ``/domains/example.nl/dns``.
        :param json: what to send as the body.
        :param params: the query.
        :param is_personal: the body holds personal data or a secret; should the API's refusal
            repeat a text of it, that text is masked.
        :raises MijnHostError: the last attempt's error.
        """
        if method not in METHODS:
            raise InvalidInputError(f"{method!r} is none of {', '.join(sorted(METHODS))}.")
        checked_path(path)
        prepared = self._prepared(method, path, json, params)
        secrets = list(texts_in(json)) if is_personal else []

        def hide(text: str) -> str:
            return mask(self._key.mask(text), secrets)

        started = self._retry.clock()
        attempt = 1
        while True:
            try:
                status, headers, body = self._exchange(method, path, prepared, attempt)
                request = f"{method} {path}"
                return read_envelope(status, headers, body, request=request, hide=hide)
            except MijnHostError as error:
                if isinstance(error, RateLimitError):
                    self.rate_limited_at = self._retry.clock()
                if method == "POST":
                    # Whatever policy a caller brings: an order is charged each time it is sent.
                    raise
                elapsed = self._retry.clock() - started
                pause = self._retry.pause(method, error, attempt, elapsed)
                if pause is None:
                    raise
                logger.debug(
                    "%s %s: attempt %d failed (%s), again in %.1f s",
                    *(method, path, attempt, type(error).__name__, pause),
                )
            self._retry.sleep(pause)
            attempt += 1

    def _prepared(
        self,
        method: str,
        path: str,
        json: Mapping[str, Any] | None,
        params: Mapping[str, str] | None,
    ) -> requests.PreparedRequest:
        try:
            body = None if json is None else dumps(json).encode("ascii")
            prepared = self._session.prepare_request(
                requests.Request(
                    method,
                    self.base_url + path,
                    headers=self._headers(has_body=body is not None),
                    data=body,
                    params=dict(params or {}),
                    auth=self._key,
                )
            )
        except requests.exceptions.InvalidURL:
            raise InvalidInputError(_unreadable_address(f"{method} {path}")) from None
        except (requests.RequestException, TypeError, ValueError, RecursionError):
            # Its own words could hold a value of the body.
            raise InvalidInputError(
                f"json, params: {method} {path} can't be sent: only what JSON can hold, without "
                "NaN and infinity."
            ) from None
        prepared.hooks["response"].append(_forget_redirect)
        return prepared

    def _exchange(
        self, method: str, path: str, prepared: requests.PreparedRequest, attempt: int
    ) -> Answered:
        started = self._retry.clock()
        answered: Answered | None = None
        try:
            answered = self._answer(f"{method} {path}", prepared)
        finally:
            seconds = self._retry.clock() - started
            status, headers, body = answered or (None, {}, b"")
            request_id = self._key.mask(headers.get("X-Request-Id") or "") or None
            exchange = Exchange(method, path, status, seconds, len(body), request_id, attempt)
            tell(self._on_exchange, exchange)
        return answered

    def _headers(self, *, has_body: bool) -> dict[str, str]:
        return {
            **({"Content-Type": "application/json"} if has_body else {}),
            "Accept": "application/json",
            # Not compressed: a small answer can't then unfold into a huge one.
            "Accept-Encoding": "identity",
            "User-Agent": f"certbot-dns-mijnhost/{__version__} "
            f"Python/{platform.python_version()} requests/{requests.__version__}",
        }

    def _answer(self, request: str, prepared: requests.PreparedRequest) -> Answered:
        try:
            with self._send(request, prepared) as response:
                return response.status_code, response.headers, self._body(request, response)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            self._raise_transport_error(request, error)

    def _send(self, request: str, prepared: requests.PreparedRequest) -> requests.Response:
        try:
            settings = self._session.merge_environment_settings(
                prepared.url, proxies={}, stream=True, verify=None, cert=None
            )
            if uses_plain_http(self.base_url):
                settings["proxies"] = {}
            return self._session.send(
                prepared, timeout=self._timeout, allow_redirects=False, **settings
            )
        except ValueError:
            # Whoever reads addresses says so in his own way: requests, urllib3, Python. Without
            # their words, which may quote a proxy's address, in which a password may stand.
            raise InvalidInputError(_unreadable_address(request)) from None

    def _body(self, request: str, response: requests.Response) -> bytes:
        allowed = self._timeout[1] if isinstance(self._timeout, tuple) else self._timeout
        deadline = self._retry.clock() + 4 * allowed
        parts = []
        size = 0
        for part in _parts(response):
            parts.append(part)
            size += len(part)
            if size > LARGEST_ANSWER:
                raise InvalidResponseError(
                    f"{request}: the answer is larger than {LARGEST_ANSWER} bytes and was not "
                    "read to its end. Check the API's URL."
                )
            if self._retry.clock() > deadline:
                raise RequestTimeoutError(
                    f"{request}: the answer came too slowly and was not read to its end. "
                    "Try again later."
                )
        return b"".join(parts)

    def _raise_transport_error(self, request: str, error: Exception) -> NoReturn:
        host = self.base_url.split("/")[2]
        sent = not never_left(error)
        if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
            raise RequestTimeoutError(
                f"{request}: no answer from {host} in time. "
                "Check the connection to the internet, then try again.",
                may_have_taken_effect=sent,
            ) from error
        raise TransportError(
            f"{request}: no answer from {host}: {self._key.mask(root_cause(error))}. "
            "Check the connection to the internet and the API's URL, then try again.",
            may_have_taken_effect=sent,
        ) from error


def _unreadable_address(request: str) -> str:
    return (
        f"{request}: nothing was sent: the API's URL, or the address of a proxy in the environment "
        "(HTTPS_PROXY, ALL_PROXY), can't be read. Correct it; in a password, # is written as %23."
    )


def _session() -> requests.Session:
    session = requests.Session()
    # The API knows callers by their key; a cookie would be state that threads share.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    return session


def _forget_redirect(response: requests.Response, **_: object) -> None:
    """Take away where a redirect leads to.

    Even where it must not follow one, requests reads it to its end, however long that takes, and
    trips over an address that can't be read.
    """
    response.headers.pop("Location", None)


def _parts(response: requests.Response) -> Iterator[bytes]:
    """Yield the body as it arrives, so that a trickle can be noticed."""
    # Only urllib3 2 has read1, which returns what is there; read waits until it has all it asked.
    read = getattr(response.raw, "read1", None)
    size = 65536
    if read is None:
        read, size = response.raw.read, 128
    while part := read(size):
        yield part
