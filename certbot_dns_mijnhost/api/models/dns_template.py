"""Records that a new domain begins with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.models.dns_record import ADDRESSES
from certbot_dns_mijnhost.api.models.fields import Fields, Raw, read_entries, whole_number
from certbot_dns_mijnhost.api.unset import present


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
        """Read a record from an answer.

        A value that cannot be read is empty, and refused when it is sent back.

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
        """Refuse what the API can't mean.

        :raises InvalidInputError: naming the field and the rule.
        """
        checks.record_type("type", self.type)
        if not _is_relative(self.name):
            raise InvalidInputError("name: must be relative to the domain, without a final dot.")
        checks.text("value", self.value)
        if self.type.upper() in ADDRESSES:
            checks.address("value", self.value, ADDRESSES[self.type.upper()])
        if self.ttl is not None:
            checks.within("ttl", self.ttl, 1, checks.LARGEST_TTL)
        if self.priority is not None:
            checks.within("priority", self.priority, 0, 65535)
        for name in ("ttl", "priority"):
            listed = self.raw.get(name)
            if (
                getattr(self, name) is None
                and listed not in (None, "")
                and whole_number(listed) is None
            ):
                raise InvalidInputError(
                    f"{name}: was listed in a way that cannot be read, and would be lost."
                )


def _is_relative(name: object) -> bool:
    """Tell whether it is labels with dots between them, or nothing."""
    if not isinstance(name, str) or not name.isprintable() or " " in name:
        return False
    return not name or all(0 < len(label) <= 63 for label in name.split("."))


@dataclass(frozen=True)
class DNSTemplate:
    """A template; the list leaves the records out.

    :param alias: empty if it cannot be read; the id is then the only handle.
    """

    alias: str
    id: int | None = None
    is_default: bool | None = None
    records: tuple[TemplateRecord, ...] = ()
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> DNSTemplate:
        """Read a template from an answer.

        :raises InvalidResponseError: if it is not an object, or has neither an alias nor an id.
        """
        fields = Fields(data, "a DNS template")
        number = fields.optional_integer("id")
        alias = fields.optional_text("alias") or ""
        return cls(
            alias=fields.name("alias") if number is None else alias,
            id=number,
            is_default=fields.optional_boolean("default"),
            records=_records(fields),
            raw=fields.raw,
        )


def _records(fields: Fields) -> tuple[TemplateRecord, ...]:
    listed = fields.optional_list("records")
    return tuple(read_entries(listed, TemplateRecord.from_dict, "a DNS template: records").read)
