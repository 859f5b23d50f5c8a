"""Extensions such as nl, with their prices; and whether a domain can be registered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from certbot_dns_mijnhost.api import validation
from certbot_dns_mijnhost.api.fields import Fields
from certbot_dns_mijnhost.api.resource import Resource
from certbot_dns_mijnhost.api.types import Model, Raw

PATH = "/domains/extensions/"


@dataclass(frozen=True)
class Prices(Model):
    """Prices in the account's currency; None if the answer does not show them."""

    register: Decimal | None = None
    renew: Decimal | None = None
    transfer: Decimal | None = None

    @classmethod
    def from_dict(cls, data: object) -> Prices:
        """Read prices from an answer.

        :raises InvalidResponseError: if they are not an object.
        """
        fields = Fields(data, "the prices")
        return cls(
            register=fields.optional_money("register"),
            renew=fields.optional_money("renew"),
            transfer=fields.optional_money("transfer"),
        )


@dataclass(frozen=True)
class Extension(Model):
    """An extension, with its prices; its requirements are in `raw`.

    :param extension: such as ``nl``.
    """

    extension: str
    prices: Prices = Prices()
    transfer_auth_code_required: bool | None = None
    dnssec_allowed: bool | None = None
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> Extension:
        """Read an extension from an answer.

        :raises InvalidResponseError: if it is not an object or has no name.
        """
        fields = Fields(data, "an extension")
        prices = fields.first_of(("prices", "price"))
        return cls(
            extension=fields.name("extension"),
            prices=fields.optional_object(prices, Prices.from_dict) or Prices(),
            transfer_auth_code_required=fields.optional_boolean("transfer_auth_code_required"),
            dnssec_allowed=fields.optional_boolean("dnssec_allowed"),
            raw=fields.raw,
        )


class ExtensionsResource(Resource):
    """``client.extensions``: the extensions that mijn.host sells, and their prices."""

    def get_all(self, search: str | None = None) -> Iterator[Extension]:
        """Yield all extensions; each page is requested when it is reached.

        :param search: only the extensions that the API finds by this text.
        :raises InvalidResponseError: if the list does not end.
        """
        params = None if search is None else {"search": validation.short_text("search", search)}
        return self._pages(PATH, ("extensions",), Extension.from_dict, params)

    def get(self, extension: str) -> Extension:
        """Return one extension.

        :param extension: such as ``nl`` or ``co.uk``.
        :raises NotFoundError: if mijn.host does not sell it.
        """
        name = validation.text("extension", extension).lstrip(".")
        path = f"{PATH}{validation.segment(name)}"
        return self._get(path, Extension.from_dict, "an extension")


@dataclass(frozen=True)
class Availability(Model):
    """Whether a domain can be registered.

    :param status: in the API's words.
    :param premium_price: None unless it is a premium domain.
    """

    domain: str
    status: str
    is_premium: bool | None = None
    premium_price: Prices | None = None
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object, domain: str) -> Availability:
        """Read an answer about `domain`.

        :raises InvalidResponseError: if it is not an object or has no status.
        """
        fields = Fields(data, "an availability")
        return cls(
            domain=fields.first_text("domain") or domain,
            status=fields.name("status"),
            is_premium=fields.optional_boolean("is_premium"),
            premium_price=fields.optional_object("premium_price", Prices.from_dict),
            raw=fields.raw,
        )


class AvailabilityResource(Resource):
    """``client.availability``: whether a domain can be registered."""

    def check(self, domain: str) -> Availability:
        """Return whether a domain can be registered.

        **Hazard**: the API limits the rate of this call first.

        :raises RateLimitError: if the API still refuses after several retries.
        """
        path = f"/domains/availability/{validation.segment(domain)}"
        return self._get(path, lambda data: Availability.from_dict(data, domain), "an availability")
