"""What is looked up once per run, although several parts of the run need it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import dns.message
import dns.rcode
import pytest

from certbot_dns_mijnhost.propagation import (
    AliasFollower,
    DNSView,
    PropagationChecker,
    State,
    TXTRecord,
)
from tests.support.scripted_server import ScriptedServer, code, in_turn, zone
from tests.support.waiting import SILENCE

ALIAS = "_acme-challenge.www.example.nl"
TARGET = "one.example.com"
RESOLVER = zone(
    ("example.nl.", "NS", "ns1.example.net."),
    ("example.com.", "NS", "ns1.example.net."),
    ("ns1.example.net.", "A", "127.0.0.2"),
)
SERVED = zone(
    (f"{ALIAS}.", "CNAME", f"{TARGET}."),
    (f"{TARGET}.", "TXT", '"value"'),
)


class Servers:
    """A resolver, a name server, and a view that uses them."""

    def __init__(self, stack: ExitStack) -> None:
        self.resolver = stack.enter_context(ScriptedServer(RESOLVER, address="127.0.0.1"))
        self.nameserver = stack.enter_context(ScriptedServer(SERVED, address="127.0.0.2"))
        self.view = DNSView(
            resolvers=[self.resolver.endpoint], port=self.nameserver.port, query_timeout=SILENCE
        )

    def queries(self) -> Counter[tuple[str, str]]:
        every = [*self.resolver.queries, *self.nameserver.queries]
        return Counter((query.type, query.name) for query in every)


@pytest.fixture
def servers() -> Iterator[Servers]:
    with ExitStack() as stack:
        yield Servers(stack)


def wait(view: DNSView) -> State:
    checker = PropagationChecker(view)
    return checker.wait_for([TXTRecord(TARGET, "value")], max_seconds=60.0).state


def test_following_and_waiting_look_everything_up_once(servers: Servers) -> None:
    assert AliasFollower(servers.view).follow(ALIAS).target == TARGET
    looked_up = servers.queries()
    assert set(looked_up.values()) == {1}
    assert ("NS", f"{TARGET}.") in looked_up
    assert wait(servers.view) is State.EVERYWHERE
    assert servers.queries() - looked_up == {("TXT", f"{TARGET}."): 2}
    assert AliasFollower(servers.view).follow(ALIAS).target == TARGET, "another part of the run"
    assert servers.queries() - looked_up == {("TXT", f"{TARGET}."): 2}


def test_a_server_without_edns_is_recognised_once(servers: Servers) -> None:
    def refuse_edns(query: dns.message.Message) -> dns.message.Message | None:
        return code(dns.rcode.FORMERR)(query) if query.edns >= 0 else SERVED(query)

    servers.nameserver.answer = refuse_edns
    AliasFollower(servers.view).follow(ALIAS)
    assert wait(servers.view) is State.EVERYWHERE
    assert sum(query.has_edns for query in servers.nameserver.queries) == 1


def test_a_failed_lookup_is_repeated_for_the_wait(servers: Servers) -> None:
    servers.resolver.answer = in_turn([code(dns.rcode.SERVFAIL)] * 2 + [RESOLVER])
    assert AliasFollower(servers.view).follow(TARGET).reason
    assert wait(servers.view) is State.EVERYWHERE


def test_a_missing_address_is_looked_up_again_for_the_wait(servers: Servers) -> None:
    two_hosts = zone(
        ("example.com.", "NS", "ns1.example.net."),
        ("example.com.", "NS", "ns2.example.net."),
        ("ns1.example.net.", "A", "127.0.0.2"),
        ("ns2.example.net.", "A", "127.0.0.2"),
    )

    def fail_for_one(query: dns.message.Message) -> dns.message.Message | None:
        is_other = query.question[0].name.to_text() == "ns2.example.net."
        return code(dns.rcode.SERVFAIL)(query) if is_other else two_hosts(query)

    servers.resolver.answer = fail_for_one
    assert AliasFollower(servers.view).follow(TARGET).reason == ""
    servers.resolver.answer = two_hosts
    checker = PropagationChecker(servers.view)
    outcome = checker.wait_for([TXTRecord(TARGET, "value")], max_seconds=60.0)
    assert outcome.left_out == ()
