"""Extensions such as nl, with their prices."""

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
