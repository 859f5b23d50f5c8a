"""DNS templates: the records with which a new domain starts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from certbot_dns_mijnhost.api import validation
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.fields import Fields, whole_number
from certbot_dns_mijnhost.api.record_rules import ADDRESS_VERSIONS
from certbot_dns_mijnhost.api.resource import Resource
from certbot_dns_mijnhost.api.types import UNSET, Model, Raw, Unset, given, present

PATH = "/domains/dns-templates"


@dataclass(frozen=True)
class TemplateRecord:
    """A record of a template.

    :param type: such as ``MX``.
    :param value: without the priority.
    :param name: relative to the domain, such as ``www``; empty for the domain itself.
    :param ttl: seconds.
    :param priority: of MX and SRV.
    """

    type: str
    value: str
    name: str = ""
    ttl: int | None = None
    priority: int | None = None
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> TemplateRecord:
        """Read a record from an answer. A value that cannot be read is empty; it is not sent back.

        :raises InvalidResponseError: if it is not an object or has no type.
        """
        fields = Fields(data, "a template's record")
        return cls(
            type=fields.name("type"),
            value=fields.optional_text("value") or "",
            name=fields.optional_text("name") or "",
            ttl=fields.optional_integer("ttl"),
            priority=fields.optional_integer("priority"),
            raw=fields.raw,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what is sent for it."""
        fields: dict[str, object] = {"type": self.type, "name": self.name, "value": self.value}
        return present({**fields, "ttl": self.ttl, "priority": self.priority})

    def check(self) -> None:
        """Require what the API accepts.

        :raises InvalidInputError: naming the field and the rule.
        """
        validation.record_type("type", self.type)
        if not _is_relative(self.name):
            raise InvalidInputError("name: must be relative to the domain, without a final dot.")
        validation.text("value", self.value)
        if self.type.upper() in ADDRESS_VERSIONS:
            validation.address("value", self.value, ADDRESS_VERSIONS[self.type.upper()])
        if self.ttl is not None:
            validation.ttl("ttl", self.ttl)
        if self.priority is not None:
            validation.within("priority", self.priority, 0, 65535)
        for name in ("ttl", "priority"):
            listed = self.raw.get(name)
            if (
                getattr(self, name) is None
                and listed not in (None, "")
                and whole_number(listed) is None
            ):
                raise InvalidInputError(
                    f"{name}: the listed value cannot be read and would be lost. Give a number."
                )


@dataclass(frozen=True)
class DNSTemplate(Model):
    """A template; the list leaves the records out.

    :param alias: empty if it cannot be read.
    """

    id: int
    alias: str = ""
    is_default: bool | None = None
    records: tuple[TemplateRecord, ...] = ()
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> DNSTemplate:
        """Read a template from an answer.

        :raises InvalidResponseError: if it is not an object or has no id.
        """
        fields = Fields(data, "a DNS template")
        return cls(
            id=fields.integer("id"),
            alias=fields.optional_text("alias") or "",
            is_default=fields.optional_boolean("default"),
            records=fields.entries_if_any("records", TemplateRecord.from_dict),
            raw=fields.raw,
        )


class DNSTemplatesResource(Resource):
    """``client.dns_templates``: the records with which a new domain starts."""

    def get_all(self) -> list[DNSTemplate]:
        """Return the templates of the account, without their records."""
        return self._list(PATH, ("templates",), DNSTemplate.from_dict)

    def get(self, id: int) -> DNSTemplate:  # noqa: A002  # the API's word
        """Return one template with its records.

        :raises NotFoundError: if there is none with this id.
        """
        return self._get(_path(id), DNSTemplate.from_dict, "a DNS template")

    def create(
        self, alias: str, records: Iterable[TemplateRecord], *, default: bool = False
    ) -> None:
        """Add a template. Never sent twice: a second template would be added.

        :param default: new domains use it unless another template is named.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        """
        self._send("POST", PATH, _body(alias, records, default))

    def update(
        self,
        id: int,  # noqa: A002  # the API's word
        alias: str | Unset = UNSET,
        records: Iterable[TemplateRecord] | Unset = UNSET,
        *,
        default: bool | Unset = UNSET,
        verify: bool = False,
    ) -> None:
        """Change the given fields of a template. The domains made from it do not change.

        **Hazard**: `records` replaces all records of the template.

        :param verify: read the template back, and fail if a field did not change.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises NotAppliedError: if `verify` is true and a field did not change.
        """
        validation.boolean("verify", verify)
        path, changes = _path(id), _body(alias, records, default)
        if not changes:
            raise InvalidInputError("Nothing to change: give at least one field.")
        self._send("PUT", path, changes)
        if verify:
            self._confirm(f"PUT {path}", lambda: _different(self.get(id), changes))

    def delete(self, id: int) -> None:  # noqa: A002  # the API's word
        """Remove a template.

        :raises NotFoundError: if there is none with this id.
        """
        self._send("DELETE", _path(id))


def _path(number: int) -> str:
    return f"{PATH}/{validation.number('id', number)}"


def _body(
    alias: str | Unset, records: Iterable[TemplateRecord] | Unset, default: bool | Unset
) -> dict[str, Any]:
    sent: list[dict[str, Any]] | Unset = UNSET
    if not isinstance(alias, Unset):
        validation.text("alias", alias)
    if not isinstance(records, Unset):
        checked = validation.members("records", records, TemplateRecord)
        for record in checked:
            record.check()
        sent = [record.to_dict() for record in checked]
    if not isinstance(default, Unset):
        validation.boolean("default", default)
    return given(alias=alias, default=default, records=sent)


def _different(template: DNSTemplate, changes: dict[str, Any]) -> list[str]:
    """Return the names of the fields that do not have the values of `changes`."""
    shown = {
        "alias": template.alias,
        "default": template.is_default,
        "records": _by_text(record.to_dict() for record in template.records),
    }
    wanted = dict(changes)
    if "records" in wanted:
        wanted["records"] = _by_text(wanted["records"])
    return [name for name, value in wanted.items() if shown[name] != value]


def _by_text(records: Iterable[dict[str, Any]]) -> list[str]:
    # A TTL that was not given is the API's choice.
    return sorted(
        str([str(record.get(name) or "") for name in ("type", "name", "value", "priority")])
        for record in records
    )


def _is_relative(name: object) -> bool:
    """Return whether this is empty, or labels with dots between them."""
    if not isinstance(name, str) or not name.isprintable() or " " in name:
        return False
    return not name or all(0 < len(label) <= 63 for label in name.split("."))
