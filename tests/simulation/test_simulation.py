"""A few hundred histories; ``make simulate`` plays thousands."""

from __future__ import annotations

from hypothesis import given, settings

from .checks import SETTINGS, check
from .history import History, histories


@settings(SETTINGS, max_examples=300)
@given(histories)
def test_every_promise_holds_in_every_history(history: History) -> None:
    check(history)
