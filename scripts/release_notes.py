"""Prints the changelog's section of a release: ``python scripts/release_notes.py v2.0.0``.

Refuses a tag that is not the version of the package, and a section that is missing, empty or has no
date.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)


def main(arguments: list[str]) -> int:
    """Print the notes; 1 if the tag cannot be released."""
    if len(arguments) != 1:
        print("Usage: release_notes.py TAG", file=sys.stderr)
        return 2
    package = (ROOT / "certbot_dns_mijnhost" / "__init__.py").read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    try:
        print(notes(arguments[0], VERSION.findall(package)[0], changelog), end="")
    except ValueError as error:
        print(f"release_notes.py: {error}", file=sys.stderr)
        return 1
    return 0


def notes(tag: str, version: str, changelog: str) -> str:
    """Return the section of `version` without its heading.

    :param tag: ``v`` and the version.
    :raises ValueError: if the tag or the section is not right.
    """
    if tag != f"v{version}":
        raise ValueError(f"the tag is {tag}, but __version__ is {version}: tag v{version} instead")
    heading = re.compile(
        rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |^\[[^\]]+\]: |\Z)",
        re.MULTILINE | re.DOTALL,
    )
    found = heading.search(changelog)
    if found is None:
        raise ValueError(f"CHANGELOG.md has no section: ## [{version}] - YYYY-MM-DD")
    text = found[1].strip()
    if not text:
        raise ValueError(f"the section [{version}] of CHANGELOG.md is empty")
    return f"{text}\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
