"""A resolver, a parent zone and the name servers of a zone below it, over real sockets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

import dns.flags
import dns.message
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset

from certbot_dns_mijnhost.doctor.dnssec import DNSSECCheck
from certbot_dns_mijnhost.doctor.findings import Finding
from certbot_dns_mijnhost.doctor.inspection import Inspector
from certbot_dns_mijnhost.doctor.queries import Queries
from tests.support.scripted_server import Answer, ScriptedServer, authoritative, zone
from tests.support.virtual_time import VirtualTime

PARENT = "127.0.0.10"


class DNSTree:
    """Name servers at 127.0.0.11 and up, their parent's, and a resolver that knows them.

    :param servers: what each name server of example.nl answers.
    :param ds: the DS records that the parent has.
    :param without_tcp: the addresses that answer over UDP only.
    :param validates: whether the resolver sets the AD flag.
    """

    def __init__(
        self,
        stack: ExitStack,
        servers: Sequence[Answer],
        *,
        ds: Sequence[dns.rdata.Rdata] = (),
        port: int = 0,
        without_tcp: Sequence[str] = (),
        validates: bool = True,
        parent: Answer | None = None,
    ) -> None:
        self.ds = list(ds)
        self.validates = validates
        self.clock = VirtualTime()
        self.parent = stack.enter_context(
            ScriptedServer(parent or self._of_parent, address=PARENT, port=port)
        )
        self.servers = [
            stack.enter_context(
                ScriptedServer(
                    answer,
                    address=f"127.0.0.{number}",
                    port=self.parent.port,
                    serves_tcp=f"127.0.0.{number}" not in without_tcp,
                )
            )
            for number, answer in enumerate(servers, start=11)
        ]
        self._known = zone(
            ("nl", "NS", "ns.dns.nl."),
            ("ns.dns.nl", "A", PARENT),
            *(("example.nl", "NS", f"ns{i}.example.nl.") for i in range(1, len(servers) + 1)),
            *((f"ns{i}.example.nl", "A", f"127.0.0.{i + 10}") for i in range(1, len(servers) + 1)),
            ("example.nl", "SOA", "ns1.example.nl. a. 1 2 3 4 5"),
        )
        self.resolver = stack.enter_context(ScriptedServer(self._of_resolver))

    def inspector(self, timeout: float = 0.3) -> Inspector:
        return Inspector(
            resolvers=[self.resolver.endpoint],
            port=self.parent.port,
            query_timeout=timeout,
            queries=Queries(timeout, clock=self.clock, sleep=self.clock.sleep),
        )

    def check_dnssec(self, zone: str = "example.nl") -> list[Finding]:
        found: list[Finding] = []
        DNSSECCheck(self.inspector(), found.append).run(zone)
        return found

    def _of_parent(self, query: dns.message.Message) -> dns.message.Message:
        question = query.question[0]
        if question.rdtype != dns.rdatatype.DS or not self.ds:
            return authoritative(query)
        return authoritative(query, dns.rrset.from_rdata_list(question.name, 60, self.ds))

    def _of_resolver(self, query: dns.message.Message) -> dns.message.Message | None:
        if query.question[0].rdtype == dns.rdatatype.DS:
            return self._of_parent(query)
        answer = self._known(query)
        if answer is not None and self.validates:
            answer.flags |= dns.flags.AD
        return answer


def truncated(answer: Callable[[dns.message.Message], dns.message.Message]) -> Answer:
    """Cut every answer that has data."""

    def cut(query: dns.message.Message) -> dns.message.Message:
        response = answer(query)
        response.flags |= dns.flags.TC
        return response

    return cut


def refusing_edns(answer: Answer) -> Answer:
    """Answer FORMERR to a query with EDNS."""

    def refuse(query: dns.message.Message) -> dns.message.Message | None:
        if query.edns < 0:
            return answer(query)
        query.use_edns(-1)
        response = dns.message.make_response(query)
        response.set_rcode(dns.rcode.FORMERR)
        return response

    return refuse
