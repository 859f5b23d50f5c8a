"""Servers, a clock that only sleeping moves, and what the check reports."""

from __future__ import annotations

from contextlib import ExitStack

from certbot_dns_mijnhost.propagation import (
    DNSView,
    Outcome,
    Progress,
    PropagationChecker,
    TXTRecord,
)
from tests.support.waiting import SILENCE

from .scripted_server import Answer, ScriptedServer

NAME = "_acme-challenge.example.nl"
RECORD = TXTRecord(NAME, "value")
NO_RESOLVER = f"{'a' * 64}.example.net"
"""A host name that is never looked up, for tests that must not ask this machine's resolver."""
UNROUTED = "fe80::53%lo"
"""On a link that has no such addresses: no packet to it leaves the machine."""


class World:
    """What a check of given name servers needs."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.now = 0.0
        self.pauses: list[tuple[float, float]] = []
        self.progress: list[Progress] = []
        self.servers: list[ScriptedServer] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append((self.now, seconds))
        self.now += seconds

    def pass_by(self, seconds: float) -> None:
        self.now += seconds

    def clock(self) -> float:
        return self.now

    def serve(self, *answers: Answer) -> None:
        for number, answer in enumerate(answers, start=1):
            server = ScriptedServer(answer, address=f"127.0.0.{number}")
            self.servers.append(self._stack.enter_context(server))

    def wait(
        self, *records: TXTRecord, max_seconds: float = 300.0, more: tuple[str, ...] = ()
    ) -> Outcome:
        checker = PropagationChecker(
            DNSView(
                nameservers=[*(server.endpoint for server in self.servers), *more],
                resolvers=[NO_RESOLVER],
                query_timeout=SILENCE,
                clock=self.clock,
            ),
            report=self.progress.append,
            sleep=self.sleep,
        )
        return checker.wait_for(records or (RECORD,), max_seconds=max_seconds)
