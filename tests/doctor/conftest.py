"""Fixtures for the tests of the doctor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from certbot_dns_mijnhost.emulator import Emulator

from .runner import DoctorRunner


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[DoctorRunner]:
    runner = DoctorRunner(Emulator(serve=False), tmp_path / "mijnhost.ini")
    runner.emulator = Emulator(lags=(0.0, 0.3), clock=runner.clock)
    with runner.emulator:
        yield runner
