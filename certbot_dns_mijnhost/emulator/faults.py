"""Scripted faults: which of the next requests fail, and how."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Optional

from certbot_dns_mijnhost.emulator.http_messages import (
    Answer,
    ConnectionLost,
    json_answer,
)

Play = Callable[[Optional[Answer]], Answer]


@dataclass(frozen=True)
class Fault:
    """What a request gets instead of the normal answer. Create one with the methods below.

    With a fault that gives the normal answer, or a part of it, the request takes effect first.

    :param name: a short description
    :param after: the request takes effect first
    :param play: returns the answer, or raises :class:`ConnectionLost`; its argument is the normal
        answer if ``after`` is set, and otherwise None
    """

    name: str
    after: bool
    play: Play = field(repr=False, compare=False)

    @staticmethod
    def status(
        status: int,
        description: str = "Scripted fault",
        headers: Mapping[str, str] | None = None,
        *,
        after: bool = False,
    ) -> Fault:
        """Answer with this HTTP status and the API's envelope.

        :param headers: such as ``{"Retry-After": "2"}``
        """
        body = {"status": status, "status_description": description}
        answer = json_answer(status, body, headers or {})
        return Fault(f"status {status}", after, lambda _: answer)

    @staticmethod
    def bad_request(description: str) -> Fault:
        """Answer 400 with this text, although the request is correct."""
        return Fault.status(400, description)

    @staticmethod
    def envelope(body: object, status: int = 200, *, after: bool = False) -> Fault:
        """Answer with any JSON value as the body."""
        answer = json_answer(status, body)
        return Fault("envelope", after, lambda _: answer)

    @staticmethod
    def html(
        status: int = 200, text: str = "<!DOCTYPE html><html><body>Maintenance</body></html>"
    ) -> Fault:
        """Answer with an HTML page."""
        return Fault.raw(text.encode(), status, {"Content-Type": "text/html; charset=utf-8"})

    @staticmethod
    def raw(
        body: bytes,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        *,
        after: bool = False,
    ) -> Fault:
        """Answer with these bytes, as JSON unless the headers contain another Content-Type."""
        named = {"Content-Type": "application/json", **(headers or {})}
        answer = Answer(status, body, tuple(named.items()))
        return Fault("raw", after, lambda _: answer)

    @staticmethod
    def truncated(keep: int = 20) -> Fault:
        """Give the first ``keep`` bytes of the normal answer, with their Content-Length."""

        def play(answer: Answer | None) -> Answer:
            return replace(_given(answer), body=_given(answer).body[:keep])

        return Fault("truncated", after=True, play=play)

    @staticmethod
    def cut(keep: int = 20) -> Fault:
        """Give the normal answer, but close the connection after ``keep`` bytes of it."""

        def play(answer: Answer | None) -> Answer:
            body = _given(answer).body
            return replace(_given(answer), body=body[:keep], missing=max(len(body) - keep, 0))

        return Fault("cut", after=True, play=play)

    @staticmethod
    def two_lengths() -> Fault:
        """Give the normal answer with two different Content-Length headers."""

        def play(answer: Answer | None) -> Answer:
            other = ("Content-Length", str(_given(answer).size + 1))
            return replace(_given(answer), headers=(*_given(answer).headers, other))

        return Fault("two lengths", after=True, play=play)

    @staticmethod
    def huge(size: int, *, declared: bool = True) -> Fault:
        """Answer with at least this many bytes, made while they are sent.

        :param declared: with Content-Length; otherwise the transfer is chunked
        """
        unit = b"a" * min(65536, max(size, 1))
        answer = Answer(
            200,
            unit,
            (("Content-Type", "application/json"),),
            repeat=-(-size // len(unit)),
            declared=declared,
        )
        return Fault("huge", after=False, play=lambda _: answer)

    @staticmethod
    def deep(depth: int = 100_000) -> Fault:
        """Answer with JSON that is nested this deeply."""
        body = b'{"status":200,"status_description":"","data":' + b"[" * depth + b"]" * depth + b"}"
        return Fault.raw(body)

    @staticmethod
    def delay(seconds: float) -> Fault:
        """Give the normal answer after this many seconds."""
        return Fault("delay", after=True, play=lambda a: replace(_given(a), delay=seconds))

    @staticmethod
    def hang(seconds: float = 3600.0) -> Fault:
        """Reset the connection after this many seconds; the request has no effect."""
        return Fault("hang", after=False, play=lambda _: _lose(seconds))

    @staticmethod
    def drip(piece: int = 1, pause: float = 0.1) -> Fault:
        """Give the normal answer slowly.

        :param piece: bytes that are sent at once
        :param pause: seconds between two pieces
        """

        def play(answer: Answer | None) -> Answer:
            return replace(_given(answer), piece=piece, pause=pause)

        return Fault("drip", after=True, play=play)

    @staticmethod
    def reset(*, after: bool = False) -> Fault:
        """Reset the connection instead of answering.

        :param after: the request takes effect first
        """
        return Fault("reset", after, lambda _: _lose(0.0))

    @staticmethod
    def close(*, after: bool = False) -> Fault:
        """Close the connection instead of answering.

        :param after: the request takes effect first
        """
        return Fault("close", after, lambda _: _lose(0.0, reset=False))

    @staticmethod
    def redirect(url: str, status: int = 302) -> Fault:
        """Redirect to a URL."""
        return Fault.raw(b"", status, {"Location": url})


def _given(answer: Answer | None) -> Answer:
    if answer is None:
        raise TypeError("a fault that changes the answer needs after=True")
    return answer


def _lose(delay: float, *, reset: bool = True) -> Answer:
    raise ConnectionLost(delay, reset=reset)


@dataclass
class _Entry:
    fault: Fault
    method: str | None
    path: str
    times: int | None
    skip: int

    def matches(self, method: str, path: str) -> bool:
        return self.method in {None, method} and fnmatchcase(path, self.path)


class Faults:
    """The script: each request gets at most one fault, the first that fits it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[_Entry] = []

    def add(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        path: str = "*",
        times: int | None = 1,
        skip: int = 0,
    ) -> None:
        """Add a fault to the script.

        :param method: only requests with this method; None means any
        :param path: only requests whose path without query matches this shell pattern
        :param times: for how many requests; None means for all
        :param skip: how many matching requests are answered normally first
        """
        with self._lock:
            self._entries.append(_Entry(fault, method, path, times, skip))

    def clear(self) -> None:
        """Remove all faults from the script."""
        with self._lock:
            self._entries.clear()

    def pending(self) -> list[Fault]:
        """Return the faults that are still in the script."""
        with self._lock:
            return [entry.fault for entry in self._entries]

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault for this request, if there is one, and count the request."""
        with self._lock:
            for entry in self._entries:
                if not entry.matches(method, path):
                    continue
                if entry.skip:
                    entry.skip -= 1
                    continue
                if entry.times is not None:
                    entry.times -= 1
                    if entry.times <= 0:
                        self._entries.remove(entry)
                return entry.fault
            return None
