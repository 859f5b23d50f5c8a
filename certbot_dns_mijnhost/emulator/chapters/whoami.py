"""Who is calling."""

from __future__ import annotations

from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.chapters.routing import Call, Reply, Route


def whoami(account: Account, call: Call) -> Reply:
    """Show the caller's address and customer number.

    Seen in practice. Assumed: the fields' names, and that it answers an address that is not
    whitelisted too.
    """
    return Reply({"ip": call.address, "customer_number": account.customer_number})


ROUTES = (Route("GET", "whoami", whoami, needs_whitelist=False),)
