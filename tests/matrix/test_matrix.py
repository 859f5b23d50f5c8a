"""The part of the matrix that fits into every test run: the oldest Certbot.

``make matrix`` runs all of it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from . import __main__ as matrix

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.pebble
@pytest.mark.network
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is a row of the matrix already")
def test_the_oldest_certbot_issues_and_pip_moves_nothing() -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "tests.matrix", "--quick", "--only", "debian-11"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert finished.returncode == 0, finished.stdout
    has_python = matrix.find_python("3.9") is not None
    wanted = r"\| 1\.12\.0 \| 3\.9 \| [1-9]\d* passed \|"
    if not has_python:
        wanted = "not run: no Python 3.9 here"
    assert re.search(wanted, finished.stdout), finished.stdout


def test_a_missing_python_is_not_run_and_not_passed(tmp_path: Path) -> None:
    result = matrix.run(matrix.Row("A system", "newest", "3.99"), tmp_path, ())
    assert result.outcome == "not run: no Python 3.99 here"
    assert not result.has_failed
    assert "not run" in matrix.as_table([result])


@pytest.mark.network
def test_a_failure_is_told(tmp_path: Path) -> None:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    row = matrix.Row("A system", "no-such-constraints", python)
    if matrix.find_python(python) is None:
        pytest.skip("this Python can't make environments")
    result = matrix.run(row, tmp_path / "no.whl", ())
    assert result.has_failed
    assert result.details


def test_the_table_goes_between_its_marks(tmp_path: Path) -> None:
    path = tmp_path / "matrix.md"
    path.write_text("before\n<!-- matrix -->\nold\n<!-- end of matrix -->\nafter\n")
    matrix.write(path, "| new |")
    expected = "before\n<!-- matrix -->\n| new |\n<!-- end of matrix -->\nafter\n"
    assert path.read_text() == expected
