from __future__ import annotations

from collections.abc import Iterator

import pytest

from certbot_dns_mijnhost.emulator import Emulator
from tests.emulator.support import Caller


class Clock:
    """Time that stands still until it is told to move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    with Emulator(lags=(0.0, 30.0), clock=clock) as running:
        yield running


@pytest.fixture
def caller(emulator: Emulator) -> Iterator[Caller]:
    made = Caller(emulator)
    yield made
    made.session.close()
