"""A domain of the account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from certbot_dns_mijnhost.api.models.fields import Fields, Raw


@dataclass(frozen=True)
class Domain:
    """A domain as the list or the single look-up gives it.

    The list gives less: what it leaves out is None here. What has no attribute is in `raw`.
    """

    domain: str
    id: int | None = None
    renewal_date: date | None = None
    status: str | None = None
    status_id: int | None = None
    tags: tuple[str, ...] = ()
    is_locked: bool | None = None
    managed_dns: bool | None = None
    """Whether mijn.host's name servers serve the domain; None where the answer does not say."""
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> Domain:
        """Read a domain from an answer.

        :raises InvalidResponseError: where the name is missing or a field is of a wrong kind.
        """
        fields = Fields(data, "a domain")
        return cls(
            domain=fields.text("domain"),
            id=fields.optional_integer("id"),
            renewal_date=fields.optional_date("renewal_date"),
            status=fields.optional_text("status"),
            status_id=fields.optional_integer("status_id"),
            tags=fields.texts("tags"),
            is_locked=fields.optional_boolean("is_locked"),
            managed_dns=fields.optional_boolean("managed_dns"),
            raw=fields.raw,
        )
