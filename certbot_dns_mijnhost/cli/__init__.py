# PYTHON_ARGCOMPLETE_OK
"""The command ``mijnhost``: the domains, records and zones of an account, and the doctor.

It asks before it replaces or deletes records, and changes zones with the same guards as the plugin.
"""

from __future__ import annotations

import sys


def run() -> int:
    """Run the command ``mijnhost``, also if it is interrupted while its modules are loaded."""
    try:
        from certbot_dns_mijnhost.cli.main import main  # noqa: PLC0415  # takes long to import

        return main()
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130
