"""A test whose machine lacks something is skipped with the reason, or fails if that is required."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .support.long_first import share_long

ROOT = Path(__file__).resolve().parent.parent
TESTS = """
import pytest

@pytest.mark.machine
def test_by_marker():
    pass

@pytest.fixture
def machine_shell():
    pass

def test_by_fixture(machine_shell):
    pass

@pytest.mark.clients
def test_of_others():
    pass

def test_of_nothing():
    pass
"""


def run(folder: Path, *arguments: str, machine: str = "") -> tuple[int, str]:
    file = folder / "test_it.py"
    file.write_text(TESTS)
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-rs", "-c", os.devnull),
            *("--rootdir", str(folder)),
            *("-p", "tests.conftest", "-p", "no:cacheprovider", str(file), *arguments),
        ],
        env={
            **os.environ,
            "MACHINE": machine,
            "CLIENTS": "",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd=ROOT,
    )
    return finished.returncode, finished.stdout


def test_it_is_skipped_with_the_reason_or_fails_if_it_is_required(tmp_path: Path) -> None:
    code, shown = run(tmp_path, "--require", "machine,root")
    assert code == 1, shown
    assert "1 passed, 1 skipped, 2 errors" in shown
    assert "--require machine: no new Debian was made: `make machine` makes one" in shown
    assert "needs lego, dehydrated and uacme: the clients were not found" in shown


def test_it_runs_if_the_machine_has_it(tmp_path: Path) -> None:
    code, shown = run(tmp_path, "-m", "machine", machine="/a/new/debian")
    assert code == 0, shown
    assert "2 passed, 2 deselected" in shown


def test_an_unknown_marker_is_an_error(tmp_path: Path) -> None:
    code, shown = run(tmp_path, "--require", "pebbel")
    assert code == 4
    assert "--require: unknown: pebbel" in shown


@pytest.mark.parametrize(
    ("workers", "starts"), [(1, [0]), (2, [0, 10]), (3, [0, 6, 13]), (6, [0, 3, 6, 9, 12, 16])]
)
def test_each_worker_begins_with_its_part_of_the_long_tests(
    workers: int, starts: list[int]
) -> None:
    items = list(range(20))
    ordered = share_long(items, lambda item: item % 5 == 0, workers)
    assert sorted(ordered) == items
    for worker, start in enumerate(starts):
        mine = [0, 5, 10, 15][worker::workers]
        assert ordered[start : start + len(mine)] == mine
