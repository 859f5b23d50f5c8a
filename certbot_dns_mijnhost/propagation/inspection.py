"""What DNS says about a name beforehand: its name servers, whether they answer, its CAA records."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import dns.exception
import dns.message
import dns.name
import dns.rdatatype

from certbot_dns_mijnhost.propagation.aliases import AliasFollower
from certbot_dns_mijnhost.propagation.asking import Asker
from certbot_dns_mijnhost.propagation.authority import Authority, NotFoundError
from certbot_dns_mijnhost.propagation.caa import CAARecord, CAARecords
from certbot_dns_mijnhost.propagation.endpoints import DNS_PORT
from certbot_dns_mijnhost.propagation.errors import AliasLoopError, InspectionError
from certbot_dns_mijnhost.propagation.names import read_name, write_name
from certbot_dns_mijnhost.propagation.nameservers import NameserverFinder
from certbot_dns_mijnhost.propagation.query import NoAnswerError
from certbot_dns_mijnhost.propagation.report import ServerStatus
from certbot_dns_mijnhost.propagation.resolving import RecordResolver
from certbot_dns_mijnhost.propagation.said import Kind

SECONDS = 15.0
"""For one question to DNS as a whole."""
TRIES = 2
"""A packet may get lost."""
NOBODYS = "_mijnhost-doctor"
"""A label that is no zone of its own: who answers for it below a name answers for the name."""


@dataclass(frozen=True)
class Servers:
    """The name servers of a zone, by how they answered.

    :param answering: those that serve the zone.
    :param silent: those from which no answer comes: dead, or port 53 is closed on the way.
    :param lame: those that answer, but don't serve the zone.
    :param without_address: host names that have no address.
    """

    answering: tuple[ServerStatus, ...] = ()
    silent: tuple[ServerStatus, ...] = ()
    lame: tuple[ServerStatus, ...] = ()
    without_address: tuple[ServerStatus, ...] = ()


class Inspector:
    """Asks DNS about names, without changing or waiting for anything.

    :param nameservers: ``host[:port]`` to ask instead of the published ones.
    :param resolvers: ``host[:port]`` to find the published ones by, instead of the system's.
    :param port: of the published name servers.
    :param query_timeout: seconds for one question.
    :raises InvalidEndpointError: where a server can't be read.
    """

    def __init__(
        self,
        *,
        nameservers: Iterable[str] = (),
        resolvers: Iterable[str] = (),
        port: int = DNS_PORT,
        query_timeout: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        given, by = list(nameservers), list(resolvers)
        self._asker = Asker(query_timeout)
        self._finder = NameserverFinder(self._asker, nameservers=given, resolvers=by, port=port)
        self._resolver = RecordResolver(by)
        self._follower = AliasFollower(
            nameservers=given, resolvers=by, port=port, query_timeout=query_timeout
        )
        self._clock = clock

    def published_nameservers(self, zone: str) -> tuple[str, ...]:
        """Return the host names of the name servers that the resolver knows of `zone`.

        :raises InvalidNameError: where `zone` is no domain name.
        :raises InspectionError: where the resolver does not tell.
        """
        try:
            hosts = self._resolver.look_up(read_name(zone), "NS", self._remaining())
        except NotFoundError as error:
            raise InspectionError(str(error)) from error
        return tuple(host.rstrip(".").lower() for host in hosts)

    def zone_of(self, name: str) -> str:
        """Return the zone that holds `name` in DNS; empty where the name servers were given.

        :raises InvalidNameError: where `name` is no domain name.
        :raises InspectionError: where its name servers can't be found.
        """
        try:
            return self._finder.find(read_name(name), self._remaining()).zone
        except NotFoundError as error:
            raise InspectionError(str(error)) from error

    def servers(self, zone: str) -> Servers:
        """Return how each name server of `zone` answers.

        :raises InvalidNameError: where `zone` is no domain name.
        :raises InspectionError: where its name servers can't be found.
        """
        name = read_name(zone)
        authority = self._authority(name)
        sorted_out: dict[str, list[ServerStatus]] = {"answering": [], "silent": [], "lame": []}
        waiting = list(authority.servers)
        for attempt in range(TRIES):
            again = []
            for server, reply in zip(waiting, self._asker.ask_all(waiting, name, "SOA")):
                if isinstance(reply, dns.message.Message):
                    sorted_out["answering"].append(ServerStatus(server.label, "serves the zone"))
                elif reply.kind is not Kind.SILENT:
                    sorted_out["lame"].append(ServerStatus(server.label, str(reply)))
                elif attempt + 1 < TRIES:
                    again.append(server)
                else:
                    sorted_out["silent"].append(ServerStatus(server.label, str(reply)))
            waiting = again
            if not waiting:
                break
        return Servers(
            **{kind: tuple(found) for kind, found in sorted_out.items()},
            without_address=authority.left_out,
        )

    def caa(self, name: str) -> CAARecords:
        """Return the CAA records that count for `name`: its own, or those of the nearest above.

        Top-level domains are not asked.

        :raises InvalidNameError: where `name` is no domain name.
        :raises InspectionError: where a name server does not tell; a CA then does not issue either.
        """
        wanted = read_name(name)
        for ancestor in _up_from(wanted):
            try:
                found = self._caa_at(ancestor)
            except (NotFoundError, NoAnswerError, AliasLoopError) as error:
                raise InspectionError(
                    f"the CAA records of {write_name(ancestor)} can't be asked: {error}"
                ) from error
            if found.records:
                return found
        return CAARecords(write_name(wanted), ())

    def _caa_at(self, name: dns.name.Name) -> CAARecords:
        target = name
        # A domain right below a top-level one is an apex, where no alias can stand.
        if len(name.labels) > 3:
            followed = self._follower.follow(write_name(name))
            if followed.reason:
                raise NotFoundError(followed.reason)
            target = read_name(followed.target)
        authority = self._finder.find(_below(target), self._remaining())
        answer = self._asker.first_useful(authority.servers, target, "CAA")
        records = tuple(
            # What is no text stays visible, and breaks the grammar.
            CAARecord(
                record.flags, record.tag.decode().lower(), record.value.decode("utf-8", "replace")
            )
            for rrset in answer.answer
            if rrset.rdtype == dns.rdatatype.CAA and rrset.name == target
            for record in rrset
        )
        return CAARecords(write_name(target), records)

    def _authority(self, name: dns.name.Name) -> Authority:
        try:
            return self._finder.find(_below(name), self._remaining())
        except NotFoundError as error:
            raise InspectionError(str(error)) from error

    def _remaining(self) -> Callable[[], float]:
        deadline = self._clock() + SECONDS
        return lambda: deadline - self._clock()


def _below(name: dns.name.Name) -> dns.name.Name:
    # Name servers are looked for from a name's parents, since a challenge's name is not looked up.
    try:
        return dns.name.from_text(NOBODYS, origin=name)
    except dns.exception.DNSException:  # the name is as long as names get
        return name


def _up_from(name: dns.name.Name) -> list[dns.name.Name]:
    """Return `name` and those above it, down to two labels and the root's."""
    ancestors = []
    while len(name.labels) > 2:
        ancestors.append(name)
        name = name.parent()
    return ancestors
