"""What ``make demo`` runs, and the picture that is made of it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from scripts import record_demo
from scripts.local_ca import environment

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.pebble
def test_the_demo_issues_renews_and_leaves_nothing() -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "examples.demo"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert finished.stdout.endswith("Done: issued, renewed, and nothing left behind.\n")


def test_the_picture_names_no_folder_of_the_machine() -> None:
    folder = Path(tempfile.gettempdir()) / "dns-mijnhost-demo-abc" / "certbot"
    calls = [f"  GET    /api/v2/domains  {number}" for number in range(9)]
    svg = record_demo.picture("\n".join([f"saved in {folder}", *calls, "the end"]))
    text = "".join(ET.fromstring(svg).itertext()).replace("\xa0", " ")  # noqa: S314
    assert tempfile.gettempdir() not in text
    assert "saved in …/certbot" in text
    assert "the end" in text
    assert text.count("/api/v2/domains") == record_demo.CALLS
    assert "font-face" not in svg
