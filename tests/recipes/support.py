"""What the tests of recipes work with."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
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
    """Run a command to its end, whatever comes of it; both outputs are in ``stdout``."""
    return subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=None if environment is None else dict(environment),
    )


class Stubs:
    """A PATH with nothing but the stubs and the few tools that the scripts may use."""

    TOOLS = ("basename", "cat", "chmod", "head", "mktemp", "mv", "printf", "rm", "sh", "shuf", "tr")

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir()
        self._log = directory / "calls"
        for tool in self.TOOLS:
            found = shutil.which(tool)
            assert found is not None, f"{tool} belongs to every system"
            (directory / tool).symlink_to(found)

    def add(self, name: str, exit_code: int = 0, says: str = "") -> None:
        path = self.directory / name
        path.write_text(
            f"#!/bin/sh\necho {name} \"$@\" >> '{self._log}'\n"
            f"[ -z '{says}' ] || echo '{says}' >&2\nexit {exit_code}\n"
        )
        path.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        return self._log.read_text().splitlines() if self._log.exists() else []

    def run(self, *command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return run(*command, environment={"PATH": str(self.directory), **environment})
