"""What DNS says about a name beforehand: its name servers, whether they answer, its CAA records."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import dns.exception
import dns.name
import dns.rdatatype

from certbot_dns_mijnhost.doctor.caa import CAARecord, CAARecords
from certbot_dns_mijnhost.propagation.aliases import AliasFollower
from certbot_dns_mijnhost.propagation.asking import Asker, Reply
from certbot_dns_mijnhost.propagation.authority import Authority, NotFoundError, Server
from certbot_dns_mijnhost.propagation.dns_client import DNSClient
from certbot_dns_mijnhost.propagation.endpoints import DNS_PORT, Endpoint
from certbot_dns_mijnhost.propagation.errors import AliasLoopError
from certbot_dns_mijnhost.propagation.names import read_name, write_name
from certbot_dns_mijnhost.propagation.nameservers import NameserverFinder
from certbot_dns_mijnhost.propagation.query import NoAnswerError
from certbot_dns_mijnhost.propagation.report import ServerStatus
from certbot_dns_mijnhost.propagation.resolving import RecordResolver
from certbot_dns_mijnhost.propagation.said import Kind, Said, is_intercepted

SECONDS = 15.0
"""For one question to DNS as a whole."""
TRIES = 2
"""A packet may get lost."""
MOST_SILENCES = 3
"""Zones for which a server may be silent in a row; then it is not asked about others, so that
hundreds of domains don't wait for it hundreds of times."""
NOBODYS = "_mijnhost-doctor"
"""A label that is no zone of its own: who answers for it below a name answers for the name."""


class InspectionError(Exception):
    """DNS does not answer a question of the doctor; says why."""


class BrokenDNSSECError(InspectionError):
    """A validating resolver refuses a zone, and answers when asked not to validate."""


@dataclass(frozen=True)
class Servers:
    """The name servers of a zone, by how they answered.

    :param answering: those that serve the zone.
    :param silent: those from which no answer comes: dead, or port 53 is closed on the way.
    :param lame: those that answer, but don't serve the zone.
    :param unroutable: addresses of a family (IPv4 or IPv6) that this machine has no route to.
    :param without_address: host names that have no address.
    :param missing_family: that family; empty if nothing is unroutable.
    :param is_intercepted: whether a recursive resolver answers instead of each of them.
    """

    answering: tuple[ServerStatus, ...] = ()
    silent: tuple[ServerStatus, ...] = ()
    lame: tuple[ServerStatus, ...] = ()
    unroutable: tuple[ServerStatus, ...] = ()
    without_address: tuple[ServerStatus, ...] = ()
    missing_family: str = ""
    is_intercepted: bool = False


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
        self._asker = Asker(DNSClient(query_timeout))
        self._resolver = RecordResolver(by)
        self._finder = NameserverFinder(self._asker, self._resolver, nameservers=given, port=port)
        self._unchecked = RecordResolver(by, checks_dnssec=False)
        self._follower = AliasFollower(
            nameservers=given, resolvers=by, port=port, query_timeout=query_timeout
        )
        self._clock = clock
        self._silences: Counter[Endpoint] = Counter()

    def published_nameservers(self, zone: str) -> tuple[str, ...]:
        """Return the host names of the name servers that the resolver knows of `zone`.

        :raises InvalidNameError: where `zone` is no domain name.
        :raises BrokenDNSSECError: where the resolver tells only without checking DNSSEC.
        :raises InspectionError: where the resolver does not tell.
        """
        name = read_name(zone)
        try:
            hosts = self._resolver.look_up(name, "NS", self._remaining())
        except NotFoundError as error:
            if self._is_told_unchecked(name):
                raise BrokenDNSSECError(str(error)) from error
            raise InspectionError(str(error)) from error
        return tuple(host.rstrip(".").lower() for host in hosts)

    def _is_told_unchecked(self, zone: dns.name.Name) -> bool:
        try:
            return bool(self._unchecked.look_up(zone, "NS", self._remaining()))
        except NotFoundError:
            return False

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
        found: dict[str, list[ServerStatus]] = {}
        replies = self._replies(authority.servers, name)
        routed = {_family(server) for server, reply in replies.items() if not _is_unroutable(reply)}
        for server, reply in replies.items():
            kind, said = _judged(reply, is_routed=_family(server) in routed)
            found.setdefault(kind, []).append(ServerStatus(server.label, said))
        said_by_all = [reply for reply in replies.values() if isinstance(reply, Said)]
        return Servers(
            **{kind: tuple(statuses) for kind, statuses in found.items()},
            without_address=authority.left_out,
            missing_family=" and ".join(sorted(set(map(_family, replies)) - routed)),
            is_intercepted=len(said_by_all) == len(replies) and is_intercepted(said_by_all),
        )

    def _replies(self, servers: Sequence[Server], name: dns.name.Name) -> dict[Server, Reply]:
        replies: dict[Server, Reply] = {
            server: Said(Kind.SILENT)
            for server in servers
            if self._silences[server.endpoint] >= MOST_SILENCES
        }
        waiting = [server for server in servers if server not in replies]
        for _ in range(TRIES):
            if not waiting:
                break
            replies.update(zip(waiting, self._asker.ask_all(waiting, name, "SOA")))
            waiting = [server for server in waiting if _is_silent(replies[server])]
        for server in servers:
            is_silent = _is_silent(replies[server])
            count = self._silences[server.endpoint]
            self._silences[server.endpoint] = count + 1 if is_silent else 0
        return {server: replies[server] for server in servers}

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
                    f"the CAA records of {write_name(ancestor)} can't be asked: "
                    f"{_without_ours(error)}"
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
            raise InspectionError(_without_ours(error)) from error

    def _remaining(self) -> Callable[[], float]:
        deadline = self._clock() + SECONDS
        return lambda: deadline - self._clock()


def _is_silent(reply: Reply) -> bool:
    return isinstance(reply, Said) and reply.kind is Kind.SILENT


def _is_unroutable(reply: Reply) -> bool:
    return isinstance(reply, Said) and reply.is_unroutable


def _family(server: Server) -> str:
    return "IPv6" if ":" in server.endpoint.host else "IPv4"


def _judged(reply: Reply, *, is_routed: bool) -> tuple[str, str]:
    """Return to which field of :class:`Servers` a reply belongs, and what to say of it.

    :param is_routed: whether this machine has a route to another address of the same family.
    """
    if not isinstance(reply, Said):
        return "answering", "serves the zone"
    if reply.kind is not Kind.SILENT:
        return "lame", str(reply)
    return "unroutable" if reply.is_unroutable and not is_routed else "silent", str(reply)


def _below(name: dns.name.Name) -> dns.name.Name:
    # Name servers are looked for from a name's parents, since a challenge's name is not looked up.
    try:
        return dns.name.from_text(NOBODYS, origin=name)
    except dns.exception.DNSException:  # the name is as long as names get
        return name


def _without_ours(error: Exception) -> str:
    """Return an error's words without the label that only the question needed."""
    return str(error).replace(f"{NOBODYS}.", "")


def _up_from(name: dns.name.Name) -> list[dns.name.Name]:
    """Return `name` and those above it, down to two labels and the root's."""
    ancestors = []
    while len(name.labels) > 2:
        ancestors.append(name)
        name = name.parent()
    return ancestors
