"""Shows whether domains are available and what they cost, and orders them with ``--yes``.

Set the API key, look at the prices, then order::

    export MIJNHOST_API_KEY=...
    python examples/order_domain.py example.nl
    python examples/order_domain.py example.nl --yes

An order charges the account at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from decimal import Decimal

from certbot_dns_mijnhost.api import Availability, MijnHostClient, MijnHostError


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each domain; with ``--yes``, order those that are available."""
    options = parser().parse_args(arguments)
    exit_code = 0
    try:
        with MijnHostClient.from_env(base_url=options.api_url) as client:
            for domain in options.domain:
                found = client.availability.check(domain)
                price = price_of(client, found)
                premium = ", a premium domain" if found.is_premium else ""
                print(f"{domain}: {found.status}, {price or '?'} to register{premium}")
                if not options.yes:
                    continue
                reason = why_not(found, price, options.at_most)
                if reason:
                    print(f"{domain} was not ordered: {reason}.", file=sys.stderr)
                    exit_code = 1
                    continue
                order = client.orders.register(
                    domain, accept_premium_price=price if found.is_premium else None
                )
                print(f"{domain}: ordered, order {order.id}")
    except MijnHostError as error:
        # After a lost answer, the message says how to find out whether the order was placed.
        print(error, file=sys.stderr)
        return 1
    return exit_code


def price_of(client: MijnHostClient, found: Availability) -> Decimal | None:
    """Return the price of a registration, without VAT; None if the API does not report it."""
    if found.premium_price is not None:
        return found.premium_price.register
    return client.extensions.get(found.domain.split(".", 1)[-1]).prices.register


def why_not(found: Availability, price: Decimal | None, at_most: Decimal | None) -> str | None:
    """Return why a domain must not be ordered; None if it may be."""
    if found.status.lower() not in {"available", "free"}:
        return f"its status is {found.status}"
    if price is None:
        return "its price is not known"
    if at_most is not None and price > at_most:
        return f"it costs {price}, more than {at_most}"
    if found.is_premium and at_most is None:
        return f"it is a premium domain for {price}. Confirm the price with --at-most {price}"
    return None


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    made = argparse.ArgumentParser(
        description="Show whether domains are available and what they cost; order with --yes.",
        epilog="The API key comes from the environment variable MIJNHOST_API_KEY.",
    )
    made.add_argument("domain", nargs="+", help="domain to look at, such as example.nl")
    made.add_argument("--yes", action="store_true", help="order: this charges the account at once")
    made.add_argument(
        "--at-most", type=Decimal, metavar="PRICE", help="do not order a domain that costs more"
    )
    made.add_argument("--api-url", metavar="URL", help="URL of another API, such as the emulator")
    return made


if __name__ == "__main__":
    sys.exit(main())
