"""How many examples hypothesis tries in a test that needs another number than most."""

from __future__ import annotations

from hypothesis import settings

USUAL = 100


def examples(number: int) -> int:
    """Return the number for the profile in use: ten times as many if it is ``explore``."""
    return number * settings().max_examples // USUAL
