"""The only module that sends requests: session, API key, timeouts, retries."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Callable, TypeVar, Union

import requests
import urllib3.exceptions

from certbot_dns_mijnhost.api import validation
from certbot_dns_mijnhost.api.api_key import APIKey
from certbot_dns_mijnhost.api.errors import (
    InvalidInputError,
    MijnHostError,
    RateLimitError,
    ServerError,
)
from certbot_dns_mijnhost.api.exact_json import dumps
from certbot_dns_mijnhost.api.exchange import Exchange, OnExchange, read_date, report
from certbot_dns_mijnhost.api.network_errors import (
    network_error,
    showable_cause,
    unreadable_answer,
)
from certbot_dns_mijnhost.api.network_settings import (
    JSON,
    check_settings,
    forget_redirect,
    full_user_agent,
    new_session,
    proxy_for,
    request_headers,
    unreadable_address,
)
from certbot_dns_mijnhost.api.refusals import still_waiting
from certbot_dns_mijnhost.api.response_body import read_body
from certbot_dns_mijnhost.api.responses import Envelope, read_envelope
from certbot_dns_mijnhost.api.retry import RetryPolicy
from certbot_dns_mijnhost.api.types import mask, texts_in

logger = logging.getLogger(__name__)

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
LONGEST_WAIT = 90.0
"""Seconds that the API may ask to wait, if the policy sets no limit."""
Timeout = Union[float, tuple[float, float]]
Answered = tuple[int, Mapping[str, str], bytes]
"""Status, headers and body."""
T = TypeVar("T")


class Transport:
    """Sends one request at a time and returns the API's envelope.

    Keeps its connection open between requests. Uses the proxy and certificate settings of the
    environment, except that unencrypted requests to this machine never use a proxy.

    The parameters are those of :class:`~certbot_dns_mijnhost.api.MijnHostClient`. A whole answer
    may take four times the timeout. What `on_exchange` raises is logged.

    :raises InvalidInputError: if the key or the URL cannot be used.
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
        user_agent: str | None = None,
    ) -> None:
        self.base_url = validation.checked_base_url(base_url)
        self._key = APIKey(api_key)
        self._timeout = validation.checked_timeout(timeout)
        self._retry = retry or RetryPolicy()
        self._on_exchange = on_exchange
        self._user_agent = full_user_agent(user_agent)
        self._owns_session = session is None
        self._session = new_session() if session is None else session
        self._trusted: set[object] = set()
        """Files of CA certificates that have been checked."""
        self._waits: dict[str, tuple[float, RateLimitError | ServerError]] = {}
        self.rate_limited_at: float | None = None
        """When the API last answered 429, by the policy's clock; None if it never did."""

    def __repr__(self) -> str:
        return f"Transport(base_url={self.base_url!r})"

    @property
    def _host(self) -> str:
        return self.base_url.split("/")[2]

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
        """Send a request, and again if the policy allows it; return the envelope.

        :param method: HTTP's method, in capitals.
        :param path: below the base URL, its segments quoted, such as ``/domains/example.nl/dns``.
        :param json: what to send as the body.
        :param params: the query.
        :param is_personal: the body has personal data or a secret: if a refusal of the API repeats
            a text of it, that text is masked.
        :raises MijnHostError: the last attempt's error.
        """
        return self._send(method, path, read_envelope, json, params, is_personal=is_personal)

    def get_file(self, path: str, kind: str, read: Callable[..., bytes]) -> bytes:
        """Get a file, again if the policy allows it. Its size is limited like that of any answer.

        :param path: below the base URL, its segments quoted.
        :param kind: the media type of the file. JSON is accepted too: refusals are JSON.
        :param read: returns the file, or raises the error that the answer means; it has the
            parameters of :func:`~certbot_dns_mijnhost.api.responses.read_envelope`.
        :raises MijnHostError: the last attempt's error.
        """
        return self._send("GET", path, read, accept=f"{kind}, {JSON}")

    def _send(
        self,
        method: str,
        path: str,
        read: Callable[..., T],
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        *,
        is_personal: bool = False,
        accept: str = JSON,
    ) -> T:
        if method not in METHODS:
            raise InvalidInputError(f"method: must be one of {', '.join(sorted(METHODS))}.")
        validation.checked_path(path)
        prepared = self._prepared(method, path, json, params, accept)
        secrets = list(texts_in(json)) if is_personal else []

        def hide(text: str) -> str:
            return mask(self._key.mask(text), secrets)

        self._check_wait(f"{method} {path}", path)
        started = self._retry.clock()
        attempt = 1
        while True:
            try:
                status, headers, body = self._exchange(method, path, prepared, attempt)
                request = f"{method} {path}"
                return read(status, headers, body, request=request, host=self._host, hide=hide)
            except MijnHostError as error:
                if isinstance(error, RateLimitError):
                    self.rate_limited_at = self._retry.clock()
                self._note_wait(path, error)
                elapsed = self._retry.clock() - started
                pause = self._retry.pause(method, error, attempt, elapsed)
                # With any policy: an order is charged each time it is sent.
                if pause is None or method == "POST":
                    raise
                logger.debug(
                    "%s %s: attempt %d failed (%s), again in %.1f s",
                    *(method, path, attempt, type(error).__name__, pause),
                )
            self._retry.sleep(pause)
            attempt += 1

    def pause(self, attempt: int) -> None:
        """Sleep before a change is read back again."""
        growing = getattr(self._retry, "growing_pause", RetryPolicy().growing_pause)
        self._retry.sleep(growing(attempt))

    def _note_wait(self, path: str, error: MijnHostError) -> None:
        """Remember a pause that is too long to wait for, so that no further call breaks it."""
        longest = getattr(self._retry, "total_seconds", LONGEST_WAIT)
        if isinstance(error, (RateLimitError, ServerError)) and (error.retry_after or 0) > longest:
            self._waits[path] = (self._retry.clock() + (error.retry_after or 0), error)

    def _check_wait(self, request: str, path: str) -> None:
        """Refuse a request to a path for which the API asked to wait."""
        until, asked = self._waits.get(path, (0.0, None))
        left = until - self._retry.clock()
        if asked is not None and left > 0:
            raise still_waiting(request, asked, left)

    def _prepared(
        self,
        method: str,
        path: str,
        json: Mapping[str, Any] | None,
        params: Mapping[str, str] | None,
        accept: str,
    ) -> requests.PreparedRequest:
        try:
            body = None if json is None else dumps(json).encode("ascii")
            prepared = self._session.prepare_request(
                requests.Request(
                    method,
                    self.base_url + path,
                    headers=request_headers(self._user_agent, accept, has_body=body is not None),
                    data=body,
                    params=dict(params or {}),
                    auth=self._key,
                )
            )
        except requests.exceptions.InvalidURL:
            raise InvalidInputError(unreadable_address(f"{method} {path}")) from None
        except (requests.RequestException, TypeError, ValueError, RecursionError):
            # Its own message could show a value of the body.
            raise InvalidInputError(
                f"json, params: {method} {path} cannot be sent: give only what JSON can hold, "
                "without NaN and infinity."
            ) from None
        prepared.hooks["response"].append(forget_redirect)
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
            date = read_date(headers.get("Date"))
            exchange = Exchange(
                method, path, status, seconds, len(body), request_id, attempt, date=date
            )
            report(self._on_exchange, exchange)
        return answered

    def _answer(self, request: str, prepared: requests.PreparedRequest) -> Answered:
        settings = self._settings(request, prepared)
        proxy = proxy_for(prepared.url or "", settings)
        try:
            with self._session.send(
                prepared, timeout=self._timeout, allow_redirects=False, **settings
            ) as response:
                body = read_body(
                    request, response, clock=self._retry.clock, seconds=4 * self._timeout[1]
                )
                return response.status_code, response.headers, body
        except MijnHostError:
            raise
        except (
            requests.ConnectionError,
            requests.Timeout,
            urllib3.exceptions.HTTPError,
            OSError,
        ) as error:
            failure = network_error(
                request, error, host=self._host, proxy=proxy, hide=self._key.mask
            )
            raise failure from showable_cause(error, proxy)
        except Exception as error:  # noqa: BLE001  # the request may have been sent
            failure = unreadable_answer(request, error, host=self._host)
            raise failure from showable_cause(error, proxy)

    def _settings(self, request: str, prepared: requests.PreparedRequest) -> dict[str, Any]:
        """Return the settings of requests: proxy and CA certificates.

        :raises InvalidInputError: if nothing can be sent with them.
        """
        url = prepared.url or ""
        if validation.uses_plain_http(self.base_url):
            # It stays on this machine, without a proxy or certificates to look for.
            check_settings(request, url, None, None)
            return {"proxies": {}, "stream": True, "verify": True, "cert": None}
        try:
            settings = self._session.merge_environment_settings(
                url, proxies={}, stream=True, verify=None, cert=None
            )
        except ValueError:
            raise InvalidInputError(unreadable_address(request)) from None
        verify = settings.get("verify")
        is_known = verify in self._trusted
        check_settings(request, url, proxy_for(url, settings), None if is_known else verify)
        if isinstance(verify, str):
            self._trusted.add(verify)
        return dict(settings)
