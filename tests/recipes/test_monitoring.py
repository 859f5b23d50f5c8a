"""The recipe that mails what the doctor finds, and the one for Nagios and Icinga."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from certbot_dns_mijnhost.emulator import Emulator
from scripts.local_ca import write_credentials
from tests.support.commands import EXAMPLES, run, write_command

pytestmark = pytest.mark.jq
MAIL = EXAMPLES / "monitoring" / "mail.sh"
CHECK = EXAMPLES / "monitoring" / "check_mijnhost.sh"


def saying(folder: Path, value: Any, exit_code: int = 0) -> dict[str, str]:
    """Return an environment whose doctor prints a value, and whose mail goes to a file."""
    text = value if isinstance(value, str) else json.dumps(value)
    (folder / "json").write_text(text)
    mijnhost = str(
        write_command(folder, "mijnhost", f"cat {shlex.quote(str(folder))}/json; exit {exit_code}")
    )
    return environment(folder, mijnhost)


def environment(folder: Path, mijnhost: str) -> dict[str, str]:
    mail = str(
        write_command(folder, "mail", f'echo "$@" > {folder}/mailed; cat >> {folder}/mailed')
    )
    return {"PATH": os.environ["PATH"], "MIJNHOST": mijnhost, "MAIL": mail}


def mailed(folder: Path) -> str:
    file = folder / "mailed"
    return file.read_text() if file.exists() else ""


def finding(state: str, message: str, check: str = "x", **data: Any) -> dict[str, Any]:
    return {"check": check, "state": state, "message": message, "next_step": "Do it.", **data}


def report(*findings: dict[str, Any]) -> dict[str, Any]:
    return {"in_order": True, "complete": True, "findings": list(findings)}


HORIZON = [
    finding("ok", "soon.nl: …", "horizon", certificate="soon.nl", days=12),
    finding("ok", "later.nl: …", "horizon", certificate="later.nl", days=80),
]
FIGURES = "'soon.nl'=12 'later.nl'=80"


@pytest.mark.parametrize(
    ("value", "exit_code", "line"),
    [
        (report(), 0, "OK - no problems"),
        (report(*HORIZON), 0, f"OK - soon.nl: 12 days left | {FIGURES}"),
        (
            report(finding("warning", "It is | odd."), *HORIZON),
            1,
            f"WARNING - It is / odd. | {FIGURES}",
        ),
        (
            report(
                finding("warning", "Odd."), finding("failed", "Bad."), finding("failed", "Worse.")
            ),
            2,
            "CRITICAL - Bad. Worse.",
        ),
        ({"error": "No API key was found"}, 3, "UNKNOWN - No API key was found"),
        ({"complete": False, "findings": []}, 3, "UNKNOWN - the doctor was interrupted"),
        ("Traceback", 3, "UNKNOWN - the doctor printed no JSON. Run it by hand"),
        ("", 3, "UNKNOWN - the doctor printed no JSON. Run it by hand"),
    ],
)
def test_the_check_for_nagios(tmp_path: Path, value: Any, exit_code: int, line: str) -> None:
    checked = run(CHECK, environment=saying(tmp_path, value, exit_code=1))
    assert (checked.returncode, checked.stdout) == (exit_code, f"{line}\n")


def test_a_mail_has_what_needs_attention_and_what_to_do(tmp_path: Path) -> None:
    found = report(finding("ok", "Fine."), finding("warning", "Odd."), finding("failed", "Bad."))
    done = run(MAIL, "you@example.nl", environment=saying(tmp_path, found, exit_code=1))
    assert done.returncode == 0, done.stdout
    head, *text = mailed(tmp_path).splitlines()
    assert head.startswith("-s mijnhost doctor on ")
    assert head.endswith(" you@example.nl")
    assert text == ["warning: Odd.", "  -> Do it.", "failed: Bad.", "  -> Do it."]


def test_no_mail_if_all_is_well(tmp_path: Path) -> None:
    done = run(MAIL, "you@example.nl", environment=saying(tmp_path, report(*HORIZON)))
    assert (done.returncode, done.stdout, mailed(tmp_path)) == (0, "", "")


@pytest.mark.parametrize(
    ("value", "words"),
    [({"error": "No key."}, "No key."), ("oops", "no JSON"), ("", "printed nothing")],
)
def test_a_doctor_that_does_not_run_is_mailed(tmp_path: Path, value: Any, words: str) -> None:
    assert run(MAIL, "you@example.nl", environment=saying(tmp_path, value)).returncode == 0
    assert words in mailed(tmp_path)


def test_without_an_address_nothing_runs(tmp_path: Path) -> None:
    done = run(MAIL, environment=saying(tmp_path, report()))
    assert done.returncode == 2
    assert "Give the address" in done.stdout


def test_both_with_the_real_doctor(tmp_path: Path) -> None:
    with Emulator(lags=(0.0,)) as emulator:
        credentials = write_credentials(
            tmp_path / "mijnhost.ini",
            {
                "api_key": emulator.account.api_key,
                "api_url": emulator.api_url,
                "resolver": emulator.resolver,
            },
        )
        port = emulator.nameservers[0].split(":")[1]
        real = f"exec {shlex.quote(sys.executable)} -m certbot_dns_mijnhost.cli"
        mijnhost = str(write_command(tmp_path, "mijnhost", f'{real} "$@" --dns-port {port}'))
        options = ["-d", "example.nl", "--credentials", str(credentials)]
        options += ["--config-dir", str(tmp_path / "config")]
        sound = run(CHECK, *options, environment=environment(tmp_path, mijnhost))
        assert (sound.returncode, sound.stdout) == (0, "OK - no problems\n")
        run(MAIL, "you@example.nl", *options, environment=environment(tmp_path, mijnhost))
        assert mailed(tmp_path) == ""
        emulator.account.add_record("example.nl", "CAA", "example.nl.", '0 issue "ca.example"')
        broken = run(CHECK, *options, environment=environment(tmp_path, mijnhost))
        assert broken.returncode == 2
        assert broken.stdout.startswith("CRITICAL - The CAA records at example.nl forbid")
        run(MAIL, "you@example.nl", *options, environment=environment(tmp_path, mijnhost))
        assert "failed: The CAA records at example.nl forbid" in mailed(tmp_path)
        assert emulator.account.api_key not in mailed(tmp_path)
