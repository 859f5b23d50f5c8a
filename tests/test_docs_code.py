"""The Python code of the documentation runs against the emulator; its output is as shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from certbot_dns_mijnhost.api import MijnHostClient
from certbot_dns_mijnhost.emulator import Emulator
from certbot_dns_mijnhost.zone import backup
from tests.support.resources import resources_of
from tests.support.virtual_time import sleep_virtually

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PROGRAMS_AND_REFERENCE = {"programs.md", "reference.md"}
PAGES = [
    DOCS / "api.md",
    *(
        page
        for page in sorted((DOCS / "client").glob("*.md"))
        if page.name not in PROGRAMS_AND_REFERENCE
    ),
]
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Emulator]:
    monkeypatch.setattr(backup, "PLUGIN_DIRECTORY", tmp_path / "plugin" / "copies")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    virtual = sleep_virtually(monkeypatch)
    with Emulator(domains=("example.nl", "example.com"), clock=virtual) as running:
        monkeypatch.setenv("MIJNHOST_API_KEY", running.account.api_key)
        defaults = MijnHostClient.__init__.__kwdefaults__ or {}
        monkeypatch.setitem(defaults, "base_url", running.api_url)
        yield running


def name_of(page: Path) -> str:
    return page.name


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_code_of_a_page_prints_what_the_page_shows(
    emulator: Emulator, capsys: pytest.CaptureFixture[str], page: Path
) -> None:
    blocks = BLOCK.findall(page.read_text())
    assert [kind for kind, _ in blocks][:2] == ["python", "text"]
    names: dict[str, object] = {}
    for kind, text in blocks:
        if kind == "python":
            exec(compile(text, str(page), "exec"), names)  # noqa: S102  # it is our own page
        else:
            assert capsys.readouterr().out == text
    assert capsys.readouterr().out == ""
    assert emulator.requests


@pytest.mark.parametrize("resource", resources_of(MijnHostClient("key")))
def test_each_resource_has_a_page_with_its_methods(resource: str) -> None:
    page = DOCS / "client" / f"{resource.replace('_', '-')}.md"
    with MijnHostClient("key") as client:
        name = type(getattr(client, resource)).__name__
    text = page.read_text()
    assert f"`client.{resource}`" in text
    assert re.search(
        rf"^\.\. autoclass:: certbot_dns_mijnhost\.api\.(\w+\.)?{name}$", text, re.MULTILINE
    )


def test_each_page_is_in_the_table_of_contents() -> None:
    index = (DOCS / "index.md").read_text()
    listed = set(re.findall(r"^(?:[^<\n]+<)?([\w/-]+)>?$", index, re.MULTILINE))
    pages = {
        str(page.relative_to(DOCS).with_suffix(""))
        for page in DOCS.rglob("*.md")
        if "_build" not in page.parts
    }
    assert pages - {"index"} - listed == set()
