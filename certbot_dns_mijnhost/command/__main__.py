"""``python -m certbot_dns_mijnhost.command``: the same as ``mijnhost``."""

from __future__ import annotations

import sys

from certbot_dns_mijnhost.command.main import main

sys.exit(main())
