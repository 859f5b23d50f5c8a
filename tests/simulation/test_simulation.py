"""A few hundred histories; ``make simulate`` plays thousands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from .checks import SETTINGS, check
from .history import History, histories


# In parts, so that several workers share them, and none takes long even on a slow machine.
@pytest.mark.parametrize("part", range(10))
@settings(SETTINGS, max_examples=30)
@given(history=histories)
def test_every_promise_holds_in_every_history(part: int, history: History) -> None:  # noqa: ARG001
    check(history)
