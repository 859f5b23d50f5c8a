"""Checks text files: a line feed at the end and only one, no trailing blanks, no merge conflict.

``python scripts/check_text.py [FILE...]``; without files, all that git tracks. Exit code 1 if
something is wrong.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONFLICT = re.compile(rb"^(<{7} |={7}$|>{7} )", re.MULTILINE)
TRAILING = re.compile(rb"[ \t\r]+$", re.MULTILINE)


def main(arguments: list[str]) -> int:
    """Check the files, and print what is wrong."""
    paths = [Path(argument) for argument in arguments] or list(tracked())
    found = [f"{path}: {fault}" for path in paths for fault in faults(path.read_bytes())]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


def tracked() -> Iterator[Path]:
    """Yield the files that git tracks and that are still there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    ).stdout
    for name in listed.split("\0"):
        path = ROOT / name
        if name and path.is_file():
            yield path


def faults(content: bytes) -> Iterator[str]:
    """Yield what is wrong with a file's content; binary files and pictures are always in order."""
    # A picture of a terminal has blanks at the end of its lines.
    if not content or b"\0" in content or b"<svg" in content[:1000]:
        return
    if not content.endswith(b"\n"):
        yield "no line feed at the end"
    if content.endswith(b"\n\n"):
        yield "empty lines at the end"
    for pattern, fault in ((TRAILING, "trailing blanks"), (CONFLICT, "a merge conflict")):
        for match in pattern.finditer(content):
            yield f"{fault} in line {content.count(bytes([10]), 0, match.start()) + 1}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
