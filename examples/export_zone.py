"""Prints a zone as a zone file, to be kept as a copy.

``MIJNHOST_API_KEY=... python examples/export_zone.py example.nl > example.nl.zone``
"""

from __future__ import annotations

import sys

from certbot_dns_mijnhost.api import MijnHostClient, MijnHostError


def main(domain: str) -> int:
    """Print the zone."""
    try:
        with MijnHostClient.from_env() as client:
            print(client.dns_records.get_zone_file(domain), end="")
    except MijnHostError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
