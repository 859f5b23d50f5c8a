"""How two states of a zone differ."""

from __future__ import annotations

from dataclasses import dataclass

from certbot_dns_mijnhost.api import DNSRecord
from certbot_dns_mijnhost.challenge_records import Identity, Listing
from certbot_dns_mijnhost.command.passing import is_passing


@dataclass(frozen=True)
class Difference:
    """What a copy has that the zone lacks, and the other way round.

    :param missing: records of the copy that the zone lacks.
    :param extra: records of the zone that the copy lacks.
    :param changed: records of the copy that stand with another TTL; with that TTL in seconds.
    """

    missing: tuple[DNSRecord, ...]
    extra: tuple[Identity, ...]
    changed: tuple[tuple[DNSRecord, int], ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra or self.changed)


def difference(copy: Listing, live: Listing) -> Difference:
    """Compare a copy with the zone, whatever spelling either has.

    Challenges are left out: those of a copy are over, and those of the zone may be in use.
    """
    ttls = {live.identify(record): record.ttl for record in live.records}
    by_identity = {
        identity: record
        for record in copy.records
        if not is_passing(identity := copy.identify(record))
    }
    changed = []
    for identity, record in by_identity.items():
        ttl = ttls.get(identity)
        if ttl is not None and record.ttl is not None and ttl != record.ttl:
            changed.append((absolute_record(identity, record), ttl))
    return Difference(
        tuple(absolute_record(i, r) for i, r in by_identity.items() if i not in live.identities),
        tuple(sorted(i for i in live.identities - copy.identities if not is_passing(i))),
        tuple(changed),
    )


def absolute_record(identity: Identity, record: DNSRecord) -> DNSRecord:
    """Return a record under its absolute name, as the API wants it."""
    return DNSRecord(record.type, f"{identity.name}.", record.value, record.ttl, raw=record.raw)
