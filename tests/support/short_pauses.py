"""``python -m tests.support.short_pauses``: the command `mijnhost` with short pauses.

For processes of their own that work with a real CA and with name servers that publish in real time.
"""

from __future__ import annotations

import importlib
import sys
import time
from typing import SupportsIndex

SHORT_PAUSES = 20
"""So many pauses of a run are short. A run that needs more, on a slow machine, gets full ones."""
SHARE = 0.1
"""The part of a short pause that is real."""


class ShortPauses:
    """A sleep that takes a part of its time, and a clock that counts all of it."""

    def __init__(self) -> None:
        self._left = SHORT_PAUSES
        self._skipped = 0.0
        self._sleep = time.sleep
        self._monotonic = time.monotonic

    def sleep(self, seconds: float | SupportsIndex) -> None:
        self._left -= 1
        skipped = float(seconds) * (1 - SHARE) if self._left >= 0 else 0.0
        self._sleep(float(seconds) - skipped)
        self._skipped += skipped

    def monotonic(self) -> float:
        return self._monotonic() + self._skipped


def shorten_pauses() -> None:
    """Replace the sleep and the clock of this process; call it before the plugin is imported."""
    pauses = ShortPauses()
    time.sleep, time.monotonic = pauses.sleep, pauses.monotonic


if __name__ == "__main__":
    shorten_pauses()
    sys.exit(importlib.import_module("certbot_dns_mijnhost.cli.main").main())
