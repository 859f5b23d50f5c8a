"""Orders: they cost money at once."""

from __future__ import annotations

from typing import Any

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.errors import InvalidInputError, MijnHostError
from certbot_dns_mijnhost.api.models import ContactHandles, Order
from certbot_dns_mijnhost.api.models.fields import Fields
from certbot_dns_mijnhost.api.models.secret import Secret
from certbot_dns_mijnhost.api.transport import Transport
from certbot_dns_mijnhost.api.unset import UNSET, Unset

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

        See https://mijn.host/api/doc/

        :param accept_premium_price: must be true for a premium domain.
        :param nameserver: alias of a name-server profile.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`; where
            `may_have_taken_effect` is true, the domain may have been ordered: look before you
            order again.
        """
        fields = _domain_fields(profile, nameserver, dns_template_id, None)
        return self._order(
            domain, {"type": "register", **fields}, accept_premium_price=accept_premium_price
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

        See https://mijn.host/api/doc/

        :param transfer_code: from the domain's present registrar; shown nowhere.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises MijnHostError: as for :meth:`register`.
        """
        fields = _domain_fields(profile, nameserver, dns_template_id, transfer_code)
        checks.text("transfer_code", fields.get("transfer_code"))
        return self._order(
            domain, {"type": "transfer", **fields}, accept_premium_price=accept_premium_price
        )

    def get_all(self) -> list[Order]:
        """Return the orders of the account.

        See https://mijn.host/api/doc/

        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", "/orders/")
        data = Fields(envelope, "an answer").child("data", "the orders")
        return data.entries("orders", Order.from_dict)

    def get(self, id: int) -> Order:  # noqa: A002  # the API's word
        """Return one order.

        See https://mijn.host/api/doc/

        :raises NotFoundError: where there is none.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", f"/orders/{checks.number('id', id)}")
        return Order.from_dict(Fields(envelope, "an answer").child("data", "an order").raw)

    def update(
        self,
        id: int,  # noqa: A002  # the API's word
        cart_id: int,
        *,
        profile: ContactHandles | Unset = UNSET,
        nameserver: str | Unset = UNSET,
        dns_template_id: int | Unset = UNSET,
        transfer_code: str | Secret | Unset = UNSET,
        hosting_domain: str | Unset = UNSET,
    ) -> None:
        """Change an item of an order that is not done yet; what is left out stays as it is.

        See https://mijn.host/api/doc/

        :param cart_id: the item's number.
        :param profile: the contacts of an ordered domain.
        :param nameserver: alias of a name-server profile for it.
        :param dns_template_id: the template for it.
        :param transfer_code: a corrected one; shown nowhere.
        :param hosting_domain: the domain of ordered hosting.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        number, item = checks.number("id", id), checks.number("cart_id", cart_id)
        domain = _domain_fields(profile, nameserver, dns_template_id, transfer_code)
        if hosting_domain is not UNSET:
            checks.domain("hosting_domain", hosting_domain)
        if not domain and hosting_domain is UNSET:
            raise InvalidInputError("Nothing to change was given.")
        body: dict[str, Any] = {"cart_id": item}
        if domain:
            body["domain"] = domain
        if hosting_domain is not UNSET:
            body["hosting"] = {"domain": hosting_domain}
        is_personal = transfer_code is not UNSET
        self._transport.request("PUT", f"/orders/{number}", json=body, is_personal=is_personal)

    def _order(
        self, domain: str, fields: dict[str, Any], *, accept_premium_price: bool | None
    ) -> Order:
        checks.domain("domain", domain)
        if accept_premium_price is not None:
            checks.boolean("accept_premium_price", accept_premium_price)
            fields = {**fields, "accept_premium_price": accept_premium_price}
        body = {"domain": domain, **fields}
        is_personal = "transfer_code" in fields
        try:
            envelope = self._transport.request(
                "POST", "/domains/order", json=body, is_personal=is_personal
            )
            return Order.from_dict(envelope.get("data") or {})
        except MijnHostError as error:
            if error.may_have_taken_effect:
                error.args = (f"{error}{UNCLEAR}",)
            raise


def _domain_fields(
    profile: ContactHandles | Unset | None,
    nameserver: str | Unset | None,
    dns_template_id: int | Unset | None,
    transfer_code: str | Secret | Unset | None,
) -> dict[str, Any]:
    """Return what was given of them, checked."""
    fields: dict[str, Any] = {}
    if not isinstance(profile, Unset) and profile is not None:
        profile.check()
        fields["profile"] = profile.to_dict()
    if not isinstance(nameserver, Unset) and nameserver is not None:
        checks.text("nameserver", nameserver)
        fields["nameserver"] = nameserver
    if not isinstance(dns_template_id, Unset) and dns_template_id is not None:
        fields["dns_template_id"] = checks.number("dns_template_id", dns_template_id)
    if not isinstance(transfer_code, Unset) and transfer_code is not None:
        code = transfer_code.reveal() if isinstance(transfer_code, Secret) else transfer_code
        checks.text("transfer_code", code)
        fields["transfer_code"] = code
    return fields
