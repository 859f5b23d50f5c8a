"""A name server with a lag publishes the zone as it was, for any order of events."""

from __future__ import annotations

from bisect import bisect_right

import dns.message
import dns.rcode
from hypothesis import given, settings
from hypothesis import strategies as st

from certbot_dns_mijnhost.emulator import Emulator, Request, Variants
from certbot_dns_mijnhost.emulator.account import KEEP_SECONDS
from certbot_dns_mijnhost.emulator.records import Record
from certbot_dns_mijnhost.emulator.zone import Zone
from tests.emulator.support import CHALLENGE, answers, txt_values
from tests.support.virtual_time import VirtualTime

seconds = st.floats(0.0, 100.0)
values = st.sampled_from(["a", "b", "c"])
events = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), seconds),
        st.tuples(st.just("add"), values),
        st.tuples(st.just("delete"), values),
    ),
    max_size=30,
)


def published(emulator: Emulator, index: int) -> list[str]:
    response = emulator.answer(dns.message.make_query(CHALLENGE, "TXT"), index)
    assert response is not None
    found = answers(response)
    assert response.rcode() == (dns.rcode.NOERROR if found else dns.rcode.NXDOMAIN)
    return found


def play(emulator: Emulator, clock: VirtualTime, event: tuple[str, object]) -> None:
    action, what = event
    if action == "wait":
        assert isinstance(what, float)
        clock.advance(what)
    elif action == "add":
        emulator.account.add_record("example.nl", "TXT", CHALLENGE, str(what))
    elif what in txt_values(emulator):
        emulator.account.delete_record("example.nl", "TXT", CHALLENGE, str(what))


@settings(deadline=None)
@given(events=events, lags=st.lists(seconds, min_size=1, max_size=3))
def test_each_name_server_publishes_the_zone_as_it_was(
    events: list[tuple[str, object]], lags: list[float]
) -> None:
    clock = VirtualTime(now=1000.0)
    with Emulator(clock=clock, lags=lags, serve=False) as emulator:
        history = [(0.0, frozenset[str]())]
        for event in events:
            play(emulator, clock, event)
            history.append((clock.now, frozenset(f'TXT "{v}"' for v in txt_values(emulator))))
            for index, lag in enumerate(lags):
                moment = bisect_right([when for when, _ in history], clock.now - lag) - 1
                assert set(published(emulator, index)) == history[moment][1]


@settings(deadline=None)
@given(
    waits=st.lists(st.floats(0.0, 50.0), max_size=40),
    keep=st.floats(0.0, 200.0),
    back=st.floats(0.0, 1.0),
)
def test_dropped_versions_are_older_than_the_time_kept(
    waits: list[float], keep: float, back: float
) -> None:
    pruned, whole = (Zone("example.nl.", (), 0.0) for _ in range(2))
    now = 0.0
    for number, wait in enumerate(waits):
        now += wait
        records = [Record("TXT", "example.nl.", str(number))]
        pruned.write(records, now, keep)
        whole.write(records, now, float("inf"))
        moment = now - keep * back
        assert pruned.at(moment).records == whole.at(moment).records


def test_the_number_of_versions_is_bounded(clock: VirtualTime) -> None:
    zone = Zone("example.nl.", (), clock())
    for _ in range(1000):
        clock.advance(1.0)
        zone.write((), clock(), 10.0)
    assert zone.newest.serial == 1001
    assert zone.at(0.0).serial >= 990


def test_versions_are_kept_for_the_longest_lag_and_variant(clock: VirtualTime) -> None:
    lag = 2 * KEEP_SECONDS
    emulator = Emulator(
        clock=clock, lags=[lag], variants=Variants(stale_seconds=2 * lag), serve=False
    )
    for value in ("a", "b"):
        emulator.account.add_record("example.nl", "TXT", CHALLENGE, value)
        clock.advance(lag)
    emulator.account.add_record("example.nl", "TXT", CHALLENGE, "c")
    assert published(emulator, 0) == ['TXT "a"', 'TXT "b"']
    request = Request(
        "GET", "/api/v2/domains/example.nl/dns", {"API-Key": emulator.account.api_key}
    )
    assert emulator.application.handle(request).body.count(CHALLENGE.encode()) == 1
