"""A new Debian with a systemd of its own, to be used up.

It shares this machine's network, and so the emulator and Pebble; its files are an overlay over what
`scripts/find-machine` made, so nothing that is written there stays.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

START = """
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/written,workdir=$2/work" "$2/root"
exec systemd-nspawn --quiet --directory="$2/root" --bind="$3" --resolv-conf=replace-host \\
    --register=no --keep-unit --console=pipe --boot
"""
INSIDE = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
}
PIPS = ("/etc/pip.conf", "/etc/xdg/pip/pip.conf", "/etc/xdg/pip/constraints.txt")
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
BOOT_SECONDS = 600.0


def new_debian() -> str:
    """Return the folder that `scripts/find-machine` printed; empty where there is none."""
    return os.environ.get("MACHINE", "")


class Machine:
    """One such machine, running; a context manager.

    :param directory: takes what is written; an overlay file system does not do.
    :param shared: a folder that is the same inside and outside.
    """

    def __init__(self, directory: Path, shared: Path) -> None:
        self._directory = directory
        self._shared = shared
        self._leader = 0
        self._running = ExitStack()
        for folder in ("written", "work", "root"):
            (directory / folder).mkdir(parents=True)

    def path(self, path: str) -> Path:
        """Return where a file of the machine lies, seen from here."""
        return Path(f"/proc/{self._leader}/root") / path.lstrip("/")

    def __enter__(self) -> Machine:
        with ExitStack() as stack:
            log = stack.enter_context((self._directory / "console").open("w"))
            process = subprocess.Popen(
                [
                    *("unshare", "--mount", "sh", "-ec", START, "sh"),
                    *(new_debian(), str(self._directory), str(self._shared)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            stack.callback(_end, process)
            self._wait_until_it_is_up(process)
            self._prepare()
            self._running = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._running.close()

    def run(self, script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run lines of a shell as root."""
        return subprocess.run(
            [
                *("nsenter", "--target", str(self._leader), "--all", "--root", "--wd"),
                *("sh", "-e", "-c", f"cd /srv\n{script}"),
            ],
            env={**environment, **INSIDE},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def _prepare(self) -> None:
        """Let pip get packages as it does here, and apt's question be answered with yes."""
        for path in filter(os.path.exists, (*PIPS, AUTHORITIES)):
            self.path(path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, self.path(path))
        self.path("/etc/apt/apt.conf.d/99yes").write_text('APT::Get::Assume-Yes "true";\n')

    def _wait_until_it_is_up(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            self._leader = _child_of(process.pid)
            if self._leader:
                state = self.run("systemctl is-system-running", {}).stdout.strip()
                if state in {"running", "degraded"}:
                    return
            time.sleep(0.2)
        console = (self._directory / "console").read_text()
        raise RuntimeError(f"the machine did not come up:\n{console}")


def _child_of(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else 0


def _end(process: subprocess.Popen[bytes]) -> None:
    # Nothing in there is worth an orderly end.
    leader = _child_of(process.pid) if process.poll() is None else 0
    if leader:
        os.kill(leader, 9)
    process.wait()
