from __future__ import annotations

import dns.flags
import dns.message
import dns.rcode
import pytest

from certbot_dns_mijnhost.propagation import (
    PropagationTimeoutError,
    State,
    TXTRecord,
)
from tests.support.scripted_server import (
    UNROUTED,
    Answer,
    authoritative,
    code,
    in_turn,
    rrset,
    silence,
    silence_after,
    txt,
)

from .name_servers import NAME, ScriptedNameServers


def test_all_serve_it_at_once(name_servers: ScriptedNameServers) -> None:
    name_servers.serve(txt("value"), txt("value"))
    outcome = name_servers.wait()
    assert outcome.state is State.EVERYWHERE
    assert len(outcome.ready) == 2
    assert name_servers.clock.now < 1
    for server in name_servers.servers:
        assert len(server.queries) == 2, "twice in a row"
        assert not any(query.wants_recursion for query in server.queries)
        assert all(query.has_edns for query in server.queries)


@pytest.mark.parametrize(
    "before",
    [code(dns.rcode.NXDOMAIN), txt(), txt("another value")],
    ids=["NXDOMAIN", "NODATA", "wrong value"],
)
def test_a_lagging_server_is_waited_for(name_servers: ScriptedNameServers, before: Answer) -> None:
    name_servers.serve(txt("value"), in_turn([before] * 6 + [txt("value")]))
    outcome = name_servers.wait()
    assert outcome.state is State.EVERYWHERE
    assert 2 < name_servers.clock.now < 10
    steps = [
        (progress.ready, [str(s) for s in progress.lagging]) for progress in name_servers.progress
    ]
    assert any(
        ready == 1 and lagging[0].startswith(name_servers.servers[1].endpoint)
        for ready, lagging in steps
        if lagging
    )
    assert not any("no time" in each for _, lagging in steps for each in lagging)


def test_several_values_and_names_must_be_served_together(
    name_servers: ScriptedNameServers,
) -> None:
    other = "_acme-challenge.www.example.nl"

    def answer(query: dns.message.Message) -> dns.message.Message | None:
        served = {f"{NAME}.": ("one", "two", "old"), f"{other}.": ("three",)}
        return txt(*served[query.question[0].name.to_text()])(query)

    name_servers.serve(answer)
    wanted = [TXTRecord(NAME, "one"), TXTRecord(NAME + ".", "two"), TXTRecord(other, "three")]
    assert name_servers.wait(*wanted).state is State.EVERYWHERE
    with pytest.raises(PropagationTimeoutError, match="3 TXT values"):
        name_servers.wait(*wanted, TXTRecord(NAME, "four"), max_seconds=1.0)


def test_strings_are_joined_and_case_makes_no_difference(name_servers: ScriptedNameServers) -> None:
    def answer(query: dns.message.Message) -> dns.message.Message:
        return authoritative(query, rrset(NAME.upper() + ".", "TXT", '"val" "ue"'))

    name_servers.serve(answer)
    assert name_servers.wait(TXTRecord(NAME.title(), "value")).state is State.EVERYWHERE


def test_a_truncated_answer_is_queried_over_tcp(name_servers: ScriptedNameServers) -> None:
    def answer(query: dns.message.Message) -> dns.message.Message | None:
        response = txt("value")(query)
        assert response is not None
        response.flags |= dns.flags.TC
        return response

    name_servers.serve(answer)
    assert name_servers.wait().state is State.EVERYWHERE
    assert [query.is_tcp for query in name_servers.servers[0].queries] == [False, True] * 2


@pytest.mark.parametrize(
    ("useless", "words"),
    [
        (silence, "no answer"),
        (code(dns.rcode.REFUSED), "REFUSED"),
        (code(dns.rcode.SERVFAIL), "SERVFAIL"),
        (dns.message.make_response, "not authoritative"),
    ],
    ids=["silent", "REFUSED", "SERVFAIL", "not authoritative"],
)
def test_a_useless_server_is_left_out(
    name_servers: ScriptedNameServers, useless: Answer, words: str
) -> None:
    name_servers.serve(txt("value"), useless)
    outcome = name_servers.wait()
    assert outcome.state is State.EVERYWHERE
    assert [status.label for status in outcome.left_out] == [name_servers.servers[1].endpoint]
    assert words in outcome.left_out[0].answer


def test_an_address_without_a_route_is_left_out(name_servers: ScriptedNameServers) -> None:
    name_servers.serve(txt("value"))
    outcome = name_servers.wait(more=(f"[{UNROUTED}]:5353",))
    assert outcome.state is State.EVERYWHERE
    assert [status.label for status in outcome.unroutable] == [f"[{UNROUTED}]:5353"]
    assert "no answer" not in outcome.unroutable[0].answer, "it could not even be queried"
    assert outcome.left_out == (), "that this machine has no IPv6 is not a fault of the server"


def test_a_server_or_record_that_is_named_twice_is_queried_once(
    name_servers: ScriptedNameServers,
) -> None:
    name_servers.serve(txt("value"))
    twice = [TXTRecord(NAME, "value"), TXTRecord(NAME.upper() + ".", "value")]
    outcome = name_servers.wait(*twice, more=(name_servers.servers[0].endpoint,))
    assert outcome.state is State.EVERYWHERE
    assert len(outcome.ready) == 1
    assert len(name_servers.servers[0].queries) == 2


def test_flapping_does_not_count_as_twice_in_a_row(name_servers: ScriptedNameServers) -> None:
    yes, no = txt("value"), code(dns.rcode.NXDOMAIN)
    name_servers.serve(in_turn([yes, no, yes, no, yes, yes]))
    assert name_servers.wait().state is State.EVERYWHERE
    assert len(name_servers.servers[0].queries) == 6


def test_a_server_that_comes_back_counts(name_servers: ScriptedNameServers) -> None:
    name_servers.serve(txt("value"), in_turn([silence, silence, txt("value")]))
    outcome = name_servers.wait()
    assert outcome.left_out == ()
    assert len(outcome.ready) == 2


def test_without_any_usable_answer_nothing_is_known(name_servers: ScriptedNameServers) -> None:
    name_servers.serve(silence_after(name_servers.clock.advance), code(dns.rcode.REFUSED))
    outcome = name_servers.wait()
    assert outcome.state is State.NOT_CHECKED
    assert "no answer" in outcome.reason
    assert "REFUSED" in outcome.reason
    assert name_servers.clock.now < 15


def test_at_the_end_of_the_time_one_server_is_enough(name_servers: ScriptedNameServers) -> None:
    name_servers.serve(txt("value"), txt())
    outcome = name_servers.wait(max_seconds=30.0)
    assert outcome.state is State.PARTLY
    assert [status.label for status in outcome.lagging] == [name_servers.servers[1].endpoint]
    assert name_servers.clock.now == pytest.approx(30.0)


def test_at_the_end_of_the_time_no_server_is_an_error_with_all_answers(
    name_servers: ScriptedNameServers,
) -> None:
    name_servers.serve(code(dns.rcode.NXDOMAIN), txt("old"), silence)
    with pytest.raises(PropagationTimeoutError) as caught:
        name_servers.wait(max_seconds=30.0)
    for server, words in zip(name_servers.servers, ["no such name", "1 TXT value", "no answer"]):
        assert f"{server.endpoint}: {words}" in str(caught.value)
    assert [status.label for status in caught.value.statuses] == [
        server.endpoint for server in name_servers.servers
    ]
    assert [status.answer.split(" for ")[0] for status in caught.value.statuses] == [
        "no such name",
        "1 TXT value",
        "no answer",
    ]
    assert name_servers.clock.now == pytest.approx(30.0)


def test_zero_seconds_query_nothing(name_servers: ScriptedNameServers) -> None:
    name_servers.serve(txt())
    assert name_servers.wait(max_seconds=0.0).state is State.NOT_CHECKED
    assert name_servers.servers[0].queries == []


def test_a_cname_at_the_name_is_reported(name_servers: ScriptedNameServers) -> None:
    def answer(query: dns.message.Message) -> dns.message.Message:
        return authoritative(query, rrset(f"{NAME}.", "CNAME", "elsewhere.example."))

    name_servers.serve(answer)
    with pytest.raises(PropagationTimeoutError, match=r"a CNAME to elsewhere\.example"):
        name_servers.wait(max_seconds=2.0)


def test_an_answer_to_another_question_is_no_answer(name_servers: ScriptedNameServers) -> None:
    def answer(query: dns.message.Message) -> dns.message.Message | None:
        response = txt("value")(query)
        assert response is not None
        response.id ^= 1
        return response

    name_servers.serve(answer)
    assert name_servers.wait(max_seconds=10.0).state is State.NOT_CHECKED


def test_many_names_are_queried_together(name_servers: ScriptedNameServers) -> None:
    name_servers.serve(txt("value"), txt("value"))
    records = [TXTRecord(f"_acme-challenge.host{n}.example.nl", "value") for n in range(60)]
    assert name_servers.wait(*records).state is State.EVERYWHERE
    assert len(name_servers.servers[0].names()) == 60
