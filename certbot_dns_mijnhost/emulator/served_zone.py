"""One version of a zone as DNS data, ready for lookups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from certbot_dns_mijnhost.emulator.records import DEFAULT_TTL, absolute_name, rdata
from certbot_dns_mijnhost.emulator.zone import Version

NEGATIVE_TTL = 60

Key = tuple[dns.name.Name, dns.rdatatype.RdataType]
Entry = tuple[dns.name.Name, int, dns.rdata.Rdata]


@dataclass(frozen=True)
class ServedZone:
    """The RRsets of one version of a zone.

    :param names: all names that exist, including empty names between a record and the apex
    """

    apex: dns.name.Name
    rrsets: dict[Key, dns.rrset.RRset]
    names: frozenset[dns.name.Name]

    def find(self, name: dns.name.Name, type_: dns.rdatatype.RdataType) -> dns.rrset.RRset | None:
        """Return the RRset with this name and type, if there is one."""
        return self.rrsets.get((name, type_))

    def owner(self, name: dns.name.Name) -> dns.name.Name | None:
        """Return the name whose records answer for `name`: itself, or a wildcard (RFC 4592)."""
        if name in self.names:
            return name
        encloser = name.parent()
        while encloser not in self.names:
            encloser = encloser.parent()
        wildcard = dns.name.Name((b"*", *encloser.labels))
        return wildcard if wildcard in self.names else None

    def delegation(
        self, name: dns.name.Name, type_: dns.rdatatype.RdataType
    ) -> dns.rrset.RRset | None:
        """Return the NS records of the delegation that contains `name`, if there is one.

        The DS record of a subzone belongs to this zone.
        """
        depth = len(name.labels)
        for length in range(len(self.apex.labels) + 1, depth + 1):
            ancestor = dns.name.Name(name.labels[depth - length :])
            rrset = self.find(ancestor, NS)
            if rrset is not None:
                is_own = ancestor == name and type_ == dns.rdatatype.DS
                return None if is_own else rrset
        return None

    def all_at(self, name: dns.name.Name) -> list[dns.rrset.RRset]:
        """Return all RRsets at a name."""
        return [rrset for (owner, _), rrset in self.rrsets.items() if owner == name]

    @property
    def soa(self) -> dns.rrset.RRset:
        """The SOA record."""
        return self.rrsets[self.apex, dns.rdatatype.SOA]


def nameserver_name(index: int, domain: str) -> str:
    """Return the host name of a name server.

    Seen in practice: ns1, ns2 and ns3 under mijn.host or webhost.company, and names under a
    reseller's own domain.
    """
    return f"ns{index + 1}.{domain.rstrip('.')}."


def nameserver_address(index: int) -> str:
    """Return the loopback address of a name server."""
    return f"127.0.0.{index + 1}"


def account_zone(apex: str, version: Version, serial: int, servers: Sequence[str]) -> ServedZone:
    """Return a zone of the account.

    Assumed: SOA and NS at the apex are mijn.host's own; NS records there are not served.

    :param servers: absolute names of the name servers
    """
    own = dns.name.from_text(apex)
    entries = [
        (dns.name.from_text(absolute_name(record.name, apex)), record.ttl, rdata(record))
        for record in version.records
    ]
    kept = [entry for entry in entries if not (entry[0] == own and entry[2].rdtype == NS)]
    return _served(own, [*_apex(own, serial, servers), *kept])


def nameserver_zone(domain: str, servers: Sequence[str]) -> ServedZone:
    """Return the zone that contains the addresses of the name servers."""
    own = dns.name.from_text(domain)
    addresses = [
        (
            dns.name.from_text(server),
            DEFAULT_TTL,
            _parse(dns.rdatatype.A, nameserver_address(index)),
        )
        for index, server in enumerate(servers)
    ]
    return _served(own, [*_apex(own, 1, servers), *addresses])


def external_zone(apex: str, nameservers: Iterable[str]) -> ServedZone:
    """Return a zone at other name servers: only SOA and NS records."""
    own = dns.name.from_text(apex)
    first, *rest = (host.rstrip(".") + "." for host in nameservers)
    soa = f"{first} hostmaster.{first} 1 3600 600 604800 {NEGATIVE_TTL}"
    entries = [(own, DEFAULT_TTL, _parse(dns.rdatatype.SOA, soa))]
    entries += [(own, DEFAULT_TTL, _parse(NS, host)) for host in (first, *rest)]
    return _served(own, entries)


NS = dns.rdatatype.NS


def _apex(apex: dns.name.Name, serial: int, servers: Sequence[str]) -> Iterator[Entry]:
    hostmaster = f"hostmaster.{servers[0].partition('.')[2]}"
    text = f"{servers[0]} {hostmaster} {serial} 3600 600 604800 {NEGATIVE_TTL}"
    yield apex, DEFAULT_TTL, _parse(dns.rdatatype.SOA, text)
    for server in servers:
        yield apex, DEFAULT_TTL, _parse(NS, server)


def _parse(type_: dns.rdatatype.RdataType, text: str) -> dns.rdata.Rdata:
    return dns.rdata.from_text(dns.rdataclass.IN, type_, text)


def _served(apex: dns.name.Name, entries: Iterable[Entry]) -> ServedZone:
    rrsets: dict[Key, dns.rrset.RRset] = {}
    names = {apex}
    for name, ttl, data in entries:
        key = (name, data.rdtype)
        if key not in rrsets:
            rrsets[key] = dns.rrset.RRset(name, dns.rdataclass.IN, data.rdtype)
        rrsets[key].add(data, ttl)
        names.update(_up_to(name, apex))
    return ServedZone(apex, rrsets, frozenset(names))


def _up_to(name: dns.name.Name, apex: dns.name.Name) -> Iterator[dns.name.Name]:
    while name != apex:
        yield name
        name = name.parent()
