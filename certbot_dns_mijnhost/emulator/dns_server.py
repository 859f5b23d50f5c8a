"""DNS over UDP and TCP: the sockets of the name servers and the resolver, in one thread."""

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

from certbot_dns_mijnhost.emulator.http_server import require_loopback

PLAIN_UDP_SIZE = 512
MAXIMUM_SIZE = 65535
ATTEMPTS = 50

Answerer = Callable[[dns.message.Message], Optional[dns.message.Message]]
Sockets = tuple[socket.socket, socket.socket]
Transport = Union[asyncio.Transport, asyncio.DatagramTransport]


@dataclass(frozen=True)
class Endpoint:
    """One server: its UDP and its TCP socket, on one address and port, and its answers."""

    udp: socket.socket
    tcp: socket.socket
    answerer: Answerer

    @property
    def address(self) -> str:
        """The address and the port, as ``127.0.0.1:5353``."""
        host, port = self.udp.getsockname()
        return f"{host}:{port}"


def bind_on_one_port(addresses: Sequence[str], stack: ExitStack) -> list[Sockets]:
    """Bind a UDP and a TCP socket on each address, all to the same free port.

    :param stack: closes the sockets
    :raises OSError: if no such port was found
    :raises ValueError: if an address is not a loopback address
    """
    for address in addresses:
        require_loopback(address)
    for _ in range(ATTEMPTS):
        with suppress(OSError):
            return _bind(addresses, stack)
    raise OSError(f"no port is free for UDP and TCP on {', '.join(addresses)}")


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
    """Serves endpoints in its own thread until it is stopped.

    :param endpoints: their sockets are bound
    """

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self._endpoints = endpoints
        self._loop = asyncio.new_event_loop()
        self._transports: set[Transport] = set()
        self._listeners: list[asyncio.AbstractServer] = []
        self._thread = threading.Thread(target=self._run, name="emulator-dns", daemon=True)

    def start(self) -> None:
        """Start to serve; queries are answered when this returns."""
        self._loop.run_until_complete(self._open())
        self._thread.start()

    def stop(self) -> None:
        """Close all sockets, also of connections in use."""
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
        # A transport closes its socket in the next iteration of the loop.
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
    """Return a query, or None if the bytes are not a query; then there is no answer."""
    try:
        query = dns.message.from_wire(data)
    except (dns.exception.DNSException, ValueError):
        return None
    return None if query.flags & dns.flags.QR else query


def to_wire(response: dns.message.Message, size: int) -> bytes:
    """Return an answer's bytes; if they exceed the size, an empty answer with the TC flag."""
    try:
        return response.to_wire(max_size=size)
    except dns.exception.TooBig:
        response.answer.clear()
        response.authority.clear()
        response.flags |= dns.flags.TC
        return response.to_wire(max_size=size)
