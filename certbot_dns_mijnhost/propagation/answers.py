"""What the answers of name servers mean. Sends nothing."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from certbot_dns_mijnhost.propagation.errors import NoAnswerError
from certbot_dns_mijnhost.propagation.names import write_name


class Kind(enum.Enum):
    """The kinds of answers."""

    VALUES = "values"
    NO_NAME = "no such name"
    NO_TXT = "no TXT record"
    ALIAS = "alias"
    REFERRAL = "referral"
    LAME = "lame"
    SILENT = "silent"


UNUSABLE = frozenset({Kind.LAME, Kind.SILENT, Kind.REFERRAL})
"""Answers that say nothing about the records."""


@dataclass(frozen=True)
class Answer:
    """One answer to a query for TXT records, or the lack of one.

    :param values: the TXT values at the name.
    :param detail: the target of an alias or referral, or the error as text.
    :param is_unroutable: whether this machine could not even send the query.
    :param is_recursive: whether a recursive resolver answered instead of a name server.
    """

    kind: Kind
    values: frozenset[str] = frozenset()
    detail: str = ""
    is_unroutable: bool = False
    is_recursive: bool = False

    @property
    def is_usable(self) -> bool:
        """Whether it shows what the server serves."""
        return self.kind not in UNUSABLE

    def __str__(self) -> str:
        if self.kind is Kind.VALUES:
            return f"{len(self.values)} TXT value{'' if len(self.values) == 1 else 's'}"
        words = {
            Kind.NO_NAME: "no such name",
            Kind.NO_TXT: "no TXT record",
            Kind.ALIAS: f"a CNAME to {self.detail}",
            Kind.REFERRAL: f"refers to the servers of {self.detail}",
            Kind.LAME: self.detail,
            Kind.SILENT: self.detail or "no answer",
        }
        return words[self.kind]


def no_answer(error: NoAnswerError) -> Answer:
    """Return the lack of an answer as an answer."""
    return Answer(Kind.SILENT, detail=str(error), is_unroutable=error.is_unroutable)


def is_intercepted(answers: Sequence[Answer]) -> bool:
    """Return whether a device on the network path answers instead of the name servers.

    The servers of a zone do not offer recursion. A resolver that a router or provider redirects
    the queries to does. Addresses that cannot be reached prove nothing.

    :param answers: those of all servers of a zone.
    """
    reached = [answer for answer in answers if not answer.is_unroutable]
    return bool(reached) and all(answer.is_recursive for answer in reached)


def why_none_is_usable(answers: Sequence[Answer], statuses: Iterable[object]) -> str:
    """Return why no server of a zone gave a usable answer, for a message.

    :param answers: those of all its servers.
    :param statuses: the same as text, with the servers' names.
    """
    reached = [answer for answer in answers if not answer.is_unroutable]
    listed = "; ".join(map(str, statuses))
    message = f"no name server gives a usable answer ({listed})"
    if is_intercepted(answers):
        message = (
            "port 53 is intercepted: a recursive resolver answers instead of each name server "
            f"({listed})"
        )
    elif answers and not reached:
        message = f"this machine has no route to any name server ({listed})"
    elif reached and all(each.kind is Kind.LAME and each.detail == "REFUSED" for each in reached):
        message = (
            "all name servers refuse the query, because they do not serve the zone or because "
            f"port 53 is intercepted ({listed})"
        )
    return message


def read_txt(answer: dns.message.Message, name: dns.name.Name) -> Answer:
    """Return what an answer says about the TXT records at `name`.

    :raises NoAnswerError: for an alias that results in an invalid name.
    """
    unusable = why_unusable(answer, name)
    if unusable is not None:
        return unusable
    target = alias_target(answer, name)
    if target is not None:
        return Answer(Kind.ALIAS, detail=write_name(target))
    values = frozenset(
        b"".join(record.strings).decode("utf-8", "replace")
        for rrset in _rrsets(answer, name, dns.rdatatype.TXT)
        for record in rrset
    )
    if values:
        return Answer(Kind.VALUES, values)
    return Answer(Kind.NO_NAME if answer.rcode() == dns.rcode.NXDOMAIN else Kind.NO_TXT)


def why_unusable(answer: dns.message.Message, name: dns.name.Name) -> Answer | None:
    """Return why an answer says nothing about `name`; None if it is usable."""
    is_recursive = bool(answer.flags & dns.flags.RA) and not answer.flags & dns.flags.AA
    if answer.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        words = dns.rcode.to_text(answer.rcode())
        return Answer(Kind.LAME, detail=words, is_recursive=is_recursive)
    if answer.flags & dns.flags.AA:
        return None
    # A resolver may add the zone's name servers to an answer, which is not a referral.
    child = None if answer.answer else referral(answer, name)
    if child is not None:
        return Answer(Kind.REFERRAL, detail=write_name(child))
    return Answer(Kind.LAME, detail="not authoritative", is_recursive=is_recursive)


def alias_target(answer: dns.message.Message, name: dns.name.Name) -> dns.name.Name | None:
    """Return the target of a CNAME at `name`, or of a DNAME above it; None if there is neither.

    :raises NoAnswerError: if the name that a DNAME results in is too long.
    """
    for rrset in _rrsets(answer, name, dns.rdatatype.CNAME):
        return dns.name.Name(rrset[0].target.labels)
    for rrset in answer.answer:
        is_above = name.is_subdomain(rrset.name) and name != rrset.name
        if rrset.rdtype == dns.rdatatype.DNAME and is_above:
            try:
                return name.relativize(rrset.name).derelativize(rrset[0].target)
            except dns.name.NameTooLong as error:
                raise NoAnswerError("a DNAME that results in too long a name") from error
    return None


def referral(answer: dns.message.Message, name: dns.name.Name) -> dns.name.Name | None:
    """Return the zone above or at `name` that a server refers to; None if it does not.

    Old servers refer to the root for zones that they do not serve. That is not a referral.
    """
    for rrset in answer.authority:
        if rrset.rdtype == dns.rdatatype.NS and name.is_subdomain(rrset.name):
            return None if rrset.name == dns.name.root else rrset.name
    return None


def refers_below(
    answer: dns.message.Message, name: dns.name.Name, zone: dns.name.Name
) -> dns.name.Name | None:
    """Return the zone below `zone` that a server refers to; None if it does not."""
    is_reply = answer.rcode() == dns.rcode.NOERROR and not answer.flags & dns.flags.AA
    child = referral(answer, name) if is_reply else None
    if child is None or child == zone or not child.is_subdomain(zone):
        return None
    return child


def holds_below(
    answer: dns.message.Message, name: dns.name.Name, zone: dns.name.Name
) -> dns.name.Name | None:
    """Return the zone below `zone` that the same server serves, and answers about `name` from.

    :param answer: to a query for NS records.
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
    """Return the hosts that an answer or referral names as name servers of `zone`.

    Each comes with the addresses in the answer if the host is below the zone. Addresses of other
    hosts are ignored: the server is not authoritative for them.
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
