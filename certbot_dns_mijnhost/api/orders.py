"""Orders: they are charged at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from certbot_dns_mijnhost.api import validation
from certbot_dns_mijnhost.api.domain_settings import ContactHandles
from certbot_dns_mijnhost.api.errors import InvalidInputError, MijnHostError
from certbot_dns_mijnhost.api.exact_json import ExactFloat
from certbot_dns_mijnhost.api.fields import Fields, whole_number
from certbot_dns_mijnhost.api.resource import Resource
from certbot_dns_mijnhost.api.types import UNSET, Model, Raw, Secret, Unset

UNCLEAR = (
    " The order may have been placed. It was not sent again: check client.orders.get_all() or "
    "mijn.host's control panel before you order again."
)


@dataclass(frozen=True)
class Order(Model):
    """An order; the fields of the answer are not documented one by one.

    :param id: its number; None if the answer does not show it.
    """

    id: int | None = None
    domain: str | None = None
    status: str | None = None
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> Order:
        """Read an order from an answer.

        :raises InvalidResponseError: if it is not an object.
        """
        fields = Fields(data, "an order")
        domain = fields.raw.get("domain")
        return cls(
            id=fields.optional_integer(fields.first_of(("order_id", "id"))),
            domain=domain if isinstance(domain, str) else None,
            status=fields.optional_text("status"),
            raw=fields.raw,
        )


class OrdersResource(Resource):
    """``client.orders``: register and transfer domains."""

    def register(
        self,
        domain: str,
        *,
        accept_premium_price: Decimal | int | None = None,
        nameserver: str | None = None,
        dns_template_id: int | None = None,
        profile: ContactHandles | None = None,
    ) -> Order:
        """Register a domain.

        **Hazard**: the account is charged at once. Never sent twice.

        :param accept_premium_price: needed for a premium domain: the amount that you accept,
            ``client.availability.check(domain).premium_price.register``, excluding VAT.
        :param nameserver: alias of a name-server profile.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises MijnHostError: if `may_have_taken_effect` is true, the domain may have been
            ordered: check before you order again.
        """
        fields = _domain_fields(profile, nameserver, dns_template_id, None)
        return self._order(domain, {"type": "register", **fields}, accept_premium_price)

    def transfer(
        self,
        domain: str,
        transfer_code: str | Secret,
        *,
        accept_premium_price: Decimal | int | None = None,
        nameserver: str | None = None,
        dns_template_id: int | None = None,
        profile: ContactHandles | None = None,
    ) -> Order:
        """Transfer a domain to mijn.host.

        **Hazard**: the account is charged at once. Never sent twice.

        :param transfer_code: from the domain's current registrar; it is masked everywhere.
        :param accept_premium_price: as for :meth:`register`, with ``premium_price.transfer``.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises MijnHostError: as for :meth:`register`.
        """
        fields = _domain_fields(profile, nameserver, dns_template_id, transfer_code)
        validation.text("transfer_code", fields.get("transfer_code"))
        return self._order(domain, {"type": "transfer", **fields}, accept_premium_price)

    def get_all(self) -> list[Order]:
        """Return the orders of the account."""
        return self._list("/orders/", ("orders",), Order.from_dict)

    def get(self, id: int) -> Order:  # noqa: A002  # the API's word
        """Return one order.

        :raises NotFoundError: if there is none with this id.
        """
        return self._get(_path(id), Order.from_dict, "an order")

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
        verify: bool = False,
    ) -> None:
        """Change the given fields of an item of an unfinished order.

        :param cart_id: the item's number.
        :param profile: the contacts of an ordered domain.
        :param nameserver: alias of a name-server profile for it.
        :param dns_template_id: the template for it.
        :param transfer_code: a corrected code; it is masked everywhere.
        :param hosting_domain: the domain of ordered hosting.
        :param verify: read the order back, and fail if it does not show a field with its new value.
            The API does not show a transfer code.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises NotAppliedError: if `verify` is true and the order does not show a new value.
        """
        validation.boolean("verify", verify)
        path, item = _path(id), validation.number("cart_id", cart_id)
        domain = _domain_fields(profile, nameserver, dns_template_id, transfer_code)
        if hosting_domain is not UNSET:
            validation.domain("hosting_domain", hosting_domain)
        if not domain and hosting_domain is UNSET:
            raise InvalidInputError("Nothing to change: give at least one field.")
        body: dict[str, Any] = {"cart_id": item}
        if domain:
            body["domain"] = domain
        if hosting_domain is not UNSET:
            body["hosting"] = {"domain": hosting_domain}
        wanted = {name: value for name, value in domain.items() if name != "transfer_code"}
        wanted.update({name: body[name] for name in ("hosting",) if name in body})
        if verify and not wanted:
            raise InvalidInputError(
                "verify: must be False for a transfer code alone: the API does not show it."
            )
        self._send("PUT", path, body, personal=transfer_code is not UNSET)
        if verify:
            self._confirm(f"PUT {path}", lambda: _different(self.get(id), cart_id, wanted))

    def _order(
        self, domain: str, fields: dict[str, Any], accept_premium_price: Decimal | int | None
    ) -> Order:
        validation.domain("domain", domain)
        if accept_premium_price is not None:
            accepted = validation.amount("accept_premium_price", accept_premium_price)
            fields = {**fields, "accept_premium_price": ExactFloat(format(accepted, "f"))}
        body = {"domain": domain, **fields}
        try:
            envelope = self._send(
                "POST", "/domains/order", body, personal="transfer_code" in fields
            )
            return Order.from_dict(envelope.get("data") or {})
        except MijnHostError as error:
            if error.may_have_taken_effect:
                error.args = (f"{error}{UNCLEAR}",)
            raise


def _different(order: Order, cart_id: int, wanted: dict[str, Any]) -> list[str]:
    """Return the names of the fields that the item of an order does not show with these values.

    It is not known where an order shows them: each field of this name counts, in the item or,
    if the answer does not number its items, in the order.
    """
    items = [each for each in _objects(order.raw) if whole_number(each.get("cart_id")) == cart_id]
    shown = [each for item in items or [order.raw] for each in _objects(item)]
    return [
        name
        for name, value in wanted.items()
        if not any(_shows(each.get(name), value) for each in shown)
    ]


def _objects(value: object) -> Iterator[Raw]:
    """Yield all objects in a JSON value."""
    inner: Iterable[object] = ()
    if isinstance(value, Mapping):
        yield value
        inner = value.values()
    elif isinstance(value, list):
        inner = value
    for each in inner:
        yield from _objects(each)


def _shows(shown: object, wanted: object) -> bool:
    if isinstance(wanted, dict):
        fields = shown if isinstance(shown, Mapping) else {}
        return all(_shows(fields.get(name), value) for name, value in wanted.items())
    return shown == wanted or (isinstance(wanted, int) and whole_number(shown) == wanted)


def _path(number: int) -> str:
    return f"/orders/{validation.number('id', number)}"


def _domain_fields(
    profile: ContactHandles | Unset | None,
    nameserver: str | Unset | None,
    dns_template_id: int | Unset | None,
    transfer_code: str | Secret | Unset | None,
) -> dict[str, Any]:
    """Return the given ones of these fields, checked."""
    fields: dict[str, Any] = {}
    if not isinstance(profile, Unset) and profile is not None:
        if not isinstance(profile, ContactHandles):
            raise InvalidInputError("profile: must be a ContactHandles.")
        profile.check()
        fields["profile"] = profile.to_dict()
    if not isinstance(nameserver, Unset) and nameserver is not None:
        fields["nameserver"] = validation.text("nameserver", nameserver)
    if not isinstance(dns_template_id, Unset) and dns_template_id is not None:
        fields["dns_template_id"] = validation.number("dns_template_id", dns_template_id)
    if not isinstance(transfer_code, Unset) and transfer_code is not None:
        code = transfer_code.reveal() if isinstance(transfer_code, Secret) else transfer_code
        fields["transfer_code"] = validation.text("transfer_code", code)
    return fields
