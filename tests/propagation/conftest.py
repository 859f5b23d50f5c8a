"""The fixtures of these tests; their clock starts at 0, and its sleeps are exact."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.virtual_time import VirtualTime

from .name_servers import ScriptedNameServers


@pytest.fixture
def clock() -> VirtualTime:
    return VirtualTime(overshoot=0.0)


@pytest.fixture
def name_servers(clock: VirtualTime) -> Iterator[ScriptedNameServers]:
    with ExitStack() as stack:
        yield ScriptedNameServers(stack, clock)
