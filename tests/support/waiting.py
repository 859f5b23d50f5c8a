"""Waiting for another process or thread, for as long as it takes."""

from __future__ import annotations

import time
from collections.abc import Callable

SILENCE = 1.0
"""Seconds after which a test takes a server for silent: a busy machine answers sooner."""
ALL_ARE_SILENT = 0.05
"""The same for tests whose servers never answer, so that no answer can be too late."""


def wait_until(condition: Callable[[], object]) -> None:
    """Return when `condition` is true; only pytest's own limit ends a wait in vain."""
    while not condition():
        time.sleep(0.005)
