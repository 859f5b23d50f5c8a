"""How the command ends."""

from __future__ import annotations

DONE = 0
NOT_IN_ORDER = 1
"""The doctor found a problem, zones differ, something stays behind, or the user said no."""
USAGE = 2
"""Wrong arguments or settings; argparse ends so too."""
FAILED = 3
"""The API or DNS refused or could not be reached, or the output could not be written."""
INTERRUPTED = 130
