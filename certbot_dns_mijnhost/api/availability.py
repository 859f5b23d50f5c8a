"""Whether a domain can be registered, and its price if it is a premium domain."""

from __future__ import annotations

from dataclasses import dataclass, field

from certbot_dns_mijnhost.api import validation
from certbot_dns_mijnhost.api.extensions import Prices
from certbot_dns_mijnhost.api.fields import Fields
from certbot_dns_mijnhost.api.resource import Resource
from certbot_dns_mijnhost.api.types import Model, Raw


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
