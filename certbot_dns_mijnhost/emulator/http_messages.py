"""HTTP without sockets: requests, answers, refusals, and a connection that breaks."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

DIGITS = re.compile(r'"\\u0000([^"\\]*)\\u0000"')

# Texts of ``status_description``. Documented:
NO_KEY = "No valid API key set"

# Seen in practice:
NOT_WHITELISTED = "Remote IP address is not found in the API key whitelist"
NO_ACCESS = "You have no access to this resource"
WRONG_METHOD = "Wrong request method"
NOT_MANAGED = "DNS records not managed by mijn.host"

# Assumed; the status codes are documented:
METHOD_NOT_ALLOWED = "Method not allowed"
NOT_FOUND = "The requested resource could not be found"
TOO_MANY = "Too many requests"
BAD_BODY = "The request body is not valid"


class Refused(Exception):  # noqa: N818 - an event of the protocol, not a mistake of the code
    """The API refuses a request.

    :param status: HTTP status code
    :param description: the ``status_description`` of the envelope
    """

    def __init__(self, status: int, description: str) -> None:
        super().__init__(f"{status} {description}")
        self.status = status
        self.description = description


def bad_request(description: str) -> Refused:
    """Return a refusal with status 400 and this text."""
    return Refused(400, description)


class ConnectionLost(Exception):  # noqa: N818 - an event of the protocol
    """The connection breaks before an answer.

    :param delay: seconds without an answer before it breaks
    :param reset: it is reset (RST) instead of closed (FIN)
    """

    def __init__(self, delay: float = 0.0, *, reset: bool = True) -> None:
        super().__init__("connection lost")
        self.delay = delay
        self.reset = reset


@dataclass(frozen=True)
class Request:
    """One HTTP request.

    :param path: with the query and the leading slash: ``/api/v2/domains``
    :param headers: names in any case; left out of the repr, because they contain the API key
    :param connection: the number of the TCP connection; 0 without sockets
    :param address: the caller's address
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = b""
    connection: int = 0
    address: str = "127.0.0.1"

    def header(self, name: str) -> str | None:
        """Return the value of a header; its name is case-insensitive."""
        for key, value in self.headers.items():
            if key.lower() == name.lower():
                return value
        return None


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, and how it is sent.

    Without sockets nothing waits: a caller with a virtual clock applies ``delay`` and ``pause``.

    :param delay: seconds before the first byte
    :param repeat: how often ``body`` is sent; together that is the answer's body
    :param missing: bytes that Content-Length promises and that are not sent: the connection closes
    :param declared: with Content-Length; otherwise the transfer is chunked
    :param piece: bytes that are sent at once; 0 for all
    :param pause: seconds between two pieces
    """

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    repeat: int = 1
    missing: int = 0
    declared: bool = True
    piece: int = 0
    pause: float = 0.0

    @property
    def size(self) -> int:
        """Bytes of the whole body."""
        return len(self.body) * self.repeat

    def pieces(self) -> Iterator[bytes]:
        """Yield the body in the pieces that are sent."""
        step = self.piece or max(len(self.body), 1)
        for _ in range(self.repeat):
            for start in range(0, len(self.body), step):
                yield self.body[start : start + step]


def json_answer(status: int, body: object, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer with a JSON body."""
    named = {"Content-Type": "application/json", **(headers or {})}
    text = DIGITS.sub(r"\1", json.dumps(body, default=_digits))
    return Answer(status, text.encode(), tuple(named.items()))


@dataclass(frozen=True)
class Digits:
    """A JSON number that keeps its digits, such as 1.10."""

    text: str


def _digits(value: object) -> str:
    if isinstance(value, Digits):
        return f"\0{value.text}\0"
    raise TypeError(f"{value!r} is not JSON")


def compressed(answer: Answer, how: str) -> Answer:
    """Return the answer with its body compressed.

    :param how: a choice of the variant ``compression``
    """
    if how == "none":
        return answer
    if how == "raw_deflate":
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        body = packer.compress(answer.body) + packer.flush()
    else:
        body = (zlib if how == "deflate" else gzip).compress(answer.body)
    encoding = "deflate" if how == "raw_deflate" else how
    return replace(answer, body=body, headers=(*answer.headers, ("Content-Encoding", encoding)))
