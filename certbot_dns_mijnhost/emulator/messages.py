"""HTTP without sockets: a request, its answer, and the connection that breaks in between."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

DIGITS = re.compile(r'"\\u0000([^"\\]*)\\u0000"')


class ConnectionLost(Exception):  # noqa: N818 - what happened, as a reader would say it
    """The connection breaks before an answer was given.

    :param delay: seconds of silence before it breaks
    :param reset: it is reset (RST) rather than closed (FIN)
    """

    def __init__(self, delay: float = 0.0, *, reset: bool = True) -> None:
        super().__init__("connection lost")
        self.delay = delay
        self.reset = reset


@dataclass(frozen=True)
class Request:
    """One HTTP request.

    :param path: with the query, from the leading slash on: ``/api/v2/domains``
    :param headers: names in any case; not shown in the repr, as the API key is among them
    :param connection: the number of the TCP connection, 0 where there is none
    :param address: the caller's address
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = b""
    connection: int = 0
    address: str = "127.0.0.1"

    def header(self, name: str) -> str | None:
        """Return a header's value; the case of its name does not matter."""
        for key, value in self.headers.items():
            if key.lower() == name.lower():
                return value
        return None


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, and how it travels.

    Without sockets nobody waits: a caller that plays time looks at the fields itself.

    :param delay: seconds before the first byte is sent
    :param repeat: the body is sent so many times, as one
    :param missing: bytes that are promised and never sent; the connection closes instead
    :param declared: the length is in the headers; otherwise the transfer is chunked
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
        """The length in bytes of all that is sent of the body."""
        return len(self.body) * self.repeat

    def pieces(self) -> Iterator[bytes]:
        """Yield the body in the pieces in which it is sent."""
        step = self.piece or max(len(self.body), 1)
        for _ in range(self.repeat):
            for start in range(0, len(self.body), step):
                yield self.body[start : start + step]


def json_answer(status: int, body: object, headers: Mapping[str, str] | None = None) -> Answer:
    """Make an answer whose body is JSON."""
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
    raise TypeError(f"{value!r} is no JSON")


def packed(answer: Answer, how: str) -> Answer:
    """Compress an answer's body.

    :param how: a choice of the variant ``packs``
    """
    if how == "no":
        return answer
    if how == "raw_deflate":
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        body = packer.compress(answer.body) + packer.flush()
    else:
        body = (zlib if how == "deflate" else gzip).compress(answer.body)
    encoding = "deflate" if how == "raw_deflate" else how
    return replace(answer, body=body, headers=(*answer.headers, ("Content-Encoding", encoding)))
