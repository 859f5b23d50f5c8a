"""Builds the Debian package of the last commit, the same bytes each time.

``python -m scripts.build_deb [--check] [DIRECTORY]``; DIRECTORY is ``dist`` if none is given. With
``--check`` it is built twice and compared, and lintian checks it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.build_dist import export, git

TOOLS = (
    "debhelper",
    "dh-python",
    "dpkg-dev",
    "lintian",
    "pybuild-plugin-pyproject",
    "python3-all",
    "python3-argcomplete",
    "python3-configobj",
    "python3-dnspython",
    "python3-idna",
    "python3-requests",
    "python3-setuptools",
    "python3-urllib3",
)
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
"""Without the Python of a virtual environment."""


def main() -> int:
    """Build into the directory that is given."""
    parser = argparse.ArgumentParser(description="Builds the Debian package of the last commit.")
    parser.add_argument("--check", action="store_true", help="build twice, compare, run lintian")
    parser.add_argument("directory", nargs="?", type=Path, default=Path("dist"))
    options = parser.parse_args()
    if not install_tools():
        return 1
    options.directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        package = build(Path(name) / "first")
        if options.check:
            again = build(Path(name) / "the-second")
            if package.read_bytes() != again.read_bytes():
                print(f"Two builds of {package.name} differ.", file=sys.stderr)
                return 1
            lintian = ["lintian", "--allow-root", "--fail-on", "error,warning,info", str(package)]
            if subprocess.run(lintian, check=False).returncode != 0:  # noqa: S603
                return 1
        print(shutil.copy(package, options.directory))
    return 0


def install_tools() -> bool:
    """Install Debian's tools that are missing, saying so first; return whether all are there."""
    query = ["dpkg-query", "--show", "--showformat", "${db:Status-Status} ${Package}\n", *TOOLS]
    try:
        shown = subprocess.run(query, capture_output=True, text=True, check=False).stdout  # noqa: S603
    except FileNotFoundError:
        print("The package can be built on Debian 12 or later only.", file=sys.stderr)
        return False
    missing = sorted(
        set(TOOLS) - {line.split()[1] for line in shown.splitlines() if line[:1] == "i"}
    )
    if not missing:
        return True
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.geteuid() != 0:
        print(f"Tools are missing. Run as root: {' '.join(command)}", file=sys.stderr)
        return False
    print(f"Installing {', '.join(missing)} ...", file=sys.stderr)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return True


def build(directory: Path) -> Path:
    """Build in a copy of the last commit; return the package."""
    directory.mkdir()
    source = directory / "source"
    export(source)
    done = subprocess.run(
        ["dpkg-buildpackage", "--build=binary", "--unsigned-changes", "--no-check-builddeps"],  # noqa: S607
        cwd=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env={
            "PATH": SYSTEM_PATH,
            "HOME": str(directory),
            "LC_ALL": "C.UTF-8",
            "SOURCE_DATE_EPOCH": git("log", "-1", "--format=%ct"),
        },
    )
    if done.returncode != 0:
        raise SystemExit(f"The build failed:\n{done.stdout}")
    [package] = directory.glob("*.deb")
    return package


if __name__ == "__main__":
    sys.exit(main())
