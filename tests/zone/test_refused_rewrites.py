"""Zone rewrites that the API refuses for a while, and limits of its rate."""

from __future__ import annotations

import dataclasses
import itertools
import json

import pytest

from certbot_dns_mijnhost.api import (
    APIError,
    BadRequestError,
    MijnHostError,
    RateLimitError,
    RetryPolicy,
)
from certbot_dns_mijnhost.emulator import Answer, Emulator, Fault, Request, Variants
from certbot_dns_mijnhost.zone import ZoneNotConfirmedError, ZoneRewriteError

from .conftest import APEX, ONE, TWO, EmulatedZones

REFUSALS = {
    "429 without a hint": lambda: Fault.status(429, "Too many requests"),
    "429 for 20 seconds": lambda: Fault.status(429, "Too many requests", {"Retry-After": "20"}),
    "429 for 45 seconds": lambda: Fault.status(429, "Too many requests", {"Retry-After": "45"}),
    "400": lambda: Fault.bad_request("Something went wrong."),
    "400 in the words of a zone elsewhere": lambda: Fault.bad_request(
        "DNS records not managed by mijn.host"
    ),
}


def test_listings_from_before_a_pause_do_not_count(zones: EmulatedZones) -> None:
    """A listing that lags agrees with those from before; what others added would be lost."""
    emulator = zones.start(Variants(patch="unsupported", stale_reads=2))
    emulator.faults.add(Fault.bad_request("Something went wrong."), method="PATCH", times=4)
    new = ("A", "new.example.nl.", "192.0.2.99")

    def sleep(seconds: float) -> None:
        zones.clock.sleep(seconds + 5)
        if len(zones.calls("PATCH")) == 1:
            emulator.account.add_record("example.nl", *new)

    zones.retry = RetryPolicy(sleep=sleep, clock=zones.clock, chance=lambda: 0.0)
    zones.challenge_records().publish([ONE])
    assert zones.values() == {ONE.value}
    assert new in names_and_values(emulator)


def names_and_values(emulator: Emulator) -> set[tuple[str, str, str]]:
    return {(each.type, each.name, each.value) for each in emulator.account.records("example.nl")}


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("times", [1, 3])
def test_a_refused_rewrite_is_prepared_anew(zones: EmulatedZones, refusal: str, times: int) -> None:
    emulator = zones.start(Variants())
    before = emulator.account.records("example.nl")
    emulator.faults.add(REFUSALS[refusal](), method="PUT", times=times)
    records = zones.challenge_records()
    records.publish([ONE, TWO])
    assert zones.values() == {"one", "two"}
    calls = zones.calls()
    puts = [number for number, call in enumerate(calls) if call.startswith("PUT")]
    assert len(puts) == times + 1
    for first, second in zip(puts, puts[1:]):
        assert calls[first + 1 : second].count("GET /domains/example.nl/dns") >= 3, "read again"
    assert records.remove([ONE, TWO]) == []
    assert emulator.account.records("example.nl") == before


def test_what_somebody_adds_during_the_pause_is_kept(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants())
    emulator.faults.add(REFUSALS["429 for 20 seconds"](), method="PUT")
    sleep = zones.clock.sleep

    def sleep_while_somebody_edits(seconds: float) -> None:
        sleep(seconds)
        if seconds == 20.0:
            emulator.account.add_record("example.nl", "A", "new.example.nl.", "192.0.2.99")

    zones.clock.sleep = sleep_while_somebody_edits  # type: ignore[method-assign]
    zones.retry = type(zones.retry)(
        sleep=sleep_while_somebody_edits, clock=zones.clock, chance=lambda: 0.0
    )
    zones.challenge_records().publish([ONE, TWO])
    assert zones.values() == {"one", "two"}
    names = {record.name for record in emulator.account.records("example.nl")}
    assert "new.example.nl." in names


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_rewrite_that_stays_refused_ends_in_bounded_time(
    zones: EmulatedZones, refusal: str
) -> None:
    emulator = zones.start(Variants())
    emulator.faults.add(REFUSALS[refusal](), method="PUT", times=None)
    began = zones.clock.now
    with pytest.raises(APIError):
        zones.challenge_records().publish([ONE, TWO])
    assert len(zones.calls("PUT")) <= 5
    assert zones.clock.now - began < 240


def test_a_rate_limit_of_a_day_is_not_waited_for(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants())
    fault = Fault.status(429, "Too many requests", {"Retry-After": "86400"})
    emulator.faults.add(fault, method="PUT", times=None)
    began = zones.clock.now
    with pytest.raises(RateLimitError):
        zones.challenge_records().publish([ONE, TWO])
    assert len(zones.calls("PUT")) == 1
    assert zones.clock.now - began < 20


def test_a_server_that_asks_for_a_pause_is_not_sent_the_zone_meanwhile(
    zones: EmulatedZones,
) -> None:
    emulator = zones.start(Variants())
    fault = Fault.status(503, "Maintenance", {"Retry-After": "40"})
    emulator.faults.add(fault, method="PUT", times=2)
    moments: list[float] = []
    handle = emulator.application.handle

    def note(request: Request) -> Answer:
        if request.method == "PUT":
            moments.append(zones.clock.now)
        return handle(request)

    emulator.application.handle = note  # type: ignore[method-assign]
    zones.challenge_records().publish([ONE, TWO])
    assert zones.values() == {"one", "two"}
    assert [later - earlier >= 40.0 for earlier, later in zip(moments, moments[1:])] == [True] * 2


def test_a_server_that_always_fails_is_said_to_show_no_change(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants())
    emulator.faults.add(Fault.status(500), method="PUT", times=None)
    with pytest.raises(ZoneRewriteError, match="does not list the changes"):
        zones.challenge_records().publish([ONE, TWO])
    assert len(zones.calls("PUT")) == 3


def test_a_refused_record_is_not_sent_for_ever(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants())
    emulator.faults.add(
        Fault.bad_request("Invalid record: value is required"), method="PUT", times=None
    )
    with pytest.raises(BadRequestError, match="Invalid record"):
        zones.challenge_records().publish([ONE, TWO])
    assert len(zones.calls("PUT")) == 4


def test_a_refusal_to_put_lost_records_back_names_the_copy(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants())
    lossy = emulator.account.replace_records

    def lose_one(domain: str, given: object) -> None:
        lossy(domain, [r for r in given if r.type != "MX"])  # type: ignore[attr-defined]

    emulator.account.replace_records = lose_one  # type: ignore[method-assign, assignment]
    emulator.faults.add(Fault.status(401, "No valid API key set"), method="PUT", skip=1, times=None)
    with pytest.raises(ZoneRewriteError, match=r"1 record\(s\) missing") as failed:
        zones.challenge_records().publish([ONE, TWO])
    [copy] = [p for p in (zones.directory / "backups").iterdir() if p.name in str(failed.value)]
    assert copy.name.endswith("-000.json")
    assert "MX" in copy.read_text()


def test_an_empty_listing_is_not_written_back(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants(patch="unsupported"))
    for record in emulator.account.records("example.nl"):
        emulator.account.delete_record("example.nl", record.type, record.name, record.value)
    with pytest.raises(ZoneNotConfirmedError, match="lists no records"):
        zones.challenge_records().publish([ONE])
    assert zones.calls("PUT") == []


def test_listings_that_do_not_agree_after_a_rewrite_are_reported(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants())
    turns = itertools.count()

    def change(answer: Answer | None) -> Answer:
        assert answer is not None
        body = json.loads(answer.body)
        if zones.calls("PUT"):  # Another record is missing in each listing.
            records = body["data"]["records"]
            del records[next(turns) % len(records)]
        return dataclasses.replace(answer, body=json.dumps(body).encode())

    fault = Fault("listings that differ", after=True, play=change)
    emulator.faults.add(fault, method="GET", path="*/dns", times=None)
    with pytest.raises(ZoneRewriteError, match="listings of it differ from each other") as failed:
        zones.challenge_records().publish([ONE, TWO])
    assert any(copy.name in str(failed.value) for copy in (zones.directory / "backups").iterdir())
    assert len(zones.calls("PUT")) == 1


def test_what_an_earlier_rewrite_lost_is_not_restored_beside_an_unreadable_entry(
    zones: EmulatedZones,
) -> None:
    emulator = zones.start(Variants())
    lossy = emulator.account.replace_records

    def lose_one(domain: str, given: object) -> None:
        lossy(domain, [r for r in given if r.type != "MX"])  # type: ignore[attr-defined]

    handle = emulator.application.handle

    def add_an_odd_entry(request: Request) -> Answer:
        answer = handle(request)
        if request.method == "PUT":
            odd = {"type": "TXT", "name": "odd.example.nl.", "value": None, "ttl": 60}
            emulator.account.find("example.nl").odd_entries.append(odd)
        return answer

    emulator.account.replace_records = lose_one  # type: ignore[method-assign, assignment]
    emulator.application.handle = add_an_odd_entry  # type: ignore[method-assign]
    with pytest.raises(ZoneRewriteError, match=r"1 record\(s\) missing") as failed:
        zones.challenge_records().publish([ONE, TWO])
    assert isinstance(failed.value.__cause__, ZoneNotConfirmedError)
    assert len(zones.calls("PUT")) == 1


def test_a_patch_whose_answer_never_arrives_is_tried_five_times(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants())
    before = emulator.account.records("example.nl")
    emulator.faults.add(Fault.reset(), method="PATCH", times=None)
    with pytest.raises(MijnHostError):
        zones.challenge_records().publish([ONE])
    assert len(zones.calls("PATCH")) == 5
    assert emulator.account.records("example.nl") == before


@pytest.mark.parametrize("says_when", [True, False])
@pytest.mark.parametrize(("calls", "seconds"), [(10, 12.0), (5, 12.0), (20, 60.0), (60, 60.0)])
@pytest.mark.parametrize("patch", ["replace", "append", "unsupported"])
def test_apex_and_wildcard_under_a_limit_of_the_rate(
    zones: EmulatedZones, patch: str, calls: int, seconds: float, says_when: bool
) -> None:
    emulator = zones.start(
        Variants(patch=patch, rate_limit=calls, rate_seconds=seconds, rate_retry_after=says_when)
    )
    before = emulator.account.records("example.nl")
    records = zones.challenge_records()
    records.publish([ONE, TWO])
    assert zones.values() == {"one", "two"}
    assert records.remove([ONE, TWO]) == []
    assert emulator.account.records("example.nl") == before
    assert len(emulator.requests) < 80


def test_readings_are_spaced_after_a_429(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants(patch="unsupported"))
    emulator.faults.add(Fault.status(429, "Too many requests", {"Retry-After": "1"}), method="GET")
    moments: list[float] = []
    handle = emulator.application.handle

    def note(request: Request) -> Answer:
        if request.method == "GET" and request.path.endswith("/dns"):
            moments.append(zones.clock.now)
        return handle(request)

    emulator.application.handle = note  # type: ignore[method-assign]
    zones.challenge_records(zones=["example.nl"]).publish([ONE])
    gaps = [later - earlier for earlier, later in zip(moments[1:], moments[2:])]
    assert len(gaps) >= 3
    assert min(gaps) >= 3.0


def test_a_rate_limit_on_every_call_ends_in_bounded_time(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants())
    emulator.faults.add(Fault.status(429, "Too many requests"), times=None)
    began = zones.clock.now
    with pytest.raises(MijnHostError):
        zones.challenge_records().publish([ONE, TWO])
    assert zones.values(APEX) == set()
    assert zones.clock.now - began < 120
