"""``python -m certbot_dns_mijnhost.cli``: the same as ``mijnhost``."""

from __future__ import annotations

import sys

from certbot_dns_mijnhost.cli.main import main

sys.exit(main())
