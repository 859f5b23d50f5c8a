"""Makes a name point to the address of this machine, as a dynamic-DNS client does.

Set the API key, then run the program, for example every five minutes::

    export MIJNHOST_API_KEY=...
    python examples/dynamic_dns.py example.nl home

Without ``--address`` the API reports the public address that the request came from, over IPv4 or
IPv6. Give ``--address`` twice for an A and an AAAA record.
"""

from __future__ import annotations

import argparse
import ipaddress
import sys
from collections.abc import Sequence

from certbot_dns_mijnhost.api import MijnHostClient, MijnHostError
from certbot_dns_mijnhost.zone import ZoneEditor

TYPES = {4: "A", 6: "AAAA"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Update the addresses; write nothing if they are right already."""
    made = parser()
    options = made.parse_args(arguments)
    addresses = {TYPES[each.version]: str(each) for each in options.address}
    if len(addresses) != len(options.address):
        made.error("give at most one IPv4 and one IPv6 address")
    domain = options.domain.rstrip(".")
    name = f"{domain}." if options.name == "@" else f"{options.name}.{domain}."
    try:
        with MijnHostClient.from_env(base_url=options.api_url) as client:
            if not addresses:
                public = ipaddress.ip_address(client.whoami().ip_address or "")
                addresses = {TYPES[public.version]: str(public)}
            editor = ZoneEditor(client, domain)
            for kind, address in addresses.items():
                # The address replaces all others of its type.
                plan = editor.set_rrset(name, kind, [address], ttl=options.ttl)
                print(f"{name} {kind} {address}: {'unchanged' if plan.is_empty else 'updated'}")
    except ValueError:
        print("The API did not report this machine's address. Give --address.", file=sys.stderr)
        return 1
    except (MijnHostError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    made = argparse.ArgumentParser(
        description="Make a name point to the address of this machine.",
        epilog="The API key comes from the environment variable MIJNHOST_API_KEY.",
    )
    made.add_argument("domain", help="domain of the account, such as example.nl")
    made.add_argument("name", help="name below the domain, such as home; @ is the domain itself")
    made.add_argument(
        "--address",
        action="append",
        default=[],
        type=ipaddress.ip_address,
        help="IPv4 or IPv6 address (default: the one that the API reports)",
    )
    made.add_argument("--ttl", type=int, default=300, metavar="SECONDS", help="default: 300")
    made.add_argument("--api-url", metavar="URL", help="URL of another API, such as the emulator")
    return made


if __name__ == "__main__":
    sys.exit(main())
