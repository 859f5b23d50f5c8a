"""The command without HOME, as a user without an account, and in an ASCII locale."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .conftest import Shell

UNKNOWN = 54321
START = f"""
import os, sys
if os.geteuid() == 0:
    # The real user has no entry in passwd; the effective one can still read this Python.
    os.setreuid({UNKNOWN}, 0)
"""
NEXT = "next:"
PROGRAM = f"""
import json, tempfile
from certbot_dns_mijnhost.cli.main import main

words, done = sys.argv[1:], []
while words:
    end = words.index({NEXT!r})
    sys.argv[1:], words = words[:end], words[end + 1 :]
    files = [tempfile.TemporaryFile(), tempfile.TemporaryFile()]
    if os.fork() == 0:
        for stream, file in enumerate(files, 1):
            os.dup2(file.fileno(), stream)
        sys.exit(main())
    code = os.waitstatus_to_exitcode(os.wait()[1])
    for file in files:
        file.seek(0)
    done.append([code, *(file.read().decode("latin-1") for file in files)])
os.write(1, json.dumps(done).encode())
"""
"""Imports once, which takes the most time, then runs each command in a process of its own."""
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}


class Done(NamedTuple):
    """The result of one command."""

    exit_code: int
    out: bytes
    problems: bytes


def run_each(
    directory: Path, *commands: Sequence[str | bytes], start: str = START, **environment: str
) -> list[Done]:
    words = [word for command in commands for word in (*command, NEXT)]
    # A script, as the command is one: without a working directory, `python -c` of Python 3.13
    # cannot import socket.
    script = directory / "script.py"
    script.write_text(start + PROGRAM)
    finished = subprocess.run(
        [sys.executable, str(script), *words],
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **environment},
        cwd=directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    results = json.loads(finished.stdout)
    assert len(results) == len(commands)
    return [Done(code, *(text.encode("latin-1") for text in texts)) for code, *texts in results]


def run(shell: Shell, *commands: Sequence[str | bytes]) -> list[Done]:
    key = ("--credentials", str(shell.credentials))
    return run_each(shell.directory, *((*command, *key) for command in commands), **ASCII)


WITHOUT_A_HOME: dict[tuple[str, ...], int] = {
    ("--help",): 0,
    ("doctor", "--help"): 0,
    ("whoami",): 0,
    ("domains", "list"): 0,
    ("records", "list", "example.nl"): 0,
    ("records", "add", "example.nl", "A", "new", "192.0.2.9"): 0,
    ("records", "set", "example.nl", "A", "other", "192.0.2.9"): 0,
    ("records", "delete", "example.nl", "A", "@", "--yes"): 0,
    ("zone", "backup", "example.nl"): 0,
    ("zone", "backup", "example.nl", "-o", "-"): 0,
    ("zone", "diff", "example.nl", "nowhere.json"): 2,
    ("challenges", "sweep"): 0,
    ("doctor", "-d", "example.nl", "--no-write", "--config-dir", "."): 0,
    ("whoami", "--credentials", "~/nowhere.ini"): 0,
}


def test_no_command_needs_a_home_or_more_than_ascii(shell: Shell) -> None:
    for (arguments, exit_code), done in zip(WITHOUT_A_HOME.items(), run(shell, *WITHOUT_A_HOME)):
        assert done.exit_code == exit_code, (arguments, done)
        assert b"Traceback" not in done.problems, (arguments, done)
        assert (done.out + done.problems).isascii(), (arguments, done)


def test_a_copy_without_a_home_is_saved_where_the_message_says(shell: Shell) -> None:
    program = "from certbot_dns_mijnhost.zone.backup import default_directory as d; print(d())"
    done = subprocess.run(
        [sys.executable, "-c", START + program],
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
    added, listed, examined = run(
        shell,
        ("records", "add", name, "TXT", "text", value, "--json"),
        ("records", "list", name),
        ("doctor", "-d", name, "--no-write", "--config-dir", "."),
    )
    assert added.exit_code == 0, added.problems
    assert shell.values("TXT", "text.xn--bcher-kva.nl", "xn--bcher-kva.nl") == ["grüße"]
    assert json.loads(added.out)["added"][0]["value"] == "grüße"
    assert b"gr??e" in listed.out
    assert b"_acme-challenge.xn--bcher-kva.nl" in examined.out, examined.problems


def test_bytes_that_are_not_text_are_refused(shell: Shell) -> None:
    before = shell.emulator.account.records("example.nl")
    odd = b"caf\xe9"
    refused = run(
        shell,
        ("records", "add", "example.nl", "TXT", "x", odd),
        ("records", "add", "example.nl", "TXT", odd, "x"),
        ("records", "list", "example.nl", "--name", odd),
        ("domains", "list", "--tag", odd),
        ("challenges", "sweep", "-d", odd),
        ("challenges", "add", "_acme-challenge.example.nl", odd),
    )
    for done in refused:
        assert done.exit_code == 2, done
        assert b"caf\\udce9" in done.problems
        assert len(done.problems.splitlines()) == 1
    key = ("--credentials", str(shell.credentials))
    hooks = run_each(
        shell.directory,
        ("hook", "lego", *key, "present", "_acme-challenge.example.nl", odd),
        ("hook", "lego", *key, "present", "--", "nowhere.nl", "token", odd),
        ("hook", "uacme", *key, "begin", "dns-01", "example.nl", "token", odd),
        **ASCII,
    )
    assert [done.exit_code for done in hooks] == [2, 3, 2]
    for done in hooks:
        assert len(done.problems.splitlines()) == 1, done
    assert shell.emulator.account.records("example.nl") == before


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
    done, missing = run(
        shell,
        ("doctor", "-d", "example.nl", "--no-write", "--config-dir", "."),
        ("zone", "diff", "example.nl", str(folder / "k\u00f6pie")),
    )
    assert done.exit_code == 0, done
    assert missing.exit_code == 2
    assert b"Cannot read the zone copy" in missing.problems
    assert b"Traceback" not in missing.problems


def test_a_working_directory_that_is_gone(shell: Shell, tmp_path: Path) -> None:
    start = START.replace(
        "import os, sys\n",
        "import os, sys\nos.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')\n",
    )
    absolute = ("--credentials", str(shell.credentials))
    commands = {
        ("whoami", "--credentials", "mijnhost.ini"): b"a working directory that no longer exists",
        ("whoami", *absolute): b"",
        ("zone", "backup", "example.nl", *absolute): b"Cannot write",
    }
    results = run_each(tmp_path, *commands, start=start)
    for words, done in zip(commands.values(), results):
        assert words in done.problems, done
        assert b"Traceback" not in done.problems
