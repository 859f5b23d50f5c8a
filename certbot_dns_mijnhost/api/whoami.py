"""The caller, as the API sees it."""

from __future__ import annotations

from dataclasses import dataclass, field

from certbot_dns_mijnhost.api.fields import Fields
from certbot_dns_mijnhost.api.resource import Resource
from certbot_dns_mijnhost.api.types import Model, Raw


@dataclass(frozen=True)
class Whoami(Model):
    """The caller's public IP address and customer number.

    The names of the fields are not documented: those that are known or likely are tried, and `raw`
    has all fields.
    """

    ip_address: str | None = None
    customer_number: str | None = None
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> Whoami:
        """Read the answer's data.

        :raises InvalidResponseError: if it is not an object.
        """
        fields = Fields(data, "the caller")
        return cls(
            ip_address=fields.first_text("ip", "ip_address", "remote_ip", "public_ip"),
            customer_number=fields.first_text("customer_number", "customer_id", "customer"),
            raw=fields.raw,
        )


class WhoamiResource(Resource):
    """``client.whoami``."""

    def get(self) -> Whoami:
        """Return the caller's public IP address and customer number."""
        return self._get("/whoami", Whoami.from_dict, "the caller")
