"""What a change is to do to a zone, as a value that can be compared, shown and carried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from certbot_dns_mijnhost.api import DNSRecord
from certbot_dns_mijnhost.api.exact_json import dumps
from certbot_dns_mijnhost.zone.listing import Listing, RecordKey, listed_value

Records = Mapping[RecordKey, DNSRecord]


@dataclass(frozen=True)
class ZonePlan:
    """The records that a change keeps, adds and removes, under absolute names with a final dot.

    A record whose TTL changes is both removed (with the old TTL) and added (with the new one).
    ``str(plan)`` lists the changes: ``+`` is added, ``-`` is removed, ``~`` gets another TTL.

    :param zone: canonical name of the zone.
    :param keep: records that stay as they are listed.
    :param add: records to add.
    :param remove: records to remove.
    """

    zone: str
    keep: tuple[DNSRecord, ...] = ()
    add: tuple[DNSRecord, ...] = ()
    remove: tuple[DNSRecord, ...] = ()

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

        A record that is listed under both its relative and its absolute name is kept once. Records
        that differ in a field that this client does not know are all kept.

        :param damaged: records as they were before the API damaged them, by the listed records.
            They are sent as they were, so that another write does not damage them further.
        """
        unwanted = frozenset(remove)
        kept: dict[tuple[RecordKey, str], DNSRecord] = {}
        removed = []
        for record in listing.records:
            key = listing.key_of(record)
            absolute = _with_absolute_name((damaged or {}).get(key, record), key.name)
            if key in unwanted:
                removed.append(absolute)
            else:
                kept[listing.strict_key_of(record), _other_fields(record)] = absolute
        added = {key: each for key, each in (add or {}).items() if key not in listing.keys}
        new = tuple(record for _, record in sorted(added.items()))
        return cls(listing.zone, tuple(kept.values()), new, tuple(removed))

    @classmethod
    def towards(cls, listing: Listing, wanted: Listing, *, exact: bool) -> ZonePlan:
        """Return the plan that gives the zone the records of `wanted`, in whichever spelling.

        Challenge and test records are left out: those of a copy are outdated, and those of the zone
        may be in use. Behind a CNAME a challenge record has any name, so a record of the zone that
        looks like one is not removed either.

        :param exact: remove what `wanted` does not have.
        """
        target = {key: each for key, each in _by_key(wanted).items() if not key.is_left_alone}
        extra = _by_key(listing).keys() - target.keys()
        unwanted = {key for key in extra if exact and not key.is_transient}
        return cls._of_difference(listing, target, unwanted)

    @classmethod
    def of_rrset(cls, listing: Listing, present: Iterable[RecordKey], wanted: Records) -> ZonePlan:
        """Return the plan that makes `wanted` the only records of an RRset.

        :param present: the keys of its listed records.
        """
        return cls._of_difference(listing, wanted, set(present) - wanted.keys())

    @classmethod
    def _of_difference(
        cls, listing: Listing, target: Records, unwanted: set[RecordKey]
    ) -> ZonePlan:
        by_key = _by_key(listing)
        ttls = rrset_ttls(listing, by_key.keys() - target.keys() - unwanted)
        missing = {k: replace(r, ttl=ttls.get(k[:2], r.ttl)) for k, r in target.items()}
        keep, add, remove = [], [], []
        for key, listed in by_key.items():
            new = target.get(key) if missing.pop(key, None) else None
            if key in unwanted:
                remove.append(listed)
            elif new and None not in {new.ttl, listed.ttl} and new.ttl != listed.ttl:
                add.append(new)
                remove.append(listed)
            else:
                keep.append(listed)
        return cls(listing.zone, tuple(keep), (*add, *missing.values()), tuple(remove))

    @property
    def target(self) -> tuple[DNSRecord, ...]:
        """The records of the zone after the change."""
        return (*self.keep, *self.add)

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not self.add and not self.remove

    @property
    def retimed(self) -> tuple[tuple[DNSRecord, DNSRecord], ...]:
        """The records whose TTL changes, each with its old and its new TTL."""
        old, new = self._keys(self.remove), self._keys(self.add)
        return tuple((old[key], new[key]) for key in new if key in old)

    @property
    def added(self) -> tuple[DNSRecord, ...]:
        """The records to add that the zone does not have with another TTL."""
        old = self._keys(self.remove)
        return tuple(each for key, each in self._keys(self.add).items() if key not in old)

    @property
    def removed(self) -> tuple[DNSRecord, ...]:
        """The records to remove that do not come back with another TTL."""
        new = self._keys(self.add)
        return tuple(each for key, each in self._keys(self.remove).items() if key not in new)

    def __str__(self) -> str:
        lines = [f"- {_line(record)}" for record in self.removed]
        lines += [f"+ {_line(record)}" for record in self.added]
        lines += [f"~ {_line(new)} (TTL {old.ttl} becomes {new.ttl})" for old, new in self.retimed]
        return "\n".join(lines)

    def _keys(self, records: Iterable[DNSRecord]) -> dict[RecordKey, DNSRecord]:
        return _by_key(Listing(self.zone, records))


def rrset_ttls(listing: Listing, keys: Iterable[RecordKey]) -> dict[tuple[str, str], int | None]:
    """Return the smallest TTL in seconds of each RRset of these records, by type and name.

    All records of an RRset share one TTL (RFC 2181, section 5.2).
    """
    ttls: dict[tuple[str, str], int | None] = {}
    for key in keys:
        for record in listing.records_of(key):
            if record.ttl:
                ttls[key[:2]] = min(record.ttl, ttls.get(key[:2]) or record.ttl)
    return ttls


def _other_fields(record: DNSRecord) -> str:
    known = {"type", "name", "value", "ttl"}
    return dumps({name: value for name, value in sorted(record.raw.items()) if name not in known})


def _by_key(listing: Listing) -> dict[RecordKey, DNSRecord]:
    by_key = {}
    for record in listing.records:
        key = listing.key_of(record)
        by_key[key] = _with_absolute_name(record, key.name)
    return by_key


def _line(record: DNSRecord) -> str:
    return f"{record.name.rstrip('.')} {record.type} {listed_value(record)}"


def _with_absolute_name(record: DNSRecord, name: str) -> DNSRecord:
    """Return a record under its absolute name with the final dot that PUT asks for.

    An empty name stays: what the API means by it is not known.
    """
    return replace(record, name=f"{name}.") if record.name.strip() else record
