"""An order."""

from __future__ import annotations

from dataclasses import dataclass, field

from certbot_dns_mijnhost.api.models.fields import Fields, Raw


@dataclass(frozen=True)
class Order:
    """An order as the API tells of it; its fields are not documented one by one."""

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
        number = "order_id" if "order_id" in fields.raw else "id"
        return cls(
            id=fields.optional_integer(number),
            domain=domain if isinstance(domain, str) else None,
            status=fields.optional_text("status"),
            raw=fields.raw,
        )
