"""A domain of the account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from certbot_dns_mijnhost.api.models.domain_changes import DNSSEC, ContactHandles, Forwarder
from certbot_dns_mijnhost.api.models.fields import Fields, Raw
from certbot_dns_mijnhost.api.models.nameserver_profile import NameserverHost


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
    nameserver: str | None = None
    """Alias of its name-server profile."""
    nameservers: tuple[NameserverHost, ...] | None = None
    profile: ContactHandles | None = None
    forwarder: Forwarder | None = None
    dnssec: DNSSEC | None = None
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> Domain:
        """Read a domain from an answer.

        How the single look-up words name servers, contacts, forwarder and DNSSEC is not
        documented: if they are worded otherwise than for a change, they are None, and in `raw`.

        :raises InvalidResponseError: if it is not an object or has no name.
        """
        fields = Fields(data, "a domain")
        return cls(
            domain=fields.name("domain"),
            id=fields.optional_integer("id"),
            renewal_date=fields.optional_date("renewal_date"),
            status=fields.optional_text("status"),
            status_id=fields.optional_integer("status_id"),
            tags=fields.texts("tags"),
            is_locked=fields.optional_boolean("is_locked"),
            managed_dns=fields.optional_boolean("managed_dns"),
            nameserver=fields.optional_text("nameserver"),
            nameservers=fields.optional_object("nameservers", _hosts),
            profile=fields.optional_object("profile", ContactHandles.from_dict),
            forwarder=fields.optional_object("forwarder", Forwarder.from_dict),
            dnssec=fields.optional_object("dnssec", DNSSEC.from_dict),
            raw=fields.raw,
        )


def _hosts(data: object) -> tuple[NameserverHost, ...]:
    hosts = Fields({"nameservers": data}, "a domain").list_of_objects("nameservers")
    return tuple(map(NameserverHost.from_dict, hosts))
