"""What a domain costs, and whether it can be had."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from certbot_dns_mijnhost.api.models.fields import Fields, Raw


@dataclass(frozen=True)
class Prices:
    """Prices in the account's currency; None where the answer does not say."""

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
class Availability:
    """Whether a domain can be registered.

    :param status: in the API's words.
    :param premium_price: where it is a premium domain.
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
            domain=fields.optional_text("domain") or domain,
            status=fields.name("status"),
            is_premium=fields.optional_boolean("is_premium"),
            premium_price=fields.optional_object("premium_price", Prices.from_dict),
            raw=fields.raw,
        )


@dataclass(frozen=True)
class Extension:
    """An extension such as ``nl``, with its prices; what it requires is in `raw`."""

    extension: str
    prices: Prices = Prices()
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> Extension:
        """Read an extension from an answer.

        :raises InvalidResponseError: if it is not an object or has no name.
        """
        fields = Fields(data, "an extension")
        place = "prices" if "prices" in fields.raw else "price"
        return cls(
            extension=fields.name("extension"),
            prices=fields.optional_object(place, Prices.from_dict) or Prices(),
            raw=fields.raw,
        )
