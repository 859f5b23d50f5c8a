"""One record of a zone, and a listing of a zone's records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from certbot_dns_mijnhost.api import record_rules, validation
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.exact_json import known_digits
from certbot_dns_mijnhost.api.fields import Fields, kind_of, whole_number
from certbot_dns_mijnhost.api.types import Raw


@dataclass(frozen=True)
class DNSRecord:
    """One record: a type, a name, one value, a TTL.

    :meth:`mx`, :meth:`srv`, :meth:`caa` and :meth:`txt` make checked records of these types.

    A record of a listing keeps the API's own fields in `raw`. If its value or TTL cannot be read
    (a value of null, a TTL that is not a number), `value` is empty or `ttl` is None, and
    :attr:`unreadable_fields` names it: such a record can be shown and deleted, but not sent back.

    :param type: such as ``TXT``.
    :param name: absolute, with a final dot, such as ``www.example.nl.``; listings may differ.
    :param value: MX and SRV carry their priority in it: ``10 mail.example.nl.``
    :param ttl: seconds, 1 to 2147483647 for a new record; None if an answer leaves it out.
    """

    type: str
    name: str
    value: str
    ttl: int | None = None
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def mx(cls, name: str, priority: int, host: str, ttl: int | None = None) -> DNSRecord:
        """Return an MX record; `host` is absolute, with a final dot.

        :raises InvalidInputError: naming the field and the rule.
        """
        validation.within("priority", priority, 0, 65535)
        return cls._made("MX", name, f"{priority} {record_rules.target('host', host)}", ttl)

    @classmethod
    def srv(  # noqa: PLR0917  # the order of the zone file
        cls,
        name: str,
        priority: int,
        weight: int,
        port: int,
        target: str,
        ttl: int | None = None,
    ) -> DNSRecord:
        """Return an SRV record, named such as ``_sip._tcp.example.nl.``; `target` is absolute.

        :raises InvalidInputError: naming the field and the rule.
        """
        record_rules.check_service_name(name)
        for rule, number in (("priority", priority), ("weight", weight), ("port", port)):
            validation.within(rule, number, 0, 65535)
        host = record_rules.target("target", target)
        return cls._made("SRV", name, f"{priority} {weight} {port} {host}", ttl)

    @classmethod
    def caa(
        cls, name: str, tag: str, value: str, *, flags: int = 0, ttl: int | None = None
    ) -> DNSRecord:
        """Return a CAA record: tag ``issue`` and value ``letsencrypt.org``, for example.

        :raises InvalidInputError: naming the field and the rule.
        """
        return cls._made("CAA", name, record_rules.caa_value(flags, tag, value), ttl)

    @classmethod
    def txt(cls, name: str, text: str, ttl: int | None = None) -> DNSRecord:
        """Return a TXT record of one line.

        :raises InvalidInputError: naming the field and the rule.
        """
        return cls._made("TXT", name, record_rules.check_txt("text", text), ttl)

    @classmethod
    def _made(cls, type: str, name: str, value: str, ttl: int | None) -> DNSRecord:  # noqa: A002
        record = cls(type, name, value, ttl)
        record.check()
        return record

    @classmethod
    def from_dict(cls, data: object) -> DNSRecord:
        """Read a record from an answer. A value that is listed as a number is read as its digits.

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
        """The fields of the listing that cannot be read: ``value``, ``ttl``."""
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
        """Return what is sent for this record, with the unknown fields of a listing.

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

    def check(self, zone: str | None = None) -> None:
        """Require what holds for new records; for one in `zone`, also that name and value fit.

        The rules do not apply to what is unchanged since it was listed (see :attr:`is_listed`): a
        TTL of 0 or an empty name in a record of another client is sent back as it was.

        :param zone: the domain. Then a name outside it, a name without a final dot that looks
            absolute, an MX or SRV record without a priority, an address of the wrong kind, and an
            empty or multi-line TXT record are errors.
        :raises InvalidInputError: naming the field and the rule.
        """
        if not self.is_listed:
            validation.record_type("type", self.type)
            is_listed_name = bool(self.raw) and self.raw.get("name") == self.name
            record_rules.check_name(self.name, None if is_listed_name else zone)
            if not isinstance(self.value, str):
                raise InvalidInputError("value: must be a text.")
            if zone is not None:
                record_rules.check_value(self.type, self.value)
        if self.ttl is not None and self.ttl != whole_number(self.raw.get("ttl")):
            validation.ttl("ttl", self.ttl)

    def check_value(self) -> None:
        """Require that the value of a record fits its type.

        A value that was listed must only be an address if the type is A or AAAA.

        :raises InvalidInputError: naming the field and the rule.
        """
        if not self.is_listed or self.type.upper() in record_rules.ADDRESS_VERSIONS:
            record_rules.check_value(self.type, self.value)


@dataclass(frozen=True)
class DNSListing:
    """The records of one answer.

    :param skipped: a line for each entry that is not a record, or whose type or name cannot be
        read. The zone has more records than `records` then: never write `records` back as the zone.
    :param unreadable: those entries as they were listed.
    """

    records: tuple[DNSRecord, ...]
    skipped: tuple[str, ...] = ()
    unreadable: tuple[Any, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether `records` has each entry of the answer."""
        return not self.skipped


def as_record(value: object) -> DNSRecord:
    """Return a record; a dict with type, name, value and perhaps ttl is converted.

    :raises InvalidInputError: if it is anything else.
    """
    if isinstance(value, DNSRecord):
        return value
    fields: Mapping[str, Any] = record_rules.record_fields(value)
    return DNSRecord(fields["type"], fields["name"], fields["value"], fields.get("ttl"))


def _value_in(raw: Raw) -> str | None:
    """Return the value of a listed record; None if it cannot be read exactly."""
    value = raw.get("value")
    return value if isinstance(value, str) else known_digits(value)
