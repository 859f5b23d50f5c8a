"""DNS queries as a CA's validating resolver sends them: EDNS with the DO bit, UDP, then TCP.

Queries to one server are spaced (see `INTERVAL`), each query is sent once per run, and a server
that repeatedly does not answer is skipped from then on.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset

from certbot_dns_mijnhost.propagation.endpoints import Endpoint
from certbot_dns_mijnhost.propagation.query import EDNS_REFUSED, NO_ROUTE, PAYLOAD

T = TypeVar("T")
R = TypeVar("R")

INTERVAL = 0.05
"""Seconds between two queries to one server: 20 a second."""
TRIES = 2
"""A packet may get lost."""
MOST_SILENCES = 3
"""Consecutive queries without an answer, after which a server is skipped in this run."""
MOST_THREADS = 16


@dataclass(frozen=True)
class DNSOptions:
    """Options of DNS queries.

    :param port: of the published name servers.
    :param query_timeout: seconds for one query.
    """

    port: int
    query_timeout: float


class InspectionError(Exception):
    """A DNS look-up failed; the message says why."""


class BrokenDNSSECError(InspectionError):
    """A validating resolver refuses a zone, and answers if it is asked not to validate."""


@dataclass(frozen=True)
class Reply:
    """The answer of one server to one query.

    :param message: the last answer; None if none came.
    :param error: why there is no answer.
    :param is_truncated: the UDP answer was truncated, and the query was repeated over TCP.
    :param is_unroutable: this machine could not even send the query.
    :param refuses_edns: the server answers only without EDNS, so without signatures.
    """

    message: dns.message.Message | None = None
    error: str = ""
    is_truncated: bool = False
    is_unroutable: bool = False
    refuses_edns: bool = False

    @property
    def problem(self) -> str:
        """Why the answer is unusable; empty if it is authoritative."""
        if self.message is None:
            return self.error
        rcode = self.message.rcode()
        if rcode not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
            return dns.rcode.to_text(rcode)
        return "" if self.message.flags & dns.flags.AA else "not authoritative"

    @property
    def is_recursive(self) -> bool:
        """Whether a recursive resolver answered, and not a name server of the zone."""
        flags = self.message.flags if self.message else 0
        return bool(flags & dns.flags.RA) and not flags & dns.flags.AA

    @property
    def is_silent(self) -> bool:
        """Whether there is no answer."""
        return self.message is None

    def rrset(self, name: dns.name.Name, kind: str) -> dns.rrset.RRset | None:
        """Return an RRset of the answer section."""
        wanted = dns.rdatatype.from_text(kind)
        for rrset in self.message.answer if self.message else ():
            if rrset.rdtype == wanted and rrset.name == name:
                return rrset
        return None


class Queries:
    """Sends queries, and keeps the answers of this run.

    :param timeout: seconds for one query.
    :param clock: of monotonic seconds.
    :param sleep: waits between two queries to one server.
    """

    def __init__(
        self,
        timeout: float = 2.0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._timeout = timeout
        self._clock = clock
        self._sleep = sleep
        self._turns: dict[Endpoint, threading.Lock] = defaultdict(threading.Lock)
        self._last: dict[Endpoint, float] = {}
        self._silences: Counter[tuple[Endpoint, bool]] = Counter()
        self._known: dict[tuple[Endpoint, dns.name.Name, str], Reply] = {}
        self._over_tcp: dict[Endpoint, Reply] = {}

    def ask(self, server: Endpoint, name: dns.name.Name, kind: str) -> Reply:
        """Return an authoritative server's answer; each query is sent once."""
        key = (server, name, kind)
        if key not in self._known:
            self._known[key] = self._ask(server, _question(name, kind), tcp=False)
        return self._known[key]

    def over_tcp(self, server: Endpoint, name: dns.name.Name) -> Reply:
        """Return the server's first answer over TCP; the zone makes no difference."""
        if server not in self._over_tcp:
            self._over_tcp[server] = self._ask(server, _question(name, "SOA"), tcp=True)
        return self._over_tcp[server]

    def ask_again(self, server: Endpoint, name: dns.name.Name, kind: str) -> Reply:
        """Send a query again, and return the answer."""
        self._known.pop((server, name, kind), None)
        return self.ask(server, name, kind)

    def resolve(
        self, resolver: Endpoint, name: dns.name.Name, kind: str, *, validate: bool = False
    ) -> Reply:
        """Return a recursive resolver's answer.

        :param validate: let it refuse what fails DNSSEC; by default it is asked not to validate.
        """
        question = _question(name, kind)
        question.flags |= dns.flags.RD
        if not validate:
            question.flags |= dns.flags.CD
        return self._ask(resolver, question, tcp=False)

    def on_each(self, servers: Sequence[T], ask: Callable[[T], R]) -> list[R]:
        """Call `ask` for all servers in parallel; return the results in their order."""
        with ThreadPoolExecutor(max_workers=min(MOST_THREADS, len(servers) or 1)) as threads:
            return list(threads.map(ask, servers))

    def _ask(self, server: Endpoint, question: dns.message.Message, *, tcp: bool) -> Reply:
        reply = Reply(error="no answer")
        for _ in range(TRIES):
            if self._silences[server, tcp] >= MOST_SILENCES:
                return replace(reply, error="no answer (not queried again)")
            reply = self._send(server, question, tcp=tcp)
            if not reply.is_silent or reply.error != "no answer":
                break
        refused = reply.message is not None and reply.message.rcode() in EDNS_REFUSED
        if tcp or not (refused or reply.is_silent):
            return reply
        plain = self._send(server, _without_edns(question), tcp=False)
        is_better = plain.message is not None and plain.message.rcode() not in EDNS_REFUSED
        return replace(plain, refuses_edns=True) if is_better else reply

    def _send(self, server: Endpoint, question: dns.message.Message, *, tcp: bool) -> Reply:
        """Send one query over UDP, and again over TCP if the answer is truncated."""
        reply = self._exchange(server, question, tcp=tcp)
        cut = reply.message is not None and bool(reply.message.flags & dns.flags.TC)
        if tcp or not cut:
            return reply
        whole = self._exchange(server, question, tcp=True)
        if whole.message is None:
            error = f"truncated over UDP, and over TCP {whole.error}"
            return Reply(error=error, is_truncated=True)
        return replace(whole, is_truncated=True)

    def _exchange(self, server: Endpoint, question: dns.message.Message, *, tcp: bool) -> Reply:
        self.wait_for_turn(server)
        try:
            if tcp:
                answer = dns.query.tcp(question, server.host, self._timeout, server.port)
            else:
                answer = dns.query.udp(
                    question, server.host, self._timeout, server.port, ignore_unexpected=True
                )
        except dns.exception.Timeout:
            self._silences[server, tcp] += 1
            return Reply(error="no answer")
        except OSError as error:
            reason = error.strerror or "unreachable"
            return Reply(error=reason, is_unroutable=error.errno in NO_ROUTE)
        except (dns.exception.DNSException, EOFError, ValueError) as error:
            return Reply(error=f"an answer that cannot be parsed ({type(error).__name__})")
        self._silences[server, tcp] = 0
        return Reply(answer)

    def wait_for_turn(self, server: Endpoint) -> None:
        """Wait until this server may be queried again."""
        with self._turns[server]:
            last = self._last.get(server)
            pause = 0.0 if last is None else last + INTERVAL - self._clock()
            if pause > 0:
                self._sleep(pause)
            self._last[server] = self._clock()


def _question(name: dns.name.Name, kind: str) -> dns.message.Message:
    question = dns.message.make_query(name, kind, use_edns=0, payload=PAYLOAD, want_dnssec=True)
    question.flags &= ~dns.flags.RD
    return question


def _without_edns(question: dns.message.Message) -> dns.message.Message:
    asked = question.question[0]
    plain = dns.message.make_query(asked.name, asked.rdtype)
    plain.flags = question.flags
    return plain
