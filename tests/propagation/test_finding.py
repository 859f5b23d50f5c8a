"""Name servers found by a resolver, and aliases followed, without asking it for the challenge."""

from __future__ import annotations

import dns.message
import dns.rcode
import pytest

from certbot_dns_mijnhost.propagation import (
    DNSView,
    PropagationChecker,
    State,
    TXTRecord,
)
from certbot_dns_mijnhost.propagation import resolver as resolver_module
from tests.support.scripted_server import Answer, ScriptedServer, code, rrset, silence, zone
from tests.support.virtual_time import VirtualTime
from tests.support.waiting import SILENCE

NAME = "_acme-challenge.www.example.nl"
RESOLVER = (
    ("example.nl.", "NS", "ns1.example.net."),
    ("example.nl.", "NS", "ns2.example.net."),
    ("ns1.example.net.", "A", "127.0.0.2"),
    ("ns2.example.net.", "A", "127.0.0.3"),
    ("example.com.", "NS", "ns1.example.net."),
)
SERVED = zone(
    ("example.nl.", "NS", "ns1.example.net."),
    (f"{NAME}.", "TXT", '"value"'),
    ("_acme-challenge.alias.example.nl.", "CNAME", "one.example.com."),
    ("one.example.com.", "CNAME", "two.example.com."),
    ("two.example.com.", "TXT", '"value"'),
    ("_acme-challenge.loop.example.nl.", "CNAME", "a.example.nl."),
    ("a.example.nl.", "CNAME", "b.example.nl."),
    ("b.example.nl.", "CNAME", "a.example.nl."),
    *((f"hop{n}.example.nl.", "CNAME", f"hop{n + 1}.example.nl.") for n in range(20)),
)


def test_published_servers_are_found_and_the_resolver_never_hears_the_name(
    clock: VirtualTime,
) -> None:
    by_ipv6 = ("ns2.example.net.", "AAAA", "::1")  # Nothing listens there.
    with (
        ScriptedServer(zone(*RESOLVER, by_ipv6), address="127.0.0.1") as resolver,
        ScriptedServer(SERVED, address="127.0.0.2") as first,
        ScriptedServer(SERVED, address="127.0.0.3", port=first.port),
    ):
        checker = PropagationChecker(
            DNSView(
                resolvers=[resolver.endpoint],
                port=first.port,
                query_timeout=SILENCE,
                clock=clock,
            ),
            sleep=clock.sleep,
        )
        outcome = checker.wait_for([TXTRecord(NAME, "value")], max_seconds=60.0)
    assert outcome.state is State.EVERYWHERE
    assert [status.label for status in outcome.ready] == [
        "ns1.example.net (127.0.0.2)",
        "ns2.example.net (127.0.0.3)",
    ]
    # It depends on the machine whether it has IPv6.
    others = outcome.left_out + outcome.unroutable
    assert [status.label for status in others] == ["ns2.example.net (::1)"]
    assert not any("_acme-challenge" in name for name in resolver.names())


def test_a_delegated_challenge_is_queried_at_its_own_servers(clock: VirtualTime) -> None:
    def parent(query: dns.message.Message) -> dns.message.Message | None:
        if query.question[0].name.to_text() != f"{NAME}.":
            return SERVED(query)
        response = dns.message.make_response(query)
        response.authority.append(rrset(f"{NAME}.", "NS", "ns2.example.net."))
        return response

    with (
        ScriptedServer(zone(*RESOLVER), address="127.0.0.1") as resolver,
        ScriptedServer(parent, address="127.0.0.2") as above,
        ScriptedServer(SERVED, address="127.0.0.3", port=above.port) as below,
    ):
        checker = PropagationChecker(
            DNSView(
                resolvers=[resolver.endpoint],
                port=above.port,
                query_timeout=SILENCE,
                clock=clock,
            ),
            sleep=clock.sleep,
        )
        outcome = checker.wait_for([TXTRecord(NAME, "value")], max_seconds=60.0)
    assert outcome.state is State.EVERYWHERE
    assert [status.label for status in outcome.ready] == ["ns2.example.net (127.0.0.3)"]
    assert f"{NAME}." in below.names()


@pytest.mark.parametrize("answer", [silence, code(dns.rcode.SERVFAIL), code(dns.rcode.NXDOMAIN)])
def test_without_a_working_resolver_nothing_is_queried(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver_module, "LIFETIME", 0.3)
    with ScriptedServer(answer) as resolver:
        checker = PropagationChecker(DNSView(resolvers=[resolver.endpoint], query_timeout=SILENCE))
        outcome = checker.wait_for([TXTRecord(NAME, "value")], max_seconds=60.0)
    assert outcome.state is State.NOT_CHECKED
    assert outcome.reason
    assert not any("_acme-challenge" in name for name in resolver.names())
