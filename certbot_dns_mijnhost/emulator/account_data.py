"""What an account has besides zones: contacts, profiles, templates, orders, and the ledger.

The bodies of these calls are documented, the answers by group only: what they hold beyond what was
sent is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from certbot_dns_mijnhost.emulator import refusals
from certbot_dns_mijnhost.emulator.services import Services

DEFAULT_PROFILE = "default-mijnhost"
ROLES = {"owner", "admin", "tech", "billing", "reseller"}
# Assumed, all of it: a price list of three.
EXTENSIONS: dict[str, dict[str, str]] = {
    "nl": {"register": "5.99", "renew": "7.99", "transfer": "5.99"},
    "com": {"register": "12.50", "renew": "14.50", "transfer": "12.50"},
    "co.uk": {"register": "9.00", "renew": "11.00", "transfer": "0.00"},
}


@dataclass
class Charge:
    """A line of the ledger.

    :param amount: as on the price list
    """

    order_id: int
    domain: str
    type: str
    amount: str


@dataclass
class AccountData:
    """What an account has besides its zones."""

    contacts: dict[int, dict[str, Any]] = field(default_factory=dict)
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    templates: dict[int, dict[str, Any]] = field(default_factory=dict)
    orders: dict[int, dict[str, Any]] = field(default_factory=dict)
    ledger: list[Charge] = field(default_factory=list)
    services: Services = field(default_factory=Services)
    last_number: int = 3000

    def next_number(self) -> int:
        """Return a number that nothing bears yet."""
        self.last_number += 1
        return self.last_number

    def check_profile(self, alias: object) -> None:
        """Refuse an alias that neither the account nor mijn.host has (assumed).

        :raises Refused: with 400
        """
        if alias != DEFAULT_PROFILE and alias not in self.profiles:
            raise refusals.bad_request("The field nameserver is invalid")

    def check_handles(self, handles: object) -> None:
        """Refuse contact handles of another form than documented. Assumed: any number will do.

        :raises Refused: with 400
        """
        if not isinstance(handles, dict) or not handles or set(handles) - ROLES:
            raise refusals.bad_request("The field profile is invalid")
        if not all(isinstance(number, int) for number in handles.values()):
            raise refusals.bad_request("The field profile is invalid")
