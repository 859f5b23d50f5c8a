"""This machine's clock against the API's."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from certbot_dns_mijnhost.api import Exchange
from certbot_dns_mijnhost.api.exchange import read_date
from certbot_dns_mijnhost.doctor import Finding, State
from certbot_dns_mijnhost.doctor.account import ClockCheck
from certbot_dns_mijnhost.emulator import Variants

from .runner import DoctorRunner


@pytest.mark.parametrize(
    ("ahead", "words"), [(-3600.0, "ahead of the API's"), (3600.0, "behind the API's")]
)
def test_a_clock_that_is_wrong_is_a_warning(runner: DoctorRunner, ahead: float, words: str) -> None:
    runner.emulator.variants = Variants(clock_ahead=ahead)
    clock = runner.run("example.nl").one("clock")
    assert clock.state is State.WARNING
    assert words in clock.message
    assert abs(clock.data["seconds_ahead"] + ahead) < 120
    assert "NTP" in clock.next_step


def test_a_clock_that_agrees(runner: DoctorRunner) -> None:
    assert runner.run("example.nl").one("clock").state is State.OK


def test_a_slow_answer_is_not_the_clocks_fault() -> None:
    dated = datetime(2026, 11, 1, tzinfo=timezone.utc)
    arrivals = iter([dated.timestamp() + 90, dated.timestamp() + 1])
    check, found = ClockCheck(lambda: next(arrivals)), list[Finding]()
    for _ in range(2):
        check.note(Exchange("GET", "/domains", 200, 0.1, 2, None, 1, date=dated))
    check.note(Exchange("GET", "/domains", None, 0.1, 0, None, 1))
    check.run(found.append)
    assert [each.state for each in found] == [State.OK]


def test_without_a_date_nothing_is_reported() -> None:
    found: list[Finding] = []
    ClockCheck().run(found.append)
    assert found == []


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Sun, 01 Nov 2026 00:00:00 GMT", datetime(2026, 11, 1, tzinfo=timezone.utc)),
        ("Sun, 01 Nov 2026 01:00:00 +0100", datetime(2026, 11, 1, tzinfo=timezone.utc)),
        ("Sun, 01 Nov 2026 00:00:00 -0000", datetime(2026, 11, 1, tzinfo=timezone.utc)),
        ("yesterday", None),
        ("Sun, 99 Nov 2026 00:00:00 GMT", None),
        ("Sun, 01 Nov 99999999 00:00:00 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_of_answers(header: str | None, expected: datetime | None) -> None:
    assert read_date(header) == expected
