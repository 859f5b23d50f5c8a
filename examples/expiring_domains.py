"""Shows the domains of the account as a table, the next to be renewed first.

Set the API key, then run the program::

    export MIJNHOST_API_KEY=...
    python examples/expiring_domains.py --days 60
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, timezone

from certbot_dns_mijnhost.api import Domain, MijnHostClient, MijnHostError

HEADINGS = ("domain", "renewal date", "days", "status")


def main(arguments: Sequence[str] | None = None, *, today: date | None = None) -> int:
    """Print the table.

    :param today: the day from which to count; if it is None, the current day (UTC).
    """
    options = parser().parse_args(arguments)
    today = today or datetime.now(timezone.utc).date()
    try:
        with MijnHostClient.from_env(base_url=options.api_url) as client:
            domains = client.domains.get_all()
    except MijnHostError as error:
        print(error, file=sys.stderr)
        return 1
    if options.days is not None:
        last = today + timedelta(days=options.days)
        # A domain without a date is shown: it may expire soon.
        domains = [each for each in domains if (each.renewal_date or today) <= last]
    for line in table(domains, today):
        print(line)
    return 0


def table(domains: Iterable[Domain], today: date) -> Iterator[str]:
    """Yield the lines of the table, headings first."""
    rows = [HEADINGS]
    for domain in sorted(domains, key=lambda each: (each.renewal_date or date.max, each.domain)):
        renewal = domain.renewal_date
        days = "" if renewal is None else str((renewal - today).days)
        rows.append((domain.domain, str(renewal or "unknown"), days, domain.status or "unknown"))
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    made = argparse.ArgumentParser(
        description="Show the domains of the account, the next to be renewed first.",
        epilog="The API key comes from the environment variable MIJNHOST_API_KEY.",
    )
    made.add_argument(
        "--days", type=int, metavar="N", help="only domains that are renewed within N days"
    )
    made.add_argument("--api-url", metavar="URL", help="URL of another API, such as the emulator")
    return made


if __name__ == "__main__":
    sys.exit(main())
