"""Asking recursive resolvers: for name servers and addresses, never for TXT records."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence

import dns.exception
import dns.flags
import dns.name
import dns.resolver

from certbot_dns_mijnhost.propagation.authority import NotFoundError
from certbot_dns_mijnhost.propagation.endpoints import (
    Endpoint,
    addresses_of,
    is_closed,
    parse_endpoint,
)
from certbot_dns_mijnhost.propagation.names import write_name
from certbot_dns_mijnhost.propagation.resolv_conf import SYSTEM_FILE, read_resolv_conf

logger = logging.getLogger(__name__)

LIFETIME = 5.0
"""Seconds that all resolvers together may take for an answer, if that many remain."""
LEAST_LIFETIME = 2.0
"""Seconds for each of them, if there are many."""
MOST_TIMEOUTS = 3
"""Look-ups that may end without an answer; then nothing new is asked.

One alone does not tell whether the resolver is dead or the servers of that one name; but sixty
names must not wait sixty times.
"""


class RecordResolver:
    """Looks up record sets, each once, and keeps failures in mind too.

    :param resolvers: ``host[:port]``, asked one after the other, or the path of a file such as
        ``/etc/resolv.conf``, which is the default.
    :param checks_dnssec: whether a resolver that checks DNSSEC may refuse what does not hold.
    :raises InvalidEndpointError: where a resolver can't be read.
    """

    def __init__(self, resolvers: Iterable[str] = (), *, checks_dnssec: bool = True) -> None:
        self._checks_dnssec = checks_dnssec
        self._given = [
            text if text.startswith("/") else parse_endpoint(text) for text in resolvers
        ] or [SYSTEM_FILE]
        self._problems: list[str] = []
        self._resolvers: list[dns.resolver.Resolver] = []
        self._known: dict[tuple[dns.name.Name, str], list[str] | NotFoundError] = {}
        self._timeouts = 0
        self._broken = ""

    def look_up(self, name: dns.name.Name, kind: str, remaining: Callable[[], float]) -> list[str]:
        """Return the texts of a record set, sorted; empty where there is none.

        :param remaining: tells how many seconds it may still take.
        :raises NotFoundError: where no resolver told.
        """
        key = (name, kind)
        if key not in self._known:
            try:
                self._known[key] = self._ask_all(name, kind, remaining)
            except NotFoundError as error:
                if remaining() <= 0:  # With more time it might have been told.
                    raise
                self._known[key] = error
        known = self._known[key]
        if isinstance(known, NotFoundError):
            raise NotFoundError(str(known)) from known
        return known

    def endpoints(self) -> list[Endpoint]:
        """Return the addresses of the resolvers; empty if there is none."""
        try:
            return [Endpoint(str(each.nameservers[0]), each.port) for each in self._in_use()]
        except NotFoundError:
            return []

    def _ask_all(self, name: dns.name.Name, kind: str, remaining: Callable[[], float]) -> list[str]:
        if self._broken:
            raise NotFoundError(self._broken)
        errors: list[Exception] = []
        for resolver in self._in_use():
            lifetime = min(self._lifetime(), remaining())
            if lifetime <= 0:
                raise NotFoundError(
                    f"there was no time to ask the resolver about {write_name(name)}"
                )
            try:
                found = _ask(resolver, name, kind, lifetime)
            except (dns.exception.DNSException, OSError, ValueError) as error:
                errors.append(error)
                continue
            # The one that works goes first, so that a dead one costs its time once.
            self._resolvers.remove(resolver)
            self._resolvers.insert(0, resolver)
            return found
        raise self._failure(name, errors, is_cut=remaining() <= 0) from errors[0]

    def _failure(
        self, name: dns.name.Name, errors: Sequence[Exception], *, is_cut: bool
    ) -> NotFoundError:
        kinds = dict.fromkeys(type(error).__name__ for error in errors)
        words = "; ".join([", ".join(kinds), *self._problems])
        message = f"the resolver did not tell about {write_name(name)} ({words})"
        if not is_cut:
            self._timeouts += any(isinstance(error, dns.exception.Timeout) for error in errors)
        if self._timeouts >= MOST_TIMEOUTS:
            self._broken = message
        return NotFoundError(message)

    def _lifetime(self) -> float:
        """Return the seconds for one resolver, so that a list of dead ones costs little more."""
        return max(LIFETIME / len(self._resolvers), min(LEAST_LIFETIME, LIFETIME))

    def _in_use(self) -> tuple[dns.resolver.Resolver, ...]:
        if not self._resolvers:
            try:
                self._resolvers = self._make()
            except (dns.exception.DNSException, OSError, ValueError) as error:
                self._broken = f"there is no resolver ({error})"
                raise NotFoundError(self._broken) from error
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
        without.update({server: "nothing listens there" for server in found if is_closed(server)})
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


def _ask(
    resolver: dns.resolver.Resolver, name: dns.name.Name, kind: str, lifetime: float
) -> list[str]:
    try:
        answer = resolver.resolve(name, kind, lifetime=lifetime)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    if answer.rrset is None or answer.rrset.name != name:
        return []
    return sorted(record.to_text() for record in answer.rrset)
