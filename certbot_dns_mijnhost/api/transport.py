"""The only module that sends requests: session, key, timeouts, repeats."""

from __future__ import annotations

import logging
import platform
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, NoReturn, Union

import requests
import urllib3.exceptions

from certbot_dns_mijnhost import __version__
from certbot_dns_mijnhost.api.addresses import checked_base_url, checked_path, uses_plain_http
from certbot_dns_mijnhost.api.answers import Envelope, read_envelope
from certbot_dns_mijnhost.api.api_key import APIKey
from certbot_dns_mijnhost.api.errors import (
    APIError,
    InvalidInputError,
    InvalidResponseError,
    MijnHostError,
    RequestTimeoutError,
    TransportError,
)
from certbot_dns_mijnhost.api.retry import RetryPolicy

logger = logging.getLogger(__name__)

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
LARGEST_ANSWER = 16 * 1024 * 1024
"""Bytes of an answer that are read at the most; a zone of 1,000 records takes about 0.1 MiB."""

Timeout = Union[float, tuple[float, float]]


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
    ) -> None:
        self.base_url = checked_base_url(base_url)
        self._key = APIKey(api_key)
        self._timeout = timeout
        self._retry = retry or RetryPolicy()
        self._owns_session = session is None
        self._session = requests.Session() if session is None else session

    def __repr__(self) -> str:
        return f"Transport(base_url={self.base_url!r})"

    def close(self) -> None:
        """Close the connections, unless the session belongs to the caller."""
        if self._owns_session:
            self._session.close()

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Envelope:
        """Send a request, again where the policy allows it, and return the envelope.

        :param method: HTTP's method, in capitals.
        :param path: below the base URL, its segments quoted, such as ``/domains/example.nl/dns``.
        :param json: what to send as the body.
        :param params: the query.
        :raises MijnHostError: the last attempt's error.
        """
        if method not in METHODS:
            raise InvalidInputError(f"{method!r} is none of {', '.join(sorted(METHODS))}.")
        checked_path(path)
        started = self._retry.clock()
        attempt = 1
        while True:
            try:
                return self._send(method, path, json, params)
            except MijnHostError as error:
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

    def _send(
        self,
        method: str,
        path: str,
        json: Mapping[str, Any] | None,
        params: Mapping[str, str] | None,
    ) -> Envelope:
        request = f"{method} {path}"
        prepared = self._session.prepare_request(
            requests.Request(
                method,
                self.base_url + path,
                headers=self._headers(),
                json=json,
                params=dict(params or {}),
                auth=self._key,
            )
        )
        started = self._retry.clock()
        status, headers, body = self._exchange(request, prepared)
        logger.debug(
            "%s: HTTP %d, %d bytes, %.3f s",
            *(request, status, len(body), self._retry.clock() - started),
        )
        try:
            return read_envelope(status, headers, body, request=request)
        except APIError as error:
            error.description = self._key.mask(error.description)
            error.args = tuple(self._key.mask(str(part)) for part in error.args)
            raise

    def _headers(self) -> dict[str, str]:
        return {
            "Accept": "application/json",
            # Not compressed: a small answer can't then unfold into a huge one.
            "Accept-Encoding": "identity",
            "User-Agent": f"certbot-dns-mijnhost/{__version__} "
            f"Python/{platform.python_version()} requests/{requests.__version__}",
        }

    def _exchange(
        self, request: str, prepared: requests.PreparedRequest
    ) -> tuple[int, Mapping[str, str], bytes]:
        settings = self._session.merge_environment_settings(
            prepared.url, proxies={}, stream=True, verify=None, cert=None
        )
        if uses_plain_http(self.base_url):
            settings["proxies"] = {}
        try:
            response = self._session.send(
                prepared, timeout=self._timeout, allow_redirects=False, **settings
            )
            with response:
                return response.status_code, response.headers, self._body(request, response)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            self._raise_transport_error(request, error)

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
        sent = not _never_left(error)
        if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
            raise RequestTimeoutError(
                f"{request}: no answer from {host} in time. "
                "Check the connection to the internet, then try again.",
                may_have_taken_effect=sent,
            ) from error
        raise TransportError(
            f"{request}: no answer from {host}: {self._key.mask(_root_cause(error))}. "
            "Check the connection to the internet and the API's URL, then try again.",
            may_have_taken_effect=sent,
        ) from error


def _parts(response: requests.Response) -> Iterator[bytes]:
    """Yield the body as it arrives, so that a trickle can be noticed."""
    # Only urllib3 2 has read1, which returns what is there; read waits until it has all it asked.
    read = getattr(response.raw, "read1", None)
    size = 65536
    if read is None:
        read, size = response.raw.read, 1024
    while part := read(size):
        yield part


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield `error` and what caused it, as requests and urllib3 wrap it."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        inner = getattr(current, "reason", None) or next(iter(current.args), None)
        current = inner if isinstance(inner, BaseException) else current.__cause__


def _never_left(error: Exception) -> bool:
    return any(
        isinstance(part, (requests.ConnectTimeout, urllib3.exceptions.NewConnectionError))
        for part in _chain(error)
    )


def _root_cause(error: Exception) -> str:
    *_, last = _chain(error)
    text = getattr(last, "strerror", None) or str(last)
    return str(text).rsplit(">: ", 1)[-1] or type(last).__name__
