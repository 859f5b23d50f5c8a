"""A record of a zone, and a listing of a zone's records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.exact_json import known_digits
from certbot_dns_mijnhost.api.models.fields import Fields, Raw, kind_of, whole_number

ADDRESSES = {"A": 4, "AAAA": 6}


@dataclass(frozen=True)
class DNSRecord:
    """One record: a type, a name, one value, a TTL.

    A record that was listed keeps the API's own fields in `raw`. If its value or TTL cannot be read
    (a value of null, a TTL that is not a number), `value` is empty or `ttl` is None, and
    :attr:`unreadable_fields` names it: such a record can be shown and deleted, but not sent back.

    :param type: such as ``TXT``.
    :param name: absolute, with a final dot, such as ``www.example.nl.``; answers may differ.
    :param value: MX and SRV carry their priority in it: ``10 mail.example.nl.``
    :param ttl: seconds, 1 to 2147483647 for a new record; None if an answer leaves it out.
    """

    type: str
    name: str
    value: str
    ttl: int | None = None
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> DNSRecord:
        """Read a record from an answer.

        A value that is listed as a number is read as its digits.

        :raises InvalidResponseError: if the type or the name is missing or of a wrong kind.
        """
        fields = Fields(data, "a DNS record")
        return cls(
            type=fields.name("type"),
            name=fields.text("name"),
            value=_value_in(fields.raw) or "",
            ttl=whole_number(fields.raw.get("ttl")),
            raw=fields.raw,
        )

    @property
    def unreadable_fields(self) -> tuple[str, ...]:
        """The fields that were listed in a way that cannot be read: ``value``, ``ttl``."""
        if not self.raw:
            return ()
        lost = []
        if self.value == "" and _value_in(self.raw) is None:
            lost.append("value")
        listed_ttl = self.raw.get("ttl")
        if self.ttl is None and listed_ttl is not None and whole_number(listed_ttl) is None:
            lost.append("ttl")
        return tuple(lost)

    @property
    def is_exact(self) -> bool:
        """Whether this record can be sent back exactly as it was listed; true for a new record."""
        return not self.unreadable_fields

    @property
    def is_listed(self) -> bool:
        """Whether type and value are those of a listing. Its name may have been made absolute."""
        return (
            bool(self.raw)
            and self.raw.get("type") == self.type
            and (_value_in(self.raw) or "") == self.value
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what is sent for this record, unknown fields of an answer included.

        A record that came from an answer goes back whole: a field that this client does not know
        must not get lost in a zone rewrite.

        :raises InvalidInputError: naming the record, if it cannot be sent back exactly.
        """
        for name in self.unreadable_fields:
            found = kind_of(self.raw[name]) if name in self.raw else "nothing"
            raise InvalidInputError(
                f"Cannot send the record {self.label} back as it is: the API lists {found} as its "
                f"{name}. "
                "Correct or delete the record in mijn.host's control panel."
            )
        known: Mapping[str, str | int | None] = {
            "type": self.type,
            "name": self.name,
            "value": self.value,
            "ttl": self.ttl,
        }
        return {**self.raw, **{name: value for name, value in known.items() if value is not None}}

    def as_listed(self) -> dict[str, Any]:
        """Return the fields for a copy in a file; never raises.

        What cannot be read is in it as the API listed it. :meth:`from_dict` reads it again.
        """
        return self.to_dict() if self.is_exact else {**self.raw, "type": self.type}

    @property
    def label(self) -> str:
        """Type and name, for messages."""
        return "".join(c if c.isprintable() else "?" for c in f"{self.type} {self.name or '@'}")

    def check(self) -> None:
        """Refuse what breaks a rule for new records.

        The rules do not apply to what is unchanged since it was listed (see :attr:`is_listed`): a
        TTL of 0 or an empty name in a record of somebody else is sent back as it was.

        :raises InvalidInputError: naming the field and the rule.
        """
        if not self.is_listed:
            checks.record_type("type", self.type)
            if not _is_name(self.name):
                raise InvalidInputError("name: must be the name of a record, without spaces.")
            if not isinstance(self.value, str):
                raise InvalidInputError("value: a text is needed.")
        if self.ttl is not None and self.ttl != whole_number(self.raw.get("ttl")):
            checks.within("ttl", self.ttl, 1, checks.LARGEST_TTL)

    def check_address(self) -> None:
        """Refuse an A or AAAA record whose value is not an address of its kind.

        :raises InvalidInputError: naming the field and the rule.
        """
        if self.type.upper() in ADDRESSES:
            checks.address("value", self.value, ADDRESSES[self.type.upper()])


@dataclass(frozen=True)
class DNSListing:
    """One answer's records.

    :param skipped: a line for each entry that is not a record at all, or whose type or name cannot
        be read. The zone holds more than `records` then: never write `records` back as the zone.
    :param unreadable: those entries as they were listed.
    """

    records: tuple[DNSRecord, ...]
    skipped: tuple[str, ...] = ()
    unreadable: tuple[Any, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether `records` holds each entry of the answer."""
        return not self.skipped


def _value_in(raw: Raw) -> str | None:
    """Return the value of a listed record; None if it cannot be read exactly."""
    value = raw.get("value")
    return value if isinstance(value, str) else known_digits(value)


def _is_name(name: object) -> bool:
    return (
        isinstance(name, str) and bool(name.strip(".")) and name.isprintable() and " " not in name
    )
