"""Templates: records that a new domain begins with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.models import DNSTemplate, TemplateRecord
from certbot_dns_mijnhost.api.models.fields import Fields
from certbot_dns_mijnhost.api.transport import Transport
from certbot_dns_mijnhost.api.unset import UNSET, Unset, given

PATH = "/domains/dns-templates"


class DNSTemplatesResource:
    """``client.dns_templates``, see https://mijn.host/api/doc/."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_all(self) -> list[DNSTemplate]:
        """Return the templates of the account, without their records.

        See https://mijn.host/api/doc/

        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", PATH)
        data = Fields(envelope, "an answer").child("data", "the templates")
        return data.entries("templates", DNSTemplate.from_dict)

    def get(self, id: int) -> DNSTemplate:  # noqa: A002  # the API's word
        """Return one template with its records.

        See https://mijn.host/api/doc/

        :raises NotFoundError: where there is none.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", _path(id))
        return DNSTemplate.from_dict(Fields(envelope, "an answer").child("data", "a template").raw)

    def create(
        self, alias: str, records: Iterable[TemplateRecord], *, default: bool = False
    ) -> None:
        """Add a template. Never sent twice: a second one would be added.

        See https://mijn.host/api/doc/

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
        default: bool | Unset = UNSET,
    ) -> None:
        """Replace a template. Domains that were made from it stay as they are.

        **Hazard**: each record that is not among `records` is lost to the template.

        See https://mijn.host/api/doc/

        :param default: left out, it stays as it is.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        body = _body(alias, records, default=default)
        self._transport.request("PUT", _path(id), json=body)

    def delete(self, id: int) -> None:  # noqa: A002  # the API's word
        """Remove a template.

        See https://mijn.host/api/doc/

        :raises NotFoundError: where there is none.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        self._transport.request("DELETE", _path(id))


def _path(number: int) -> str:
    return f"{PATH}/{checks.number('id', number)}"


def _body(
    alias: str, records: Iterable[TemplateRecord], *, default: bool | Unset
) -> dict[str, Any]:
    checks.text("alias", alias)
    checks.several("records", records)
    if not isinstance(default, Unset):
        checks.boolean("default", default)
    checked = list(records)
    for record in checked:
        if not isinstance(record, TemplateRecord):
            raise InvalidInputError("records: must hold TemplateRecord only.")
        record.check()
    return given(alias=alias, default=default, records=[record.to_dict() for record in checked])
