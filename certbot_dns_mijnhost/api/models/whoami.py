"""Who calls, as the API sees it."""

from __future__ import annotations

from dataclasses import dataclass, field

from certbot_dns_mijnhost.api.models.fields import Fields, Raw


@dataclass(frozen=True)
class Whoami:
    """The caller's public address and customer number.

    The names of the fields in the answer are not documented; those seen or likely are tried, and
    `raw` holds all.
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
            ip_address=_first(fields, "ip", "ip_address", "remote_ip", "public_ip"),
            customer_number=_first(fields, "customer_number", "customer_id", "customer"),
            raw=fields.raw,
        )


def _first(fields: Fields, *names: str) -> str | None:
    found = (fields.optional_text(name) for name in names)
    return next((text for text in found if text), None)
