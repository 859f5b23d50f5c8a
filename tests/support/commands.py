"""Fake commands that note how they were called, and the recipes to run with them."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "examples"
FOLDERS = (
    "delegation",
    "deploy-hooks",
    "install",
    "many-domains",
    "monitoring",
    "non-root",
    "staging",
)
SCRIPTS = sorted(path for folder in FOLDERS for path in (EXAMPLES / folder).glob("*.sh"))


def run(
    *command: str | Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; both outputs are in ``stdout``."""
    return subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=None if environment is None else dict(environment),
    )


def write_command(directory: Path, name: str, script: str) -> Path:
    """Write an executable script of the shell."""
    directory.mkdir(exist_ok=True)
    path = directory / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


TOOLS = ("basename", "cat", "chmod", "head", "mktemp", "mv", "printf", "rm", "sh", "shuf", "tr")
"""The commands that the recipes may use."""


class StubCommands:
    """A directory of fake commands for PATH.

    :param tools: names of real commands that it also has.
    """

    def __init__(self, directory: Path, tools: Sequence[str] = ()) -> None:
        self.directory = directory
        directory.mkdir()
        self.log = directory / "calls"
        for tool in tools:
            found = shutil.which(tool)
            assert found is not None, f"every system has {tool}"
            (directory / tool).symlink_to(found)

    def add(self, name: str, exit_code: int = 0, says: str = "", then: str = "") -> None:
        """Add a command.

        :param says: what it writes to its standard error.
        :param then: further lines of its script.
        """
        lines = [f'echo {name} "$@" >> {shlex.quote(str(self.log))}']
        if says:
            lines.append(f"echo {shlex.quote(says)} >&2")
        write_command(self.directory, name, "\n".join([*lines, then or f"exit {exit_code}"]))

    @property
    def calls(self) -> list[str]:
        """Each call: the name and its arguments."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def called(self, name: str) -> list[str]:
        """Return the calls of one command."""
        return [call for call in self.calls if call.split(" ")[0] == name]

    def run(self, *command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command with nothing else on its PATH."""
        return run(*command, environment={"PATH": str(self.directory), **environment})
