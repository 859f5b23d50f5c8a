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
@pytest.mark.parametrize("patch", ["append", "replace"])
def test_the_demo_issues_renews_and_leaves_nothing(patch: str) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "examples.demo", "--patch", patch],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert finished.stdout.endswith("Done: issued, renewed, and nothing left behind.\n")
    assert ("Rewriting the zone" in finished.stdout) == (patch == "replace")
    if patch == "append":
        shown = record_demo.shortened(finished.stdout.splitlines())
        assert "Successfully received certificate." in "\n".join(shown)


def test_the_picture_names_no_folder_of_the_machine() -> None:
    folder = Path(tempfile.gettempdir()) / "dns-mijnhost-demo-abc" / "certbot"
    lines = [f"saved in {folder}", "== certbot renew", "hidden", "== The zone", "the end"]
    svg = record_demo.picture("\n".join(lines))
    text = "".join(ET.fromstring(svg).itertext()).replace("\xa0", " ")  # noqa: S314
    assert tempfile.gettempdir() not in text
    assert "saved in …/certbot" in text
    assert "the end" in text
    assert "hidden" not in text
    assert "font-face" not in svg


def test_a_longer_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="30 lines"):
        record_demo.shortened(["line"] * 30)
