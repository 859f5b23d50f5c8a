"""Sending queries to authoritative name servers.

:class:`DNSClient` sends one query to one address. :class:`Querier` queries the servers of a zone
until one gives a usable answer.
"""

from __future__ import annotations

import errno
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Union

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode

from certbot_dns_mijnhost.propagation.answers import (
    Answer,
    Kind,
    no_answer,
    read_txt,
    refers_below,
    why_none_is_usable,
    why_unusable,
)
from certbot_dns_mijnhost.propagation.endpoints import Endpoint
from certbot_dns_mijnhost.propagation.errors import NoAnswerError
from certbot_dns_mijnhost.propagation.workers import Workers

PAYLOAD = 1232
"""Bytes of a UDP answer that need no fragments on any path (DNS flag day 2020)."""
EDNS_REFUSED = frozenset({dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS})
"""Answers of servers that do not support EDNS, or not this version of it."""
NO_ROUTE = frozenset(
    {
        errno.ENETUNREACH,
        errno.EHOSTUNREACH,
        errno.EADDRNOTAVAIL,
        errno.EAFNOSUPPORT,
        errno.EINVAL,  # a link-local address without a usable scope
        errno.EPERM,
        errno.EACCES,
    }
)
"""Errors of this machine before a packet leaves it."""
ROUNDS = 2
"""A packet may get lost."""
MOST_SILENCES = 2
"""Queries in a row without an answer; then :class:`Querier` skips the server, so that sixty names
do not wait for it sixty times."""

Reply = Union[dns.message.Message, Answer]
"""A usable message, or why there is none."""


@dataclass(frozen=True)
class Server:
    """A name server at one address.

    :param label: its name and address, for messages.
    """

    label: str
    endpoint: Endpoint


class DNSClient:
    """Queries name servers directly, without recursion. Threads may share it.

    A server that does not support EDNS is queried without it; this is remembered per address.

    :param timeout: seconds for one query; twice that if the server first refuses EDNS and then
        does not answer.
    :param before: called with the server's address before each query, for example to wait.
    """

    def __init__(
        self, timeout: float, *, before: Callable[[Endpoint], None] = lambda _: None
    ) -> None:
        self._timeout = timeout
        self._before = before
        self._without_edns: set[Endpoint] = set()

    def query(self, server: Endpoint, name: str, kind: str) -> dns.message.Message:
        """Return the answer of one server.

        If none arrives, the next query to the server uses the other mode (with or without EDNS): a
        firewall may drop the packets of one of them, and a query costs one timeout either way.

        :param server: an address and a port.
        :raises NoAnswerError: if no answer arrived.
        """
        with_edns = server not in self._without_edns
        try:
            answer = self._send(server, name, kind, with_edns=with_edns)
        except NoAnswerError as error:
            self._change_mode(server)
            if not (with_edns and error.is_unreadable):
                raise
            return self._send(server, name, kind, with_edns=False)
        if with_edns and answer.rcode() in EDNS_REFUSED:
            self._without_edns.add(server)
            return self._send(server, name, kind, with_edns=False)
        if answer.rcode() == dns.rcode.SERVFAIL:
            self._change_mode(server)
        return answer

    def query_txt(self, server: Endpoint, name: str) -> Answer:
        """Return what a server answers about the TXT records at a name."""
        try:
            return read_txt(self.query(server, name, "TXT"), dns.name.from_text(name))
        except NoAnswerError as error:
            return no_answer(error)

    def _change_mode(self, server: Endpoint) -> None:
        if server in self._without_edns:
            self._without_edns.discard(server)
        else:
            self._without_edns.add(server)

    def _send(
        self, server: Endpoint, name: str, kind: str, *, with_edns: bool
    ) -> dns.message.Message:
        edns = {"use_edns": 0, "payload": PAYLOAD} if with_edns else {"use_edns": -1}
        question = dns.message.make_query(name, kind, **edns)  # type: ignore[arg-type]
        question.flags &= ~dns.flags.RD
        self._before(server)
        try:
            answer, _ = dns.query.udp_with_fallback(
                question,
                server.host,
                timeout=self._timeout,
                port=server.port,
                ignore_unexpected=True,
            )
        except dns.exception.Timeout as error:
            raise NoAnswerError("no answer") from error
        except OSError as error:
            raise NoAnswerError(
                error.strerror or "unreachable", is_unroutable=error.errno in NO_ROUTE
            ) from error
        except (dns.exception.DNSException, EOFError, ValueError) as error:
            raise NoAnswerError(
                f"an unreadable answer ({type(error).__name__})", is_unreadable=True
            ) from error
        return answer


class Querier:
    """Queries the servers of a zone, and remembers which of them answer.

    :param client: sends the queries.
    """

    def __init__(self, client: DNSClient) -> None:
        self._client = client
        self._usable: set[Endpoint] = set()
        self._silences: Counter[Endpoint] = Counter()
        self._last: dict[Endpoint, Answer] = {}
        self._lock = threading.Lock()

    def first_usable(
        self,
        servers: Sequence[Server],
        name: dns.name.Name,
        kind: str,
        *,
        zone: dns.name.Name | None = None,
    ) -> dns.message.Message:
        """Return the first usable answer: of a server that was usable before, or of the others.

        The others are queried at the same time. The first usable answer counts, so that servers
        that do not answer cost no time.

        :param zone: if set, a referral to a zone below it is usable.
        :raises NoAnswerError: if there is none; lists the answer of each server.
        """
        for _ in range(ROUNDS):
            for group in self._groups(servers):
                found = self._query_group(group, name, kind, zone)
                if found is not None:
                    return found
        last = [self._last[server.endpoint] for server in servers]
        statuses = [f"{server.label}: {answer}" for server, answer in zip(servers, last)]
        raise NoAnswerError(why_none_is_usable(last, statuses))

    def _query_group(
        self,
        servers: Sequence[Server],
        name: dns.name.Name,
        kind: str,
        zone: dns.name.Name | None,
    ) -> dns.message.Message | None:
        workers: Workers[Reply] = Workers()
        waiting = list(servers)
        while waiting or workers.running:
            while waiting and not workers.is_full:
                endpoint = waiting.pop(0).endpoint
                workers.start(partial(self._query, endpoint, name, kind, zone))
            reply = workers.result()
            if isinstance(reply, dns.message.Message):
                return reply
        return None

    def _groups(self, servers: Sequence[Server]) -> Iterator[list[Server]]:
        proven = [server for server in servers if server.endpoint in self._usable][:1]
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
        with self._lock:
            if isinstance(reply, dns.message.Message):
                self._usable.add(endpoint)
                self._silences[endpoint] = 0
                return
            self._last[endpoint] = reply
            self._usable.discard(endpoint)
            is_silent = reply.kind is Kind.SILENT
            self._silences[endpoint] = self._silences[endpoint] + 1 if is_silent else 0

    def _query(
        self, endpoint: Endpoint, name: dns.name.Name, kind: str, zone: dns.name.Name | None
    ) -> Reply:
        reply = self._reply(endpoint, name, kind, zone)
        self._note(endpoint, reply)
        return reply

    def _reply(
        self, endpoint: Endpoint, name: dns.name.Name, kind: str, zone: dns.name.Name | None
    ) -> Reply:
        try:
            answer = self._client.query(endpoint, name.to_text(), kind)
        except NoAnswerError as error:
            return no_answer(error)
        unusable = why_unusable(answer, name)
        if unusable is None or (zone is not None and refers_below(answer, name, zone)):
            return answer
        return unusable
