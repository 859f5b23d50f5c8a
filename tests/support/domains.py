"""Domains for tests that start a process of their own."""

from __future__ import annotations

import itertools
import os

_numbers = itertools.count(1)


def own_domain() -> str:
    """Return a domain that no other test uses: a zone's lock holds for the whole machine."""
    return f"own{next(_numbers)}-{os.getpid()}.nl"
