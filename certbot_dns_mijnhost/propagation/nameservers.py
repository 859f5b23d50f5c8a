"""Which name servers answer for a name, and at which addresses.

A recursive resolver is asked for name servers and their addresses only, never for the challenge's
name or one below it: it would keep in mind that there is nothing, and tell others so. From the
zone that it knows the way down goes by asking the zone's own servers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping

import dns.message
import dns.name

from certbot_dns_mijnhost.propagation.asking import Asker
from certbot_dns_mijnhost.propagation.authority import Authority, NotFoundError, Server
from certbot_dns_mijnhost.propagation.endpoints import (
    DNS_PORT,
    Endpoint,
    addresses_of,
    parse_endpoint,
)
from certbot_dns_mijnhost.propagation.names import write_name
from certbot_dns_mijnhost.propagation.query import (
    NoAnswerError,
    holds_below,
    hosts_of,
    refers_below,
)
from certbot_dns_mijnhost.propagation.report import ServerStatus
from certbot_dns_mijnhost.propagation.resolving import RecordResolver

logger = logging.getLogger(__name__)

MOST_REFERRALS = 8
CHALLENGE_LABEL = b"_acme-challenge"


class NameserverFinder:
    """Finds the authoritative name servers of names.

    :param asker: asks the name servers.
    :param resolver: finds the published ones.
    :param nameservers: ``host[:port]``, to be taken instead of the published ones.
    :param port: of the published name servers.
    :raises InvalidEndpointError: where a server can't be read.
    """

    def __init__(
        self,
        asker: Asker,
        resolver: RecordResolver,
        *,
        nameservers: Iterable[str] = (),
        port: int = DNS_PORT,
    ) -> None:
        self._asker = asker
        self._given = [parse_endpoint(text) for text in nameservers]
        self._resolver = resolver
        self._port = port
        self._looked_up: tuple[list[Endpoint], dict[Endpoint, str]] | None = None
        self._known: dict[dns.name.Name, Authority] = {}

    def find(self, name: dns.name.Name, remaining: Callable[[], float]) -> Authority:
        """Return the servers that answer for `name`.

        :param remaining: tells how many seconds it may still take; a question to name servers
            under way may take longer.
        :raises NotFoundError: where they can't be found.
        """
        if self._given:
            return self._of_user()
        return self._descend(self._closest_known_zone(name, remaining), name, remaining)

    def _of_user(self) -> Authority:
        if dns.name.root not in self._known:
            # Once, even where it fails: a name without an address may take long each time.
            if self._looked_up is None:
                self._looked_up = addresses_of(self._given)
            found, without = self._looked_up
            left_out = tuple(ServerStatus(str(server), why) for server, why in without.items())
            self._keep(dns.name.root, [Server(str(each), each) for each in found], left_out)
        return self._known[dns.name.root]

    def _closest_known_zone(
        self, name: dns.name.Name, remaining: Callable[[], float]
    ) -> dns.name.Name:
        """Return the longest ancestor known, or the shortest of two labels that is published."""
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
        raise NotFoundError(f"no name servers of {write_name(name)} are published")

    def _descend(
        self, zone: dns.name.Name, name: dns.name.Name, remaining: Callable[[], float]
    ) -> Authority:
        """Go down to the servers of the zone that holds `name` itself."""
        for _ in range(MOST_REFERRALS):
            answer = self._ask(zone, name) if remaining() > 0 else None
            child = None if answer is None else self._enter(zone, name, answer, remaining)
            if child is None:
                break
            zone = child
        return self._known[zone]

    def _enter(
        self,
        zone: dns.name.Name,
        name: dns.name.Name,
        answer: dns.message.Message,
        remaining: Callable[[], float],
    ) -> dns.name.Name | None:
        """Learn the servers of the zone one level down; None where `name` lies in `zone`."""
        referred = refers_below(answer, name, zone)
        if referred is not None:
            if referred not in self._known:
                self._learn(referred, hosts_of(answer, referred), remaining)
            return referred
        held = holds_below(answer, name, zone)
        if held is not None and held not in self._known:
            # Servers of both zones never refer to the lower one, which others may serve as well.
            own = self._ask(zone, held)
            hosts = {} if own is None else hosts_of(own, held)
            self._learn(held, hosts, remaining, also=self._known[zone].servers)
        return held

    def _ask(self, zone: dns.name.Name, name: dns.name.Name) -> dns.message.Message | None:
        try:
            return self._asker.first_useful(self._known[zone].servers, name, "NS", zone=zone)
        except NoAnswerError as error:
            logger.debug("Who answers for %s is taken to be %s: %s", name, zone, error)
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

        :param hosts: and the addresses that are known already.
        :param also: servers that answer for it besides.
        """
        found = list(also)
        left_out = []
        for host, known in hosts.items():
            label = write_name(host)
            try:
                addresses = known or self._addresses(host, remaining)
            except NotFoundError as error:
                logger.debug("The name server %s is left out: %s", label, error)
                left_out.append(ServerStatus(label, str(error)))
                continue
            found += [
                Server(f"{label} ({address})", Endpoint(address, self._port))
                for address in addresses
            ]
        self._keep(zone, found, tuple(left_out))

    def _addresses(self, host: dns.name.Name, remaining: Callable[[], float]) -> list[str]:
        if _is_of_challenge(host):
            raise NotFoundError("its address is not told along with its name")
        found = self._resolver.look_up(host, "A", remaining)
        try:
            found = found + self._resolver.look_up(host, "AAAA", remaining)
        except NotFoundError:
            if not found:
                raise
        if not found:
            raise NotFoundError("it has no address")
        return found

    def _keep(
        self, zone: dns.name.Name, servers: list[Server], left_out: tuple[ServerStatus, ...]
    ) -> None:
        if not servers:
            of_zone = "the given name servers" if self._given else f"those of {write_name(zone)}"
            said = "; ".join(map(str, left_out)) or "none is named"
            raise NotFoundError(f"no name server has an address, of {of_zone} ({said})")
        text = "" if self._given else write_name(zone)
        # Two hosts may share an address; the first one's name stands for it.
        by_endpoint = {server.endpoint: server for server in reversed(servers)}
        each_once = tuple(server for server in servers if by_endpoint[server.endpoint] is server)
        self._known[zone] = Authority(text, each_once, left_out)


def _is_of_challenge(name: dns.name.Name) -> bool:
    """Tell whether a name is a challenge's, or below one."""
    return CHALLENGE_LABEL in name.canonicalize().labels
