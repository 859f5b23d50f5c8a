"""Name servers found by a resolver, and aliases followed, without asking it for the challenge."""

from __future__ import annotations

import dns.message
import dns.rcode
import pytest

from certbot_dns_mijnhost.propagation import (
    AliasFollower,
    AliasLoopError,
    PropagationChecker,
    State,
    TXTRecord,
    nameservers,
)

from .scripted_server import Answer, ScriptedServer, code, rrset, silence, zone

NAME = "_acme-challenge.www.example.nl"
RESOLVER = (
    ("example.nl.", "NS", "ns1.example.net."),
    ("example.nl.", "NS", "ns2.example.net."),
    ("ns1.example.net.", "A", "127.0.0.2"),
    ("ns2.example.net.", "A", "127.0.0.3"),
    ("ns2.example.net.", "AAAA", "2001:db8::3"),
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


def test_published_servers_are_found_and_the_resolver_never_hears_the_name() -> None:
    with (
        ScriptedServer(zone(*RESOLVER), address="127.0.0.1") as resolver,
        ScriptedServer(SERVED, address="127.0.0.2") as first,
        ScriptedServer(SERVED, address="127.0.0.3", port=first.port),
    ):
        checker = PropagationChecker(
            resolvers=[resolver.endpoint], port=first.port, query_timeout=0.3, sleep=lambda _: None
        )
        outcome = checker.wait_for([TXTRecord(NAME, "value")], ceiling=60.0)
    assert outcome.state is State.EVERYWHERE
    assert [status.label for status in outcome.ready] == [
        "ns1.example.net (127.0.0.2)",
        "ns2.example.net (127.0.0.3)",
    ]
    assert [status.label for status in outcome.left_out] == ["ns2.example.net (2001:db8::3)"]
    assert not any("_acme-challenge" in name for name in resolver.names())


def test_a_delegated_challenge_is_asked_of_its_own_servers() -> None:
    def parent(query: dns.message.Message) -> dns.message.Message | None:
        if query.question[0].name.to_text() != f"{NAME}.":
            return SERVED(query)
        response = dns.message.make_response(query)
        response.authority.append(rrset(f"{NAME}.", "NS", "ns2.example.net."))
        return response

    with (
        ScriptedServer(zone(*RESOLVER[:4]), address="127.0.0.1") as resolver,
        ScriptedServer(parent, address="127.0.0.2") as above,
        ScriptedServer(SERVED, address="127.0.0.3", port=above.port) as below,
    ):
        checker = PropagationChecker(
            resolvers=[resolver.endpoint], port=above.port, query_timeout=0.3, sleep=lambda _: None
        )
        outcome = checker.wait_for([TXTRecord(NAME, "value")], ceiling=60.0)
    assert outcome.state is State.EVERYWHERE
    assert [status.label for status in outcome.ready] == ["ns2.example.net (127.0.0.3)"]
    assert f"{NAME}." in below.names()


@pytest.mark.parametrize("answer", [silence, code(dns.rcode.SERVFAIL), code(dns.rcode.NXDOMAIN)])
def test_without_a_working_resolver_nothing_can_be_asked(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nameservers, "LIFETIME", 0.5)
    with ScriptedServer(answer) as resolver:
        checker = PropagationChecker(resolvers=[resolver.endpoint], query_timeout=0.2)
        outcome = checker.wait_for([TXTRecord(NAME, "value")], ceiling=60.0)
    assert outcome.state is State.NOT_ASKED
    assert outcome.reason
    assert not any("_acme-challenge" in name for name in resolver.names())


def follower(server: ScriptedServer) -> AliasFollower:
    return AliasFollower(nameservers=[server.endpoint], query_timeout=0.3)


def test_a_name_without_alias_leads_to_itself() -> None:
    with ScriptedServer(SERVED) as server:
        assert follower(server).follow(f"{NAME}.").target == NAME
        nowhere = follower(server).follow("_acme-challenge.nowhere.example.nl")
    assert nowhere.target == "_acme-challenge.nowhere.example.nl"
    assert nowhere.reason == ""


def test_a_chain_is_followed_to_its_end() -> None:
    with ScriptedServer(SERVED) as server:
        found = follower(server).follow("_ACME-challenge.alias.example.nl")
    assert found.target == "two.example.com"
    assert found.chain == (
        "_acme-challenge.alias.example.nl",
        "one.example.com",
        "two.example.com",
    )


@pytest.mark.parametrize("name", ["_acme-challenge.loop.example.nl", "hop0.example.nl"])
def test_a_circle_is_told_with_its_names(name: str) -> None:
    with ScriptedServer(SERVED) as server, pytest.raises(AliasLoopError) as caught:
        follower(server).follow(name)
    assert name in str(caught.value)
    assert "->" in str(caught.value)


@pytest.mark.parametrize("is_synthesised", [True, False])
def test_a_dname_above_is_followed(is_synthesised: bool) -> None:
    def answer(query: dns.message.Message) -> dns.message.Message:
        name = query.question[0].name.to_text()
        response = dns.message.make_response(query)
        response.flags |= 0x0400
        if name.endswith("old.example.nl."):
            response.answer.append(rrset("old.example.nl.", "DNAME", "new.example.com."))
            if is_synthesised:
                target = name.replace("old.example.nl.", "new.example.com.")
                response.answer.append(rrset(name, "CNAME", target))
        return response

    with ScriptedServer(answer) as server:
        found = follower(server).follow("_acme-challenge.www.old.example.nl")
    assert found.target == "_acme-challenge.www.new.example.com"


def test_a_broken_resolver_stops_no_run_that_needs_no_alias() -> None:
    with ScriptedServer(code(dns.rcode.SERVFAIL)) as resolver:
        broken = AliasFollower(resolvers=[resolver.endpoint], query_timeout=0.2)
        found = [broken.follow(f"_acme-challenge.host{n}.example.nl") for n in range(20)]
        questions = len(resolver.queries)
    assert {result.target for result in found} == {
        f"_acme-challenge.host{n}.example.nl" for n in range(20)
    }
    assert all("SERVFAIL" in r.reason or "NoNameservers" in r.reason for r in found)
    assert questions < 20, "a resolver that failed is not asked for each name anew"


def test_silent_servers_make_an_alias_unknown() -> None:
    with ScriptedServer(silence) as server:
        found = follower(server).follow(NAME)
    assert found.target == NAME
    assert "answers" in found.reason
