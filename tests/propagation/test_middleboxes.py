"""Servers and networks that do not understand EDNS, and networks that answer in their place."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.rcode
import pytest

from certbot_dns_mijnhost.propagation import (
    AliasFollower,
    DNSView,
    PropagationChecker,
    PropagationTimeoutError,
    State,
    TXTRecord,
)
from tests.support.scripted_server import (
    NO_RESOLVER,
    UNROUTED,
    Answer,
    ScriptedServer,
    authoritative,
    code,
    silence,
    silence_after,
    txt,
    zone,
)
from tests.support.virtual_time import VirtualTime
from tests.support.waiting import ALL_ARE_SILENT, SILENCE

from .name_servers import NAME, ScriptedNameServers
from .test_aliases import ALIAS
from .test_finding import RESOLVER, SERVED


def without_edns(refusal: Answer, usual: Answer) -> Answer:
    """Answer questions with EDNS by a refusal, which has no EDNS unless that is its subject."""

    def answer(query: dns.message.Message) -> dns.message.Message | None:
        if query.edns < 0:
            return usual(query)
        response = refusal(query)
        if response is not None and response.rcode() != dns.rcode.BADVERS:
            response.use_edns(-1)
        return response

    return answer


def header_only(query: dns.message.Message) -> dns.message.Message:
    """Refuse with FORMERR and without repeating the question, as old servers do."""
    response = code(dns.rcode.FORMERR)(query)
    assert response is not None
    response.question.clear()
    return response


def other_id(query: dns.message.Message) -> dns.message.Message:
    response = dns.message.make_response(query)
    response.id ^= 1
    return response


REFUSALS: dict[str, Answer] = {
    "FORMERR": code(dns.rcode.FORMERR),
    "FORMERR without question": header_only,
    "NOTIMP": code(dns.rcode.NOTIMP),
    "BADVERS": code(dns.rcode.BADVERS),
    "SERVFAIL": code(dns.rcode.SERVFAIL),
    "silence": silence,
    "unreadable": other_id,
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_a_server_without_edns_is_queried_without_it(
    name_servers: ScriptedNameServers, refusal: Answer
) -> None:
    name_servers.serve(without_edns(refusal, txt("value")))
    outcome = name_servers.wait()
    assert outcome.state is State.EVERYWHERE
    queries = name_servers.servers[0].queries
    assert [query.has_edns for query in queries] == [True, False, False], "it is remembered"


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_a_cname_at_a_server_without_edns_is_followed(refusal: Answer) -> None:
    with ScriptedServer(without_edns(refusal, SERVED)) as server:
        follower = AliasFollower(
            DNSView(nameservers=[server.endpoint], resolvers=[NO_RESOLVER], query_timeout=SILENCE)
        )
        found = follower.follow(ALIAS)
        assert sum(query.has_edns for query in server.queries) == 1
    assert found.target == "two.example.com"
    assert found.reason == ""


@pytest.mark.parametrize("rcode", [dns.rcode.FORMERR, dns.rcode.NOTIMP])
def test_a_server_that_refuses_everything_is_left_out_in_time(
    name_servers: ScriptedNameServers, rcode: dns.rcode.Rcode
) -> None:
    name_servers.serve(txt("value"), code(rcode))
    outcome = name_servers.wait()
    assert outcome.state is State.EVERYWHERE
    assert [status.label for status in outcome.left_out] == [name_servers.servers[1].endpoint]
    assert len(name_servers.servers[1].queries) <= 4


def test_silence_costs_no_more_than_one_timeout_a_question(
    name_servers: ScriptedNameServers,
) -> None:
    name_servers.serve(txt("value"), silence)
    name_servers.wait()
    assert len(name_servers.servers[1].queries) == 3, "three polls, one question each"


def test_one_lost_packet_does_not_turn_edns_off_for_good(name_servers: ScriptedNameServers) -> None:
    lost: list[dns.message.Message] = []

    def answer(query: dns.message.Message) -> dns.message.Message | None:
        lost.append(query)
        # The second packet is lost, and what has no EDNS is lost always.
        return None if len(lost) == 2 or query.edns < 0 else txt("value")(query)

    name_servers.serve(answer)
    assert name_servers.wait().state is State.EVERYWHERE


def intercepting(usual: Answer, rcode: dns.rcode.Rcode | None = None) -> Answer:
    """Answer as a recursive resolver that intercepts port 53."""

    def answer(query: dns.message.Message) -> dns.message.Message | None:
        response = dns.message.make_response(query) if rcode is not None else usual(query)
        if response is not None:
            response.flags &= ~dns.flags.AA
            response.flags |= dns.flags.RA
            if rcode is not None:
                response.set_rcode(rcode)
        return response

    return answer


INTERCEPTIONS: dict[str, Answer] = {
    "from a cache": intercepting(txt("value")),
    "nothing there": intercepting(code(dns.rcode.NXDOMAIN)),
    "REFUSED": intercepting(silence, dns.rcode.REFUSED),
    "SERVFAIL": intercepting(silence, dns.rcode.SERVFAIL),
}


@pytest.mark.parametrize("answer", INTERCEPTIONS.values(), ids=INTERCEPTIONS)
def test_interception_is_named(name_servers: ScriptedNameServers, answer: Answer) -> None:
    name_servers.serve(answer, answer)
    outcome = name_servers.wait(more=(f"[{UNROUTED}]:5353",))
    assert outcome.state is State.NOT_CHECKED
    assert "port 53 is intercepted" in outcome.reason
    assert name_servers.servers[1].endpoint in outcome.reason
    assert name_servers.clock.now < 15


def test_one_server_with_recursion_is_not_called_interception(
    name_servers: ScriptedNameServers,
) -> None:
    silent = silence_after(name_servers.clock.advance)
    name_servers.serve(INTERCEPTIONS["from a cache"], silent)
    outcome = name_servers.wait()
    assert outcome.state is State.NOT_CHECKED
    assert "intercepted" not in outcome.reason


def test_refusals_of_all_name_both_causes(name_servers: ScriptedNameServers) -> None:
    name_servers.serve(code(dns.rcode.REFUSED), code(dns.rcode.REFUSED))
    reason = name_servers.wait().reason
    assert "do not serve the zone" in reason
    assert "intercepted" in reason


def test_an_authoritative_answer_counts_although_recursion_is_offered(
    name_servers: ScriptedNameServers,
) -> None:
    def both(query: dns.message.Message) -> dns.message.Message:
        response = txt("value")(query)
        assert response is not None
        response.flags |= dns.flags.RA
        return response

    name_servers.serve(both)
    assert name_servers.wait().state is State.EVERYWHERE


ALIAS_RECORDS = (
    (f"{ALIAS}.", "CNAME", "one.example.com."),
    ("one.example.com.", "CNAME", "two.example.com."),
)


@pytest.mark.parametrize(
    "blocked",
    [silence, code(dns.rcode.REFUSED), INTERCEPTIONS["from a cache"]],
    ids=["closed", "REFUSED", "intercepted"],
)
def test_a_resolver_is_queried_for_the_cname_if_no_name_server_answers(blocked: Answer) -> None:
    published = [record for record in RESOLVER if record[2] != "ns2.example.net."]
    with (
        ScriptedServer(zone(*published, *ALIAS_RECORDS), address="127.0.0.1") as resolver,
        ScriptedServer(blocked, address="127.0.0.2") as server,
    ):
        query_timeout = ALL_ARE_SILENT if blocked is silence else SILENCE
        follower = AliasFollower(
            DNSView(resolvers=[resolver.endpoint], port=server.port, query_timeout=query_timeout)
        )
        found = follower.follow(ALIAS)
        types = {q.type for q in resolver.queries if "_acme-challenge" in q.name}
    assert found.chain == (ALIAS, "one.example.com", "two.example.com")
    assert found.reason == ""
    assert found.by_resolver
    assert types == {"CNAME"}, "no cache gets a negative answer for TXT"


def test_the_resolver_is_not_queried_for_the_challenge_if_the_name_servers_answer() -> None:
    with (
        ScriptedServer(zone(*RESOLVER), address="127.0.0.1") as resolver,
        ScriptedServer(SERVED, address="127.0.0.2") as server,
    ):
        found = AliasFollower(
            DNSView(resolvers=[resolver.endpoint], port=server.port, query_timeout=SILENCE)
        ).follow(ALIAS)
        assert not any("_acme-challenge" in name for name in resolver.names())
    assert found.target == "two.example.com"
    assert not found.by_resolver


def test_the_resolver_is_queried_if_the_given_name_servers_do_not_answer() -> None:
    with (
        ScriptedServer(zone(*ALIAS_RECORDS), address="127.0.0.1") as resolver,
        ScriptedServer(silence, address="127.0.0.2") as server,
    ):
        found = AliasFollower(
            DNSView(
                nameservers=[server.endpoint],
                resolvers=[resolver.endpoint],
                query_timeout=ALL_ARE_SILENT,
            )
        ).follow(ALIAS)
    assert found.target == "two.example.com"


def test_a_resolver_that_fails_is_queried_for_few_cnames() -> None:
    with (
        ScriptedServer(code(dns.rcode.SERVFAIL), address="127.0.0.1") as resolver,
        ScriptedServer(silence, address="127.0.0.2") as server,
    ):
        follower = AliasFollower(
            DNSView(
                nameservers=[server.endpoint],
                resolvers=[resolver.endpoint],
                query_timeout=ALL_ARE_SILENT,
            )
        )
        found = [follower.follow(f"_acme-challenge.host{n}.example.nl") for n in range(60)]
        assert len(resolver.queries) <= 4
    assert all("no answer" in result.reason for result in found)


def test_servers_of_the_missing_family_alone_do_not_make_the_wait_hang(
    name_servers: ScriptedNameServers,
) -> None:
    outcome = name_servers.wait(more=(f"[{UNROUTED}]:5353", "[fe80::54%lo]:5353"))
    assert outcome.state is State.NOT_CHECKED
    assert "no route to any name server" in outcome.reason
    assert name_servers.clock.now < 15


def test_a_server_of_the_missing_family_does_not_keep_the_others_waiting(
    name_servers: ScriptedNameServers,
) -> None:
    name_servers.serve(txt("value"))
    outcome = name_servers.wait(more=(f"[{UNROUTED}]:5353",))
    assert outcome.state is State.EVERYWHERE
    assert len(name_servers.servers[0].queries) == 2
    assert name_servers.clock.now < 1


def test_an_address_without_route_of_a_family_that_works_is_reported(
    name_servers: ScriptedNameServers,
) -> None:
    # A broadcast address is IPv4, and no program may send to it without asking.
    name_servers.serve(txt("value"))
    outcome = name_servers.wait(more=("255.255.255.255:5353",))
    assert outcome.state is State.EVERYWHERE
    assert [status.label for status in outcome.left_out] == ["255.255.255.255:5353"]
    assert outcome.unroutable == ()


INTERNAL = zone(
    ("example.nl.", "NS", "ns1.internal.example."),
    ("ns1.internal.example.", "A", "127.0.0.2"),
)


def test_an_internal_view_of_the_zone_is_recognised_by_its_addresses(clock: VirtualTime) -> None:
    with (
        ScriptedServer(INTERNAL, address="127.0.0.1") as resolver,
        ScriptedServer(authoritative, address="127.0.0.2") as server,
    ):
        checker = PropagationChecker(
            DNSView(
                resolvers=[resolver.endpoint],
                port=server.port,
                query_timeout=SILENCE,
                clock=clock,
            ),
            sleep=clock.sleep,
        )
        with pytest.raises(PropagationTimeoutError) as caught:
            checker.wait_for([TXTRecord(NAME, "value")], max_seconds=5.0)
    assert caught.value.are_published
    assert [status.label for status in caught.value.internal] == [
        "ns1.internal.example (127.0.0.2)"
    ]


def test_given_name_servers_may_have_private_addresses(name_servers: ScriptedNameServers) -> None:
    name_servers.serve(txt())
    with pytest.raises(PropagationTimeoutError) as caught:
        name_servers.wait(max_seconds=2.0)
    assert caught.value.internal == ()
    assert not caught.value.are_published
