# PYTHON_ARGCOMPLETE_OK
"""``python -m certbot_dns_mijnhost.cli``: the same as ``mijnhost``."""

from __future__ import annotations

import sys

from certbot_dns_mijnhost.cli import run

sys.exit(run())
