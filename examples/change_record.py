"""Replaces one value of a record by another; the other values of the RRset stay.

Set the API key, then run the program::

    export MIJNHOST_API_KEY=...
    python examples/change_record.py example.nl A www 192.0.2.1 192.0.2.2
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from certbot_dns_mijnhost.api import DNSRecord, MijnHostClient, MijnHostError
from certbot_dns_mijnhost.zone import ZoneEditor


def main(arguments: Sequence[str] | None = None) -> int:
    """Change the record."""
    options = parser().parse_args(arguments)
    domain = options.domain.rstrip(".")
    name = f"{domain}." if options.name == "@" else f"{options.name}.{domain}."
    try:
        with MijnHostClient.from_env(base_url=options.api_url) as client:
            editor = ZoneEditor(client, domain)
            listing = editor.read()
            keys = {each: listing.key_of(each) for each in listing.records}
            old = listing.key_of(DNSRecord(options.type, name, options.old))
            rrset = [each for each in listing.records if keys[each][:2] == old[:2]]
            if old not in keys.values():
                values = ", ".join(each.value for each in rrset) or "none"
                print(
                    f"{name} has no {options.type} record {options.old}. Its values: {values}.",
                    file=sys.stderr,
                )
                return 1
            kept = [each.value for each in rrset if keys[each] != old]
            plan = editor.set_rrset(
                name,
                options.type,
                [*kept, options.new],
                ttl=options.ttl or rrset[0].ttl,
                dry_run=options.dry_run,
            )
    except (MijnHostError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(plan)
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    made = argparse.ArgumentParser(
        description="Replace one value of a record by another.",
        epilog="The API key comes from the environment variable MIJNHOST_API_KEY.",
    )
    made.add_argument("domain", help="domain of the account, such as example.nl")
    made.add_argument("type", type=str.upper, help="type of the record, such as A or MX")
    made.add_argument("name", help="name below the domain, such as www; @ is the domain itself")
    made.add_argument("old", help="value that the record has")
    made.add_argument("new", help="value that the record gets")
    made.add_argument("--ttl", type=int, metavar="SECONDS", help="default: the TTL stays")
    made.add_argument("--dry-run", action="store_true", help="show the change, and do not make it")
    made.add_argument("--api-url", metavar="URL", help="URL of another API, such as the emulator")
    return made


if __name__ == "__main__":
    sys.exit(main())
