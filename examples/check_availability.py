"""Tells which of some domains can be registered, and for how much.

``MIJNHOST_API_KEY=... python examples/check_availability.py new.nl other.com``
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from certbot_dns_mijnhost.api import MijnHostClient, MijnHostError


def main(domains: Sequence[str]) -> int:
    """Print a line for each domain."""
    try:
        with MijnHostClient.from_env() as client:
            for domain in domains:
                found = client.availability.check(domain)
                prices = found.premium_price
                if prices is None:
                    prices = client.extensions.get(domain.split(".", 1)[-1]).prices
                print(f"{domain}: {found.status}, {prices.register or '?'} to register")
    except MijnHostError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
