"""The answers of mijn.host's name servers and of a resolver that asks them. No sockets."""

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
from certbot_dns_mijnhost.emulator.domain import Domain
from certbot_dns_mijnhost.emulator.tables import (
    Table,
    elsewhere_table,
    infrastructure_table,
    nameserver_name,
    zone_table,
)
from certbot_dns_mijnhost.emulator.zone import Version

MAXIMUM_ALIASES = 8
BEHAVIOURS = {
    "normal": "answers",
    "dead": "does not answer",
    "refused": "answers REFUSED: it is lame",
    "servfail": "answers SERVFAIL",
    "edns_formerr": "answers queries with EDNS with FORMERR, and others as usual",
    "edns_notimp": "the same with NOTIMP",
    "edns_badvers": "the same with BADVERS",
    "edns_silent": "does not answer queries with EDNS, as if a firewall dropped them",
    "intercepted": "a recursive resolver answers instead: port 53 is intercepted",
    "intercepted_refused": "the same with a resolver that refuses queries without recursion",
}
"""The ways in which a name server can misbehave, by name."""
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

    :param lags: how many seconds each server is behind the account
    """

    def __init__(self, account: Account, lags: Sequence[float]) -> None:
        self._account = account
        self.lags = tuple(lags)
        self.behaviours = ["normal"] * len(self.lags)
        self._tables: WeakKeyDictionary[Version, tuple[object, Table]] = WeakKeyDictionary()

    def behave(self, index: int, behaviour: str) -> None:
        """Let a name server behave as one of :data:`BEHAVIOURS`.

        :raises ValueError: for another word
        """
        if behaviour not in BEHAVIOURS:
            raise ValueError(f"{behaviour!r}: choose from {', '.join(BEHAVIOURS)}")
        self.behaviours[index] = behaviour

    def answer(self, query: dns.message.Message, index: int) -> dns.message.Message | None:
        """Answer as the name server with this index; None for no answer.

        Assumed: a name server serves the zones of all customers, and nothing else.
        """
        behaviour = self.behaviours[index]
        has_edns = query.edns >= 0
        if behaviour == "dead" or (behaviour == "edns_silent" and has_edns):
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
        table = self._find(query.question[0].name, self.lags[index])
        if table is None:
            response.set_rcode(dns.rcode.REFUSED)
            return response
        question = response.question[0]
        cut = table.cut(question.name, question.rdtype)
        if cut is not None:
            response.authority.append(cut)
            return response
        response.flags |= dns.flags.AA
        self._fill(response, table, self.lags[index])
        return response

    def resolve(self, query: dns.message.Message) -> dns.message.Message:
        """Answer as a resolver without a cache, which asks the slowest server that lives."""
        response = dns.message.make_response(query, recursion_available=True)
        refusal = _refusal(query)
        domain = None if refusal else self._domain(query.question[0].name)
        if domain is not None and domain.published_at:
            self._fill(response, elsewhere_table(domain.zone.apex, domain.published_at), 0.0)
            return response
        alive = [lag for lag, how in zip(self.lags, self.behaviours) if how not in UNUSABLE]
        if refusal is not None or not alive:
            response.set_rcode(dns.rcode.SERVFAIL if refusal is None else refusal)
            return response
        table = self._find(query.question[0].name, max(alive))
        if table is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        else:
            self._fill(response, table, max(alive))
        return response

    def _find(self, name: dns.name.Name, lag: float) -> Table | None:
        """Find the zone with the longest name that contains the name."""
        variants = self._account.variants
        own = variants.nameserver_domain
        servers = [nameserver_name(index, own) for index in range(len(self.lags))]
        if name.is_subdomain(dns.name.from_text(own)):
            return infrastructure_table(own, servers)
        domain = self._domain(name)
        if domain is None or not domain.managed_dns:
            return None
        version = self._account.published(domain, lag)
        made_for, table = self._tables.get(version, (None, None))
        if table is None or made_for != (variants.serial, own):
            serial = self._account.serial(version)
            table = zone_table(domain.zone.apex, version, serial, servers)
            self._tables[version] = ((variants.serial, own), table)
        return table

    def _domain(self, name: dns.name.Name) -> Domain | None:
        fitting = [
            domain
            for domain in self._account.domains()
            if (domain.managed_dns or domain.published_at)
            and name.is_subdomain(dns.name.from_text(domain.zone.apex))
        ]
        return max(fitting, key=lambda found: len(found.name), default=None)

    def _fill(self, response: dns.message.Message, table: Table | None, lag: float) -> None:
        """Look the question up, following aliases as far as the zones reach."""
        question = response.question[0]
        name = question.name
        for _ in range(MAXIMUM_ALIASES):
            if table is None:
                return
            if table.cut(name, question.rdtype) is not None:
                # The servers of a subzone are nobody's here.
                if response.flags & dns.flags.RA:
                    response.set_rcode(dns.rcode.SERVFAIL)
                return
            found = _look_up(table, name, question.rdtype)
            response.answer.extend(found)
            if not found:
                if table.owner(name) is None:
                    response.set_rcode(dns.rcode.NXDOMAIN)
                response.authority.append(table.soa)
                return
            alias = found[0]
            if alias.rdtype != dns.rdatatype.CNAME or question.rdtype in ALIAS_ITSELF:
                return
            name = alias[0].target
            table = self._find(name, lag)


def _without_edns(query: dns.message.Message, rcode: dns.rcode.Rcode) -> dns.message.Message:
    """Refuse EDNS as servers do that don't know it, or another version of it."""
    response = dns.message.make_response(query)
    if rcode != dns.rcode.BADVERS:  # which itself needs EDNS
        response.use_edns(-1)
    response.set_rcode(rcode)
    return response


UNUSABLE = ("dead", "refused", "servfail")
"""How the servers behave that a resolver does not get an answer from. It is not in a network that
intercepts, and does without EDNS."""
ALIAS_ITSELF = (dns.rdatatype.CNAME, dns.rdatatype.ANY)


def _look_up(
    table: Table, name: dns.name.Name, type_: dns.rdatatype.RdataType
) -> list[dns.rrset.RRset]:
    """Look up a name itself, or the wildcard that covers it."""
    owner = table.owner(name)
    if owner is None:
        return []
    if type_ == dns.rdatatype.ANY:
        found = table.all_at(owner)
    else:
        rrset = table.find(owner, dns.rdatatype.CNAME) or table.find(owner, type_)
        found = [rrset] if rrset else []
    return found if owner == name else [_renamed(rrset, name) for rrset in found]


def _renamed(rrset: dns.rrset.RRset, name: dns.name.Name) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(name, rrset.ttl, list(rrset))


def _refusal(query: dns.message.Message) -> dns.rcode.Rcode | None:
    """Tell why a query is not looked up at all."""
    if query.opcode() != dns.opcode.QUERY:
        return dns.rcode.NOTIMP
    if len(query.question) != 1:
        return dns.rcode.FORMERR
    question = query.question[0]
    if question.rdclass != dns.rdataclass.IN or question.rdtype in TRANSFERS:
        return dns.rcode.REFUSED
    return None


TRANSFERS = (dns.rdatatype.AXFR, dns.rdatatype.IXFR)
