"""Which name servers are authoritative for a name, and their addresses.

A recursive resolver is queried for name servers and their addresses only, and never for the
challenge's name or a name below it: it would cache that the record does not exist, and say so to
others. From the zone that the resolver finds, the search continues down at the zone's own servers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import dns.message
import dns.name

from certbot_dns_mijnhost.propagation.answers import (
    holds_below,
    hosts_of,
    refers_below,
)
from certbot_dns_mijnhost.propagation.endpoints import (
    DNS_PORT,
    Endpoint,
    addresses_of,
    parse_endpoint,
)
from certbot_dns_mijnhost.propagation.errors import LookupFailedError, NoAnswerError, ServerStatus
from certbot_dns_mijnhost.propagation.names import write_name
from certbot_dns_mijnhost.propagation.query import Querier, Server
from certbot_dns_mijnhost.propagation.resolver import RecursiveResolver

logger = logging.getLogger(__name__)

MOST_REFERRALS = 8
CHALLENGE_LABEL = b"_acme-challenge"


@dataclass(frozen=True)
class Authority:
    """The name servers of a zone.

    :param zone: empty if the user named the servers.
    :param left_out: servers whose addresses were not found, and why.
    """

    zone: str
    servers: tuple[Server, ...]
    left_out: tuple[ServerStatus, ...] = ()


class NameserverFinder:
    """Finds the authoritative name servers of names.

    :param querier: queries the name servers.
    :param resolver: finds the published ones.
    :param nameservers: ``host[:port]``, used instead of the published ones.
    :param port: of the published name servers.
    :raises InvalidEndpointError: if a name server is not a ``host[:port]``.
    """

    def __init__(
        self,
        querier: Querier,
        resolver: RecursiveResolver,
        *,
        nameservers: Iterable[str] = (),
        port: int = DNS_PORT,
    ) -> None:
        self._querier = querier
        self._given = [parse_endpoint(text) for text in nameservers]
        self._resolver = resolver
        self._port = port
        self._looked_up: tuple[list[Endpoint], dict[Endpoint, str]] | None = None
        self._known: dict[dns.name.Name, Authority] = {}
        """By zone."""
        self._found: dict[dns.name.Name, Authority] = {}
        """By name."""

    def find(self, name: dns.name.Name, remaining: Callable[[], float]) -> Authority:
        """Return the servers that are authoritative for `name`.

        :param remaining: returns how many seconds are left; a query that has begun may take
            longer.
        :raises LookupFailedError: if they are not found.
        """
        if self._given:
            return self._of_user()
        if name not in self._found:
            zone = self._closest_known_zone(name, remaining)
            authority, is_certain = self._descend(zone, name, remaining)
            if not is_certain:
                return authority
            self._found[name] = authority
        return self._found[name]

    def forget_failures(self) -> None:
        """Look up again the addresses that were not found."""
        for known in (self._known, self._found):
            for name in [each for each, authority in known.items() if authority.left_out]:
                del known[name]

    def _of_user(self) -> Authority:
        if dns.name.root not in self._known:
            # Once, even if it fails: a name without an address may take long each time.
            if self._looked_up is None:
                self._looked_up = addresses_of(self._given)
            found, without = self._looked_up
            left_out = tuple(ServerStatus(str(server), why) for server, why in without.items())
            self._keep(dns.name.root, [Server(str(each), each) for each in found], left_out)
        return self._known[dns.name.root]

    def _closest_known_zone(
        self, name: dns.name.Name, remaining: Callable[[], float]
    ) -> dns.name.Name:
        """Return the longest known ancestor, or the shortest of two labels with name servers."""
        depth = len(name.labels)
        for length in range(depth, 1, -1):
            ancestor = dns.name.Name(name.labels[depth - length :])
            if ancestor in self._known:
                return ancestor
        for length in range(min(3, depth - 1), depth):
            ancestor = dns.name.Name(name.labels[depth - length :])
            if _is_of_challenge(ancestor):
                break
            hosts = self._resolver.look_up(ancestor, "NS", remaining)
            if hosts:
                self._learn(ancestor, {dns.name.from_text(host): () for host in hosts}, remaining)
                return ancestor
        raise LookupFailedError(f"no name servers are published for {write_name(name)}")

    def _descend(
        self, zone: dns.name.Name, name: dns.name.Name, remaining: Callable[[], float]
    ) -> tuple[Authority, bool]:
        """Continue down to the servers of the zone that contains `name` itself.

        Also returns whether they are certain: without an answer, `name` is treated as part of the
        last known zone.
        """
        for _ in range(MOST_REFERRALS):
            answer = self._query(zone, name) if remaining() > 0 else None
            if answer is None:
                return self._known[zone], False
            child = self._enter(zone, name, answer, remaining)
            if child is None:
                return self._known[zone], True
            zone = child
        return self._known[zone], False

    def _enter(
        self,
        zone: dns.name.Name,
        name: dns.name.Name,
        answer: dns.message.Message,
        remaining: Callable[[], float],
    ) -> dns.name.Name | None:
        """Find the servers of the zone one level down; None if `name` is in `zone` itself."""
        referred = refers_below(answer, name, zone)
        if referred is not None:
            if referred not in self._known:
                self._learn(referred, hosts_of(answer, referred), remaining)
            return referred
        held = holds_below(answer, name, zone)
        if held is not None and held not in self._known:
            # Servers of both zones never refer to the lower one, which may have other servers too.
            own = self._query(zone, held)
            hosts = {} if own is None else hosts_of(own, held)
            self._learn(held, hosts, remaining, also=self._known[zone].servers)
        return held

    def _query(self, zone: dns.name.Name, name: dns.name.Name) -> dns.message.Message | None:
        try:
            return self._querier.first_usable(self._known[zone].servers, name, "NS", zone=zone)
        except NoAnswerError as error:
            logger.debug("%s is treated as part of the zone %s: %s", name, zone, error)
            return None

    def _learn(
        self,
        zone: dns.name.Name,
        hosts: Mapping[dns.name.Name, tuple[str, ...]],
        remaining: Callable[[], float],
        *,
        also: Iterable[Server] = (),
    ) -> None:
        """Find the addresses of a zone's name servers; hosts without one are left out.

        :param hosts: with the addresses that are known already.
        :param also: further servers of the zone.
        """
        found = list(also)
        left_out = []
        for host, known in hosts.items():
            label = write_name(host)
            try:
                addresses = known or self._addresses(host, remaining)
            except LookupFailedError as error:
                logger.debug("The DNS check leaves out the name server %s: %s", label, error)
                left_out.append(ServerStatus(label, str(error)))
                continue
            found += [
                Server(f"{label} ({address})", Endpoint(address, self._port))
                for address in addresses
            ]
        self._keep(zone, found, tuple(left_out))

    def _addresses(self, host: dns.name.Name, remaining: Callable[[], float]) -> list[str]:
        if _is_of_challenge(host):
            raise LookupFailedError("the referral does not include its address")
        found = self._resolver.look_up(host, "A", remaining)
        try:
            found = found + self._resolver.look_up(host, "AAAA", remaining)
        except LookupFailedError:
            if not found:
                raise
        if not found:
            raise LookupFailedError("it has no address")
        return found

    def _keep(
        self, zone: dns.name.Name, servers: list[Server], left_out: tuple[ServerStatus, ...]
    ) -> None:
        if not servers:
            of_zone = "in the settings" if self._given else f"of {write_name(zone)}"
            why = "; ".join(map(str, left_out)) or "it has none"
            raise LookupFailedError(f"no name server {of_zone} has an address ({why})")
        text = "" if self._given else write_name(zone)
        # Two hosts may share an address; the label is the name of the first.
        by_endpoint = {server.endpoint: server for server in reversed(servers)}
        each_once = tuple(server for server in servers if by_endpoint[server.endpoint] is server)
        self._known[zone] = Authority(text, each_once, left_out)


def _is_of_challenge(name: dns.name.Name) -> bool:
    """Return whether a name is that of a challenge, or below one."""
    return CHALLENGE_LABEL in name.canonicalize().labels
