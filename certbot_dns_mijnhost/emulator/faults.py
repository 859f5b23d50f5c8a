"""Faults to come, in a script: which of the next requests go wrong, and how."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Optional

from certbot_dns_mijnhost.emulator.messages import Answer, ConnectionLost, json_answer

Play = Callable[[Optional[Answer]], Answer]


@dataclass(frozen=True)
class Fault:
    """What happens to a request instead of the right answer; made by the methods below.

    :param name: what it is, for people
    :param after: the request takes effect before the fault strikes
    :param play: makes the answer, from the right one where ``after`` is set, or raises
        :class:`ConnectionLost`
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
        """Answer with this status in the API's envelope.

        :param headers: such as ``{"Retry-After": "2"}``
        """
        body = {"status": status, "status_description": description}
        answer = json_answer(status, body, headers or {})
        return Fault(f"status {status}", after, lambda _: answer)

    @staticmethod
    def bad_request(description: str) -> Fault:
        """Answer 400 with this text, though nothing was wrong."""
        return Fault.status(400, description)

    @staticmethod
    def envelope(body: object, status: int = 200, *, after: bool = False) -> Fault:
        """Answer with any JSON value for a body, such as a list of records that is no list."""
        answer = json_answer(status, body)
        return Fault("envelope", after, lambda _: answer)

    @staticmethod
    def html(
        status: int = 200, text: str = "<!DOCTYPE html><html><body>Maintenance</body></html>"
    ) -> Fault:
        """Answer with a web page."""
        return Fault.raw(text.encode(), status, {"Content-Type": "text/html; charset=utf-8"})

    @staticmethod
    def raw(
        body: bytes,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        *,
        after: bool = False,
    ) -> Fault:
        """Answer with these bytes, said to be JSON unless the headers say otherwise."""
        named = {"Content-Type": "application/json", **(headers or {})}
        answer = Answer(status, body, tuple(named.items()))
        return Fault("raw", after, lambda _: answer)

    @staticmethod
    def truncated(keep: int = 20) -> Fault:
        """Give the right answer, after its effect, but only this many bytes of its JSON."""

        def play(answer: Answer | None) -> Answer:
            return replace(_given(answer), body=_given(answer).body[:keep])

        return Fault("truncated", after=True, play=play)

    @staticmethod
    def cut(keep: int = 20) -> Fault:
        """Promise the right answer, after its effect, and close after this many bytes of it."""

        def play(answer: Answer | None) -> Answer:
            body = _given(answer).body
            return replace(_given(answer), body=body[:keep], missing=max(len(body) - keep, 0))

        return Fault("cut", after=True, play=play)

    @staticmethod
    def two_lengths() -> Fault:
        """Give the right answer, after its effect, with two different Content-Length headers."""

        def play(answer: Answer | None) -> Answer:
            other = ("Content-Length", str(_given(answer).size + 1))
            return replace(_given(answer), headers=(*_given(answer).headers, other))

        return Fault("two lengths", after=True, play=play)

    @staticmethod
    def huge(size: int, *, declared: bool = True) -> Fault:
        """Answer with that many bytes or a few more, streamed as they are read.

        :param declared: the length is in the headers; otherwise the transfer is chunked
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
        """Answer with JSON nested that deeply."""
        body = b'{"status":200,"status_description":"","data":' + b"[" * depth + b"]" * depth + b"}"
        return Fault.raw(body)

    @staticmethod
    def delay(seconds: float) -> Fault:
        """Give the right answer, after its effect, but this late."""
        return Fault("delay", after=True, play=lambda a: replace(_given(a), delay=seconds))

    @staticmethod
    def hang(seconds: float = 3600.0) -> Fault:
        """Say nothing for this long, without any effect, and then drop the connection."""
        return Fault("hang", after=False, play=lambda _: _lose(seconds))

    @staticmethod
    def drip(piece: int = 1, pause: float = 0.1) -> Fault:
        """Give the right answer in pieces of so many bytes, with so many seconds between them."""

        def play(answer: Answer | None) -> Answer:
            return replace(_given(answer), piece=piece, pause=pause)

        return Fault("drip", after=True, play=play)

    @staticmethod
    def reset(*, after: bool = False) -> Fault:
        """Reset the connection instead of answering.

        :param after: the request took effect first
        """
        return Fault("reset", after, lambda _: _lose(0.0))

    @staticmethod
    def close(*, after: bool = False) -> Fault:
        """Close the connection instead of answering.

        :param after: the request took effect first
        """
        return Fault("close", after, lambda _: _lose(0.0, reset=False))

    @staticmethod
    def redirect(url: str, status: int = 302) -> Fault:
        """Redirect to a URL."""
        return Fault.raw(b"", status, {"Location": url})


def _given(answer: Answer | None) -> Answer:
    if answer is None:
        raise TypeError("a fault that changes the answer has to strike after it")
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

    def fits(self, method: str, path: str) -> bool:
        return self.method in {None, method} and fnmatchcase(path, self.path)


class Faults:
    """The script. Each request meets at most one fault: the first added that fits and is due."""

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
        """Let a fault strike.

        :param method: only requests with this method; none means any
        :param path: only requests whose path, without query, fits this shell pattern
        :param times: how often; none means for ever
        :param skip: so many fitting requests are answered well before the first fault
        """
        with self._lock:
            self._entries.append(_Entry(fault, method, path, times, skip))

    def clear(self) -> None:
        """Forget all faults that have not struck yet."""
        with self._lock:
            self._entries.clear()

    def pending(self) -> list[Fault]:
        """Return the faults that have not struck as often as they should."""
        with self._lock:
            return [entry.fault for entry in self._entries]

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that this request meets, and count it."""
        with self._lock:
            for entry in self._entries:
                if not entry.fits(method, path):
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
