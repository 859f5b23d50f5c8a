"""A zone: its records, their names in every spelling, and the history of its versions."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from dns.rdtypes.ANY.TXT import TXT

DEFAULT_TTL = 3600
RECORD_TYPES = (
    "A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SRV", "SSHFP",
    "SVCB", "TLSA", "TXT",
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Record:
    """One DNS record as the account stores it.

    :param type: record type in capitals
    :param name: as stored: absolute with a final dot, or relative where twins are allowed
    :param value: without the quotes of a TXT value; MX and SRV with their priority
    :param ttl: seconds
    """

    type: str
    name: str
    value: str
    ttl: int = DEFAULT_TTL


@dataclass(frozen=True, eq=False)
class Version:
    """An immutable state of a zone.

    :param since: the clock's reading when it came into being
    :param serial: the number in its SOA record
    :param records: in the order of the listing
    """

    since: float
    serial: int
    records: tuple[Record, ...]


class Zone:
    """The versions of one zone, newest last.

    :param apex: the zone's name with a final dot
    """

    def __init__(self, apex: str, records: tuple[Record, ...], now: float) -> None:
        self.apex = apex
        self._versions = [Version(now, 1, records)]

    @property
    def newest(self) -> Version:
        """The state after the last write."""
        return self._versions[-1]

    def at(self, moment: float) -> Version:
        """Return the state at that moment; the first one holds for all the time before it."""
        found = bisect_right([version.since for version in self._versions], moment)
        return self._versions[max(found - 1, 0)]

    def write(self, records: Iterable[Record], now: float, keep: float) -> None:
        """Make a new version, and forget those that ended longer ago than anybody looks back.

        :param keep: how many seconds anybody looks back
        """
        self._versions.append(Version(now, self.newest.serial + 1, tuple(records)))
        forget = sum(version.since <= now - keep for version in self._versions) - 1
        del self._versions[: max(forget, 0)]


def domain_name(text: str) -> str:
    """Spell a domain name in one way: lower case, A-labels, no final dot.

    :raises ValueError: where it is no domain name
    """
    name = absolute_name(text.rstrip("."), ".").rstrip(".")
    if not name:
        raise ValueError("a domain needs a name")
    return name


def absolute_name(name: str, apex: str) -> str:
    """Spell a record's name in one way: lower case, A-labels, absolute with a final dot.

    A name without a final dot is absolute where it ends in the zone's name, and relative to the
    zone otherwise (assumed).

    :raises ValueError: where it is no domain name
    """
    return _a_labels(_absolute(name, apex)).lower()


def _absolute(name: str, apex: str) -> str:
    if name in {"", "@"}:
        return apex
    if name.endswith("."):
        return name
    return f"{name}.{apex}" if is_relative(name, apex) else f"{name}."


def is_relative(name: str, apex: str) -> bool:
    """Tell whether the zone's name still has to be put behind this one."""
    if name in {"", "@"} or name.endswith(".") or apex == ".":
        return False
    return not is_inside(f"{name}.".lower(), apex)


@lru_cache(maxsize=10_000)
def _a_labels(name: str) -> str:
    """Spell a name as DNS does, and check it; one without a final dot stays relative."""
    try:
        try:
            return dns.name.from_text(name, None).to_text()
        except dns.name.IDNAException:
            # Emoji: IDNA 2008 refuses them, but registries sold such names by the older rules.
            return dns.name.from_text(name, None, dns.name.IDNA_2003).to_text()
    except (dns.exception.DNSException, UnicodeError) as error:
        raise ValueError(f"{name!r} is no domain name") from error


def is_inside(name: str, apex: str) -> bool:
    """Tell whether an absolute name is the zone's apex or lies below it."""
    return f".{name}".endswith(f".{apex}")


def stored(record: Record, apex: str, *, keep_relative: bool) -> Record:
    """Turn a record as it was sent into one to store; the case of the name is kept.

    :param keep_relative: a relative name stays relative
    :raises ValueError: where the name or the value cannot stand in the zone
    """
    if not is_inside(absolute_name(record.name, apex), apex):
        raise ValueError(f"{record.name!r} does not lie in {apex}")
    name = stored_name(record.name, apex, keep_relative=keep_relative)
    made = replace(record, type=record.type.upper(), name=name)
    if made.type == "TXT":
        made = replace(made, value=unquoted(made.value))
    rdata(made)
    return made


def stored_name(name: str, apex: str, *, keep_relative: bool) -> str:
    """Turn a name as it was sent into one to store.

    :raises ValueError: where it is no domain name
    """
    keep = keep_relative and is_relative(name, apex)
    return _a_labels(name if keep else _absolute(name, apex))


def normalised(record: Record, apex: str) -> Record:
    """Spell the record's name in the one way in which names can be compared."""
    return replace(record, name=absolute_name(record.name, apex))


def unquoted(value: str) -> str:
    """Take the quotes off a TXT value; several quoted strings are joined (assumed)."""
    if len(value) < 2 or not value.startswith('"') or not value.endswith('"'):
        return value
    try:
        parsed = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.TXT, value)
    except dns.exception.DNSException:
        return value
    return b"".join(cast(TXT, parsed).strings).decode("utf-8", "replace")


def quoted(value: str) -> str:
    """Put a TXT value in quotes, as one string whatever its length (assumed)."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def rdata(record: Record) -> dns.rdata.Rdata:
    """Turn the record's value into DNS data; a host name in it is absolute (assumed).

    :raises ValueError: where the value does not fit the type
    """
    if record.type not in RECORD_TYPES:
        raise ValueError(f"{record.type!r} is no record type of this API")
    text = record.value
    if record.type == "TXT":
        octets = text.encode()
        pieces = [octets[start : start + 255] for start in range(0, len(octets), 255)] or [b""]
        text = " ".join('"' + "".join(f"\\{byte:03d}" for byte in piece) + '"' for piece in pieces)
    try:
        return dns.rdata.from_text(
            dns.rdataclass.IN,
            dns.rdatatype.from_text(record.type),
            text,
            origin=dns.name.root,
            relativize=False,
        )
    except (dns.exception.DNSException, UnicodeError, ValueError) as error:
        raise ValueError(f"{record.value!r} does not fit the type {record.type}") from error
