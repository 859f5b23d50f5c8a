"""A DNS server with scripted answers, over real sockets."""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

NO_RESOLVER = f"{'a' * 64}.example.net"
"""A host name that is never looked up, for tests that must not ask this machine's resolver."""
UNROUTED = "fe80::53%lo"
"""On a link that has no such addresses: no packet to it leaves the machine."""

Answer = Callable[[dns.message.Message], "dns.message.Message | None"]


@dataclass(frozen=True)
class Query:
    """A question that came."""

    name: str
    type: str
    is_tcp: bool
    wants_recursion: bool
    has_edns: bool


class ScriptedServer:
    """Answers on UDP and TCP at one loopback address; a context manager.

    :param answer: makes the answer to each query; None is silence.
    :param serves_tcp: without it, connections are refused.
    """

    def __init__(
        self,
        answer: Answer,
        *,
        address: str = "127.0.0.1",
        port: int = 0,
        serves_tcp: bool = True,
    ) -> None:
        self.answer = answer
        self._serves_tcp = serves_tcp
        self.queries: list[Query] = []
        self._address = address
        self._port = port
        self._stack = ExitStack()
        self._wake, self._woken = socket.socketpair()

    @property
    def endpoint(self) -> str:
        return f"{self._address}:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    def __enter__(self) -> ScriptedServer:
        # Bound before the thread starts, so that no question comes too early.
        self._udp, self._tcp = self._bind()
        thread = threading.Thread(target=self._serve)
        thread.start()
        for each in (self._udp, self._tcp, self._wake, self._woken):
            self._stack.callback(each.close)
        self._stack.callback(thread.join)
        self._stack.callback(self._wake.send, b"x")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def names(self) -> set[str]:
        return {query.name for query in self.queries}

    def _bind(self) -> tuple[socket.socket, socket.socket]:
        for _ in range(50):
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            udp.bind((self._address, self._port))
            tcp = socket.socket()
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tcp.bind(udp.getsockname())
            except OSError:
                udp.close()
                tcp.close()
                continue
            if self._serves_tcp:
                tcp.listen()
            self._port = udp.getsockname()[1]
            return udp, tcp
        raise OSError("no port is free for both UDP and TCP")

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            listening = (self._udp, self._tcp) if self._serves_tcp else (self._udp,)
            for each in (*listening, self._woken):
                selector.register(each, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if self._woken in ready:
                    return
                with contextlib.suppress(OSError):
                    if self._udp in ready:
                        self._serve_udp()
                    if self._tcp in ready:
                        self._serve_tcp()

    def _serve_udp(self) -> None:
        wire, client = self._udp.recvfrom(65535)
        if not wire:  # a probe whether a server listens
            return
        answer = self._reply(wire, is_tcp=False)
        if answer is not None:
            self._udp.sendto(answer.to_wire(max_size=65535), client)

    def _serve_tcp(self) -> None:
        connection, _ = self._tcp.accept()
        with connection:
            connection.settimeout(2)
            (length,) = struct.unpack("!H", connection.recv(2))
            answer = self._reply(connection.recv(length), is_tcp=True)
            if answer is not None:
                wire = answer.to_wire(max_size=65535)
                connection.sendall(struct.pack("!H", len(wire)) + wire)

    def _reply(self, wire: bytes, *, is_tcp: bool) -> dns.message.Message | None:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        self.queries.append(
            Query(
                question.name.to_text().lower(),
                dns.rdatatype.to_text(question.rdtype),
                is_tcp,
                bool(query.flags & dns.flags.RD),
                query.edns >= 0,
            )
        )
        answer = self.answer(query)
        if answer is not None and not is_tcp and answer.flags & dns.flags.TC:
            answer.answer.clear()
        return answer


def authoritative(query: dns.message.Message, *rrsets: dns.rrset.RRset) -> dns.message.Message:
    """Answer with record sets, as the server that is responsible."""
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.AA
    answer.answer.extend(rrsets)
    return answer


def code(rcode: dns.rcode.Rcode) -> Answer:
    """Answer with nothing but a code."""

    def answer(query: dns.message.Message) -> dns.message.Message:
        response = authoritative(query)
        response.set_rcode(rcode)
        return response

    return answer


def silence(query: dns.message.Message) -> None:
    """Say nothing."""


def silence_after(wait: Callable[[float], None]) -> Answer:
    """Say nothing, and let two seconds pass by a clock that the caller moves."""

    def answer(query: dns.message.Message) -> None:
        wait(2.0)
        return silence(query)

    return answer


def txt(*values: str) -> Answer:
    """Serve TXT values at any name."""

    def answer(query: dns.message.Message) -> dns.message.Message:
        name = query.question[0].name
        if query.question[0].rdtype != dns.rdatatype.TXT or not values:
            return authoritative(query)
        return authoritative(query, rrset(name, "TXT", *(f'"{value}"' for value in values)))

    return answer


def zone(*records: tuple[str, str, str]) -> Answer:
    """Serve records like a name server: by name and type, a CNAME for any type."""

    def answer(query: dns.message.Message) -> dns.message.Message | None:
        name = query.question[0].name
        wanted = dns.rdatatype.to_text(query.question[0].rdtype)
        found = [r for r in records if dns.name.from_text(r[0]) == name]
        for kind in (wanted, "CNAME"):
            values = [value for _, type_, value in found if type_ == kind]
            if values:
                return authoritative(query, rrset(name, kind, *values))
        return authoritative(query) if found else code(dns.rcode.NXDOMAIN)(query)

    return answer


def in_turn(answers: Iterable[Answer]) -> Answer:
    """Give one answer after the other; the last one for ever."""
    waiting = list(answers)

    def answer(query: dns.message.Message) -> dns.message.Message | None:
        current = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return current(query)

    return answer


def rrset(name: dns.name.Name | str, kind: str, *values: str) -> dns.rrset.RRset:
    """Make a record set."""
    return dns.rrset.from_text_list(name, 60, "IN", kind, list(values))


def differ_below(name: str, other: Answer, usual: Answer) -> Answer:
    """Answer by `other` for a name and the names below it, else by `usual`."""
    labels = dns.name.from_text(name)

    def answer(query: dns.message.Message) -> dns.message.Message | None:
        is_other = query.question[0].name.is_subdomain(labels)
        return other(query) if is_other else usual(query)

    return answer


def refer(child: str, hosts: tuple[str, ...], glue: dict[str, str]) -> Answer:
    """Answer with a referral to the servers of a child zone."""

    def answer(query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.authority.append(rrset(child, "NS", *hosts))
        response.additional += [rrset(host, "A", address) for host, address in glue.items()]
        return response

    return answer
