"""The examples of "How to add a test" run as CONTRIBUTING shows them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "CONTRIBUTING.md"


def example(kind: str) -> str:
    """Return the code below the paragraph that begins with the kind of test, in bold."""
    text = PAGE.read_text()
    found = re.search(
        rf"^\*\*{kind} test\*\*.*?^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL
    )
    assert found is not None, kind
    return found.group(1)


def run(folder: Path, kind: str) -> str:
    """Run an example in a folder of its own, with the fixtures of all tests; return the output."""
    file = folder / "test_new.py"
    file.write_text(example(kind))
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml")),
            *("--rootdir", str(folder), "-p", "tests.conftest", "-p", "no:cacheprovider"),
            *("-p", "no:randomly", "--basetemp", str(folder / "base"), str(file)),
        ],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert finished.returncode == 0, finished.stdout
    return finished.stdout


@pytest.mark.parametrize(("kind", "tests"), [("A unit", 3), ("An emulator", 1)])
def test_an_example_without_pebble_runs(tmp_path: Path, kind: str, tests: int) -> None:
    assert f"{tests} passed" in run(tmp_path, kind)


@pytest.mark.pebble
def test_the_end_to_end_example_runs(tmp_path: Path) -> None:
    assert "1 passed" in run(tmp_path, "An end-to-end")


@pytest.mark.parametrize("kind", ["A unit", "An emulator", "An end-to-end"])
def test_an_example_is_formatted_and_typed(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "test_new.py"
    file.write_text(example(kind))
    for command in (
        ["ruff", "format", "--check"],
        ["ruff", "check", "--ignore", "D,INP,S101"],
        ["mypy", "--no-warn-unused-configs"],
    ):
        finished = subprocess.run(
            [sys.executable, "-m", *command, str(file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd=ROOT,
        )
        assert finished.returncode == 0, finished.stdout
