"""The file that lets acme.sh call the command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from certbot_dns_mijnhost.emulator import Emulator
from scripts.local_ca import emulator_settings, environment, write_credentials
from tests.support.commands import EXAMPLES, run

FILE = EXAMPLES / "acme-sh" / "dns_mijnhost_cli.sh"
ACME_SH = """
_readaccountconf_mutable() { cat "$HOME/$1" 2>/dev/null; }
_saveaccountconf_mutable() { printf %s "$2" >"$HOME/$1"; }
. "$FILE"
"$@"
"""
"""What the file uses of acme.sh."""
VALUE = "-" * 43


@pytest.fixture
def domain(tmp_path: Path) -> str:
    # A zone's lock holds for the whole machine.
    return f"acme-sh-{tmp_path.parent.name}-{tmp_path.name}.nl".replace("_", "-").lower()


def test_it_adds_and_removes_and_saves_the_path_but_not_the_key(
    tmp_path: Path, domain: str
) -> None:
    name = f"_acme-challenge.{domain}"
    with Emulator(domains=(domain,), lags=(0.0,)) as emulator:
        settings = emulator_settings(emulator)
        credentials = write_credentials(tmp_path / "key.ini", settings)
        before = emulator.account.records(domain)
        variables = {"MIJNHOST_CREDENTIALS": str(credentials)}
        for function, expected in ("dns_mijnhost_cli_add", [VALUE]), ("dns_mijnhost_cli_rm", []):
            done = subprocess.run(
                ["sh", "-c", ACME_SH, "sh", function, name, VALUE],
                env=environment(
                    **variables,
                    FILE=str(FILE),
                    HOME=str(tmp_path),
                    PATH=f"{Path(sys.executable).parent}:/usr/bin:/bin",
                ),
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            values = [r.value for r in emulator.account.records(domain) if r.name == f"{name}."]
            assert values == expected
            # The second call is that of a renewal: only what was saved is known.
            variables = {}
        assert emulator.account.records(domain) == before
        assert (tmp_path / "MIJNHOST_CREDENTIALS").read_text() == str(credentials)


def test_it_is_clean_for_every_shell() -> None:
    shellcheck = Path(sys.executable).with_name("shellcheck")
    for command in ([str(shellcheck)], ["sh", "-n"]):
        checked = run(*command, FILE)
        assert (checked.returncode, checked.stdout) == (0, "")
