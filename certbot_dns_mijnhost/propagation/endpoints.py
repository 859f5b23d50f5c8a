"""Servers as users write them: ``192.0.2.1``, ``ns1.example.net:53``, ``[2001:db8::1]:53``."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from typing import NamedTuple

from certbot_dns_mijnhost.propagation.errors import InvalidEndpointError

DNS_PORT = 53
HOST_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_-]+)*\.?")


class Endpoint(NamedTuple):
    """A host, as a name or an address, and a port."""

    host: str
    port: int = DNS_PORT

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def addresses(self) -> list[Endpoint]:
        """Return the same with addresses for the host's name.

        :raises OSError: if the name has none.
        :raises UnicodeError: if the name has a label that is too long.
        """
        if is_address(self.host):
            return [self]
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_DGRAM)
        return [Endpoint(str(entry[4][0]), self.port) for entry in found]


def addresses_of(servers: Iterable[Endpoint]) -> tuple[list[Endpoint], dict[Endpoint, str]]:
    """Return the addresses of all servers, each once, and why others have none."""
    found: dict[Endpoint, None] = {}
    without = {}
    for server in servers:
        try:
            found.update(dict.fromkeys(server.addresses()))
        except OSError as error:
            without[server] = error.strerror or "no address"
        except UnicodeError:  # a label that is too long
            without[server] = "no address"
    return list(found), without


def is_closed(server: Endpoint) -> bool:
    """Return whether the kernel reports that nothing listens at an address of this machine.

    Without this, a query to a resolver that is not running takes the whole timeout. The probe is an
    empty packet, which DNS servers ignore. Addresses of other machines get no probe, and count as
    open.
    """
    address = ipaddress.ip_address(server.host)
    if not address.is_loopback:
        return False
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.05)
            probe.connect((server.host, server.port))
            probe.send(b"")
            probe.recv(1)
    except ConnectionRefusedError:
        return True
    except OSError:  # above all the timeout
        return False
    return False


def is_address(text: str) -> bool:
    """Return whether `text` is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def parse_endpoint(text: str, *, port: int = DNS_PORT) -> Endpoint:
    """Read ``host[:port]``.

    :param port: the default.
    :raises InvalidEndpointError: if `text` has another form.
    """
    text = text.strip()
    if is_address(text):
        return Endpoint(text, port)
    found = re.fullmatch(
        r"(?:\[(?P<six>[^\]]*)\]|(?P<host>[^:\[\]]+))(?::(?P<port>\d{1,5}))?", text
    )
    if found is None:
        raise InvalidEndpointError(_not_an_endpoint(text))
    host = found["six"] if found["six"] is not None else found["host"]
    number = int(found["port"]) if found["port"] else port
    is_host = is_address(host) if found["six"] is not None else _is_host(host)
    if not is_host or not 1 <= number <= 65535:
        raise InvalidEndpointError(_not_an_endpoint(text))
    return Endpoint(host, number)


def _not_an_endpoint(text: str) -> str:
    return f"{text!r} is not a host[:port], such as ns1.example.net or [::1]:53"


def _is_host(host: str) -> bool:
    return is_address(host) or bool(HOST_NAME.fullmatch(host))
