from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from certbot_dns_mijnhost.propagation.answers import Answer, Kind
from certbot_dns_mijnhost.propagation.decision import (
    CONFIRM_PAUSE,
    IN_A_ROW,
    PATIENCE,
    POLL_PAUSE,
    STEADY_SECONDS,
    TRIES,
    Schedule,
    ServerCheck,
    ZoneCheck,
)
from certbot_dns_mijnhost.propagation.endpoints import Endpoint
from certbot_dns_mijnhost.propagation.outcome import Outcome, State
from certbot_dns_mijnhost.propagation.outcome import outcome_of as result_of
from certbot_dns_mijnhost.propagation.query import Server
from certbot_dns_mijnhost.propagation.workers import MOST_THREADS

SERVED = Answer(Kind.VALUES, frozenset({"value", "other"}))
MISSING = [Answer(Kind.NO_NAME), Answer(Kind.NO_TXT), Answer(Kind.VALUES, frozenset({"other"}))]
UNUSABLE = [Answer(Kind.SILENT), Answer(Kind.LAME, detail="REFUSED"), Answer(Kind.REFERRAL)]

answers = st.sampled_from([SERVED, SERVED, *MISSING, *UNUSABLE])
polls = st.lists(st.tuples(answers, answers), min_size=1, max_size=12)


def check(*names: str) -> ServerCheck:
    server = Server("ns1", Endpoint("192.0.2.1"))
    return ServerCheck(server, {name: frozenset({"value"}) for name in names or ("name.",)})


def streak(history: list[Answer]) -> int:
    """Count the unusable answers at the end."""
    latest = [answer in UNUSABLE for answer in reversed(history)]
    return [*latest, False].index(False)


@given(st.lists(answers, max_size=12))
def test_ready_means_served_in_the_last_polls(history: list[Answer]) -> None:
    found = check()
    for now, answer in enumerate(history):
        found.note({"name.": answer}, float(now))
    latest = history[-IN_A_ROW:]
    assert found.is_ready == (
        len(latest) == IN_A_ROW and all(answer is SERVED for answer in latest)
    )


@given(polls, st.sampled_from([0.5, 2.0, 6.0]))
def test_who_is_left_out_and_when_all_are_given_up(
    history: list[tuple[Answer, Answer]], pause: float
) -> None:
    zone = ZoneCheck([check(), check()])
    for number, both in enumerate(history):
        for server, answer in zip(zone.servers, both):
            server.note({"name.": answer}, number * pause)
    streaks = [streak([both[n] for both in history]) for n in (0, 1)]
    is_answering = 0 in streaks
    assert zone.is_answering == is_answering
    assert zone.is_given_up == all(
        many >= TRIES and (many - 1) * pause >= PATIENCE for many in streaks
    )
    if not zone.is_given_up:
        left_out = [many >= TRIES and is_answering for many in streaks]
        assert [server in zone.left_out for server in zone.servers] == left_out


@given(st.lists(answers, min_size=1, max_size=12))
def test_its_status_names_what_is_missing(history: list[Answer]) -> None:
    found = check()
    for now, answer in enumerate(history):
        found.note({"name.": answer}, float(now))
    is_served = history[-1] is SERVED
    assert (found.status().answer == "serves everything") == is_served
    assert str(found.status()).startswith("ns1: ")


def test_a_name_that_was_not_queried_is_not_served() -> None:
    found = check()
    found.note({}, 0.0)
    assert not found.is_ready
    assert found.times_served == 0
    assert "time" in found.status().answer


@given(st.lists(answers, max_size=6))
def test_a_poll_without_time_for_all_names_is_ignored(history: list[Answer]) -> None:
    found, other = check("name.", "other."), check("name.", "other.")
    for now, answer in enumerate(history):
        for each in (found, other):
            each.note({"name.": SERVED, "other.": answer}, float(now))
    found.note({"name.": SERVED}, 10.0)
    assert found == other


NO_ANSWER = Answer(Kind.SILENT)
NO_ROUTE = Answer(Kind.SILENT, detail="Network is unreachable", is_unroutable=True)
FOURS, SIXES = ("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::2")


def outcome_of(answers: dict[str, Answer]) -> Outcome:
    """Return the result of polls in which each address always gave the same answer."""
    checks = []
    for host, each in answers.items():
        server = ServerCheck(Server(host, Endpoint(host)), {"name.": frozenset({"value"})})
        for now in range(TRIES):
            server.note({"name.": each}, float(now))
        checks.append(server)
    return result_of([ZoneCheck(checks)], [], 3.0, 60.0)


@pytest.mark.parametrize(
    ("working", "missing"), [(FOURS, SIXES), (SIXES, FOURS)], ids=["IPv4 only", "IPv6 only"]
)
def test_a_family_without_route_is_not_reported_as_left_out(
    working: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    answers = {**dict.fromkeys(working, SERVED), **dict.fromkeys(missing, NO_ROUTE)}
    found = outcome_of(answers)
    assert found.state is State.EVERYWHERE
    assert [status.label for status in found.unroutable] == list(missing)
    assert found.left_out == ()


def test_ipv6_that_a_network_drops_is_not_reported_as_left_out() -> None:
    found = outcome_of({**dict.fromkeys(FOURS, SERVED), **dict.fromkeys(SIXES, NO_ANSWER)})
    assert [status.label for status in found.unroutable] == list(SIXES)
    assert found.left_out == ()


@pytest.mark.parametrize(
    ("answers", "left_out"),
    [
        ({FOURS[0]: SERVED, FOURS[1]: NO_ANSWER}, FOURS[1]),
        ({FOURS[0]: SERVED, FOURS[1]: NO_ROUTE}, FOURS[1]),
        ({FOURS[0]: SERVED, SIXES[0]: NO_ANSWER}, SIXES[0]),
        ({FOURS[0]: SERVED, SIXES[0]: SERVED, SIXES[1]: NO_ROUTE}, SIXES[1]),
        ({SIXES[0]: SERVED, FOURS[0]: NO_ANSWER}, FOURS[0]),
    ],
)
def test_one_address_that_fails_is_reported(answers: dict[str, Answer], left_out: str) -> None:
    found = outcome_of(answers)
    assert [status.label for status in found.left_out] == [left_out]
    assert found.unroutable == ()


@dataclass(frozen=True)
class Simulated:
    """A name server.

    :param lag: seconds until it serves the record; None if it does not answer.
    :param latency: seconds for one query; for one that does not answer, its timeout.
    """

    lag: float | None
    latency: float

    def answer(self, at: float) -> Answer:
        if self.lag is None:
            return NO_ANSWER
        return SERVED if at >= self.lag else Answer(Kind.NO_NAME)


TIMEOUT = 2.0
SILENT = Simulated(None, TIMEOUT)


def simulate(
    servers: list[Simulated], max_seconds: float = 300.0, *, zones: int = 1, threads: int = 1000
) -> tuple[float, list[list[float]]]:
    """Return the time at which a wait ends, and the times of each server's queries.

    :param zones: how many zones these servers have.
    :param threads: how many queries may be sent at the same time.
    """
    endpoints = [Endpoint(f"192.0.2.{number}") for number in range(len(servers))]
    names = {"name.": frozenset({"value"})}
    checks = [ServerCheck(Server("ns", each), names) for _ in range(zones) for each in endpoints]
    servers = servers * zones
    groups = [checks[i : i + len(endpoints)] for i in range(0, len(checks), len(endpoints))]
    schedule = Schedule(list(map(ZoneCheck, groups)), started=0.0, deadline=max_seconds)
    queries: list[list[float]] = [[] for _ in servers]
    running: dict[int, float] = {}
    now = 0.0
    while not schedule.is_done:
        for due in schedule.due(now):
            if len(running) >= threads:
                break
            number = next(n for n, each in enumerate(checks) if each is due)
            schedule.begin(due)
            queries[number].append(now)
            running[number] = now + servers[number].latency
        upcoming = schedule.next_time()
        events = list(running.values())
        if upcoming is not None and len(running) < threads:
            events.append(upcoming)
        if not events:
            break
        now = max(now, min(events))
        for number in [n for n, at in running.items() if at <= now]:
            del running[number]
            at = queries[number][-1]
            answers = {"name.": servers[number].answer(at)}
            schedule.end(checks[number], answers, queried_at=at, now=now)
    return now, queries


lags = st.floats(0.0, 200.0)
alive = st.builds(Simulated, lags, st.floats(0.001, 0.3))


@example([Simulated(4.5, 0.25)], 1)
@given(st.lists(alive, min_size=1, max_size=4), st.integers(0, 3))
def test_the_wait_ends_soon_after_the_slowest_server(servers: list[Simulated], silent: int) -> None:
    ended, _ = simulate([*servers, *[SILENT] * silent])
    lag = max(server.lag or 0.0 for server in servers)
    latency = max(server.latency for server in servers)
    pause = POLL_PAUSE * max(1.0, lag / STEADY_SECONDS)
    limit = lag + pause + max(CONFIRM_PAUSE, latency) + latency
    # The query that confirms waits until the servers that do not answer are left out.
    assert ended <= max(limit, TRIES * TIMEOUT + latency if silent else 0.0) + 0.001


@given(st.lists(alive, min_size=1, max_size=4), st.integers(0, 2), st.floats(0.5, 250.0))
def test_a_server_gets_one_query_a_second(
    servers: list[Simulated], silent: int, max_seconds: float
) -> None:
    ended, queries = simulate([*servers, *[SILENT] * silent], max_seconds)
    assert ended <= max_seconds + TIMEOUT
    served = max(server.lag or 0.0 for server in servers)
    for times in queries:
        pairs = zip(times, times[1:])
        early = [second for first, second in pairs if second - first < POLL_PAUSE - 0.001]
        assert len(early) <= 1, "only the query that confirms"
        assert all(at >= served for at in early)
        assert all(at <= max_seconds for at in times)


@pytest.mark.parametrize(
    ("servers", "limit"),
    [
        ([Simulated(1.0, 0.05), Simulated(3.0, 0.05), SILENT], 6.0),
        ([Simulated(54.0, 0.05), Simulated(56.0, 0.05)], 57.5),
        ([Simulated(54.99, 0.05), Simulated(55.99, 0.05), SILENT], 57.5),
    ],
)
def test_examples_of_waits(servers: list[Simulated], limit: float) -> None:
    assert simulate(servers)[0] <= limit + 0.001


@pytest.mark.parametrize("zones", [1, 60])
def test_a_server_that_does_not_answer_costs_its_timeouts_once_for_many_zones(zones: int) -> None:
    alive = Simulated(0.0, 0.005)
    ended, _ = simulate([alive, alive, SILENT], zones=zones, threads=MOST_THREADS)
    assert ended <= TRIES * TIMEOUT + POLL_PAUSE


@pytest.mark.parametrize("silence", [0.5, 1.9, 2.1, 3.9, 4.1, 5.9])
@pytest.mark.parametrize("zones", [1, 20])
def test_a_server_is_left_out_for_no_zone_before_its_timeouts(silence: float, zones: int) -> None:
    """A name server that restarts answers again within the tries."""

    class Restarting(Simulated):
        def answer(self, at: float) -> Answer:
            return NO_ANSWER if at < silence else SERVED

    alive = Simulated(0.0, 0.005)
    ended, _ = simulate([alive, Restarting(0.0, TIMEOUT)], zones=zones, threads=MOST_THREADS)
    assert ended >= silence
