"""CNAMEs and DNAMEs, followed by asking name servers."""

from __future__ import annotations

from contextlib import ExitStack

import dns.flags
import dns.message
import dns.rcode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.propagation import (
    AliasFollower,
    AliasLoopError,
    DNSView,
    InvalidNameError,
    PropagationChecker,
    TXTRecord,
)
from certbot_dns_mijnhost.propagation.names import read_name
from tests.support.scripted_server import (
    NO_RESOLVER,
    Answer,
    ScriptedServer,
    authoritative,
    code,
    rrset,
    silence,
    zone,
)
from tests.support.waiting import ALL_ARE_SILENT, SILENCE

from .test_finding import NAME, RESOLVER, SERVED

ALIAS = "_acme-challenge.alias.example.nl"


def follower(server: ScriptedServer, query_timeout: float = SILENCE) -> AliasFollower:
    return AliasFollower(
        DNSView(nameservers=[server.endpoint], resolvers=[NO_RESOLVER], query_timeout=query_timeout)
    )


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
def test_a_loop_is_an_error_with_its_names(name: str) -> None:
    with ScriptedServer(SERVED) as server, pytest.raises(AliasLoopError) as caught:
        follower(server).follow(name)
    assert name in str(caught.value)
    assert "dns_mijnhost" not in str(caught.value), "whose settings these are is not known here"
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
        broken = AliasFollower(DNSView(resolvers=[resolver.endpoint], query_timeout=SILENCE))
        found = [broken.follow(f"_acme-challenge.host{n}.example.nl") for n in range(20)]
        questions = len(resolver.queries)
    assert {result.target for result in found} == {
        f"_acme-challenge.host{n}.example.nl" for n in range(20)
    }
    assert all("SERVFAIL" in r.reason or "NoNameservers" in r.reason for r in found)
    assert questions < 20, "a resolver that failed is not queried again for each name"


def test_silent_servers_make_an_alias_unknown() -> None:
    with ScriptedServer(silence) as server:
        found = follower(server, ALL_ARE_SILENT).follow(NAME)
    assert found.target == NAME
    assert "no answer" in found.reason


def not_authoritative(query: dns.message.Message) -> dns.message.Message | None:
    response = SERVED(query)
    if response is not None:
        response.flags &= ~dns.flags.AA
    return response


LAME = {
    "REFUSED": code(dns.rcode.REFUSED),
    "SERVFAIL": code(dns.rcode.SERVFAIL),
    "not authoritative": dns.message.make_response,
    "from a cache": not_authoritative,
    "silent": silence,
}


@pytest.mark.parametrize("lame", LAME.values(), ids=LAME)
def test_a_lame_server_does_not_hide_an_alias(lame: Answer) -> None:
    with (
        ScriptedServer(lame, address="127.0.0.1") as first,
        ScriptedServer(SERVED, address="127.0.0.2") as second,
    ):
        found = AliasFollower(
            DNSView(
                nameservers=[first.endpoint, second.endpoint],
                resolvers=[NO_RESOLVER],
                query_timeout=SILENCE,
            )
        ).follow(ALIAS)
    assert found.target == "two.example.com"
    assert found.reason == ""


@pytest.mark.parametrize("lame", LAME.values(), ids=LAME)
def test_if_all_servers_are_lame_an_alias_stays_unknown(lame: Answer) -> None:
    with ScriptedServer(lame) as server:
        query_timeout = ALL_ARE_SILENT if lame is silence else SILENCE
        found = follower(server, query_timeout).follow(ALIAS)
    assert found.target == ALIAS
    assert server.endpoint in found.reason


def test_a_referral_of_a_given_server_leaves_it_unknown() -> None:
    def refer(query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.authority.append(rrset(f"{ALIAS}.", "NS", "ns2.example.net."))
        return response

    with ScriptedServer(refer) as server:
        found = follower(server).follow(ALIAS)
    assert found.target == ALIAS
    assert f"refers to the servers of {ALIAS}" in found.reason


def test_one_lost_packet_does_not_hide_an_alias() -> None:
    lost: set[str] = set()

    def forgetful(query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0].to_text()
        if question not in lost:
            lost.add(question)
            return None
        return SERVED(query)

    with ScriptedServer(forgetful) as server:
        assert follower(server).follow(ALIAS).target == "two.example.com"


@pytest.mark.parametrize("is_published", [True, False])
def test_sixty_names_do_not_wait_sixty_times_for_silent_servers(is_published: bool) -> None:
    with ExitStack() as stack:
        resolver = stack.enter_context(ScriptedServer(zone(*RESOLVER), address="127.0.0.1"))
        first = stack.enter_context(ScriptedServer(silence, address="127.0.0.2"))
        second = stack.enter_context(ScriptedServer(silence, address="127.0.0.3", port=first.port))
        silent = (
            AliasFollower(
                DNSView(
                    resolvers=[resolver.endpoint], port=first.port, query_timeout=ALL_ARE_SILENT
                )
            )
            if is_published
            else AliasFollower(
                DNSView(
                    nameservers=[first.endpoint, second.endpoint],
                    resolvers=[NO_RESOLVER],
                    query_timeout=ALL_ARE_SILENT,
                )
            )
        )
        found = [silent.follow(f"_acme-challenge.host{n}.example.nl") for n in range(60)]
        questions = len(first.queries)
    # If there is a resolver, it answers that these names have no CNAME.
    assert all(r.by_resolver if is_published else "no answer" in r.reason for r in found)
    assert questions <= 4


def test_following_for_too_long_ends() -> None:
    ticks = iter(range(0, 1000, 3))
    with ScriptedServer(SERVED) as server:
        slow = AliasFollower(
            DNSView(
                nameservers=[server.endpoint],
                resolvers=[NO_RESOLVER],
                clock=lambda: float(next(ticks)),
            )
        )
        found = slow.follow("hop0.example.nl")
    assert found.chain[0] == "hop0.example.nl"
    assert "longer" in found.reason


@pytest.mark.parametrize(
    ("target", "words"), [(".", "root"), (f"{'a' * 60}.{'b' * 60}.{'c' * 60}.", "too long")]
)
def test_an_alias_to_an_invalid_name_stays_unknown(target: str, words: str) -> None:
    name = f"_acme-challenge.{'d' * 60}.{'e' * 60}.old.example.nl"

    def answer(query: dns.message.Message) -> dns.message.Message:
        kind, owner = ("CNAME", f"{name}.") if target == "." else ("DNAME", "old.example.nl.")
        return authoritative(query, rrset(owner, kind, target))

    with ScriptedServer(answer) as server:
        found = follower(server).follow(name)
    assert found.target == name
    assert words in found.reason


MALFORMED = ["", ".", "a..example.nl", ".example.nl", f"{'a' * 64}.nl", "a." * 130, "a\\"]


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_name_is_our_error(name: str) -> None:
    with pytest.raises(InvalidNameError, match="domain name"):
        AliasFollower(DNSView(nameservers=["127.0.0.1:1"])).follow(name)
    with pytest.raises(InvalidNameError, match="domain name"):
        PropagationChecker(DNSView(nameservers=["127.0.0.1:1"])).wait_for(
            [TXTRecord(name, "value")], max_seconds=1.0
        )


@given(st.text(max_size=80))
def test_any_text_is_a_name_or_our_error(text: str) -> None:
    try:
        name = read_name(text)
    except InvalidNameError:
        return
    assert name.is_absolute()
    assert len(name.labels) > 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("_acme-challenge.\u2615.nl", "_acme-challenge.xn--53h.nl."),
        ("i\u2764\ufe0f.ws", "xn--i-7iq.ws."),
        ("b\xfccher.example", "xn--bcher-kva.example."),
    ],
)
def test_international_names_are_read_as_punycode(text: str, name: str) -> None:
    assert read_name(text).to_text() == name
