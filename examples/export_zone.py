"""Prints a zone as a zone file.

Set the API key, then run the program::

    export MIJNHOST_API_KEY=...
    python examples/export_zone.py example.nl > example.nl.zone
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from certbot_dns_mijnhost.api import MijnHostClient, MijnHostError


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the zone."""
    options = parser().parse_args(arguments)
    try:
        with MijnHostClient.from_env(base_url=options.api_url) as client:
            print(client.dns_records.get_zone_file(options.domain), end="")
    except MijnHostError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    made = argparse.ArgumentParser(
        description="Print a zone as a zone file.",
        epilog="The API key comes from the environment variable MIJNHOST_API_KEY.",
    )
    made.add_argument("domain", help="domain of the account, such as example.nl")
    made.add_argument("--api-url", metavar="URL", help="URL of another API, such as the emulator")
    return made


if __name__ == "__main__":
    sys.exit(main())
