"""The only module that sends requests: session, key, timeouts, repeats."""

from __future__ import annotations

import logging
import platform
import traceback
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Union

import requests
import urllib3.exceptions

from certbot_dns_mijnhost import __version__
from certbot_dns_mijnhost.api.addresses import checked_base_url, checked_path, uses_plain_http
from certbot_dns_mijnhost.api.answers import Envelope, read_envelope, still_waiting
from certbot_dns_mijnhost.api.api_key import APIKey
from certbot_dns_mijnhost.api.body import read_body
from certbot_dns_mijnhost.api.causes import cause_of, never_left
from certbot_dns_mijnhost.api.errors import (
    InvalidInputError,
    InvalidResponseError,
    MijnHostError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
    TransportError,
)
from certbot_dns_mijnhost.api.exact_json import dumps
from certbot_dns_mijnhost.api.exchange import Exchange, OnExchange, read_date, tell
from certbot_dns_mijnhost.api.masking import mask, texts_in
from certbot_dns_mijnhost.api.retry import RetryPolicy
from certbot_dns_mijnhost.api.route import (
    check_route,
    passwords_in,
    proxy_for,
    unreadable_address,
)

logger = logging.getLogger(__name__)

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
LONGEST_WAIT = 90.0
"""Seconds that the API may ask to wait, if the policy sets no limit."""
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
        self._trusted: set[object] = set()
        """Files of CA certificates that were checked."""
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

        self._check_wait(f"{method} {path}", path)
        started = self._retry.clock()
        attempt = 1
        while True:
            try:
                status, headers, body = self._exchange(method, path, prepared, attempt)
                request = f"{method} {path}"
                return read_envelope(
                    status, headers, body, request=request, host=self._host, hide=hide
                )
            except MijnHostError as error:
                if isinstance(error, RateLimitError):
                    self.rate_limited_at = self._retry.clock()
                self._note_wait(path, error)
                elapsed = self._retry.clock() - started
                pause = self._retry.pause(method, error, attempt, elapsed)
                # Whatever policy a caller brings: an order is charged each time it is sent.
                if pause is None or method == "POST":
                    raise
                logger.debug(
                    "%s %s: attempt %d failed (%s), again in %.1f s",
                    *(method, path, attempt, type(error).__name__, pause),
                )
            self._retry.sleep(pause)
            attempt += 1

    def _note_wait(self, path: str, error: MijnHostError) -> None:
        """Remember a pause that is too long to be waited for, so that no further call breaks it."""
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
            raise InvalidInputError(unreadable_address(f"{method} {path}")) from None
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
            date = read_date(headers.get("Date"))
            exchange = Exchange(
                method, path, status, seconds, len(body), request_id, attempt, date=date
            )
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
        settings = self._route(request, prepared)
        proxy = proxy_for(prepared.url or "", settings)
        allowed = self._timeout[1] if isinstance(self._timeout, tuple) else self._timeout
        try:
            with self._session.send(
                prepared, timeout=self._timeout, allow_redirects=False, **settings
            ) as response:
                body = read_body(request, response, clock=self._retry.clock, seconds=4 * allowed)
                return response.status_code, response.headers, body
        except MijnHostError:
            raise
        except (
            requests.ConnectionError,
            requests.Timeout,
            urllib3.exceptions.HTTPError,
            OSError,
        ) as error:
            failure = self._failure(request, error, proxy)
            raise failure from self._showable(error, proxy)
        except Exception as error:  # noqa: BLE001  # whoever raises it: the request may have been sent
            failure = self._unreadable(request, error)
            raise failure from self._showable(error, proxy)

    def _route(self, request: str, prepared: requests.PreparedRequest) -> dict[str, Any]:
        """Return the settings of requests for the way to the API.

        :raises InvalidInputError: if nothing can be sent with them; nothing was.
        """
        try:
            settings = self._session.merge_environment_settings(
                prepared.url, proxies={}, stream=True, verify=None, cert=None
            )
        except ValueError:
            raise InvalidInputError(unreadable_address(request)) from None
        if uses_plain_http(self.base_url):
            settings["proxies"] = {}
        url = prepared.url or ""
        verify = settings.get("verify")
        is_known = verify in self._trusted
        check_route(request, url, proxy_for(url, settings), None if is_known else verify)
        if isinstance(verify, str):
            self._trusted.add(verify)
        return dict(settings)

    def _failure(self, request: str, error: Exception, proxy: str | None) -> MijnHostError:
        """Return the error for a request that got no answer."""
        host = self._host
        sent = not never_left(error)
        if isinstance(error, (requests.exceptions.InvalidHeader, urllib3.exceptions.InvalidHeader)):
            return self._unreadable(request, error)
        if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
            message = (
                f"{request}: no answer from {host} in time. "
                "Check the connection to the internet, then try again."
            )
            return RequestTimeoutError(message, may_have_taken_effect=sent)
        cause = cause_of(error, has_proxy=proxy is not None)
        reason = mask(self._key.mask(cause.reason), passwords_in(proxy))
        message = f"{request}: no answer from {host}: {reason}. {cause.next_step}"
        return TransportError(message, may_have_taken_effect=sent)

    def _unreadable(self, request: str, error: Exception) -> MijnHostError:
        """Return the error for an answer whose form breaks HTTP."""
        if never_left(error):
            return InvalidInputError(unreadable_address(request))
        message = (
            f"{request}: the answer of {self._host} cannot be read ({type(error).__name__}). Try "
            "again later. If this continues, a proxy is probably in the way, or the API's URL is "
            "wrong."
        )
        return InvalidResponseError(message)

    def _showable(self, error: Exception, proxy: str | None) -> Exception | None:
        """Return `error` as a cause that a traceback may show; None if it holds a secret."""
        secrets = passwords_in(proxy)
        texts = "".join(traceback.format_exception(type(error), error, None))
        return None if any(secret in texts for secret in secrets) else error


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
