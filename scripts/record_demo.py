"""Records a real run of the demo as a picture: ``make recording`` writes docs/demo.svg.

It shows one certificate: the sections about the local servers and the renewal, lines of less
interest and the name of the folder for temporary files are left out. Nothing is made up.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "demo.svg"
WIDTH = 92
GAP = "…"
LEFT_OUT = ("== Starting", "== certbot renew")
"""Beginnings of sections that are not shown."""
MINOR = (
    "  Saving debug log",
    "  Account registered",
    "  Key is saved",
    "  These files will",
    "  (",
    "  Certbot has set up a scheduled task",  # only with apt's Certbot on the machine
)
"""Beginnings of lines that are not shown."""
LINES = 25
"""A picture that is longer pushes the README's text down."""


def main() -> int:
    """Run the demo, show it, and write the picture; 0 if the demo succeeded."""
    finished = subprocess.run(
        [sys.executable, "-m", "examples.demo"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    sys.stdout.write(finished.stdout)
    if finished.returncode != 0:
        return finished.returncode
    TARGET.write_text(picture(finished.stdout), encoding="utf-8")
    print(f"\nWritten: {TARGET.relative_to(ROOT)}")
    return 0


def shortened(lines: list[str]) -> list[str]:
    """Return the lines that the picture shows.

    :raises ValueError: if they are too many.
    """
    folder = re.compile(re.escape(tempfile.gettempdir()) + r"/dns-mijnhost-demo-[^/]+")
    shown: list[str] = []
    is_shown = True
    for line in lines:
        if line.startswith("== "):
            is_shown = not line.startswith(LEFT_OUT)
        is_minor = not line or line.startswith(MINOR) or line.endswith("for the renewal")
        if is_shown and not is_minor:
            shown.append(folder.sub(GAP, line))
    if len(shown) > LINES - 1:
        raise ValueError(f"The demo has {len(shown)} lines; the picture has place for {LINES - 1}")
    return shown


def picture(output: str) -> str:
    """Return a terminal with this output as SVG, without fonts from elsewhere."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ make demo", style="bold green"))
    for line in shortened(output.strip().splitlines()):
        console.print(Text(line, style="bold" if line.startswith("== ") else ""))
    svg = console.export_svg(title="certbot-dns-mijnhost", unique_id="demo")
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    sys.exit(main())
