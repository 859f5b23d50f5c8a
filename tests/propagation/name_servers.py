"""Name servers that answer as a test says, and a check of them."""

from __future__ import annotations

from contextlib import ExitStack

from certbot_dns_mijnhost.propagation import (
    DNSView,
    Outcome,
    Progress,
    PropagationChecker,
    TXTRecord,
)
from tests.support.scripted_server import NO_RESOLVER, Answer, ScriptedServer
from tests.support.virtual_time import VirtualTime
from tests.support.waiting import SILENCE

NAME = "_acme-challenge.example.nl"
RECORD = TXTRecord(NAME, "value")


class ScriptedNameServers:
    """Name servers at 127.0.0.1 and up, a check of them, and the progress that it reports."""

    def __init__(self, stack: ExitStack, clock: VirtualTime) -> None:
        self._stack = stack
        self.clock = clock
        self.progress: list[Progress] = []
        self.servers: list[ScriptedServer] = []

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
            sleep=self.clock.sleep,
        )
        return checker.wait_for(records or (RECORD,), max_seconds=max_seconds)
