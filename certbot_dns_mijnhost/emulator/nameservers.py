"""The answers of mijn.host's name servers and of a recursive resolver, without sockets."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.served_zone import (
    ServedZone,
    account_zone,
    external_zone,
    nameserver_name,
    nameserver_zone,
)
from certbot_dns_mijnhost.emulator.zone import Domain, Version

MAXIMUM_CNAMES = 8
BEHAVIOURS = {
    "normal": "answers",
    "no_answer": "does not answer",
    "refused": "answers REFUSED: lame",
    "servfail": "answers SERVFAIL",
    "edns_formerr": "answers FORMERR to queries with EDNS, and other queries normally",
    "edns_notimp": "answers NOTIMP to queries with EDNS",
    "edns_badvers": "answers BADVERS to queries with EDNS",
    "edns_no_answer": "does not answer queries with EDNS, as with a firewall that drops them",
    "intercepted": "a recursive resolver on the network path answers instead",
    "intercepted_refused": "a resolver on the network path refuses queries without recursion",
}
"""The behaviours of a name server."""
EDNS_REFUSALS = {
    "edns_formerr": dns.rcode.FORMERR,
    "edns_notimp": dns.rcode.NOTIMP,
    "edns_badvers": dns.rcode.BADVERS,
}
REFUSALS = {
    "refused": dns.rcode.REFUSED,
    "intercepted_refused": dns.rcode.REFUSED,
    "servfail": dns.rcode.SERVFAIL,
}


class Nameservers:
    """All name servers of the account's zones.

    :param lags: the publication delay of each server in seconds
    """

    def __init__(self, account: Account, lags: Sequence[float]) -> None:
        self._account = account
        self.lags = tuple(lags)
        self.behaviours = ["normal"] * len(self.lags)
        self._served: WeakKeyDictionary[Version, tuple[object, ServedZone]] = WeakKeyDictionary()

    def behave(self, index: int, behaviour: str) -> None:
        """Set the behaviour of a name server.

        :param behaviour: one of :data:`BEHAVIOURS`
        :raises ValueError: if it is not
        """
        if behaviour not in BEHAVIOURS:
            raise ValueError(f"behaviour {behaviour!r}: choose from {', '.join(BEHAVIOURS)}")
        self.behaviours[index] = behaviour

    def answer(self, query: dns.message.Message, index: int) -> dns.message.Message | None:
        """Answer as the name server with this index; None means no answer.

        Assumed: a name server has the zones of all customers and refuses other names.
        """
        behaviour = self.behaviours[index]
        has_edns = query.edns >= 0
        if behaviour == "no_answer" or (behaviour == "edns_no_answer" and has_edns):
            return None
        if behaviour == "intercepted":
            return self.resolve(query)
        if behaviour in EDNS_REFUSALS and has_edns:
            return _without_edns(query, EDNS_REFUSALS[behaviour])
        return self._answer(query, index)

    def _answer(self, query: dns.message.Message, index: int) -> dns.message.Message:
        behaviour = self.behaviours[index]
        response = dns.message.make_response(query)
        rcode = _refusal(query) or REFUSALS.get(behaviour)
        if rcode is not None:
            response.set_rcode(rcode)
            if behaviour == "intercepted_refused":
                response.flags |= dns.flags.RA
            return response
        zone = self._find(query.question[0].name, self.lags[index])
        if zone is None:
            response.set_rcode(dns.rcode.REFUSED)
            return response
        question = response.question[0]
        delegation = zone.delegation(question.name, question.rdtype)
        if delegation is not None:
            response.authority.append(delegation)
            return response
        response.flags |= dns.flags.AA
        self._fill(response, zone, self.lags[index])
        return response

    def resolve(self, query: dns.message.Message) -> dns.message.Message:
        """Answer as a resolver without a cache that asks the slowest working name server."""
        response = dns.message.make_response(query, recursion_available=True)
        refusal = _refusal(query)
        domain = None if refusal else self._domain(query.question[0].name)
        if domain is not None and domain.published_at:
            self._fill(response, external_zone(domain.zone.apex, domain.published_at), 0.0)
            return response
        working = [lag for lag, how in zip(self.lags, self.behaviours) if how not in UNUSABLE]
        if refusal is not None or not working:
            response.set_rcode(dns.rcode.SERVFAIL if refusal is None else refusal)
            return response
        zone = self._find(query.question[0].name, max(working))
        if zone is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        else:
            self._fill(response, zone, max(working))
        return response

    def _find(self, name: dns.name.Name, lag: float) -> ServedZone | None:
        """Return the zone with the longest name that contains this name, if there is one."""
        variants = self._account.variants
        own = variants.nameserver_domain
        servers = [nameserver_name(index, own) for index in range(len(self.lags))]
        if name.is_subdomain(dns.name.from_text(own)):
            return nameserver_zone(own, servers)
        domain = self._domain(name)
        if domain is None or not domain.managed_dns:
            return None
        version = self._account.published(domain, lag)
        made_for, zone = self._served.get(version, (None, None))
        if zone is None or made_for != (variants.serial, own):
            serial = self._account.serial(version)
            zone = account_zone(domain.zone.apex, version, serial, servers)
            self._served[version] = ((variants.serial, own), zone)
        return zone

    def _domain(self, name: dns.name.Name) -> Domain | None:
        matching = [
            domain
            for domain in self._account.domains()
            if (domain.managed_dns or domain.published_at)
            and name.is_subdomain(dns.name.from_text(domain.zone.apex))
        ]
        return max(matching, key=lambda found: len(found.name), default=None)

    def _fill(self, response: dns.message.Message, zone: ServedZone | None, lag: float) -> None:
        """Look up the question, following CNAMEs within the account's zones."""
        question = response.question[0]
        name = question.name
        for _ in range(MAXIMUM_CNAMES):
            if zone is None:
                return
            if zone.delegation(name, question.rdtype) is not None:
                # The emulator has no servers for delegated subzones.
                if response.flags & dns.flags.RA:
                    response.set_rcode(dns.rcode.SERVFAIL)
                return
            found = _look_up(zone, name, question.rdtype)
            response.answer.extend(found)
            if not found:
                if zone.owner(name) is None:
                    response.set_rcode(dns.rcode.NXDOMAIN)
                response.authority.append(zone.soa)
                return
            cname = found[0]
            if cname.rdtype != dns.rdatatype.CNAME or question.rdtype in NOT_FOLLOWED:
                return
            name = cname[0].target
            zone = self._find(name, lag)


def _without_edns(query: dns.message.Message, rcode: dns.rcode.Rcode) -> dns.message.Message:
    """Refuse EDNS like a server that does not support it, or not this version of it."""
    response = dns.message.make_response(query)
    if rcode != dns.rcode.BADVERS:  # which itself needs EDNS
        response.use_edns(-1)
    response.set_rcode(rcode)
    return response


UNUSABLE = ("no_answer", "refused", "servfail")
"""The behaviours with which the resolver gets no answer. Nothing intercepts the queries of the
resolver, and it does not use EDNS."""
NOT_FOLLOWED = (dns.rdatatype.CNAME, dns.rdatatype.ANY)


def _look_up(
    zone: ServedZone, name: dns.name.Name, type_: dns.rdatatype.RdataType
) -> list[dns.rrset.RRset]:
    """Return the RRsets that answer for a name: its own, or those of a wildcard."""
    owner = zone.owner(name)
    if owner is None:
        return []
    if type_ == dns.rdatatype.ANY:
        found = zone.all_at(owner)
    else:
        rrset = zone.find(owner, dns.rdatatype.CNAME) or zone.find(owner, type_)
        found = [rrset] if rrset else []
    return found if owner == name else [_renamed(rrset, name) for rrset in found]


def _renamed(rrset: dns.rrset.RRset, name: dns.name.Name) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(name, rrset.ttl, list(rrset))


def _refusal(query: dns.message.Message) -> dns.rcode.Rcode | None:
    """Return the error for a query that cannot be looked up, if it is one."""
    if query.opcode() != dns.opcode.QUERY:
        return dns.rcode.NOTIMP
    if len(query.question) != 1:
        return dns.rcode.FORMERR
    question = query.question[0]
    if question.rdclass != dns.rdataclass.IN or question.rdtype in TRANSFERS:
        return dns.rcode.REFUSED
    return None


TRANSFERS = (dns.rdatatype.AXFR, dns.rdatatype.IXFR)
