"""``python -m tests.support.quick_mijnhost``: the command, with pauses of a hundredth of a second.

For tests that send signals to a process of its own while it waits.
"""

from __future__ import annotations

import sys
import time

from certbot_dns_mijnhost.cli.main import main

from .virtual_time import VirtualTime


class QuickTime(VirtualTime):
    """A clock that only sleeping moves, and that a signal can interrupt while it sleeps."""

    def sleep(self, seconds: float) -> None:
        time.sleep(0.01)
        super().sleep(seconds)


if __name__ == "__main__":
    quick = QuickTime()
    sys.exit(main(clock=quick, sleep=quick.sleep))
