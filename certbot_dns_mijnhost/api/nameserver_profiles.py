"""Name servers of one's own, under an alias."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.addresses import segment
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.models import NameserverHost, NameserverProfile
from certbot_dns_mijnhost.api.models.fields import Fields
from certbot_dns_mijnhost.api.transport import Transport
from certbot_dns_mijnhost.api.unset import UNSET, Unset, given

PATH = "/domains/nameservers"


class NameserverProfilesResource:
    """``client.nameserver_profiles``, see https://mijn.host/api/doc/."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_all(self) -> list[NameserverProfile]:
        """Return the profiles of the account.

        See https://mijn.host/api/doc/

        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", PATH)
        data = Fields(envelope, "an answer").child("data", "the profiles")
        return data.entries("nameservers", NameserverProfile.from_dict)

    def get(self, alias: str) -> NameserverProfile:
        """Return one profile.

        See https://mijn.host/api/doc/

        :raises NotFoundError: where there is none.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", f"{PATH}/{segment(alias)}")
        data = Fields(envelope, "an answer").child("data", "a profile")
        return NameserverProfile.from_dict(data.raw)

    def create(
        self,
        alias: str,
        nameservers: Iterable[NameserverHost],
        *,
        set_as_default: bool | Unset = UNSET,
    ) -> None:
        """Add a profile. Never sent twice.

        See https://mijn.host/api/doc/

        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        checks.text("alias", alias)
        body = {"alias": alias, **_body(nameservers, set_as_default=set_as_default)}
        self._transport.request("POST", PATH, json=body)

    def update(
        self,
        alias: str,
        nameservers: Iterable[NameserverHost],
        *,
        set_as_default: bool | Unset = UNSET,
    ) -> None:
        """Replace the name servers of a profile.

        **Hazard**: this moves the DNS of each domain that has the profile.

        See https://mijn.host/api/doc/

        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        body = {"alias": alias, **_body(nameservers, set_as_default=set_as_default)}
        self._transport.request("PUT", f"{PATH}/{segment(alias)}", json=body)

    def delete(self, alias: str) -> None:
        """Remove a profile.

        See https://mijn.host/api/doc/

        :raises NotFoundError: where there is none.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        self._transport.request("DELETE", f"{PATH}/{segment(alias)}")


def _body(nameservers: Iterable[NameserverHost], *, set_as_default: bool | Unset) -> dict[str, Any]:
    checks.several("nameservers", nameservers)
    hosts = list(nameservers)
    if not hosts:
        raise InvalidInputError("nameservers: at least one is needed.")
    for host in hosts:
        if not isinstance(host, NameserverHost):
            raise InvalidInputError("nameservers: must hold NameserverHost only.")
        host.check(in_profile=True)
    if not isinstance(set_as_default, Unset):
        checks.boolean("set_as_default", set_as_default)
    return given(nameservers=[host.to_dict() for host in hosts], set_as_default=set_as_default)
