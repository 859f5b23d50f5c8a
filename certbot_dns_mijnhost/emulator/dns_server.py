"""DNS over UDP and TCP: the sockets of the name servers and of the resolver, in one thread."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import Optional, Union, cast

import dns.exception
import dns.flags
import dns.message

from certbot_dns_mijnhost.emulator.loopback import require_loopback

PLAIN_UDP_SIZE = 512
MAXIMUM_SIZE = 65535
ATTEMPTS = 50

Answerer = Callable[[dns.message.Message], Optional[dns.message.Message]]
Sockets = tuple[socket.socket, socket.socket]
Transport = Union[asyncio.Transport, asyncio.DatagramTransport]


@dataclass(frozen=True)
class Endpoint:
    """One server: its two sockets, on one address and port, and who answers there."""

    udp: socket.socket
    tcp: socket.socket
    answerer: Answerer

    @property
    def address(self) -> str:
        """Address and port."""
        host, port = self.udp.getsockname()
        return f"{host}:{port}"


def bind_on_one_port(addresses: Sequence[str], stack: ExitStack) -> list[Sockets]:
    """Bind a UDP and a TCP socket on each address, all on the same free port.

    :param stack: closes the sockets
    :raises OSError: if no such port is free
    :raises ValueError: where an address is no loopback address
    """
    for address in addresses:
        require_loopback(address)
    for _ in range(ATTEMPTS):
        with suppress(OSError):
            return _bind(addresses, stack)
    raise OSError(f"no port is free for UDP and TCP on all of {', '.join(addresses)}")


def _bind(addresses: Sequence[str], stack: ExitStack) -> list[Sockets]:
    with ExitStack() as attempt:
        port = 0
        pairs = []
        for address in addresses:
            tcp = attempt.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            tcp.bind((address, port))
            port = tcp.getsockname()[1]
            udp = attempt.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            udp.bind((address, port))
            pairs.append((udp, tcp))
        stack.push(attempt.pop_all())
        return pairs


class DnsServer:
    """Serves endpoints, in a thread of its own, until it is stopped.

    :param endpoints: with bound sockets
    """

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self._endpoints = endpoints
        self._loop = asyncio.new_event_loop()
        self._transports: set[Transport] = set()
        self._listeners: list[asyncio.AbstractServer] = []
        self._thread = threading.Thread(target=self._run, name="emulator-dns", daemon=True)

    def start(self) -> None:
        """Serve; when this returns, queries are answered."""
        self._loop.run_until_complete(self._open())
        self._thread.start()

    def stop(self) -> None:
        """Close everything, connections in use included."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._close())
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_forever()

    async def _open(self) -> None:
        for endpoint in self._endpoints:
            await self._loop.create_datagram_endpoint(
                partial(_Udp, endpoint.answerer, self._transports), sock=endpoint.udp
            )
            listener = await self._loop.create_server(
                partial(_Tcp, endpoint.answerer, self._transports), sock=endpoint.tcp
            )
            self._listeners.append(listener)

    async def _close(self) -> None:
        for listener in self._listeners:
            listener.close()
        accepting = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*accepting)
        for transport in tuple(self._transports):
            transport.abort()
        # A transport closes its socket in the loop's next round.
        await asyncio.sleep(0)


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, answerer: Answerer, transports: set[Transport]) -> None:
        self._answerer = answerer
        self._transports = transports

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self._transports.add(self._transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = parse(data)
        if query is None:
            return
        response = self._answerer(query)
        if response is not None:
            size = max(query.payload, PLAIN_UDP_SIZE) if query.edns >= 0 else PLAIN_UDP_SIZE
            self._transport.sendto(to_wire(response, size), addr)


class _Tcp(asyncio.Protocol):
    def __init__(self, answerer: Answerer, transports: set[Transport]) -> None:
        self._answerer = answerer
        self._transports = transports
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transports.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._transports.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while len(self._received) >= 2:
            (length,) = struct.unpack("!H", self._received[:2])
            if len(self._received) < length + 2:
                return
            message, self._received = self._received[2 : length + 2], self._received[length + 2 :]
            self._answer(message)

    def _answer(self, message: bytes) -> None:
        query = parse(message)
        if query is None:
            self._transport.close()
            return
        response = self._answerer(query)
        if response is not None:
            wire = to_wire(response, MAXIMUM_SIZE)
            self._transport.write(struct.pack("!H", len(wire)) + wire)


def parse(data: bytes) -> dns.message.Message | None:
    """Read a query; None if it is not a query, which gets no answer."""
    try:
        query = dns.message.from_wire(data)
    except (dns.exception.DNSException, ValueError):
        return None
    return None if query.flags & dns.flags.QR else query


def to_wire(response: dns.message.Message, size: int) -> bytes:
    """Write an answer; if it is longer than the size, an empty one with the TC flag."""
    try:
        return response.to_wire(max_size=size)
    except dns.exception.TooBig:
        response.answer.clear()
        response.authority.clear()
        response.flags |= dns.flags.TC
        return response.to_wire(max_size=size)
