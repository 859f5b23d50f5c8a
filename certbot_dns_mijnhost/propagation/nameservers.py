"""Which name servers answer for a name, and at which addresses.

A recursive resolver is asked for name servers and their addresses only, never for the challenge's
name: it would keep in mind that there is nothing, and tell others so. From the zone that it knows
the way down goes by asking the zone's own servers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import dns.exception
import dns.message
import dns.name
import dns.rdatatype
import dns.resolver

from certbot_dns_mijnhost.propagation.endpoints import DNS_PORT, Endpoint, parse_endpoint
from certbot_dns_mijnhost.propagation.query import NoAnswerError, ask, referral

LIFETIME = 6.0
"""Seconds that the resolver may take for an answer."""
MOST_REFERRALS = 8


class NotFoundError(Exception):
    """The name servers of a name can't be found; says why."""


@dataclass(frozen=True)
class Server:
    """A name server at one address.

    :param label: how to call it.
    """

    label: str
    endpoint: Endpoint


@dataclass(frozen=True)
class Authority:
    """The servers that answer for a zone; `zone` is empty where the user named the servers."""

    zone: str
    servers: tuple[Server, ...]


class NameserverFinder:
    """Finds the authoritative name servers of names.

    :param nameservers: ``host[:port]``, to be taken instead of the published ones.
    :param resolvers: ``host[:port]`` of recursive resolvers, instead of the system's.
    :param port: of the published name servers.
    :param timeout: seconds for one question to a name server.
    :raises InvalidEndpointError: where a server can't be read.
    """

    def __init__(
        self,
        *,
        nameservers: Iterable[str] = (),
        resolvers: Iterable[str] = (),
        port: int = DNS_PORT,
        timeout: float = 2.0,
    ) -> None:
        self._given = [parse_endpoint(text) for text in nameservers]
        self._resolvers = [parse_endpoint(text) for text in resolvers]
        self._port = port
        self._timeout = timeout
        self._known: dict[str, Authority] = {}
        self._broken = ""

    def find(self, name: str) -> Authority:
        """Return the servers that answer for `name`.

        :raises NotFoundError: where they can't be found.
        """
        if self._given:
            return self._of_user()
        top = self._closest_known_zone(dns.name.from_text(name))
        return self._descend(self._authority(top), dns.name.from_text(name))

    def _of_user(self) -> Authority:
        try:
            found = [address for server in self._given for address in server.addresses()]
        except OSError as error:
            raise NotFoundError(f"the given name servers have no address: {error}") from error
        return Authority("", tuple(Server(str(endpoint), endpoint) for endpoint in found))

    def _closest_known_zone(self, name: dns.name.Name) -> dns.name.Name:
        """Return the shortest ancestor of two labels or more that has name servers."""
        depth = len(name.labels)
        for length in range(min(3, depth - 1), depth):
            ancestor = dns.name.Name(name.labels[depth - length :])
            if ancestor.to_text() in self._known or self._resolve(ancestor, "NS"):
                return ancestor
        raise NotFoundError(f"no name servers of {name.to_text(omit_final_dot=True)} are published")

    def _authority(self, zone: dns.name.Name, hosts: Sequence[str] = ()) -> Authority:
        text = zone.to_text()
        if text not in self._known:
            found = [
                Server(f"{host.rstrip('.')} ({address})", Endpoint(address, self._port))
                for host in hosts or self._resolve(zone, "NS")
                for address in self._addresses(host)
            ]
            if not found:
                raise NotFoundError(f"the name servers of {text.rstrip('.')} have no address")
            self._known[text] = Authority(text.rstrip("."), tuple(found))
        return self._known[text]

    def _descend(self, authority: Authority, name: dns.name.Name) -> Authority:
        """Follow referrals down to the servers of the zone that holds `name` itself."""
        for _ in range(MOST_REFERRALS):
            answer = self._first_answer(authority, name)
            child = None if answer is None else referral(answer, name)
            if answer is None or child is None or answer.answer:
                return authority
            if len(child.labels) <= len(dns.name.from_text(authority.zone).labels):
                return authority
            authority = self._authority(child, _hosts(answer, child))
        return authority

    def _first_answer(
        self, authority: Authority, name: dns.name.Name
    ) -> dns.message.Message | None:
        for server in authority.servers:
            try:
                return ask(server.endpoint, name.to_text(), "NS", self._timeout)
            except NoAnswerError:
                continue
        return None

    def _addresses(self, host: str) -> list[str]:
        name = dns.name.from_text(host)
        return [address for kind in ("A", "AAAA") for address in self._resolve(name, kind)]

    def _resolve(self, name: dns.name.Name, kind: str) -> list[str]:
        """Return the texts of a record set; empty where there is none.

        :raises NotFoundError: where the resolver does not work.
        """
        # A resolver that failed is not asked again: sixty names would wait for it sixty times.
        if self._broken:
            raise NotFoundError(self._broken)
        try:
            answer = self._resolver().resolve(name, kind, lifetime=LIFETIME)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            self._broken = (
                f"the resolver did not tell about {name.to_text(omit_final_dot=True)} "
                f"({type(error).__name__})"
            )
            raise NotFoundError(self._broken) from error
        if answer.rrset is None or answer.rrset.name != name:
            return []
        return sorted(record.to_text() for record in answer.rrset)

    def _resolver(self) -> dns.resolver.Resolver:
        if not self._resolvers:
            return dns.resolver.Resolver()
        resolver = dns.resolver.Resolver(configure=False)
        found = [address for server in self._resolvers for address in server.addresses()]
        resolver.nameservers = [endpoint.host for endpoint in found]
        resolver.nameserver_ports = {endpoint.host: endpoint.port for endpoint in found}
        return resolver


def _hosts(answer: dns.message.Message, zone: dns.name.Name) -> list[str]:
    return sorted(
        record.to_text()
        for rrset in answer.authority
        if rrset.rdtype == dns.rdatatype.NS and rrset.name == zone
        for record in rrset
    )
