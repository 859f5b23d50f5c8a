"""Records a real run of the demo as a picture: ``make recording`` writes docs/demo.svg.

Left out are the folder for temporary files, and the calls in the middle of their list; nothing is
made up.
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
CALL = re.compile(r"  (GET|PATCH|PUT|DELETE) ")
CALLS = 5
"""Calls that are shown."""


def main() -> int:
    """Run the demo, show it, and write the picture; 0 where the demo succeeded."""
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
    """Return the lines as they fit into a picture."""
    folder = re.compile(re.escape(tempfile.gettempdir()) + r"/dns-mijnhost-demo-[^/]+")
    lines = [folder.sub(GAP, line) for line in lines]
    calls = [number for number, line in enumerate(lines) if CALL.match(line)]
    dropped = set(calls[CALLS:])
    shown = [line for number, line in enumerate(lines) if number not in dropped]
    if dropped:
        shown.insert(calls[CALLS], f"  {GAP}")
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
