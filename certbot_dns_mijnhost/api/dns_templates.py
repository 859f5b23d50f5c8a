"""Templates: records that a new domain begins with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.models import DNSTemplate, TemplateRecord
from certbot_dns_mijnhost.api.models.fields import Fields
from certbot_dns_mijnhost.api.transport import Transport

PATH = "/domains/dns-templates"


class DNSTemplatesResource:
    """``client.dns_templates``, see https://mijn.host/api/doc/."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_all(self) -> list[DNSTemplate]:
        """Return the templates of the account, without their records.

        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", PATH)
        data = Fields(envelope, "an answer").child("data", "the templates")
        return [DNSTemplate.from_dict(entry) for entry in data.list_of_objects("templates")]

    def get(self, id: int) -> DNSTemplate:  # noqa: A002  # the API's word
        """Return one template with its records.

        :raises NotFoundError: where there is none.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", f"{PATH}/{int(id)}")
        return DNSTemplate.from_dict(Fields(envelope, "an answer").child("data", "a template").raw)

    def create(
        self, alias: str, records: Iterable[TemplateRecord], *, default: bool = False
    ) -> None:
        """Add a template. Never sent twice: a second one would be added.

        :param default: new domains get it where no other is named.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        body = _body(alias, records, default=default)
        self._transport.request("POST", PATH, json=body)

    def update(
        self,
        id: int,  # noqa: A002  # the API's word
        alias: str,
        records: Iterable[TemplateRecord],
        *,
        default: bool = False,
    ) -> None:
        """Replace a template. Domains that were made from it stay as they are.

        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        body = _body(alias, records, default=default)
        self._transport.request("PUT", f"{PATH}/{int(id)}", json=body)

    def delete(self, id: int) -> None:  # noqa: A002  # the API's word
        """Remove a template.

        :raises NotFoundError: where there is none.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        self._transport.request("DELETE", f"{PATH}/{int(id)}")


def _body(alias: str, records: Iterable[TemplateRecord], *, default: bool) -> dict[str, Any]:
    checks.text("alias", alias)
    checked = list(records)
    for record in checked:
        record.check()
    return {"alias": alias, "default": default, "records": [r.to_dict() for r in checked]}
