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

from .scripted_server import (
    Answer,
    authoritative,
    code,
    in_turn,
    rrset,
    silence,
    silence_after,
    txt,
)
from .world import NAME, UNROUTED, World


def test_all_serve_it_at_once(world: World) -> None:
    world.serve(txt("value"), txt("value"))
    outcome = world.wait()
    assert outcome.state is State.EVERYWHERE
    assert len(outcome.ready) == 2
    assert world.now < 1
    for server in world.servers:
        assert len(server.queries) == 2, "twice in a row"
        assert not any(query.wants_recursion for query in server.queries)
        assert all(query.has_edns for query in server.queries)


@pytest.mark.parametrize(
    "before",
    [code(dns.rcode.NXDOMAIN), txt(), txt("another value")],
    ids=["NXDOMAIN", "NODATA", "wrong value"],
)
def test_a_lagging_server_is_waited_for(world: World, before: Answer) -> None:
    world.serve(txt("value"), in_turn([before] * 6 + [txt("value")]))
    outcome = world.wait()
    assert outcome.state is State.EVERYWHERE
    assert 2 < world.now < 10
    steps = [(progress.ready, [str(s) for s in progress.lagging]) for progress in world.progress]
    assert any(
        ready == 1 and lagging[0].startswith(world.servers[1].endpoint)
        for ready, lagging in steps
        if lagging
    )
    assert not any("no time" in each for _, lagging in steps for each in lagging)


def test_several_values_and_names_must_be_served_together(world: World) -> None:
    other = "_acme-challenge.www.example.nl"

    def answer(query: dns.message.Message) -> dns.message.Message | None:
        served = {f"{NAME}.": ("one", "two", "old"), f"{other}.": ("three",)}
        return txt(*served[query.question[0].name.to_text()])(query)

    world.serve(answer)
    wanted = [TXTRecord(NAME, "one"), TXTRecord(NAME + ".", "two"), TXTRecord(other, "three")]
    assert world.wait(*wanted).state is State.EVERYWHERE
    with pytest.raises(PropagationTimeoutError, match="3 TXT values"):
        world.wait(*wanted, TXTRecord(NAME, "four"), max_seconds=1.0)


def test_strings_are_joined_and_case_makes_no_difference(world: World) -> None:
    def answer(query: dns.message.Message) -> dns.message.Message:
        return authoritative(query, rrset(NAME.upper() + ".", "TXT", '"val" "ue"'))

    world.serve(answer)
    assert world.wait(TXTRecord(NAME.title(), "value")).state is State.EVERYWHERE


def test_a_truncated_answer_is_queried_over_tcp(world: World) -> None:
    def answer(query: dns.message.Message) -> dns.message.Message | None:
        response = txt("value")(query)
        assert response is not None
        response.flags |= dns.flags.TC
        return response

    world.serve(answer)
    assert world.wait().state is State.EVERYWHERE
    assert [query.is_tcp for query in world.servers[0].queries] == [False, True] * 2


@pytest.mark.parametrize(
    ("useless", "words"),
    [
        (silence, "no answer"),
        (code(dns.rcode.REFUSED), "REFUSED"),
        (code(dns.rcode.SERVFAIL), "SERVFAIL"),
        (dns.message.make_response, "not authoritative"),
    ],
    ids=["dead", "REFUSED", "SERVFAIL", "not authoritative"],
)
def test_a_useless_server_is_left_out(world: World, useless: Answer, words: str) -> None:
    world.serve(txt("value"), useless)
    outcome = world.wait()
    assert outcome.state is State.EVERYWHERE
    assert [status.label for status in outcome.left_out] == [world.servers[1].endpoint]
    assert words in outcome.left_out[0].answer


def test_an_address_without_a_route_is_left_out(world: World) -> None:
    world.serve(txt("value"))
    outcome = world.wait(more=(f"[{UNROUTED}]:5353",))
    assert outcome.state is State.EVERYWHERE
    assert [status.label for status in outcome.unroutable] == [f"[{UNROUTED}]:5353"]
    assert "no answer" not in outcome.unroutable[0].answer, "it could not even be queried"
    assert outcome.left_out == (), "that this machine has no IPv6 is no fault of the server"


def test_a_server_or_record_that_is_named_twice_is_queried_once(world: World) -> None:
    world.serve(txt("value"))
    twice = [TXTRecord(NAME, "value"), TXTRecord(NAME.upper() + ".", "value")]
    outcome = world.wait(*twice, more=(world.servers[0].endpoint,))
    assert outcome.state is State.EVERYWHERE
    assert len(outcome.ready) == 1
    assert len(world.servers[0].queries) == 2


def test_flapping_does_not_count_as_twice_in_a_row(world: World) -> None:
    yes, no = txt("value"), code(dns.rcode.NXDOMAIN)
    world.serve(in_turn([yes, no, yes, no, yes, yes]))
    assert world.wait().state is State.EVERYWHERE
    assert len(world.servers[0].queries) == 6


def test_a_server_that_comes_back_counts(world: World) -> None:
    world.serve(txt("value"), in_turn([silence, silence, txt("value")]))
    outcome = world.wait()
    assert outcome.left_out == ()
    assert len(outcome.ready) == 2


def test_without_any_usable_answer_nothing_is_known(world: World) -> None:
    world.serve(silence_after(world.pass_by), code(dns.rcode.REFUSED))
    outcome = world.wait()
    assert outcome.state is State.NOT_CHECKED
    assert "no answer" in outcome.reason
    assert "REFUSED" in outcome.reason
    assert world.now < 15


def test_at_the_end_of_the_time_one_server_is_enough(world: World) -> None:
    world.serve(txt("value"), txt())
    outcome = world.wait(max_seconds=30.0)
    assert outcome.state is State.PARTLY
    assert [status.label for status in outcome.lagging] == [world.servers[1].endpoint]
    assert world.now == pytest.approx(30.0)


def test_at_the_end_of_the_time_no_server_is_an_error_with_all_answers(world: World) -> None:
    world.serve(code(dns.rcode.NXDOMAIN), txt("old"), silence)
    with pytest.raises(PropagationTimeoutError) as caught:
        world.wait(max_seconds=30.0)
    for server, words in zip(world.servers, ["no such name", "1 TXT value", "no answer"]):
        assert f"{server.endpoint}: {words}" in str(caught.value)
    assert [status.label for status in caught.value.statuses] == [
        server.endpoint for server in world.servers
    ]
    assert [status.answer.split(" for ")[0] for status in caught.value.statuses] == [
        "no such name",
        "1 TXT value",
        "no answer",
    ]
    assert world.now == pytest.approx(30.0)


def test_zero_seconds_query_nothing(world: World) -> None:
    world.serve(txt())
    assert world.wait(max_seconds=0.0).state is State.NOT_CHECKED
    assert world.servers[0].queries == []


def test_a_cname_at_the_name_is_reported(world: World) -> None:
    def answer(query: dns.message.Message) -> dns.message.Message:
        return authoritative(query, rrset(f"{NAME}.", "CNAME", "elsewhere.example."))

    world.serve(answer)
    with pytest.raises(PropagationTimeoutError, match=r"a CNAME to elsewhere\.example"):
        world.wait(max_seconds=2.0)


def test_an_answer_to_another_question_is_no_answer(world: World) -> None:
    def answer(query: dns.message.Message) -> dns.message.Message | None:
        response = txt("value")(query)
        assert response is not None
        response.id ^= 1
        return response

    world.serve(answer)
    assert world.wait(max_seconds=10.0).state is State.NOT_CHECKED


def test_many_names_are_queried_together(world: World) -> None:
    world.serve(txt("value"), txt("value"))
    records = [TXTRecord(f"_acme-challenge.host{n}.example.nl", "value") for n in range(60)]
    assert world.wait(*records).state is State.EVERYWHERE
    assert len(world.servers[0].names()) == 60
