"""How two states of a zone differ."""

from __future__ import annotations

from dataclasses import dataclass

from certbot_dns_mijnhost.api import DNSRecord
from certbot_dns_mijnhost.cli.passing import is_passing
from certbot_dns_mijnhost.zone import Listing, RecordKey


@dataclass(frozen=True)
class Difference:
    """What a copy has that the zone lacks, and the other way round.

    :param missing: records of the copy that the zone lacks.
    :param extra: records of the zone that the copy lacks.
    :param changed: records of the copy that stand with another TTL; with that TTL in seconds.
    """

    missing: tuple[DNSRecord, ...]
    extra: tuple[RecordKey, ...]
    changed: tuple[tuple[DNSRecord, int], ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra or self.changed)


def difference(copy: Listing, live: Listing) -> Difference:
    """Compare a copy with the zone, whatever spelling either has.

    Challenges are left out: those of a copy are over, and those of the zone may be in use.
    """
    ttls = {live.key_of(record): record.ttl for record in live.records}
    by_key = {key: record for record in copy.records if not is_passing(key := copy.key_of(record))}
    changed = []
    for key, record in by_key.items():
        ttl = ttls.get(key)
        if ttl is not None and record.ttl is not None and ttl != record.ttl:
            changed.append((absolute_record(key, record), ttl))
    return Difference(
        tuple(absolute_record(i, r) for i, r in by_key.items() if i not in live.keys),
        tuple(sorted(i for i in live.keys - copy.keys if not is_passing(i))),
        tuple(changed),
    )


def absolute_record(key: RecordKey, record: DNSRecord) -> DNSRecord:
    """Return a record under its absolute name, as the API wants it."""
    return DNSRecord(record.type, f"{key.name}.", record.value, record.ttl, raw=record.raw)
