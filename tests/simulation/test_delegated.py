"""Two runs at once at delegated names that do not begin with ``_acme-challenge``."""

from __future__ import annotations

import pytest

from certbot_dns_mijnhost.emulator import Variants
from certbot_dns_mijnhost.zone.proofs import OLDEST_LISTING

from .history import DELEGATED, History, Run
from .play import Player
from .promises import problems


@pytest.mark.parametrize("second", [DELEGATED, "other.challenges.example.nl"])
@pytest.mark.parametrize("patch", ["replace", "append", "replace_first", "unsupported"])
@pytest.mark.parametrize("delete", ["supported", "wrong_method"])
@pytest.mark.parametrize("wait", [0.0, 5.0, 20.0])
def test_neither_run_waits_for_the_records_of_the_other(
    patch: str, delete: str, wait: float, second: str
) -> None:
    runs = tuple(
        Run(
            at=0.1 * number, values=(2,), wait=wait, crash_at=None, crash_after=False, names=(name,)
        )
        for number, name in enumerate((DELEGATED, second))
    )
    history = History(
        variants=Variants(patch=patch, delete=delete),
        strikes=(),
        edits=(),
        runs=runs,
        leftover=False,
        allow_zone_rewrite=True,
        choices=(),
    )
    needs_no_rewrite = patch == "append" and delete == "supported"
    player = Player(history)
    report = player.play()
    errors = [actor.error for actor in player.scheduler.actors if actor.error is not None]
    assert problems(history, report, errors) == []
    for outcome in report.outcomes.values():
        assert outcome.published
        assert outcome.error is None
        assert outcome.leftovers == []
        assert outcome.seconds - wait < (55 if needs_no_rewrite else 55 + OLDEST_LISTING)
    assert report.standing == report.foreign
