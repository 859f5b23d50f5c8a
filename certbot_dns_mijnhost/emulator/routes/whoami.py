"""Who is calling."""

from __future__ import annotations

from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.routes.routing import Call, Reply, Route


def whoami(account: Account, call: Call) -> Reply:
    """Show the caller's address and customer number.

    Seen in practice. Assumed: the fields' names, that it answers an address that is not
    whitelisted too, and that it does not tell until when the key is valid.
    """
    data: dict[str, object] = {"ip": call.address, "customer_number": account.customer_number}
    if account.variants.key_expires:
        data["key_expires_at"] = account.variants.key_expires
    return Reply(data)


ROUTES = (Route("GET", "whoami", whoami, needs_whitelist=False),)
