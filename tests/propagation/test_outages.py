"""Servers that are away for a while or for good, and time that runs out."""

from __future__ import annotations

import signal
import threading
import time

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
from certbot_dns_mijnhost.propagation.workers import Workers
from tests.support.scripted_server import Answer, code, in_turn, rrset, silence, txt
from tests.support.waiting import wait_until

from .name_servers import NAME, ScriptedNameServers

MANY = [TXTRecord(f"_acme-challenge.host{n}.example.nl", "value") for n in range(60)]


@pytest.mark.parametrize("away", [code(dns.rcode.REFUSED), code(dns.rcode.SERVFAIL), silence])
def test_a_short_outage_of_the_only_server_does_not_end_the_check(
    name_servers: ScriptedNameServers, away: Answer
) -> None:
    name_servers.serve(in_turn([away] * 4 + [txt("value")]))
    outcome = name_servers.wait()
    assert outcome.state is State.EVERYWHERE
    assert outcome.left_out == ()


def test_an_outage_of_all_servers_leaves_none_out(name_servers: ScriptedNameServers) -> None:
    refused = code(dns.rcode.REFUSED)
    name_servers.serve(*(in_turn([refused] * 5 + [txt("value")]) for _ in range(2)))
    assert len(name_servers.wait().ready) == 2


def test_the_only_server_is_given_up_after_a_while(name_servers: ScriptedNameServers) -> None:
    name_servers.serve(code(dns.rcode.REFUSED))
    outcome = name_servers.wait()
    assert outcome.state is State.NOT_CHECKED
    assert [status.label for status in outcome.left_out] == [name_servers.servers[0].endpoint]
    assert 10 <= name_servers.clock.now < 12


def test_one_left_out_counts_again_when_the_other_goes_away(
    name_servers: ScriptedNameServers,
) -> None:
    refused = code(dns.rcode.REFUSED)
    name_servers.serve(
        in_turn([txt()] * 4 + [refused]), in_turn([refused] * 3 + [txt()] + [txt("value")])
    )
    outcome = name_servers.wait()
    assert outcome.state is State.EVERYWHERE
    assert [status.label for status in outcome.ready] == [name_servers.servers[1].endpoint]
    assert [status.label for status in outcome.left_out] == [name_servers.servers[0].endpoint]


def test_what_was_served_in_the_last_poll_only_is_not_called_everywhere(
    name_servers: ScriptedNameServers,
) -> None:
    def answer(query: dns.message.Message) -> dns.message.Message | None:
        return (
            txt("value")(query) if name_servers.clock.now >= 30 else code(dns.rcode.NXDOMAIN)(query)
        )

    name_servers.serve(answer)
    outcome = name_servers.wait(max_seconds=30.0)
    assert outcome.state is State.PARTLY
    assert [status.answer for status in outcome.ready] == ["serves everything"]
    assert outcome.lagging == ()


def test_pauses_are_a_second_at_first_and_bounded_later(name_servers: ScriptedNameServers) -> None:
    times: list[float] = []

    def answer(query: dns.message.Message) -> dns.message.Message | None:
        times.append(name_servers.clock.now)
        return code(dns.rcode.NXDOMAIN)(query)

    name_servers.serve(answer)
    with pytest.raises(PropagationTimeoutError):
        name_servers.wait(max_seconds=600.0)
    pauses = [later - earlier for earlier, later in zip(times, times[1:])]
    assert pauses[:90] == [1.0] * 90
    assert pauses[:-1] == sorted(pauses[:-1])
    assert max(pauses) == pytest.approx(5.0)
    assert times[-1] <= 600.0


def test_a_poll_of_many_names_stops_in_time(name_servers: ScriptedNameServers) -> None:
    def slow(query: dns.message.Message) -> dns.message.Message | None:
        name_servers.clock.advance(0.1)
        return txt("value")(query)

    name_servers.serve(slow)
    outcome = name_servers.wait(*MANY, max_seconds=8.0)
    # One query may be in progress at the end of the time.
    assert name_servers.clock.now < 8 + 0.1 * 17
    assert outcome.state is State.PARTLY
    assert len(outcome.ready) == 1


def test_too_little_time_for_one_poll_is_the_reason(name_servers: ScriptedNameServers) -> None:
    def slow(query: dns.message.Message) -> dns.message.Message | None:
        name_servers.clock.advance(1.0)
        return txt("value")(query)

    name_servers.serve(slow)
    outcome = name_servers.wait(*MANY, max_seconds=10.0)
    assert name_servers.clock.now < 12
    assert outcome.state is State.NOT_CHECKED
    assert "no time" in outcome.reason


def test_an_interrupt_ends_the_wait_at_once(name_servers: ScriptedNameServers) -> None:
    main_thread = threading.main_thread().ident
    assert main_thread is not None

    def slow(query: dns.message.Message) -> dns.message.Message | None:
        if len(name_servers.servers[0].queries) == 3:
            signal.pthread_kill(main_thread, signal.SIGINT)
        time.sleep(0.02)
        return txt("value")(query)

    name_servers.serve(slow)
    threads = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        name_servers.wait(*MANY)
    assert len(name_servers.servers[0].queries) < 20
    # The queries in progress end on their own.
    wait_until(lambda: threading.active_count() == threads)


def test_a_referral_of_a_given_server_is_reported_and_not_followed(
    name_servers: ScriptedNameServers,
) -> None:
    def refer(query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.authority.append(rrset(f"{NAME}.", "NS", f"ns1.{NAME}."))
        response.additional.append(rrset(f"ns1.{NAME}.", "A", "127.0.0.2"))
        return response

    name_servers.serve(refer)
    outcome = name_servers.wait()
    assert outcome.state is State.NOT_CHECKED
    assert f"refers to the servers of {NAME}" in outcome.reason
    assert {query.type for query in name_servers.servers[0].queries} == {"TXT"}


def test_a_given_server_without_address_is_left_out(name_servers: ScriptedNameServers) -> None:
    nowhere = f"{'a' * 64}.example.net"
    name_servers.serve(txt("value"))
    outcome = name_servers.wait(more=(nowhere,))
    assert outcome.state is State.EVERYWHERE
    assert [str(status) for status in outcome.left_out] == [f"{nowhere}:53: no address"]


LONG = 60.0
"""Seconds that a test waits at most before it fails; nothing here takes that long."""


def answers_late(released: threading.Event, was_released: list[bool]) -> Answer:
    """Hold each answer back until `released` is set; note whether it was."""

    def answer(query: dns.message.Message) -> dns.message.Message | None:
        was_released.append(released.wait(LONG))
        return txt("value")(query)

    return answer


def test_a_server_that_does_not_answer_delays_no_other(name_servers: ScriptedNameServers) -> None:
    released = threading.Event()
    was_released: list[bool] = []

    def prompt(query: dns.message.Message) -> dns.message.Message | None:
        if len(name_servers.servers[0].queries) >= 2:
            released.set()
        return txt("value")(query)

    name_servers.serve(prompt, answers_late(released, was_released))
    view = DNSView(nameservers=[s.endpoint for s in name_servers.servers], query_timeout=2 * LONG)
    outcome = PropagationChecker(view).wait_for([TXTRecord(NAME, "value")], max_seconds=LONG)
    assert outcome.state is State.EVERYWHERE
    assert was_released[0], "the other server was polled again meanwhile"


def test_following_does_not_wait_for_a_server_that_does_not_answer(
    name_servers: ScriptedNameServers,
) -> None:
    released = threading.Event()
    was_released: list[bool] = []
    name_servers.serve(answers_late(released, was_released), txt("value"))
    view = DNSView(nameservers=[s.endpoint for s in name_servers.servers], query_timeout=2 * LONG)
    assert AliasFollower(view).follow(NAME).reason == ""
    released.set()
    wait_until(lambda: was_released)
    assert was_released == [True], "the result was there before"


def test_an_error_in_a_thread_reaches_the_caller() -> None:
    def job() -> None:
        raise LookupError("in the thread")

    workers: Workers[None] = Workers()
    workers.start(job)
    with pytest.raises(LookupError, match="in the thread"):
        workers.result()
    assert workers.running == 0
