"""Asking a zone's servers until one answers usefully."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Union

import dns.message
import dns.name

from certbot_dns_mijnhost.propagation.authority import Server
from certbot_dns_mijnhost.propagation.dns_client import DNSClient, no_answer
from certbot_dns_mijnhost.propagation.endpoints import Endpoint
from certbot_dns_mijnhost.propagation.query import (
    NoAnswerError,
    refers_below,
    uselessness,
)
from certbot_dns_mijnhost.propagation.said import Kind, Said, why_unusable

ROUNDS = 2
"""A packet may get lost."""
MOST_THREADS = 16
MOST_SILENCES = 2
"""In a row; then a server is not asked again, so that sixty names don't wait sixty times."""

Reply = Union[dns.message.Message, Said]
"""A useful answer, or in which words there is none."""


class Asker:
    """Asks one server after the other, and keeps in mind which answer.

    :param client: sends the questions.
    """

    def __init__(self, client: DNSClient) -> None:
        self._client = client
        self._useful: set[Endpoint] = set()
        self._silences: Counter[Endpoint] = Counter()
        self._last: dict[Endpoint, Said] = {}

    def first_useful(
        self,
        servers: Sequence[Server],
        name: dns.name.Name,
        kind: str,
        *,
        zone: dns.name.Name | None = None,
    ) -> dns.message.Message:
        """Return the first useful answer: first from who was useful before, then from the others.

        :param zone: where set, a referral to a zone below it is useful.
        :raises NoAnswerError: where there is none; tells what each server said.
        """
        for _ in range(ROUNDS):
            for group in self._groups(servers):
                for reply in self.ask_all(group, name, kind, zone=zone):
                    if isinstance(reply, dns.message.Message):
                        return reply
        last = [self._last[server.endpoint] for server in servers]
        statuses = [f"{server.label}: {said}" for server, said in zip(servers, last)]
        raise NoAnswerError(why_unusable(last, statuses))

    def ask_all(
        self,
        servers: Sequence[Server],
        name: dns.name.Name,
        kind: str,
        *,
        zone: dns.name.Name | None = None,
    ) -> list[Reply]:
        """Return the replies of all servers, asked at once, in their order."""

        def ask_one(server: Server) -> Reply:
            return self._ask(server.endpoint, name, kind, zone)

        with ThreadPoolExecutor(max_workers=min(MOST_THREADS, len(servers))) as threads:
            replies = list(threads.map(ask_one, servers))
        for server, reply in zip(servers, replies):
            self._note(server.endpoint, reply)
        return replies

    def _groups(self, servers: Sequence[Server]) -> Iterator[list[Server]]:
        proven = [server for server in servers if server.endpoint in self._useful][:1]
        if proven:
            yield proven
        rest = [
            server
            for server in servers
            if server not in proven and self._silences[server.endpoint] < MOST_SILENCES
        ]
        if rest:
            yield rest

    def _note(self, endpoint: Endpoint, reply: Reply) -> None:
        if isinstance(reply, dns.message.Message):
            self._useful.add(endpoint)
            self._silences[endpoint] = 0
            return
        self._last[endpoint] = reply
        self._useful.discard(endpoint)
        is_silent = reply.kind is Kind.SILENT
        self._silences[endpoint] = self._silences[endpoint] + 1 if is_silent else 0

    def _ask(
        self, endpoint: Endpoint, name: dns.name.Name, kind: str, zone: dns.name.Name | None
    ) -> Reply:
        try:
            answer = self._client.ask(endpoint, name.to_text(), kind)
        except NoAnswerError as error:
            return no_answer(error)
        said = uselessness(answer, name)
        if said is None or (zone is not None and refers_below(answer, name, zone)):
            return answer
        return said
