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


def run(folder: Path, *kinds: str) -> str:
    """Run examples in a folder of their own, with the fixtures of all tests; return the output."""
    files = [folder / f"test_new_{number}.py" for number, _ in enumerate(kinds)]
    for file, kind in zip(files, kinds):
        file.write_text(example(kind))
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml")),
            *("--rootdir", str(folder), "-p", "tests.conftest", "-p", "no:cacheprovider"),
            *("-p", "no:randomly", "--basetemp", str(folder / "base"), *map(str, files)),
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


def test_the_examples_without_pebble_run(tmp_path: Path) -> None:
    assert "4 passed" in run(tmp_path, "A unit", "An emulator")


@pytest.mark.pebble
def test_the_end_to_end_example_runs(tmp_path: Path) -> None:
    assert "1 passed" in run(tmp_path, "An end-to-end")


def test_the_examples_are_formatted_and_typed(tmp_path: Path) -> None:
    kinds = ("A unit", "An emulator", "An end-to-end")
    for number, kind in enumerate(kinds):
        (tmp_path / f"test_new_{number}.py").write_text(example(kind))
    files = sorted(tmp_path.glob("*.py"))
    assert len(files) == len(kinds)
    for command in (
        ["ruff", "format", "--check"],
        ["ruff", "check", "--ignore", "D,INP,S101"],
        ["mypy", "--no-warn-unused-configs"],
    ):
        finished = subprocess.run(
            [sys.executable, "-m", *command, *map(str, files)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd=ROOT,
        )
        assert finished.returncode == 0, finished.stdout
