"""The command without HOME, as a user without an account, and in an ASCII locale."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Shell

UNKNOWN = 54321
PROGRAM = f"""
import os, sys
if os.geteuid() == 0:
    # The real user has no entry in passwd; the effective one can still read this Python.
    os.setreuid({UNKNOWN}, 0)
from certbot_dns_mijnhost.cli.main import main
sys.exit(main())
"""
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}


def run(
    shell: Shell, *arguments: str | bytes, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    command: list[str | bytes] = [sys.executable, "-c", PROGRAM, *arguments]
    command += ["--credentials", str(shell.credentials)]
    return subprocess.run(
        command,
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **ASCII, **environment},
        cwd=shell.directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (("--help",), 0),
        (("doctor", "--help"), 0),
        (("whoami",), 0),
        (("domains", "list"), 0),
        (("records", "list", "example.nl"), 0),
        (("records", "add", "example.nl", "A", "new", "192.0.2.9"), 0),
        (("records", "set", "example.nl", "A", "other", "192.0.2.9"), 0),
        (("records", "delete", "example.nl", "A", "@", "--yes"), 0),
        (("zone", "backup", "example.nl"), 0),
        (("zone", "backup", "example.nl", "-o", "-"), 0),
        (("zone", "diff", "example.nl", "nowhere.json"), 2),
        (("challenges", "sweep"), 0),
        (("doctor", "-d", "example.nl", "--no-write", "--config-dir", "."), 0),
        (("whoami", "--credentials", "~/nowhere.ini"), 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_no_command_needs_a_home_or_more_than_ascii(
    shell: Shell, arguments: tuple[str, ...], exit_code: int
) -> None:
    done = run(shell, *arguments)
    assert done.returncode == exit_code, done.stderr + done.stdout
    assert b"Traceback" not in done.stderr
    assert (done.stdout + done.stderr).isascii()


def test_a_copy_without_a_home_is_saved_where_the_message_says(shell: Shell) -> None:
    program = "from certbot_dns_mijnhost.zone.backup import default_directory as d; print(d())"
    code = PROGRAM.replace("from certbot_dns_mijnhost.cli.main import main", program)
    done = subprocess.run(
        [sys.executable, "-c", code.replace("sys.exit(main())", "")],
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        cwd=shell.directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith(("/mijnhost", "/var/lib/letsencrypt/dns-mijnhost"))


def test_letters_beyond_ascii_are_read_as_they_were_typed(shell: Shell) -> None:
    shell.emulator.account.add_domain("xn--bcher-kva.nl")
    name, value = "bücher.nl".encode(), "grüße".encode()
    added = run(shell, "records", "add", name, "TXT", "text", value, "--json")
    assert added.returncode == 0, added.stderr
    assert shell.values("TXT", "text.xn--bcher-kva.nl", "xn--bcher-kva.nl") == ["grüße"]
    assert json.loads(added.stdout)["added"][0]["value"] == "grüße"
    listed = run(shell, "records", "list", name)
    assert b"gr??e" in listed.stdout
    examined = run(shell, "doctor", "-d", name, "--no-write", "--config-dir", ".")
    assert b"_acme-challenge.xn--bcher-kva.nl" in examined.stdout, examined.stderr


def test_paths_beyond_ascii(shell: Shell) -> None:
    folder = shell.directory / "sleutels-ë"
    folder.mkdir()
    (folder / "sleutel-é").write_text(shell.emulator.account.api_key)
    (folder / "sleutel-é").chmod(0o600)
    text = shell.credentials.read_text().replace(
        f"dns_mijnhost_api_key = {shell.emulator.account.api_key}",
        "dns_mijnhost_api_key_file = sleutels-ë/sleutel-é",
    )
    shell.credentials.write_text(text, encoding="utf-8")
    done = run(shell, "doctor", "-d", "example.nl", "--no-write", "--config-dir", ".")
    assert done.returncode == 0, done.stderr + done.stdout
    missing = run(shell, "zone", "diff", "example.nl", str(folder / "k\u00f6pie"))
    assert missing.returncode == 2
    assert b"Cannot read the zone copy" in missing.stderr
    assert b"Traceback" not in missing.stderr


def test_a_working_directory_that_is_gone(shell: Shell, tmp_path: Path) -> None:
    program = PROGRAM.replace(
        "import os, sys\n",
        "import os, sys\nos.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')\n"
        "sys.path[:] = filter(None, sys.path)\n",
    )
    for arguments, words in (
        (["whoami", "--credentials", "mijnhost.ini"], b"a working directory that no longer exists"),
        (["whoami", "--credentials", str(shell.credentials)], b""),
        (
            ["zone", "backup", "example.nl", "--credentials", str(shell.credentials)],
            b"Cannot write",
        ),
    ):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        assert words in done.stderr, done.stderr
        assert b"Traceback" not in done.stderr
