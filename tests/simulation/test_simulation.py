"""A few hundred histories; ``make simulate`` plays thousands."""

from __future__ import annotations

import pytest
from hypothesis import given, seed, settings

from tests.support.examples import examples

from .checks import SETTINGS, check
from .history import History, histories

pytestmark = pytest.mark.hypothesis


# In parts, so that several workers share them, and none takes long even on a slow machine.
@pytest.mark.parametrize("part", range(10))
def test_every_promise_holds_in_every_history(part: int) -> None:
    @settings(SETTINGS, max_examples=examples(30))
    @given(history=histories)
    def play(history: History) -> None:
        check(history)

    # Hypothesis derives a repeatable choice from the function, which is the same for all parts.
    (seed(part)(play) if settings().derandomize else play)()
