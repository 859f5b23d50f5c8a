"""What holds for all tests."""

from __future__ import annotations

import signal
import tempfile
from pathlib import Path

import pytest

from certbot_dns_mijnhost.challenge_records import zone_lock


def pytest_configure() -> None:
    """Heed SIGINT, which a job in the background of a shell ignores, and so would its children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def own_locks(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the locks of zones to this worker: they hold for the whole machine otherwise."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.getbasetemp()))
    monkeypatch.setattr(zone_lock, "SYSTEM_DIRECTORY", Path("/nowhere/locks"))
