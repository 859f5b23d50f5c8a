"""Contacts, name-server profiles, DNS templates, orders and charges of an account.

Documented: the request bodies. Assumed: the fields of answers that were not sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from certbot_dns_mijnhost.emulator.http_messages import bad_request
from certbot_dns_mijnhost.emulator.services import Services

DEFAULT_PROFILE = "default-mijnhost"
ROLES = {"owner", "admin", "tech", "billing", "reseller"}
EXTENSIONS: dict[str, dict[str, str]] = {
    "nl": {"register": "5.99", "renew": "7.99", "transfer": "5.99"},
    "com": {"register": "12.50", "renew": "14.50", "transfer": "12.50"},
    "co.uk": {"register": "9.00", "renew": "11.00", "transfer": "0.00"},
}
"""The prices of the extensions on offer (assumed)."""


@dataclass
class Charge:
    """One charge to the account.

    :param amount: as in the price list
    """

    order_id: int
    domain: str
    type: str
    amount: str


@dataclass
class AccountData:
    """The data of an account apart from its zones."""

    contacts: dict[int, dict[str, Any]] = field(default_factory=dict)
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    templates: dict[int, dict[str, Any]] = field(default_factory=dict)
    orders: dict[int, dict[str, Any]] = field(default_factory=dict)
    ledger: list[Charge] = field(default_factory=list)
    services: Services = field(default_factory=Services)
    last_number: int = 3000

    def next_number(self) -> int:
        """Return an unused number."""
        self.last_number += 1
        return self.last_number

    def check_profile(self, alias: object) -> None:
        """Refuse an alias that does not exist (assumed).

        :raises Refused: with 400
        """
        if alias != DEFAULT_PROFILE and alias not in self.profiles:
            raise bad_request("The field nameserver is invalid")

    def check_handles(self, handles: object) -> None:
        """Refuse contact handles that do not have the documented form.

        Assumed: any number is accepted.

        :raises Refused: with 400
        """
        if not isinstance(handles, dict) or not handles or set(handles) - ROLES:
            raise bad_request("The field profile is invalid")
        if not all(isinstance(number, int) for number in handles.values()):
            raise bad_request("The field profile is invalid")
