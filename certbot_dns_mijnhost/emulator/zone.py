"""A domain and its zone: the versions of the zone, and which of them a read shows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Union

from certbot_dns_mijnhost.emulator.records import Record, Records, listed
from certbot_dns_mijnhost.emulator.variants import Variants

PARKING_TTL = 900
RecordLike = Union[Record, tuple[str, str, str, int]]


@dataclass(frozen=True, eq=False)
class Version:
    """An immutable state of a zone.

    :param since: when it was written, in seconds of the clock
    :param serial: its number, from 1
    :param records: in the order of the listing
    """

    since: float
    serial: int
    records: Records


class Zone:
    """The versions of one zone, newest last.

    :param apex: the zone's name with a final dot
    """

    def __init__(self, apex: str, records: Records, now: float) -> None:
        self.apex = apex
        self._versions = [Version(now, 1, records)]

    @property
    def newest(self) -> Version:
        """The state after the last write."""
        return self._versions[-1]

    def at(self, moment: float) -> Version:
        """Return the state at that moment; before the first version, the first version."""
        found = bisect_right([version.since for version in self._versions], moment)
        return self._versions[max(found - 1, 0)]

    def write(self, records: Iterable[Record], now: float, keep: float) -> None:
        """Add a version and drop those that ended more than ``keep`` seconds ago."""
        self._versions.append(Version(now, self.newest.serial + 1, tuple(records)))
        drop = sum(version.since <= now - keep for version in self._versions) - 1
        del self._versions[: max(drop, 0)]


@dataclass
class Reads:
    """What GET of one zone's records returns: sometimes an old version, sometimes a part of one.

    :param count: the reads so far
    :param before: the version that stale reads show
    """

    count: int = 0
    before: Version | None = None
    stale_left: int = 0
    short_left: int = 0
    cached: Version | None = None
    cached_at: float = 0.0

    def before_write(self, zone: Zone, variants: Variants) -> None:
        """Remember the state that stale reads show after the write.

        Seen in practice: a read after a write may show the zone as it was. Assumed: a second write
        before the last stale read does not change what the stale reads show.
        """
        if self.stale_left == 0:
            self.before = zone.newest
        self.stale_left = variants.stale_reads
        self.short_left = variants.short_reads

    def read(self, zone: Zone, variants: Variants, now: float) -> Records:
        """Return the records of one read, as listed."""
        self.count += 1
        if self.stale_left and self.before is not None:
            self.stale_left -= 1
            records = self.before.records
        elif variants.cached_seconds:
            records = self._from_cache(zone, variants, now).records
        else:
            records = self._shorten(self._version(zone, variants, now).records, variants)
        return tuple(listed(record, variants) for record in records)

    def _version(self, zone: Zone, variants: Variants, now: float) -> Version:
        # Seen in practice: replicas answer in turn. Assumed: strictly in turn, the second one late.
        if variants.lagging_replica and self.count % 2 == 0:
            return zone.at(now - variants.replica_seconds)
        return zone.at(now - variants.stale_seconds)

    def _from_cache(self, zone: Zone, variants: Variants, now: float) -> Version:
        """Return the cached version, or the newest if that is too old. Assumed: one cache."""
        if self.cached is None or now - self.cached_at >= variants.cached_seconds:
            self.cached, self.cached_at = zone.newest, now
        return self.cached

    def _shorten(self, records: Records, variants: Variants) -> Records:
        """Leave records out. Seen in practice: listings that are empty or short, with HTTP 200."""
        if self.short_left == 0:
            return records
        self.short_left -= 1
        if variants.short_kind == "empty":
            return ()
        if variants.short_kind == "gaps":
            return records[::2]
        return records[: len(records) // 2]


@dataclass
class Domain:
    """One domain of the account, with the fields that the listing shows.

    :param name: in lower case and A-labels, without a final dot
    :param managed_dns: the domain uses mijn.host's name servers
    :param published_at: host names of other name servers, if the registry publishes those
    :param settings: what ``PUT /domains/{domain}`` has changed, as sent
    :param odd_entries: JSON values that the listing of the zone shows before its records and that
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
    """Return a record from a record or a tuple ``(type, name, value, ttl)``."""
    return given if isinstance(given, Record) else Record(*given)


def default_records(apex: str) -> list[Record]:
    """Return a small zone, as a customer may have it (assumed). It contains no SOA and no NS."""
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
