"""A PATH of fake commands for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import TOOLS, StubCommands


@pytest.fixture
def stubs(tmp_path: Path) -> StubCommands:
    return StubCommands(tmp_path / "stubs", TOOLS)
