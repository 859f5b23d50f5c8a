"""Name-server profiles: own name servers under an alias, which domains can use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from certbot_dns_mijnhost.api import validation
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.fields import Fields
from certbot_dns_mijnhost.api.resource import Resource
from certbot_dns_mijnhost.api.types import UNSET, Model, Raw, Unset, given, present

PATH = "/domains/nameservers"
OWN_SERVERS = (".mijn.host", ".webhost.company")
"""Domains of mijn.host's own name servers, which the API refuses in a profile."""


@dataclass(frozen=True)
class NameserverHost:
    """A name server.

    :param hostname: such as ``ns1.example.net``.
    :param ipv4: its address; needed in a profile, and if its name is in the domain that it serves.
    :param ipv6: its other address; an empty text is sent as it is.
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
            ipv4=fields.first_text("ipv4"),
            ipv6=fields.first_text("ipv6"),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what is sent for it."""
        return present({"hostname": self.hostname, "ipv4": self.ipv4, "ipv6": self.ipv6})

    def check(self, *, in_profile: bool = False) -> None:
        """Require what the API accepts.

        :param in_profile: refuse mijn.host's own servers, and require an IPv4 address.
        :raises InvalidInputError: naming the field and the rule.
        """
        validation.host_name("hostname", self.hostname)
        if self.ipv4 is not None:
            validation.address("ipv4", self.ipv4, 4)
        if self.ipv6 is not None and self.ipv6 != "":
            validation.address("ipv6", self.ipv6, 6)
        if in_profile and self.hostname.lower().rstrip(".").endswith(OWN_SERVERS):
            raise InvalidInputError(
                "hostname: a profile cannot contain mijn.host's own name servers; give the domain "
                "the profile default-mijnhost instead."
            )
        if in_profile and self.ipv4 is None:
            raise InvalidInputError("ipv4: a name server of a profile needs an IPv4 address.")


@dataclass(frozen=True)
class NameserverProfile(Model):
    """Name servers under an alias."""

    alias: str
    nameservers: tuple[NameserverHost, ...] = ()
    is_default: bool | None = None
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> NameserverProfile:
        """Read a profile from an answer. A name server that cannot be read is logged and skipped.

        :raises InvalidResponseError: if it is not an object or has no alias.
        """
        fields = Fields(data, "a name-server profile")
        return cls(
            alias=fields.name("alias"),
            nameservers=fields.entries_if_any("nameservers", NameserverHost.from_dict),
            is_default=fields.optional_boolean(fields.first_of(("default", "set_as_default"))),
            raw=fields.raw,
        )


class NameserverProfilesResource(Resource):
    """``client.nameserver_profiles``: own name servers under an alias."""

    def get_all(self) -> list[NameserverProfile]:
        """Return the profiles of the account."""
        return self._list(PATH, ("nameservers",), NameserverProfile.from_dict)

    def get(self, alias: str) -> NameserverProfile:
        """Return one profile.

        :raises NotFoundError: if there is none with this alias.
        """
        return self._get(_path(alias), NameserverProfile.from_dict, "a name-server profile")

    def create(
        self,
        alias: str,
        nameservers: Iterable[NameserverHost],
        *,
        set_as_default: bool | Unset = UNSET,
    ) -> None:
        """Add a profile. Never sent twice.

        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        """
        validation.text("alias", alias)
        self._send("POST", PATH, {"alias": alias, **_body(nameservers, set_as_default)})

    def update(
        self,
        alias: str,
        nameservers: Iterable[NameserverHost] | Unset = UNSET,
        *,
        set_as_default: bool | Unset = UNSET,
        verify: bool = False,
    ) -> None:
        """Change the given fields of a profile; `nameservers` replaces all its name servers.

        **Hazard**: this moves the DNS of each domain that uses the profile.

        :param verify: read the profile back, and fail if a field did not change.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises NotAppliedError: if `verify` is true and a field did not change.
        """
        validation.boolean("verify", verify)
        path, changes = _path(alias), _body(nameservers, set_as_default)
        if not changes:
            raise InvalidInputError("Nothing to change: give at least one field.")
        self._send("PUT", path, {"alias": alias, **changes})
        if verify:
            self._confirm(f"PUT {path}", lambda: _different(self.get(alias), changes))

    def delete(self, alias: str) -> None:
        """Remove a profile.

        :raises NotFoundError: if there is none with this alias.
        """
        self._send("DELETE", _path(alias))


def _path(alias: str) -> str:
    return f"{PATH}/{validation.segment(alias)}"


def _body(
    nameservers: Iterable[NameserverHost] | Unset, set_as_default: bool | Unset
) -> dict[str, Any]:
    sent: list[dict[str, Any]] | Unset = UNSET
    if not isinstance(nameservers, Unset):
        hosts = validation.members("nameservers", nameservers, NameserverHost)
        if not hosts:
            raise InvalidInputError("nameservers: at least one is needed.")
        for host in hosts:
            host.check(in_profile=True)
        sent = [host.to_dict() for host in hosts]
    if not isinstance(set_as_default, Unset):
        validation.boolean("set_as_default", set_as_default)
    return given(nameservers=sent, set_as_default=set_as_default)


def _different(profile: NameserverProfile, changes: dict[str, Any]) -> list[str]:
    """Return the names of the fields that do not have the values of `changes`."""
    shown = {
        "nameservers": [present(host.to_dict()) for host in profile.nameservers],
        "set_as_default": profile.is_default,
    }
    wanted = dict(changes)
    if "nameservers" in wanted:
        wanted["nameservers"] = [
            {name: value for name, value in host.items() if value} for host in wanted["nameservers"]
        ]
    return [name for name, value in wanted.items() if shown[name] != value]
