"""DNS look-ups of the checks: zones, name servers, and CAA, TXT and DS records."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

import dns.exception
import dns.name
import dns.rdatatype

from certbot_dns_mijnhost.doctor.caa_records import CAARecord, CAARecords
from certbot_dns_mijnhost.doctor.ds_records import DSFinder
from certbot_dns_mijnhost.doctor.queries import BrokenDNSSECError, InspectionError, Queries
from certbot_dns_mijnhost.propagation.aliases import AliasFollower
from certbot_dns_mijnhost.propagation.endpoints import DNS_PORT, Endpoint
from certbot_dns_mijnhost.propagation.errors import (
    AliasLoopError,
    LookupFailedError,
    NoAnswerError,
)
from certbot_dns_mijnhost.propagation.names import read_name, write_name
from certbot_dns_mijnhost.propagation.nameservers import Authority
from certbot_dns_mijnhost.propagation.query import Server
from certbot_dns_mijnhost.propagation.resolver import RecursiveResolver
from certbot_dns_mijnhost.propagation.view import DNSView
from certbot_dns_mijnhost.zone.listing import DOCTOR_PREFIX

SECONDS = 15.0
"""For one look-up with all its retries."""
UNUSED_LABEL = DOCTOR_PREFIX.rstrip("-")
"""A label that is never delegated: the servers for it below a name are those of the name."""


class _ForgivingResolver(RecursiveResolver):
    """Also finds the servers of a domain that a validating resolver refuses.

    Otherwise its name servers could not be queried, and the fault could not be named.
    """

    def __init__(self, checked: RecursiveResolver, unchecked: RecursiveResolver) -> None:
        self._checked = checked
        self._unchecked = unchecked

    def look_up(self, name: dns.name.Name, kind: str, remaining: Callable[[], float]) -> list[str]:
        try:
            return self._checked.look_up(name, kind, remaining)
        except LookupFailedError as error:
            try:
                return self._unchecked.look_up(name, kind, remaining)
            except LookupFailedError:
                raise error from None

    def endpoints(self) -> list[Endpoint]:
        return self._checked.endpoints()

    def forget_failures(self) -> None:
        self._checked.forget_failures()
        self._unchecked.forget_failures()


class Inspector:
    """Queries DNS about names; it changes nothing.

    :param nameservers: ``host[:port]`` to query instead of the published ones.
    :param resolvers: ``host[:port]`` that find the published ones, instead of the system's.
    :param port: of the published name servers.
    :param query_timeout: seconds for one query.
    :param queries: sends the queries that do not look for name servers.
    :raises InvalidEndpointError: if a server is not ``host[:port]``.
    """

    def __init__(
        self,
        *,
        nameservers: Iterable[str] = (),
        resolvers: Iterable[str] = (),
        port: int = DNS_PORT,
        query_timeout: float = 2.0,
        queries: Queries | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        by = list(resolvers)
        self.queries = queries or Queries(query_timeout)
        self._resolver = RecursiveResolver(by)
        self._unchecked = RecursiveResolver(by, checks_dnssec=False)
        forgiving = _ForgivingResolver(self._resolver, self._unchecked)
        self.view = DNSView(
            nameservers=nameservers,
            resolver=forgiving,
            port=port,
            query_timeout=query_timeout,
            before=self.queries.wait_for_turn,
            clock=clock,
        )
        """Shared by all checks of the run."""
        self.follower = AliasFollower(self.view)
        self._clock = clock
        self._ds = DSFinder(self.queries, forgiving, port)

    def published_nameservers(self, zone: str) -> tuple[str, ...]:
        """Return the host names of the name servers of `zone`, as the resolver has them.

        :raises InvalidNameError: if `zone` is not a domain name.
        :raises BrokenDNSSECError: if the resolver answers only without DNSSEC validation.
        :raises InspectionError: if the resolver does not answer.
        """
        name = read_name(zone)
        try:
            hosts = self._resolver.look_up(name, "NS", self._remaining())
        except LookupFailedError as error:
            if self._resolves_unchecked(name):
                raise BrokenDNSSECError(str(error)) from error
            raise InspectionError(str(error)) from error
        return tuple(host.rstrip(".").lower() for host in hosts)

    def _resolves_unchecked(self, zone: dns.name.Name) -> bool:
        try:
            return bool(self._unchecked.look_up(zone, "NS", self._remaining()))
        except LookupFailedError:
            return False

    def zone_of(self, name: str) -> str:
        """Return the zone that holds `name` in DNS; empty if the name servers were given.

        :raises InvalidNameError: if `name` is not a domain name.
        :raises InspectionError: if its name servers are not found.
        """
        try:
            return self.view.finder.find(read_name(name), self._remaining()).zone
        except LookupFailedError as error:
            raise InspectionError(str(error)) from error

    def servers_of(self, zone: str) -> tuple[Server, ...]:
        """Return the addresses of the name servers of `zone`.

        :raises InvalidNameError: if `zone` is not a domain name.
        :raises InspectionError: if its name servers are not found.
        """
        return self.authority(zone).servers

    def authority(self, zone: str) -> Authority:
        """Return the name servers of `zone`, those without an address included.

        :raises InvalidNameError: if `zone` is not a domain name.
        :raises InspectionError: if its name servers are not found.
        """
        try:
            return self.view.finder.find(_below(read_name(zone)), self._remaining())
        except LookupFailedError as error:
            raise InspectionError(_without_label(error)) from error

    def ds_of(self, zone: dns.name.Name) -> Sequence[object]:
        """Return the DS records of `zone` at its parent; empty if it is not signed.

        :raises InspectionError: if neither the parent's servers nor a resolver answers.
        """
        return self._ds.ds_of(zone, self._remaining())

    def resolver_validates(self, zone: dns.name.Name) -> bool | None:
        """Return whether this machine's resolver validates `zone`, which is signed."""
        return self._ds.resolver_validates(zone)

    def caa(self, name: str) -> CAARecords:
        """Return the CAA records that apply to `name`: its own, or those of its nearest ancestor.

        Top-level domains are not queried.

        :raises InvalidNameError: if `name` is not a domain name.
        :raises InspectionError: if no name server answers; a CA then does not issue either.
        """
        wanted = read_name(name)
        for ancestor in _up_from(wanted):
            try:
                found = self._caa_at(ancestor)
            except (LookupFailedError, NoAnswerError, AliasLoopError) as error:
                raise InspectionError(
                    f"cannot query the CAA records of {write_name(ancestor)}: "
                    f"{_without_label(error)}"
                ) from error
            if found.records:
                return found
        return CAARecords(write_name(wanted), ())

    def txt(self, name: str, *, below: str) -> list[str]:
        """Return the TXT values at `name`, sorted.

        :param below: the name whose name servers are queried.
        :raises InvalidNameError: if a name is not a domain name.
        :raises InspectionError: if no name server answers.
        """
        wanted = read_name(name)
        try:
            answer = self.view.querier.first_usable(self.servers_of(below), wanted, "TXT")
        except NoAnswerError as error:
            raise InspectionError(str(error)) from error
        return sorted(
            b"".join(record.strings).decode("utf-8", "replace")
            for rrset in answer.answer
            if rrset.rdtype == dns.rdatatype.TXT and rrset.name == wanted
            for record in rrset
        )

    def _caa_at(self, name: dns.name.Name) -> CAARecords:
        target = name
        # A domain right below a top-level one is an apex, which cannot have a CNAME.
        if len(name.labels) > 3:
            followed = self.follower.follow(write_name(name))
            if followed.reason:
                raise LookupFailedError(followed.reason)
            target = read_name(followed.target)
        authority = self.view.finder.find(_below(target), self._remaining())
        answer = self.view.querier.first_usable(authority.servers, target, "CAA")
        records = tuple(
            # Bytes that are not text stay visible, and violate the grammar.
            CAARecord(
                record.flags, record.tag.decode().lower(), record.value.decode("utf-8", "replace")
            )
            for rrset in answer.answer
            if rrset.rdtype == dns.rdatatype.CAA and rrset.name == target
            for record in rrset
        )
        return CAARecords(write_name(target), records)

    def _remaining(self) -> Callable[[], float]:
        deadline = self._clock() + SECONDS
        return lambda: deadline - self._clock()


def _below(name: dns.name.Name) -> dns.name.Name:
    # The finder starts at the parent of a name: it never looks up the name of a challenge.
    try:
        return dns.name.from_text(UNUSED_LABEL, origin=name)
    except dns.exception.DNSException:  # the name has the maximum length
        return name


def _without_label(error: Exception) -> str:
    """Return an error's text without the label, which means nothing to the user."""
    return str(error).replace(f"{UNUSED_LABEL}.", "")


def _up_from(name: dns.name.Name) -> list[dns.name.Name]:
    """Return `name` and its ancestors, without top-level domains."""
    ancestors = []
    while len(name.labels) > 2:
        ancestors.append(name)
        name = name.parent()
    return ancestors
