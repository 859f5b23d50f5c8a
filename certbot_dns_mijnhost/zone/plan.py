"""What a change is to do to a zone, as a value that can be compared, shown and carried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from certbot_dns_mijnhost.api import DNSRecord
from certbot_dns_mijnhost.zone.listing import Listing, RecordKey

Records = Mapping[RecordKey, DNSRecord]


@dataclass(frozen=True)
class ZonePlan:
    """The records that a change keeps, adds and removes, under absolute names with a final dot.

    A record whose TTL changes is both removed (with the old TTL) and added (with the new one).

    :param zone: canonical name of the zone.
    :param keep: records that stay as they are listed.
    :param add: records to add, by their keys.
    :param remove: records to remove.
    """

    zone: str
    keep: tuple[DNSRecord, ...]
    add: Records
    remove: tuple[DNSRecord, ...]

    @classmethod
    def of_change(
        cls,
        listing: Listing,
        *,
        add: Records | None = None,
        remove: Iterable[RecordKey] = (),
        damaged: Records | None = None,
    ) -> ZonePlan:
        """Return the plan that adds and removes these records, as far as the zone needs it.

        A record that is listed under both its relative and its absolute name is kept once.

        :param damaged: records as they were before the API damaged them, by the listed records.
            They are sent as they were, so that another write does not damage them further.
        """
        unwanted = frozenset(remove)
        kept: dict[RecordKey, DNSRecord] = {}
        removed = []
        for record in listing.records:
            key = listing.key_of(record)
            absolute = _with_absolute_name((damaged or {}).get(key, record), key.name)
            if key in unwanted:
                removed.append(absolute)
            else:
                kept[listing.strict_key_of(record)] = absolute
        added = {key: each for key, each in (add or {}).items() if key not in listing.keys}
        return cls(listing.zone, tuple(kept.values()), added, tuple(removed))

    @property
    def target(self) -> tuple[DNSRecord, ...]:
        """The records of the zone after the change."""
        return (*self.keep, *(record for _, record in sorted(self.add.items())))

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not self.add and not self.remove


def _with_absolute_name(record: DNSRecord, name: str) -> DNSRecord:
    """Return a record under its absolute name with the final dot that PUT asks for.

    An empty name stays: what the API means by it is not known.
    """
    return replace(record, name=f"{name}.") if record.name.strip() else record
