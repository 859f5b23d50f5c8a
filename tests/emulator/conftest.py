"""The emulator of these tests, and a caller that uses nothing of the package's client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from certbot_dns_mijnhost.emulator import Emulator
from tests.emulator.support import Caller
from tests.support.emulated import StartEmulator


@pytest.fixture
def emulator(start_emulator: StartEmulator) -> Emulator:
    return start_emulator(lags=(0.0, 30.0))


@pytest.fixture
def caller(emulator: Emulator) -> Iterator[Caller]:
    made = Caller(emulator)
    yield made
    made.session.close()
