"""The domains of the account."""

from __future__ import annotations

from collections.abc import Iterable

from certbot_dns_mijnhost.api.addresses import segment
from certbot_dns_mijnhost.api.models import Domain
from certbot_dns_mijnhost.api.models.fields import Fields
from certbot_dns_mijnhost.api.transport import Transport


class DomainsResource:
    """``client.domains``, see https://mijn.host/api/doc/api-343218."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_all(self, tags: Iterable[str] | None = None) -> list[Domain]:
        """Return the domains of the account, or those that bear one of `tags`.

        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        params = None if tags is None else {"tags": ",".join(tags)}
        envelope = self._transport.request("GET", "/domains", params=params)
        data = Fields(envelope, "an answer").child("data", "the domains")
        return [Domain.from_dict(entry) for entry in data.list_of_objects("domains")]

    def get(self, domain: str) -> Domain:
        """Return one domain, with more than the list tells.

        :raises BadRequestError: where the account has no such domain.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", f"/domains/{segment(domain)}")
        return Domain.from_dict(Fields(envelope, "an answer").child("data", "a domain").raw)
