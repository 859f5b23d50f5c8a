"""The HTTP API without sockets: key check, routes, envelope, faults and the request log."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import ceil
from urllib.parse import parse_qs, unquote, urlsplit

from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.faults import Faults
from certbot_dns_mijnhost.emulator.http_messages import (
    NOT_FOUND,
    TOO_MANY,
    WRONG_METHOD,
    Answer,
    ConnectionLost,
    Refused,
    Request,
    bad_request,
    compressed,
    json_answer,
)
from certbot_dns_mijnhost.emulator.routes import ROUTES
from certbot_dns_mijnhost.emulator.routes.routing import Call, File, Reply, Route
from certbot_dns_mijnhost.emulator.variants import Variants

BASE_PATH = "/api/v2"
SUCCESS: Mapping[str, object] = {
    "number": 200,
    "float": 200.0,
    "text": "200",
    "true": True,
    "word": "success",
}
"""The ``status`` of a successful answer by variant. Documented: the number. Assumed: the rest."""
WEB_PAGE = b"<!DOCTYPE html><html><body>Access denied</body></html>"
HTML = (("Content-Type", "text/html; charset=utf-8"),)


@dataclass(frozen=True)
class LoggedRequest:
    """One entry of the request log. It has no headers, so it never contains the key.

    :param path: with the query
    :param status: the HTTP status, or None if the connection broke
    :param bytes_received: the length of the request's body
    :param bytes_sent: the length of the answer's body
    :param connection: the number of the TCP connection
    """

    method: str
    path: str
    status: int | None
    bytes_received: int
    bytes_sent: int
    connection: int


class Application:
    """Answers the requests for one account.

    :param requests: the log, to which each request is added
    """

    def __init__(self, account: Account, faults: Faults, requests: list[LoggedRequest]) -> None:
        self._account = account
        self._faults = faults
        self._requests = requests
        self._lock = threading.Lock()
        self._answered: deque[float] = deque()

    def handle(self, request: Request) -> Answer:
        """Answer one request.

        :raises ConnectionLost: if a fault breaks the connection
        """
        try:
            answer = self._answer_or_fault(request)
        except ConnectionLost:
            self._log(request, None, 0)
            raise
        self._log(request, answer.status, answer.size)
        return answer

    def _answer_or_fault(self, request: Request) -> Answer:
        wait = self._seconds_to_wait()
        if wait:
            headers = {"Retry-After": str(ceil(wait))} if self._variants.rate_retry_after else {}
            return self._refusal(Refused(429, TOO_MANY), headers)
        if self._variants.web_page_status:
            return Answer(self._variants.web_page_status, WEB_PAGE, HTML)
        fault = self._faults.take(request.method, urlsplit(request.path).path)
        if fault is None:
            return compressed(self._answer(request), self._variants.compression)
        return fault.play(self._answer(request) if fault.after else None)

    @property
    def clock_ahead(self) -> float:
        """How many seconds the ``Date`` header is ahead of the real time."""
        return self._variants.clock_ahead

    @property
    def _variants(self) -> Variants:
        return self._account.variants

    def _seconds_to_wait(self) -> float:
        """Count a call for the rate limit; return the seconds until a call is allowed again.

        Assumed: a sliding window for all calls of the account, in which refused calls do not count.
        """
        variants = self._variants
        if not variants.rate_limit:
            return 0.0
        now = self._account.clock()
        with self._lock:
            while self._answered and self._answered[0] <= now - variants.rate_seconds:
                self._answered.popleft()
            if len(self._answered) >= variants.rate_limit:
                return self._answered[0] + variants.rate_seconds - now
            self._answered.append(now)
            return 0.0

    def _answer(self, request: Request) -> Answer:
        try:
            reply = self._reply(request)
        except Refused as refused:
            return self._refusal(refused, sent=request.body)
        if isinstance(reply, File):
            return Answer(200, reply.content, (("Content-Type", reply.kind),))
        status = SUCCESS[self._variants.success_status]
        body: dict[str, object] = {"status": status, "status_description": reply.description}
        if reply.data is not None:
            body["data"] = reply.data
        return json_answer(200, body)

    def _refusal(
        self, refused: Refused, headers: Mapping[str, str] | None = None, sent: bytes = b""
    ) -> Answer:
        """Return the answer of a refusal.

        Seen in practice: ``status`` may be a word, and the HTTP status may be 200.
        """
        variants = self._variants
        word = "error" if variants.error_status_word else refused.status
        body: dict[str, object] = {"status": word, "status_description": refused.description}
        if variants.error_details:
            text = sent.decode(errors="replace")
            body.update(errors={"body": [f"Wrong: {text}"]}, data={"sent": text})
        if refused.status == 429 and variants.statusless_rate_limit:
            del body["status"]
        return json_answer(
            200 if variants.errors_inside_200 else refused.status,
            body,
            headers,
        )

    def _reply(self, request: Request) -> Reply | File:
        """Check the key and call the route. Assumed: in this order, and then the whitelist."""
        self._account.check_key(request.header("API-Key"))
        url = urlsplit(request.path)
        route, parameters = find_route(request.method, url.path)
        if route.needs_whitelist or self._variants.whoami_refused:
            self._account.check_address()
        if self._variants.writes_ignored and request.method != "GET":
            return Reply(None)
        call = Call(parameters, parse_qs(url.query), request.body, request.address)
        return route.handler(self._account, call)

    def _log(self, request: Request, status: int | None, sent: int) -> None:
        line = LoggedRequest(
            request.method, request.path, status, len(request.body), sent, request.connection
        )
        with self._lock:
            self._requests.append(line)


@cache
def _routes_of(length: int) -> list[Route]:
    """Return the routes whose paths have this number of segments."""
    return [route for route in ROUTES if route.length == length]


def find_route(method: str, path: str) -> tuple[Route, Mapping[str, str]]:
    """Return the route of a path and a method.

    Seen in practice: 400 for a known path with another method. Assumed: 404 for an unknown path,
    and a slash at the end is ignored.

    :raises Refused: with 400 or 404
    """
    if not path.startswith(f"{BASE_PATH}/"):
        raise Refused(404, NOT_FOUND)
    segments = [unquote(part) for part in path[len(BASE_PATH) + 1 :].rstrip("/").split("/")]
    matching = [route for route in _routes_of(len(segments)) if route.matches(segments)]
    if not matching:
        raise Refused(404, NOT_FOUND)
    most_specific = max(route.literals for route in matching)
    for route in matching:
        if route.literals == most_specific and route.method == method:
            return route, route.parameters(segments)
    raise bad_request(WRONG_METHOD)
