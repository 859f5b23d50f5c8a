"""The domains of the account."""

from __future__ import annotations

from collections.abc import Iterable

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.addresses import segment
from certbot_dns_mijnhost.api.errors import InvalidInputError, InvalidResponseError
from certbot_dns_mijnhost.api.models import (
    DNSSEC,
    ContactHandles,
    Domain,
    Forwarder,
    NameserverHost,
    Secret,
)
from certbot_dns_mijnhost.api.models.fields import Fields
from certbot_dns_mijnhost.api.transport import Transport
from certbot_dns_mijnhost.api.unset import UNSET, Unset, given


class DomainsResource:
    """``client.domains``, see https://mijn.host/api/doc/."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_all(self, tags: Iterable[str] | None = None) -> list[Domain]:
        """Return the domains of the account, or those that bear one of `tags`.

        See https://mijn.host/api/doc/

        :raises InvalidInputError: for no tags at all, which the API would take for all domains.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        wanted = None if tags is None else checks.tags(tags)
        if wanted == []:
            raise InvalidInputError("tags: at least one is needed, or None for all domains.")
        params = None if wanted is None else {"tags": ",".join(wanted)}
        envelope = self._transport.request("GET", "/domains", params=params)
        data = Fields(envelope, "an answer").child("data", "the domains")
        return data.entries("domains", Domain.from_dict)

    def get(self, domain: str) -> Domain:
        """Return one domain, with more than the list tells.

        See https://mijn.host/api/doc/

        :raises BadRequestError: where the account has no such domain.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", f"/domains/{segment(domain)}")
        return Domain.from_dict(Fields(envelope, "an answer").child("data", "a domain").raw)

    def update(
        self,
        domain: str,
        *,
        nameserver: str | Unset = UNSET,
        nameservers: Iterable[str | NameserverHost] | Unset = UNSET,
        is_locked: bool | Unset = UNSET,
        dnssec: DNSSEC | Unset = UNSET,
        profile: ContactHandles | Unset = UNSET,
        forwarder: Forwarder | Unset = UNSET,
        tags: Iterable[str] | Unset = UNSET,
    ) -> None:
        """Change what is given; what is left out stays as it is.

        **Hazard**: other name servers take the domain's DNS elsewhere, and `tags` replaces all
        tags. The request is never sent twice.

        See https://mijn.host/api/doc/

        :param nameserver: alias of a name-server profile; ``default-mijnhost`` is theirs.
        :param nameservers: host names instead, or hosts with addresses.
        :param dnssec: ``DNSSEC(enabled=False)`` ends it; take the key out before a domain's name
            servers change, or resolvers refuse the domain.
        :param forwarder: ``Forwarder(enabled=False)`` ends it.
        :param tags: all tags that the domain is to have; an empty list clears them.
        :raises InvalidInputError: for nothing to change, or what breaks a rule; nothing was sent.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        if nameserver is not UNSET and nameservers is not UNSET:
            raise InvalidInputError("nameserver, nameservers: give one of them.")
        if nameserver is not UNSET:
            checks.text("nameserver", nameserver)
        if is_locked is not UNSET:
            checks.boolean("is_locked", is_locked)
        body = given(
            nameserver=nameserver,
            nameservers=_hosts(nameservers),
            is_locked=is_locked,
            dnssec=_sent("dnssec", dnssec, DNSSEC),
            profile=_sent("profile", profile, ContactHandles),
            forwarder=_sent("forwarder", forwarder, Forwarder),
            tags=tags if isinstance(tags, Unset) else checks.tags(tags),
        )
        if not body:
            raise InvalidInputError("Nothing to change was given.")
        self._transport.request("PUT", f"/domains/{segment(domain)}", json=body)

    def cancel(self, domain: str) -> None:
        """Cancel a domain before its renewal date; :meth:`restore` takes it back until then.

        **Hazard**: a domain that is cancelled and not restored is lost.

        See https://mijn.host/api/doc/

        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        self._transport.request("DELETE", f"/domains/{segment(domain)}")

    def restore(self, domain: str) -> None:
        """Take a pending cancellation back.

        See https://mijn.host/api/doc/

        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        self._transport.request("PUT", f"/domains/{segment(domain)}/cancel-delete")

    def get_auth_code(self, domain: str) -> Secret:
        """Return the code that allows to transfer the domain away.

        **Hazard**: who has the code can take the domain.

        See https://mijn.host/api/doc/

        :raises InvalidResponseError: where the answer holds no code.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", f"/domains/{segment(domain)}/auth-code")
        data = Fields(envelope, "an answer").child("data", "a transfer code")
        name = next((n for n in ("auth_code", "authcode", "code") if n in data.raw), "auth_code")
        code = data.text(name)
        if not code:
            raise InvalidResponseError("The answer of the API holds an empty transfer code.")
        return Secret(code)


def _sent(
    field: str, value: DNSSEC | ContactHandles | Forwarder | Unset, kind: type[object]
) -> dict[str, object] | Unset:
    if isinstance(value, Unset):
        return value
    if not isinstance(value, kind):
        raise InvalidInputError(f"{field}: must be a {kind.__name__}.")
    value.check()
    return value.to_dict()


def _hosts(hosts: Iterable[str | NameserverHost] | Unset) -> list[object] | Unset:
    if isinstance(hosts, Unset):
        return hosts
    checks.several("nameservers", hosts)
    sent: list[object] = []
    for host in hosts:
        made = host if isinstance(host, NameserverHost) else NameserverHost(host)
        made.check()
        sent.append(made.to_dict() if isinstance(host, NameserverHost) else host)
    if not sent:
        raise InvalidInputError("nameservers: at least one is needed.")
    return sent
