"""Lists the account's domains, the next to be renewed first.

``MIJNHOST_API_KEY=... python examples/list_domains.py``
"""

from __future__ import annotations

import sys
from datetime import date

from certbot_dns_mijnhost.api import MijnHostClient, MijnHostError


def main() -> int:
    """Print a line for each domain."""
    try:
        with MijnHostClient.from_env() as client:
            domains = client.domains.get_all()
    except MijnHostError as error:
        print(error, file=sys.stderr)
        return 1
    for domain in sorted(domains, key=lambda each: each.renewal_date or date.max):
        print(f"{domain.renewal_date or '?'!s:<10}  {domain.status or '?':<10}  {domain.domain}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
