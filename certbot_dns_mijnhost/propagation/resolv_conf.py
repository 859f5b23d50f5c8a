"""The recursive resolvers that a resolv.conf names, read as the system's libc reads it.

A line that libc ignores is ignored here too, so an odd file never fails a run.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from pathlib import Path

from certbot_dns_mijnhost.propagation.endpoints import DNS_PORT, Endpoint, is_address

SYSTEM_FILE = "/etc/resolv.conf"
DEFAULT = Endpoint("127.0.0.1")
"""What libc asks if the file names no server."""
MOST_SERVERS = 3
"""libc ignores further ones."""
LARGEST = 65536
"""Bytes that are read of a file."""
KEYWORD = re.compile(rb"nameserver[ \t]+([^ \t\r;#]+)")
WITH_PORT = re.compile(r"\[([^\]]+)\](?::([0-9]{1,5}))?")
"""OpenBSD's form, ``[192.0.2.1]:5353``."""
THIS_HOST = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # nothing is bound


@dataclass(frozen=True)
class ResolvConf:
    """The content of a resolv.conf.

    :param servers: never empty.
    :param problem: why they are libc's default instead of servers of the file; empty if the file
        names servers.
    """

    servers: tuple[Endpoint, ...]
    problem: str = ""


def read_resolv_conf(path: str) -> ResolvConf:
    """Return the servers that a file names, or libc's default with the reason. Never raises."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST)
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        reason = getattr(error, "strerror", None) or str(error)
        return _default(f"{path} cannot be read: {reason}")
    servers = tuple(dict.fromkeys(parse_resolv_conf(content)[:MOST_SERVERS]))
    return ResolvConf(servers) if servers else _default(f"{path} names no usable server")


def parse_resolv_conf(content: bytes) -> list[Endpoint]:
    """Return the servers of all usable lines, in their order."""
    found = (_server(line) for line in content.split(b"\n"))
    return [server for server in found if server is not None]


def _default(problem: str) -> ResolvConf:
    return ResolvConf((DEFAULT,), f"{problem}, so {DEFAULT.host} was asked")


def _server(line: bytes) -> Endpoint | None:
    # To libc a NUL ends the line; it wants the keyword in the first column.
    found = KEYWORD.match(line.split(b"\0")[0])
    if found is None:
        return None
    try:
        text = found[1].decode("ascii")
    except UnicodeDecodeError:
        return None
    port = DNS_PORT
    with_port = WITH_PORT.fullmatch(text)
    if with_port is not None:
        text, port = with_port[1], int(with_port[2] or DNS_PORT)
    address = _address(text)
    if address is None or not 1 <= port <= 65535:
        return None
    return Endpoint(THIS_HOST.get(address, address), port)


def _address(text: str) -> str | None:
    if is_address(text):
        return text
    try:  # libc takes shortened and octal forms too: 127.1, 010.0.0.1
        return socket.inet_ntoa(socket.inet_aton(text))
    except (OSError, UnicodeError):
        return None
