"""The recursive resolvers of this machine: which they are, and how they are queried.

They are queried for name servers and addresses, and never for TXT records: a resolver would cache
that the challenge record does not exist. Their addresses come from the user or from a resolv.conf,
which is read as the system's libc reads it: a line that libc ignores is ignored here too, so an odd
file never fails a run.
"""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.flags
import dns.name
import dns.resolver

from certbot_dns_mijnhost.propagation.endpoints import (
    DNS_PORT,
    Endpoint,
    addresses_of,
    is_address,
    is_closed,
    parse_endpoint,
)
from certbot_dns_mijnhost.propagation.errors import LookupFailedError
from certbot_dns_mijnhost.propagation.names import write_name

logger = logging.getLogger(__name__)

LIFETIME = 5.0
"""Seconds that all resolvers together may take for an answer, if that much time remains."""
LEAST_LIFETIME = 2.0
"""Seconds for each of them, if there are many."""
MOST_TIMEOUTS = 3
"""Lookups that may time out; then nothing new is looked up.

A single timeout does not show whether the resolver or the servers of that one name are down. But
sixty names must not wait sixty times.
"""
SYSTEM_FILE = "/etc/resolv.conf"
DEFAULT = Endpoint("127.0.0.1")
"""The server that libc queries if the file names none."""
MOST_SERVERS = 3
"""libc ignores further ones."""
LARGEST = 65536
"""Bytes that are read of a file."""
KEYWORD = re.compile(rb"nameserver[ \t]+([^ \t\r;#]+)")
WITH_PORT = re.compile(r"\[([^\]]+)\](?::([0-9]{1,5}))?")
"""OpenBSD's form, ``[192.0.2.1]:5353``."""
THIS_HOST = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # nothing is bound


class RecursiveResolver:
    """Looks up RRsets, each once, and remembers failures too.

    :param resolvers: ``host[:port]``, queried in this order, or the path of a file such as
        ``/etc/resolv.conf``, which is the default.
    :param checks_dnssec: whether a resolver that validates may refuse what fails validation.
    :raises InvalidEndpointError: if a resolver is neither of these.
    """

    def __init__(self, resolvers: Iterable[str] = (), *, checks_dnssec: bool = True) -> None:
        self._checks_dnssec = checks_dnssec
        self._given = [
            text if text.startswith("/") else parse_endpoint(text) for text in resolvers
        ] or [SYSTEM_FILE]
        self._problems: list[str] = []
        self._resolvers: list[dns.resolver.Resolver] = []
        self._known: dict[tuple[dns.name.Name, str], list[str] | LookupFailedError] = {}
        self._timeouts = 0
        self._broken = ""

    def look_up(self, name: dns.name.Name, kind: str, remaining: Callable[[], float]) -> list[str]:
        """Return the values of an RRset as text, sorted; empty if it does not exist.

        :param remaining: returns how many seconds are left.
        :raises LookupFailedError: if no resolver answered.
        """
        key = (name, kind)
        if key not in self._known:
            try:
                self._known[key] = self._query_all(name, kind, remaining)
            except LookupFailedError as error:
                if remaining() <= 0:  # With more time it might have succeeded.
                    raise
                self._known[key] = error
        known = self._known[key]
        if isinstance(known, LookupFailedError):
            raise LookupFailedError(str(known)) from known
        return known

    def forget_failures(self) -> None:
        """Query again for what no resolver answered."""
        self._known = {
            key: found
            for key, found in self._known.items()
            if not isinstance(found, LookupFailedError)
        }
        self._timeouts = 0
        self._broken = ""

    def endpoints(self) -> list[Endpoint]:
        """Return the addresses of the resolvers; empty if there is none."""
        try:
            return [Endpoint(str(each.nameservers[0]), each.port) for each in self._in_use()]
        except LookupFailedError:
            return []

    def _query_all(
        self, name: dns.name.Name, kind: str, remaining: Callable[[], float]
    ) -> list[str]:
        if self._broken:
            raise LookupFailedError(self._broken)
        errors: list[Exception] = []
        for resolver in self._in_use():
            lifetime = min(self._lifetime(), remaining())
            if lifetime <= 0:
                raise LookupFailedError(
                    f"no time was left to query the resolver for {write_name(name)}"
                )
            try:
                found = _query(resolver, name, kind, lifetime)
            except (dns.exception.DNSException, OSError, ValueError) as error:
                errors.append(error)
                continue
            # The one that works goes first, so that an unreachable one costs its timeout once.
            self._resolvers.remove(resolver)
            self._resolvers.insert(0, resolver)
            return found
        raise self._failure(name, errors, is_cut=remaining() <= 0) from errors[0]

    def _failure(
        self, name: dns.name.Name, errors: Sequence[Exception], *, is_cut: bool
    ) -> LookupFailedError:
        reasons = dict.fromkeys(map(_reason, errors))
        words = "; ".join([", ".join(reasons), *self._problems])
        message = f"the resolver cannot look up {write_name(name)} ({words})"
        if not is_cut:
            self._timeouts += any(isinstance(error, dns.exception.Timeout) for error in errors)
        if self._timeouts >= MOST_TIMEOUTS:
            self._broken = message
        return LookupFailedError(message)

    def _lifetime(self) -> float:
        """Return the seconds for one resolver, so that unreachable ones cost little more."""
        return max(LIFETIME / len(self._resolvers), min(LEAST_LIFETIME, LIFETIME))

    def _in_use(self) -> tuple[dns.resolver.Resolver, ...]:
        if not self._resolvers:
            try:
                self._resolvers = self._make()
            except (dns.exception.DNSException, OSError, ValueError) as error:
                self._broken = f"no recursive resolver is usable ({error})"
                raise LookupFailedError(self._broken) from error
            if not self._checks_dnssec:
                for resolver in self._resolvers:
                    resolver.set_flags(dns.flags.RD | dns.flags.CD)
        return tuple(self._resolvers)

    def _make(self) -> list[dns.resolver.Resolver]:
        servers: list[Endpoint] = []
        for given in self._given:
            if isinstance(given, Endpoint):
                servers.append(given)
                continue
            read = read_resolv_conf(given)
            servers += read.servers
            if read.problem:
                logger.debug("%s", read.problem)
                self._problems.append(read.problem)
        found, without = addresses_of(servers)
        without.update({server: "connection refused" for server in found if is_closed(server)})
        in_use = [server for server in found if server not in without]
        if not in_use:
            reasons = [f"{server}: {why}" for server, why in without.items()]
            raise OSError("; ".join([*reasons, *self._problems]))
        return [_resolver_at(endpoint) for endpoint in in_use]


def _resolver_at(endpoint: Endpoint) -> dns.resolver.Resolver:
    # One object for each: dnspython keeps ports by host, so two on one host would become one.
    resolver = dns.resolver.Resolver(configure=False)
    resolver.port = endpoint.port
    resolver.nameservers = [endpoint.host]
    return resolver


def _query(
    resolver: dns.resolver.Resolver, name: dns.name.Name, kind: str, lifetime: float
) -> list[str]:
    try:
        answer = resolver.resolve(name, kind, lifetime=lifetime)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    if answer.rrset is None or answer.rrset.name != name:
        return []
    return sorted(record.to_text() for record in answer.rrset)


@dataclass(frozen=True)
class ResolvConf:
    """The content of a resolv.conf.

    :param servers: never empty.
    :param problem: why these are libc's default and not servers of the file; else empty.
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
    return ResolvConf((DEFAULT,), f"{problem}, so {DEFAULT.host} was queried")


def _server(line: bytes) -> Endpoint | None:
    # For libc a NUL ends the line, and the keyword must be in the first column.
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
    try:  # libc accepts shortened and octal forms: 127.1, 010.0.0.1
        return socket.inet_ntoa(socket.inet_aton(text))
    except (OSError, UnicodeError):
        return None


def _reason(error: Exception) -> str:
    """Return why a resolver has no answer."""
    if isinstance(error, dns.exception.Timeout):
        return "no answer in time"
    if isinstance(error, dns.resolver.NoNameservers):
        return "it reports an error, such as SERVFAIL"
    return getattr(error, "strerror", None) or str(error).rstrip(".")
