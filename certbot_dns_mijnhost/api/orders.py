"""Orders: they cost money at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.errors import MijnHostError
from certbot_dns_mijnhost.api.models import ContactHandles, Order
from certbot_dns_mijnhost.api.models.fields import Fields
from certbot_dns_mijnhost.api.models.secret import Secret
from certbot_dns_mijnhost.api.transport import Transport
from certbot_dns_mijnhost.api.unset import present

UNCLEAR = (
    " The order may have been placed all the same, and it was not sent again: look at "
    "client.orders.get_all(), or in mijn.host's control panel, before ordering once more."
)


class OrdersResource:
    """``client.orders``, see https://mijn.host/api/doc/."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def register(
        self,
        domain: str,
        *,
        accept_premium_price: bool | None = None,
        nameserver: str | None = None,
        dns_template_id: int | None = None,
        profile: ContactHandles | None = None,
    ) -> Order:
        """Register a domain.

        **Hazard**: charges the account at once. Never sent twice, whatever happens.

        :param accept_premium_price: must be true for a premium domain.
        :param nameserver: alias of a name-server profile.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`; where
            `may_have_taken_effect` is true, the domain may have been ordered: look before you
            order again.
        """
        return self._order(
            "register",
            domain,
            accept_premium_price=accept_premium_price,
            nameserver=nameserver,
            dns_template_id=dns_template_id,
            profile=profile,
        )

    def transfer(
        self,
        domain: str,
        transfer_code: str | Secret,
        *,
        accept_premium_price: bool | None = None,
        nameserver: str | None = None,
        dns_template_id: int | None = None,
        profile: ContactHandles | None = None,
    ) -> Order:
        """Transfer a domain to mijn.host.

        **Hazard**: charges the account at once. Never sent twice, whatever happens.

        :param transfer_code: from the domain's present registrar; shown nowhere.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises MijnHostError: as for :meth:`register`.
        """
        code = transfer_code.reveal() if isinstance(transfer_code, Secret) else transfer_code
        checks.text("transfer_code", code)
        return self._order(
            "transfer",
            domain,
            transfer_code=code,
            accept_premium_price=accept_premium_price,
            nameserver=nameserver,
            dns_template_id=dns_template_id,
            profile=profile,
        )

    def get_all(self) -> list[Order]:
        """Return the orders of the account.

        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", "/orders/")
        data = Fields(envelope, "an answer").child("data", "the orders")
        return [Order.from_dict(entry) for entry in data.list_of_objects("orders")]

    def get(self, id: int) -> Order:  # noqa: A002  # the API's word
        """Return one order.

        :raises NotFoundError: where there is none.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", f"/orders/{int(id)}")
        return Order.from_dict(Fields(envelope, "an answer").child("data", "an order").raw)

    def update(
        self,
        id: int,  # noqa: A002  # the API's word
        cart_id: int,
        *,
        domain: Mapping[str, Any] | None = None,
        hosting: Mapping[str, Any] | None = None,
    ) -> None:
        """Change an item of an order that is not done yet.

        :param cart_id: the item's number.
        :param domain: any of ``profile``, ``nameserver``, ``dns_template_id``, ``transfer_code``.
        :param hosting: ``domain``.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        body = present({"cart_id": cart_id, "domain": domain, "hosting": hosting})
        self._transport.request("PUT", f"/orders/{int(id)}", json=body, is_personal=True)

    def _order(
        self, kind: str, domain: str, *, profile: ContactHandles | None, **fields: object
    ) -> Order:
        checks.host_name("domain", domain)
        handles = None if profile is None else profile.to_dict()
        body = present({"domain": domain, "type": kind, "profile": handles, **fields})
        try:
            envelope = self._transport.request(
                "POST", "/domains/order", json=body, is_personal="transfer_code" in fields
            )
        except MijnHostError as error:
            if error.may_have_taken_effect:
                error.args = (f"{error}{UNCLEAR}",)
            raise
        return Order.from_dict(envelope.get("data") or {})
