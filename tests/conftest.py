"""What holds for all tests."""

from __future__ import annotations

import tempfile

import pytest


@pytest.fixture(autouse=True)
def own_locks(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the locks of zones to this worker: they hold for the whole machine otherwise."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.getbasetemp()))
