"""All scripts, and the page that describes them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import EXAMPLES, FOLDERS, ROOT, SCRIPTS, run


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_plain_sh_and_clean(script: Path) -> None:
    text = script.read_text()
    assert text.startswith("#!/bin/sh\n# ")
    assert "\nset -eu\n" in text
    assert os.access(script, os.X_OK)
    installed = Path(sys.executable).with_name("shellcheck")
    shellcheck = str(installed) if installed.exists() else shutil.which("shellcheck")
    assert shellcheck is not None, "shellcheck is in the test extra"
    for command in ([shellcheck, "--enable=check-unassigned-uppercase"], ["sh", "-n"]):
        checked = run(*command, script)
        assert (checked.returncode, checked.stdout) == (0, "")
    if shutil.which("bash"):
        assert run("bash", "-n", script).returncode == 0


def test_the_page_links_every_recipe_and_nothing_that_is_not_there() -> None:
    page = ROOT / "docs" / "recipes.md"
    text = page.read_text()
    assert "\n## Containers\n\nSee [containers](containers.md).\n" in text
    links = set(re.findall(r"\]\(([^)#:]+)\)", text)) - {"containers.md"}
    for link in links:
        assert (page.parent / link).resolve().exists(), link
    linked = {(page.parent / link).resolve() for link in links}
    folders = (*FOLDERS, "credentials", "cron", "systemd")
    files = {path for folder in folders for path in (EXAMPLES / folder).rglob("*")}
    assert {path for path in files if path.is_file()} <= linked
    for pattern in re.findall(r"\bexamples/[\w./*-]*[\w*]", text):
        assert list(ROOT.glob(pattern)), pattern


def test_the_page_shows_what_the_delegation_prints() -> None:
    text = (ROOT / "docs" / "recipes.md").read_text()
    block = r"^ {7}(examples/delegation/.*)\n\n +prints\n\n((?: {7}.*\n)+)"
    shown = re.search(block, text, re.MULTILINE)
    assert shown is not None
    printed = run("sh", "-c", f"cd {shlex.quote(str(ROOT))}; {shown[1]}")
    assert printed.stdout == re.sub(r"^ {7}", "", shown[2], flags=re.MULTILINE)


def test_the_commands_of_the_page_are_shell() -> None:
    text = (ROOT / "docs" / "recipes.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) > 10
    for block in blocks:
        checked = subprocess.run(
            ["sh", "-n"], input=block, capture_output=True, text=True, check=False
        )
        assert (checked.returncode, checked.stderr) == (0, ""), block
