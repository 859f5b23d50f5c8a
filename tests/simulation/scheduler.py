"""Actors with a clock of their own, who take turns at each request and each pause.

Each actor is a thread, but only one runs at a time: an actor that sends a request or pauses lets
the scheduler choose the next one, from a list of choices. So a history repeats itself exactly.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from certbot_dns_mijnhost.emulator import Answer, ConnectionLost, Emulator, Request
from tests.support.virtual_time import VirtualTime

LATENCY = 0.05


class Crash(BaseException):
    """The process is gone: nothing catches this."""


@dataclass
class Actor:
    """A run of the plugin, or a person who edits the zone."""

    name: str
    body: Callable[[Actor], None]
    wakes: float
    crash_at: int | None = None
    crash_after: bool = False
    steps: int = 0
    error: BaseException | None = None
    thread: threading.Thread | None = None
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    is_done: bool = False


class Scheduler:
    """The clock, the actors, and whose turn it is."""

    def __init__(self, clock: VirtualTime, choices: Sequence[int]) -> None:
        self.clock = clock
        self._choices = list(choices) or [0]
        self._chosen = 0
        self.actors: list[Actor] = []
        self._handed_over = threading.Semaphore(0)

    def add(self, actor: Actor) -> Actor:
        self.actors.append(actor)
        return actor

    def run(self) -> None:
        """Let the actors act until all are done."""
        for actor in self.actors:
            actor.thread = threading.Thread(target=self._live, args=(actor,), daemon=True)
            actor.thread.start()
        while alive := [actor for actor in self.actors if not actor.is_done]:
            self.clock.now = max(self.clock.now, min(actor.wakes for actor in alive))
            ready = [actor for actor in alive if actor.wakes <= self.clock.now]
            actor = ready[self._choice() % len(ready)]
            actor.turn.release()
            self._handed_over.acquire()
        for actor in self.actors:
            assert actor.thread is not None
            actor.thread.join()

    def pause(self, actor: Actor, seconds: float) -> None:
        """Let others act, and continue after so many seconds."""
        actor.wakes = self.clock.now + seconds
        self._handed_over.release()
        actor.turn.acquire()

    def _live(self, actor: Actor) -> None:
        actor.turn.acquire()
        try:
            actor.body(actor)
        except BaseException as error:  # noqa: BLE001  # reported by Player
            actor.error = error
        finally:
            actor.is_done = True
            self._handed_over.release()

    def _choice(self) -> int:
        choice = self._choices[self._chosen % len(self._choices)]
        self._chosen += 1
        return choice


class EmulatorAdapter(BaseAdapter):
    """Passes an actor's requests to the emulator without sockets; each of them is a step."""

    def __init__(
        self,
        scheduler: Scheduler,
        actor: Actor,
        emulator: Emulator,
        witness: Callable[[Actor, Request, Callable[[], Answer]], Answer],
    ) -> None:
        super().__init__()
        self._scheduler = scheduler
        self._actor = actor
        self._emulator = emulator
        self._witness = witness

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002
        timeout: Any = None,
        verify: bool | str = True,  # noqa: ARG002
        cert: Any = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> requests.Response:
        actor = self._actor
        actor.steps += 1
        self._scheduler.pause(actor, LATENCY)
        dies = actor.steps == actor.crash_at
        if dies and not actor.crash_after:
            raise Crash
        emulated = _emulated(request)
        try:
            answer = self._witness(
                actor, emulated, lambda: self._emulator.application.handle(emulated)
            )
        except ConnectionLost as lost:
            seconds = min(lost.delay, float(timeout))
            self._scheduler.pause(actor, seconds)
            if lost.delay > seconds:
                raise requests.ReadTimeout("silence", request=request) from lost
            raise requests.ConnectionError("reset", request=request) from lost
        if dies:
            raise Crash
        return _response(request, answer)

    def close(self) -> None:
        pass


def _emulated(request: requests.PreparedRequest) -> Request:
    url = urlsplit(str(request.url))
    body = request.body or b""
    return Request(
        str(request.method),
        url.path + (f"?{url.query}" if url.query else ""),
        dict(request.headers),
        body.encode() if isinstance(body, str) else bytes(body),
    )


def _response(request: requests.PreparedRequest, answer: Answer) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict(answer.headers)
    response.raw = io.BytesIO(b"".join(answer.pieces()))
    response.request = request
    response.url = str(request.url)
    return response


def chances(numbers: Sequence[int]) -> Iterator[float]:
    """Yield numbers from 0 to 1, the same for the same history."""
    while True:
        yield from (number % 101 / 100 for number in numbers or [0])
