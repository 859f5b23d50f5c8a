"""How long finding name servers may take, and how many threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import pytest

from certbot_dns_mijnhost.propagation import (
    AliasFollower,
    DNSView,
    PropagationChecker,
    State,
    TXTRecord,
)
from certbot_dns_mijnhost.propagation.endpoints import parse_endpoint
from certbot_dns_mijnhost.propagation.errors import LookupFailedError, NoAnswerError
from certbot_dns_mijnhost.propagation.query import DNSClient, Querier, Server
from certbot_dns_mijnhost.propagation.resolver import RecursiveResolver
from certbot_dns_mijnhost.propagation.workers import MOST_THREADS
from tests.support.scripted_server import (
    Answer,
    ScriptedServer,
    authoritative,
    code,
    in_turn,
    silence,
    zone,
)
from tests.support.virtual_time import VirtualTime
from tests.support.waiting import SILENCE

NAME = "_acme-challenge.example.nl"
HOSTS = tuple(f"ns1.example{number}.net." for number in range(6))
PUBLISHED = tuple(("example.nl.", "NS", host) for host in HOSTS)
HOST = dns.name.from_text(HOSTS[0])
NOWHERE = f"{'a' * 64}.example.net"


def stall(clock: VirtualTime, answer: Answer, seconds: float) -> Answer:
    """Answer SERVFAIL after some seconds if `answer` has no records."""

    def slow(query: dns.message.Message) -> dns.message.Message | None:
        known = answer(query)
        if known is not None and known.answer:
            return known
        clock.advance(seconds)
        return code(dns.rcode.SERVFAIL)(query)

    return slow


@pytest.fixture
def stalling(clock: VirtualTime) -> Iterator[ScriptedServer]:
    """Tell the name servers, and for the address of each take five seconds in vain."""
    with ScriptedServer(stall(clock, zone(*PUBLISHED), 5.0)) as server:
        yield server


def test_finding_servers_ends_in_time(clock: VirtualTime, stalling: ScriptedServer) -> None:
    checker = PropagationChecker(DNSView(resolvers=[stalling.endpoint], clock=clock))
    outcome = checker.wait_for([TXTRecord(NAME, "value")], max_seconds=8.0)
    assert outcome.state is State.NOT_CHECKED
    assert "no time" in outcome.reason
    assert outcome.seconds == 10.0, "two queries; the second had begun in time"
    assert len(stalling.names() & set(HOSTS)) == 2


def test_following_an_alias_ends_in_time(clock: VirtualTime, stalling: ScriptedServer) -> None:
    found = AliasFollower(DNSView(resolvers=[stalling.endpoint], clock=clock)).follow(NAME)
    assert found.target == NAME
    assert "no time" in found.reason
    assert clock.now == 10.0


def test_no_zone_below_is_looked_for_when_the_time_is_up(clock: VirtualTime) -> None:
    def last(query: dns.message.Message) -> dns.message.Message | None:
        if query.question[0].rdtype == dns.rdatatype.AAAA:
            clock.advance(60.0)
        return zone(PUBLISHED[0], (HOSTS[0], "A", "127.0.0.2"))(query)

    with (
        ScriptedServer(last) as resolver,
        ScriptedServer(zone((f"{NAME}.", "TXT", '"value"')), address="127.0.0.2") as server,
    ):
        checker = PropagationChecker(
            DNSView(
                resolvers=[resolver.endpoint], port=server.port, query_timeout=SILENCE, clock=clock
            )
        )
        outcome = checker.wait_for([TXTRecord(NAME, "value")], max_seconds=60.0)
    assert [query.type for query in server.queries] == ["TXT"], "the one poll at the end"
    assert outcome.state is State.PARTLY


def test_a_resolver_is_not_queried_without_time_but_later() -> None:
    with ScriptedServer(zone((HOSTS[0], "A", "192.0.2.1"))) as server:
        resolver = RecursiveResolver([server.endpoint])
        with pytest.raises(LookupFailedError, match="no time"):
            resolver.look_up(HOST, "A", lambda: 0.0)
        assert server.queries == []
        assert resolver.look_up(HOST, "A", lambda: 5.0) == ["192.0.2.1"]


def test_a_lookup_without_enough_time_is_repeated() -> None:
    remaining = iter([0.05, 0.0, 0.0])
    with ScriptedServer(in_turn([silence, zone((HOSTS[0], "A", "192.0.2.1"))])) as server:
        resolver = RecursiveResolver([server.endpoint])
        with pytest.raises(LookupFailedError, match="cannot look up"):
            resolver.look_up(HOST, "A", lambda: next(remaining))
        assert resolver.look_up(HOST, "A", lambda: 5.0) == ["192.0.2.1"]


def test_a_failure_with_time_left_is_remembered() -> None:
    with ScriptedServer(code(dns.rcode.SERVFAIL)) as server:
        resolver = RecursiveResolver([server.endpoint])
        for _ in range(2):
            with pytest.raises(LookupFailedError, match="cannot look up"):
                resolver.look_up(HOST, "A", lambda: 5.0)
    assert len(server.queries) <= 2, "EDNS may be tried without"


def test_a_missing_resolver_is_the_reason() -> None:
    checker = PropagationChecker(DNSView(resolvers=[NOWHERE]))
    outcome = checker.wait_for([TXTRecord(NAME, "value")], max_seconds=60.0)
    assert outcome.state is State.NOT_CHECKED
    assert "no recursive resolver is usable" in outcome.reason
    found = AliasFollower(DNSView(resolvers=[NOWHERE])).follow(NAME)
    assert found.target == NAME
    assert "no recursive resolver is usable" in found.reason


def test_many_servers_are_queried_by_a_bounded_number_of_threads() -> None:
    before = threading.active_count()
    seen: list[int] = []

    def refuse(query: dns.message.Message) -> dns.message.Message:
        seen.append(threading.active_count())
        response = authoritative(query)
        response.set_rcode(dns.rcode.REFUSED)
        return response

    with ScriptedServer(refuse) as server:
        endpoint = parse_endpoint(server.endpoint)
        many = [Server(f"ns{number}", endpoint) for number in range(60)]
        with pytest.raises(NoAnswerError, match="REFUSED"):
            Querier(DNSClient(2.0)).first_usable(many, dns.name.from_text(NAME), "NS")
    assert max(seen) <= before + 1 + MOST_THREADS
    assert threading.active_count() == before
