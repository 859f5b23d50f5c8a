"""What the Debian package says of itself; `make deb` builds it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from certbot_dns_mijnhost import __version__
from certbot_dns_mijnhost.cli.parser import make_parser
from certbot_dns_mijnhost.dns_mijnhost import Authenticator
from certbot_dns_mijnhost.settings import PREFIX
from scripts import make_man
from scripts.build_deb import TOOLS

ROOT = Path(__file__).resolve().parent.parent
DEBIAN = ROOT / "debian"

pytestmark = pytest.mark.skipif(not DEBIAN.exists(), reason="debian/ is in a checkout")


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setattr(sys, "argv", ["make_man", str(tmp_path)])
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    monkeypatch.setenv("COLUMNS", "80")
    assert make_man.main() == 0
    return {path.name: path.read_text() for path in tmp_path.iterdir()}


def test_it_has_the_version_of_the_plugin() -> None:
    first = (DEBIAN / "changelog").read_text().splitlines()[0]
    debians = re.sub(r"\.?(dev|a|b|rc)(\d+)$", r"~\1\2", __version__)
    assert first.startswith(f"certbot-dns-mijnhost ({debians}) ")


def test_the_script_installs_what_the_build_needs() -> None:
    control = (DEBIAN / "control").read_text()
    needed = re.search(r"^Build-Depends:\n((?: .*\n)+)", control, re.MULTILINE)
    assert needed is not None
    names = {line.split()[0].rstrip(",") for line in needed[1].splitlines()}
    assert names - {"debhelper-compat"} | {"debhelper", "dpkg-dev", "lintian"} == set(TOOLS)


def test_it_needs_at_run_time_what_the_plugin_requires_and_certbot() -> None:
    control = (DEBIAN / "control").read_text()
    [depends] = re.findall(r"^Depends: (.*)$", control, re.MULTILINE)
    assert depends == "certbot, ${misc:Depends}, ${python3:Depends}"


def test_the_page_of_the_command_names_each_command_and_option(pages: dict[str, str]) -> None:
    page = pages["mijnhost.1"].replace(r"\-", "-")
    found = dict(make_man.commands(make_parser(), "mijnhost"))
    assert {"mijnhost hook lego", "mijnhost challenges add", "mijnhost doctor"} <= set(found)
    for name, parser in found.items():
        assert f'.SS "{name}"' in page
        for option in re.findall(r"\[(--[a-z-]+)", parser.format_usage()):
            assert option in page, (name, option)


def test_the_page_of_the_plugin_names_each_option(pages: dict[str, str]) -> None:
    page = pages["certbot-dns-mijnhost.7"].replace(r"\-", "-")
    flags: list[str] = []
    Authenticator.add_parser_arguments(lambda name, **_: flags.append(f"--dns-mijnhost-{name}"))
    settings = (ROOT / "certbot_dns_mijnhost" / "settings.py").read_text()
    in_file = {
        PREFIX + name.replace("-", "_")
        for name in re.findall(r'reader\.get\(\s*"([a-z-]+)"', settings)
    }
    assert len(in_file) > 5
    for name in [*flags, *in_file, "dns_mijnhost_api_key", "dns_mijnhost_api_key_file"]:
        assert name in page, name


def test_the_pages_are_good_roff(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        assert text.startswith(".TH "), name
        assert '"2026-09-21"' in text
        for line in text.splitlines():
            if line.startswith((".", "'")):
                assert re.match(r"\.(TH|SH|SS|TP|PP|B|nf|fi)\b", line), (name, line)


def test_the_maintainer_script_is_clean() -> None:
    shellcheck = Path(sys.executable).with_name("shellcheck")
    script = DEBIAN / "python3-certbot-dns-mijnhost.postrm"
    done = subprocess.run(
        [str(shellcheck), str(script)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
