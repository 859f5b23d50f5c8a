"""Reading the body of an answer: bounded in size and time, and unpacked if it is compressed.

The client does not ask for compression. If a server or a proxy compresses anyway, the answer is
read within the same size limit.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import requests

from certbot_dns_mijnhost.api.errors import InvalidResponseError, RequestTimeoutError

LARGEST_ANSWER = 16 * 1024 * 1024
"""Bytes of an answer that are read at most; a zone of 1,000 records has about 0.1 MiB."""
PIECE = 65536
"""Bytes that are unpacked at once."""
GZIP = frozenset({"gzip", "x-gzip"})
GZIP_MAGIC = b"\x1f\x8b"


def read_body(
    request: str, response: requests.Response, *, clock: Callable[[], float], seconds: float
) -> bytes:
    """Return the whole body, unpacked.

    :param request: method and path, for messages.
    :param clock: a monotonic clock, in seconds.
    :param seconds: how long reading may take.
    :raises InvalidResponseError: if it is too large, or compressed in a way that cannot be read.
    :raises RequestTimeoutError: if it takes too long.
    """
    deadline = clock() + seconds
    received = _bounded(request, _whole(request, response))
    encoding = (response.headers.get("Content-Encoding") or "").strip().lower()
    parts = []
    for part in _bounded(request, _unpacked(request, encoding, received)):
        parts.append(part)
        if clock() > deadline:
            raise RequestTimeoutError(
                f"{request}: the answer came too slowly and was not read to its end. "
                "Try again later."
            )
    return b"".join(parts)


def _bounded(request: str, parts: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > LARGEST_ANSWER:
            raise InvalidResponseError(
                f"{request}: the answer is larger than {LARGEST_ANSWER} bytes and was not "
                "read to its end. Check the API's URL."
            )
        yield part


def _whole(request: str, response: requests.Response) -> Iterator[bytes]:
    """Yield the body; only urllib3 2 notices a body that is shorter than announced."""
    size = 0
    for part in _parts(response):
        size += len(part)
        yield part
    announced = response.headers.get("Content-Length") or ""
    is_chunked = "Transfer-Encoding" in response.headers
    if announced.isdecimal() and not is_chunked and size < int(announced[:15]):
        raise InvalidResponseError(
            f"{request}: the answer ended after {size} of {announced[:15]} bytes. Try again later."
        )


def _parts(response: requests.Response) -> Iterator[bytes]:
    """Yield the body as it arrives, so that a slow answer is noticed."""
    # Only urllib3 2 has read1, which returns what has arrived; read waits for the whole size.
    read = getattr(response.raw, "read1", None)
    size = 65536
    if read is None:
        read, size = response.raw.read, 128
    while part := read(size):
        yield part


def _unpacked(request: str, encoding: str, parts: Iterator[bytes]) -> Iterator[bytes]:
    if encoding in {"", "identity"}:
        yield from parts
        return
    if encoding not in {*GZIP, "deflate"}:
        shown = "".join(c if c.isprintable() else "?" for c in encoding[:40])
        raise InvalidResponseError(
            f"{request}: the answer is compressed as {shown!r}, which was not asked for and cannot "
            "be read. A proxy is probably in the way: let it pass the API's answers unchanged."
        )
    unpacking = _Unpacking(is_gzip=encoding in GZIP)
    try:
        for part in parts:
            yield from unpacking.add(part)
        yield from unpacking.rest()
    except zlib.error as error:
        raise _broken(request, str(error)) from error
    if not unpacking.is_whole:
        raise _broken(request, "it ends too early")


class _Unpacking:
    """Unpacks gzip (of several members, too) or deflate, in pieces of a bounded size."""

    def __init__(self, *, is_gzip: bool) -> None:
        self._is_gzip = is_gzip
        self._packed = b""
        self._unpacker: zlib._Decompress | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the end of the data was reached, or there is none at all."""
        return not self._packed if self._unpacker is None else self._unpacker.eof

    def add(self, part: bytes) -> Iterator[bytes]:
        """Yield what can be unpacked now."""
        self._packed += part
        while self._packed and (unpacker := self._current()) is not None:
            piece = unpacker.decompress(self._packed, PIECE)
            self._packed = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            yield piece

    def rest(self) -> Iterator[bytes]:
        """Yield what did not fit into the last piece."""
        unpacker = self._unpacker
        while unpacker is not None and not unpacker.eof:
            piece = unpacker.decompress(b"", PIECE)
            if not piece:
                return
            yield piece

    def _current(self) -> zlib._Decompress | None:
        """Return what unpacks the next bytes; None if more are needed, or they are padding."""
        if self._unpacker is not None and not self._unpacker.eof:
            return self._unpacker
        if len(self._packed) < 2:
            return None
        if self._unpacker is not None and not (self._is_gzip and self._packed[:2] == GZIP_MAGIC):
            self._packed = b""  # Padding after the end.
            return None
        self._unpacker = zlib.decompressobj(self._format())
        return self._unpacker

    def _format(self) -> int:
        if self._is_gzip:
            return 16 + zlib.MAX_WBITS
        # Some servers leave out the header that the standard requires for deflate.
        has_header = (
            self._packed[0] & 0x0F == 8 and int.from_bytes(self._packed[:2], "big") % 31 == 0
        )
        return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS


def _broken(request: str, reason: str) -> InvalidResponseError:
    return InvalidResponseError(
        f"{request}: the answer is compressed, and cannot be unpacked: {reason}. Try again later. "
        "If this continues, let the proxy pass the API's answers unchanged."
    )
