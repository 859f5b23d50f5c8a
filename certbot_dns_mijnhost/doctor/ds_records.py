"""Find the DS records of a zone at its parent, and whether the local resolver validates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

import dns.flags
import dns.name
import dns.rcode
import dns.rdatatype

from certbot_dns_mijnhost.doctor.queries import InspectionError, Queries, Reply
from certbot_dns_mijnhost.propagation.endpoints import Endpoint
from certbot_dns_mijnhost.propagation.errors import LookupFailedError
from certbot_dns_mijnhost.propagation.names import write_name
from certbot_dns_mijnhost.propagation.resolver import RecursiveResolver

MOST_SERVERS = 3
"""Servers of the parent zone that are queried before the resolver."""

Remaining = Callable[[], float]


class DSFinder:
    """Queries the name servers of parent zones, and otherwise the resolver, for DS records.

    :param port: of the published name servers.
    """

    def __init__(self, queries: Queries, resolver: RecursiveResolver, port: int) -> None:
        self._queries = queries
        self._lookup = resolver
        self._port = port
        self._servers: dict[dns.name.Name, list[Endpoint]] = {}

    def ds_of(self, zone: dns.name.Name, remaining: Remaining) -> list[object]:
        """Return the DS records of `zone`; empty if it is not signed.

        :raises InspectionError: if neither the parent's servers nor a resolver answers.
        """
        for server in self._parent_servers(zone, remaining):
            reply = self._queries.ask(server, zone, "DS")
            if not reply.problem and not _is_of_child(reply, zone):
                return list(reply.rrset(zone, "DS") or ())
        for reply in self._resolved(zone, "DS"):
            return list(reply.rrset(zone, "DS") or ())
        raise InspectionError(f"the DS records of {write_name(zone)} are not available")

    def resolver_validates(self, zone: dns.name.Name) -> bool | None:
        """Return whether the resolver validates `zone`, which is signed.

        None if it does not answer.
        """
        for reply in self._resolved(zone, "SOA", validate=True):
            return bool(reply.message and reply.message.flags & dns.flags.AD)
        return None

    def _resolved(
        self, zone: dns.name.Name, kind: str, *, validate: bool = False
    ) -> Iterable[Reply]:
        for server in self._lookup.endpoints():
            reply = self._queries.resolve(server, zone, kind, validate=validate)
            known = {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}
            if reply.message is not None and reply.message.rcode() in known:
                yield reply

    def _parent_servers(self, zone: dns.name.Name, remaining: Remaining) -> list[Endpoint]:
        ancestor = zone.parent()
        while ancestor != dns.name.root:
            if ancestor not in self._servers:
                self._servers[ancestor] = list(self._find(ancestor, remaining))
            if self._servers[ancestor]:
                return self._servers[ancestor]
            ancestor = ancestor.parent()
        return []

    def _find(self, zone: dns.name.Name, remaining: Remaining) -> Iterable[Endpoint]:
        try:
            hosts = self._lookup.look_up(zone, "NS", remaining)
        except LookupFailedError:
            return
        for host in hosts[:MOST_SERVERS]:
            try:
                found = self._lookup.look_up(dns.name.from_text(host), "A", remaining)
            except LookupFailedError:
                continue
            yield from (Endpoint(address, self._port) for address in islice(found, 1))


def _is_of_child(reply: Reply, zone: dns.name.Name) -> bool:
    """Return whether a server answered from the zone itself, which has no DS records."""
    authority = reply.message.authority if reply.message else []
    return any(each.rdtype == dns.rdatatype.SOA and each.name == zone for each in authority)
