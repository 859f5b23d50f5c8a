"""The practice of each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from certbot_dns_mijnhost.emulator import Emulator

from .practice import Practice


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    practice = Practice(Emulator(serve=False), tmp_path / "mijnhost.ini")
    practice.emulator = Emulator(lags=(0.0, 0.3), clock=practice.clock)
    with practice.emulator:
        yield practice
