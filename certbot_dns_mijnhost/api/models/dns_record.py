"""A record of a zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.models.fields import Fields, Raw

ADDRESSES = {"A": 4, "AAAA": 6}


@dataclass(frozen=True)
class DNSRecord:
    """One record: a type, a name, one value, a TTL.

    :param type: such as ``TXT``.
    :param name: absolute, with a final dot, such as ``www.example.nl.``; answers may differ.
    :param value: MX and SRV carry their priority in it: ``10 mail.example.nl.``
    :param ttl: seconds, 1 to 2147483647; None where an answer leaves it out.
    """

    type: str
    name: str
    value: str
    ttl: int | None = None
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> DNSRecord:
        """Read a record from an answer.

        :raises InvalidResponseError: where type, name or value is missing or of a wrong kind.
        """
        fields = Fields(data, "a DNS record")
        return cls(
            type=fields.text("type"),
            name=fields.text("name"),
            value=fields.text("value"),
            ttl=fields.optional_integer("ttl"),
            raw=fields.raw,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what is sent for this record, unknown fields of an answer included.

        A record that came from an answer goes back whole: a field that this client does not know
        must not get lost in a write of the whole zone.
        """
        known: Mapping[str, str | int | None] = {
            "type": self.type,
            "name": self.name,
            "value": self.value,
            "ttl": self.ttl,
        }
        return {**self.raw, **{name: value for name, value in known.items() if value is not None}}

    def check(self) -> None:
        """Refuse what the API can't mean.

        :raises InvalidInputError: naming the field and the rule.
        """
        checks.record_type("type", self.type)
        if not _is_name(self.name):
            raise InvalidInputError("name: must be the name of a record, without spaces.")
        if not isinstance(self.value, str):
            raise InvalidInputError("value: a text is needed.")
        if self.ttl is not None:
            checks.within("ttl", self.ttl, 1, checks.LARGEST_TTL)

    def check_address(self) -> None:
        """Refuse an A or AAAA record whose value is no address of its kind.

        :raises InvalidInputError: naming the field and the rule.
        """
        if self.type.upper() in ADDRESSES:
            checks.address("value", self.value, ADDRESSES[self.type.upper()])


def _is_name(name: object) -> bool:
    return (
        isinstance(name, str) and bool(name.strip(".")) and name.isprintable() and " " not in name
    )
