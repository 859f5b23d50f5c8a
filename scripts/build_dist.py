"""Builds the sdist and the wheel of the last commit, the same bytes each time, and their hashes.

``python scripts/build_dist.py [FOLDER]``; FOLDER is ``dist`` where none is given.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Build into the folder that is given."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "dist").resolve()
    stamp = int(git("log", "-1", "--format=%ct"))
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "source"
        export(source)
        built = Path(name) / "dist"
        subprocess.run(  # noqa: S603
            [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(built), str(source)],
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "SOURCE_DATE_EPOCH": str(stamp), "PYTHONHASHSEED": "0"},
        )
        for path in built.glob("*.tar.gz"):
            even_out(path, stamp)
        made = [Path(shutil.copy(path, target)) for path in sorted(built.iterdir())]
    sums = "".join(f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in made)
    (target / "SHA256SUMS").write_text(sums)
    print(sums, end="")
    return 0


def git(*arguments: str) -> str:
    """Return what a git command prints."""
    return subprocess.run(  # noqa: S603
        ["git", *arguments],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    ).stdout.strip()


def export(folder: Path) -> None:
    """Write the files of the last commit into a folder."""
    folder.mkdir()
    archive = subprocess.run(
        ["git", "archive", "HEAD"],  # noqa: S607
        check=True,
        capture_output=True,
        cwd=ROOT,
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder)  # noqa: S202  # it is our own commit


def even_out(path: Path, stamp: int) -> None:
    """Pack an sdist anew without times, owners and order of the machine that built it."""
    members: list[tuple[tarfile.TarInfo, bytes]] = []
    with tarfile.open(path) as tar:
        for member in sorted(tar.getmembers(), key=lambda m: m.name):
            content = tar.extractfile(member)
            member.mtime, member.uid, member.gid = stamp, 0, 0
            member.uname = member.gname = ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            member.pax_headers = {}
            members.append((member, content.read() if content else b""))
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member, data in members:
            tar.addfile(member, io.BytesIO(data))
    path.write_bytes(gzip.compress(packed.getvalue(), mtime=stamp))


if __name__ == "__main__":
    sys.exit(main())
