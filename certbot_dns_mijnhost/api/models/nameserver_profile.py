"""Name servers of one's own, to be given to domains by an alias."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.models.fields import Fields, Raw, read_entries
from certbot_dns_mijnhost.api.unset import present

THEIRS = (".mijn.host", ".webhost.company")


@dataclass(frozen=True)
class NameserverHost:
    """A name server.

    :param hostname: such as ``ns1.example.net``.
    :param ipv4: its address, where its name lies in the domain that it serves.
    :param ipv6: the same.
    """

    hostname: str
    ipv4: str | None = None
    ipv6: str | None = None

    @classmethod
    def from_dict(cls, data: object) -> NameserverHost:
        """Read a name server from an answer: an object, or its name alone.

        :raises InvalidResponseError: if it has no name.
        """
        fields = Fields({"hostname": data} if isinstance(data, str) else data, "a name server")
        return cls(
            hostname=fields.name("hostname"),
            ipv4=fields.optional_text("ipv4"),
            ipv6=fields.optional_text("ipv6"),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what is sent for it."""
        return present({"hostname": self.hostname, "ipv4": self.ipv4, "ipv6": self.ipv6})

    def check(self, *, in_profile: bool = False) -> None:
        """Refuse what the API can't mean.

        :param in_profile: mijn.host's own servers are refused, and an IPv4 address is needed.
        :raises InvalidInputError: naming the field and the rule.
        """
        checks.host_name("hostname", self.hostname)
        if self.ipv4 is not None:
            checks.address("ipv4", self.ipv4, 4)
        if self.ipv6 is not None:
            checks.address("ipv6", self.ipv6, 6)
        if in_profile and self.hostname.lower().rstrip(".").endswith(THEIRS):
            raise InvalidInputError(
                "hostname: mijn.host's own name servers can't stand in a profile; give the domain "
                "the profile default-mijnhost instead."
            )
        if in_profile and self.ipv4 is None:
            raise InvalidInputError("ipv4: a name server of a profile needs an IPv4 address.")


@dataclass(frozen=True)
class NameserverProfile:
    """Name servers under an alias."""

    alias: str
    nameservers: tuple[NameserverHost, ...] = ()
    is_default: bool | None = None
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> NameserverProfile:
        """Read a profile from an answer.

        A name server that cannot be read is left out, and logged.

        :raises InvalidResponseError: if it is not an object or has no alias.
        """
        fields = Fields(data, "a name-server profile")
        return cls(
            alias=fields.name("alias"),
            nameservers=_hosts(fields),
            is_default=fields.optional_boolean("default"),
            raw=fields.raw,
        )


def _hosts(fields: Fields) -> tuple[NameserverHost, ...]:
    listed = fields.optional_list("nameservers")
    return tuple(read_entries(listed, NameserverHost.from_dict, "a profile: nameservers").read)
