"""What runs elsewhere: the workflows call what people call, and may do no more than they need."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import check_text, release_notes

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CHANGELOG = """# Changelog

## [Unreleased]

## [2.1.0] - 2027-01-31

### Fixed

- A thing.

## [2.0.0] - 2026-12-01

- The first.

## [1.9.0] - 2026-11-01

[2.1.0]: https://example.com/
"""


def workflow(name: str) -> Any:
    return yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text())


def steps() -> list[dict[str, Any]]:
    jobs = [job for path in WORKFLOWS for job in workflow(path.name)["jobs"].values()]
    return [step for job in jobs for step in job["steps"]]


def test_each_python_of_the_metadata_is_tested() -> None:
    supported = re.findall(r"Python :: (3\.\d+)\"", (ROOT / "setup.py").read_text())
    assert workflow("ci.yml")["jobs"]["unit"]["strategy"]["matrix"]["python"] == supported


def test_they_call_targets_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    called = [
        target
        for step in steps()
        for line in re.findall(r"^make (.*)$", step.get("run", ""), re.MULTILINE)
        for target in line.split()
    ]
    assert {"check", "unit", "dist"} <= set(called)
    for target in called:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_read_only(path: Path) -> None:
    found = workflow(path.name)
    assert found["permissions"] == {"contents": "read"}
    raised = {
        name: job["permissions"] for name, job in found["jobs"].items() if "permissions" in job
    }
    expected = {
        "docs": {"publish": {"pages": "write", "id-token": "write"}},
        "release": {"pypi": {"id-token": "write"}, "github": {"contents": "write"}},
    }
    assert raised == expected.get(path.stem, {})


def test_only_the_main_branch_is_published() -> None:
    docs = workflow("docs.yml")
    # YAML reads the key "on" as true.
    assert docs[True]["push"] == {"branches": ["main"]}
    assert docs["jobs"]["publish"]["if"] == "github.event_name == 'push'"
    assert docs["jobs"]["publish"]["needs"] == "build"


def test_no_checkout_keeps_the_token() -> None:
    checkouts = [step for step in steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) >= 4
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_a_report_asks_for_the_doctor() -> None:
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.yml").read_text())
    [doctor] = [part for part in form["body"] if part.get("id") == "doctor"]
    assert doctor["validations"]["required"] is True
    assert "mijnhost doctor" in doctor["attributes"]["label"]


def test_the_notes_are_the_section_of_the_version() -> None:
    assert release_notes.notes("v2.1.0", "2.1.0", CHANGELOG) == "### Fixed\n\n- A thing.\n"
    assert release_notes.notes("v2.0.0", "2.0.0", CHANGELOG) == "- The first.\n"


@pytest.mark.parametrize(
    ("tag", "version", "message"),
    [
        ("v2.0.0", "2.1.0", "tag v2.1.0 instead"),
        ("2.1.0", "2.1.0", "tag v2.1.0 instead"),
        ("v2.2.0", "2.2.0", "no section"),
        ("v1.9.0", "1.9.0", "is empty"),
    ],
)
def test_what_can_not_be_released(tag: str, version: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        release_notes.notes(tag, version, CHANGELOG)


def test_a_wrong_tag_ends_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert release_notes.main(["v0.0.0"]) == 1
    assert "the tag is v0.0.0, but __version__ is" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"fine\n", []),
        (b"", []),
        (b"\x00binary", []),
        (b"<svg> \n", []),
        (b"no end", ["no line feed at the end"]),
        (b"two\n\n", ["empty lines at the end"]),
        (b"one\nblank \n", ["trailing blanks in line 2"]),
        (b"windows\r\n", ["trailing blanks in line 1"]),
        (b"a\n" + b"<" * 7 + b" HEAD\n", ["a merge conflict in line 2"]),
        (b"a heading\n========\n", []),
    ],
)
def test_text_files_are_checked(content: bytes, found: list[str]) -> None:
    assert list(check_text.faults(content)) == found


def test_each_hook_runs_a_program_of_the_environment() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert {hook["id"] for hook in hooks} >= {"ruff", "ruff-format", "mypy", "shellcheck"}
    for hook in hooks:
        assert hook["entry"].startswith(".venv/bin/")
        assert (ROOT / hook["entry"].split()[0]).name in {
            *("ruff", "mypy", "shellcheck", "python", "zizmor"),
        }
