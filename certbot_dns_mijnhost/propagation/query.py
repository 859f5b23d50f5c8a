"""Reading the answers of name servers."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from certbot_dns_mijnhost.propagation.names import write_name
from certbot_dns_mijnhost.propagation.said import Kind, Said


class NoAnswerError(Exception):
    """The server did not send a usable answer.

    :param is_unroutable: whether this machine could not even send the question.
    :param is_unreadable: whether an answer came that cannot be read.
    """

    def __init__(
        self, message: str, *, is_unroutable: bool = False, is_unreadable: bool = False
    ) -> None:
        super().__init__(message)
        self.is_unroutable = is_unroutable
        self.is_unreadable = is_unreadable


def read_txt(answer: dns.message.Message, name: dns.name.Name) -> Said:
    """Return what an answer says about the TXT records at `name`.

    :raises NoAnswerError: for an alias that makes no name.
    """
    useless = uselessness(answer, name)
    if useless is not None:
        return useless
    target = alias_target(answer, name)
    if target is not None:
        return Said(Kind.ALIAS, detail=write_name(target))
    values = frozenset(
        b"".join(record.strings).decode("utf-8", "replace")
        for rrset in _rrsets(answer, name, dns.rdatatype.TXT)
        for record in rrset
    )
    if values:
        return Said(Kind.VALUES, values)
    return Said(Kind.NO_NAME if answer.rcode() == dns.rcode.NXDOMAIN else Kind.NO_TXT)


def uselessness(answer: dns.message.Message, name: dns.name.Name) -> Said | None:
    """Return in which words an answer tells nothing about `name`; None where it does tell."""
    is_recursive = bool(answer.flags & dns.flags.RA) and not answer.flags & dns.flags.AA
    if answer.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        words = dns.rcode.to_text(answer.rcode())
        return Said(Kind.LAME, detail=words, is_recursive=is_recursive)
    if answer.flags & dns.flags.AA:
        return None
    # A resolver may add the zone's name servers to an answer; that refers to nobody.
    child = None if answer.answer else referral(answer, name)
    if child is not None:
        return Said(Kind.REFERRAL, detail=write_name(child))
    return Said(Kind.LAME, detail="not authoritative", is_recursive=is_recursive)


def alias_target(answer: dns.message.Message, name: dns.name.Name) -> dns.name.Name | None:
    """Return where a CNAME at `name`, or a DNAME above it, leads; None where there is none.

    :raises NoAnswerError: where the name that a DNAME makes is too long.
    """
    for rrset in _rrsets(answer, name, dns.rdatatype.CNAME):
        return dns.name.Name(rrset[0].target.labels)
    for rrset in answer.answer:
        is_above = name.is_subdomain(rrset.name) and name != rrset.name
        if rrset.rdtype == dns.rdatatype.DNAME and is_above:
            try:
                return name.relativize(rrset.name).derelativize(rrset[0].target)
            except dns.name.NameTooLong as error:
                raise NoAnswerError("a DNAME that makes too long a name") from error
    return None


def referral(answer: dns.message.Message, name: dns.name.Name) -> dns.name.Name | None:
    """Return the zone that a server refers to, which holds `name`; None where it does not.

    Old servers refer to the root for zones that they don't know; that is no referral.
    """
    for rrset in answer.authority:
        if rrset.rdtype == dns.rdatatype.NS and name.is_subdomain(rrset.name):
            return None if rrset.name == dns.name.root else rrset.name
    return None


def refers_below(
    answer: dns.message.Message, name: dns.name.Name, zone: dns.name.Name
) -> dns.name.Name | None:
    """Return the zone below `zone` that a server refers to; None where it does not."""
    is_reply = answer.rcode() == dns.rcode.NOERROR and not answer.flags & dns.flags.AA
    child = referral(answer, name) if is_reply else None
    if child is None or child == zone or not child.is_subdomain(zone):
        return None
    return child


def holds_below(
    answer: dns.message.Message, name: dns.name.Name, zone: dns.name.Name
) -> dns.name.Name | None:
    """Return the zone below `zone` that a server holds too, and answers about `name` from.

    :param answer: to a question for NS records.
    """
    if not answer.flags & dns.flags.AA:
        return None
    apexes = [rrset.name for rrset in _rrsets(answer, name, dns.rdatatype.NS)]
    apexes += [
        rrset.name
        for rrset in answer.authority
        if rrset.rdtype == dns.rdatatype.SOA and name.is_subdomain(rrset.name)
    ]
    below = [apex for apex in apexes if apex != zone and apex.is_subdomain(zone)]
    return below[0] if below else None


def hosts_of(
    answer: dns.message.Message, zone: dns.name.Name
) -> dict[dns.name.Name, tuple[str, ...]]:
    """Return the hosts that an answer or referral names as servers of `zone`.

    Along with them the addresses that it adds of those below the zone; addresses of hosts
    elsewhere are none of the answering server's business.
    """
    hosts = {
        record.target.canonicalize()
        for rrset in (*answer.answer, *answer.authority)
        if rrset.rdtype == dns.rdatatype.NS and rrset.name == zone
        for record in rrset
    }
    return {host: _glue(answer, host) if host.is_subdomain(zone) else () for host in sorted(hosts)}


def _glue(answer: dns.message.Message, host: dns.name.Name) -> tuple[str, ...]:
    return tuple(
        record.address
        for kind in (dns.rdatatype.A, dns.rdatatype.AAAA)
        for rrset in answer.additional
        if rrset.name == host and rrset.rdtype == kind
        for record in rrset
    )


def _rrsets(
    answer: dns.message.Message, name: dns.name.Name, kind: dns.rdatatype.RdataType
) -> list[dns.rrset.RRset]:
    return [rrset for rrset in answer.answer if rrset.name == name and rrset.rdtype == kind]
