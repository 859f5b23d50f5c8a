"""Plays histories and checks the promises; usable as a test and as a command."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, settings

from .history import History
from .play import Player
from .promises import problems

SETTINGS = settings(
    deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow], database=None
)


def check(history: History, counts: Counter[str] | None = None) -> None:
    """Play a history; fails where a promise is broken."""
    player = Player(history)
    report = player.play()
    errors = [actor.error for actor in player.scheduler.actors if actor.error is not None]
    if counts is not None:
        counts["histories"] += 1
        counts["runs of the plugin"] += len(report.outcomes)
        counts["commands"] += len(report.commands)
        counts["commands that did what they were asked"] += sum(
            outcome.error is None for outcome in report.commands.values()
        )
        counts["runs and commands that were killed"] += len(errors)
        counts["runs that published all they wanted"] += sum(
            outcome.published for outcome in report.outcomes.values()
        )
        counts["requests"] += len(player.emulator.requests)
        counts["writes of a whole zone"] += report.whole_zone_writes
        counts["records of others lost in an unavoidable window"] += len(report.lost_unseen)
    assert problems(history, report, errors) == []
