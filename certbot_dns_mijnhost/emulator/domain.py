"""One domain of the account, and the zone that a new one begins with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Union

from certbot_dns_mijnhost.emulator.reads import Reads
from certbot_dns_mijnhost.emulator.zone import Record, Zone

PARKING_TTL = 900
RecordLike = Union[Record, tuple[str, str, str, int]]


@dataclass
class Domain:
    """One domain of the account, with the fields that the listing shows.

    :param name: in lower case and A-labels, without a final dot
    :param managed_dns: its DNS is at mijn.host
    :param published_at: the name servers that the registry publishes, where they are elsewhere
    :param odd_entries: JSON values that the listing of the zone shows before its records, and that
        are not proper records; may be changed at any time
    """

    id: int
    name: str
    zone: Zone
    tags: list[str]
    managed_dns: bool = True
    renewal_date: str = "2030-01-01"
    status: str = "Active"
    status_id: int = 1
    is_locked: bool = True
    published_at: tuple[str, ...] = ()
    settings: dict[str, object] = field(default_factory=dict)
    odd_entries: list[object] = field(default_factory=list)
    reads: Reads = field(default_factory=Reads)


def as_record(given: RecordLike) -> Record:
    """Make a record of a tuple ``(type, name, value, ttl)``."""
    return given if isinstance(given, Record) else Record(*given)


def default_records(apex: str) -> list[Record]:
    """Return a small zone as a new customer has it (assumed); NS and SOA are not among them."""
    return [
        Record("A", apex, "192.0.2.10"),
        Record("AAAA", apex, "2001:db8::10"),
        Record("MX", apex, f"10 mail.{apex}"),
        Record("TXT", apex, "v=spf1 mx -all"),
        Record("A", f"mail.{apex}", "192.0.2.25"),
        Record("CNAME", f"www.{apex}", apex),
    ]


def parking_records(apex: str) -> list[Record]:
    """Return the parking records of a domain that was just ordered (seen in practice)."""
    return [
        Record("A", f"*.{apex}", "192.0.2.80", PARKING_TTL),
        Record("AAAA", f"*.{apex}", "2001:db8::80", PARKING_TTL),
        Record("A", apex, "192.0.2.80", PARKING_TTL),
        Record("AAAA", apex, "2001:db8::80", PARKING_TTL),
        Record("MX", apex, "10 mx1.mijn.host.", PARKING_TTL),
        Record("MX", apex, "20 mx2.mijn.host.", PARKING_TTL),
        Record("TXT", apex, "v=spf1 include:spf.mijn.host ~all", PARKING_TTL),
        Record("TXT", f"_dmarc.{apex}", "v=DMARC1; p=none", PARKING_TTL),
    ]
