"""What GET of a zone's records shows: not always all of the zone, nor always the zone of now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from certbot_dns_mijnhost.emulator.spelling import in_strings
from certbot_dns_mijnhost.emulator.variants import Variants
from certbot_dns_mijnhost.emulator.zone import Record, Version, Zone, quoted

Records = tuple[Record, ...]


@dataclass
class Reads:
    """The reads of one zone; counts what the variants count."""

    count: int = 0
    before: Version | None = None
    stale_left: int = 0
    short_left: int = 0
    cached: Version | None = None
    cached_at: float = 0.0

    def about_to_write(self, zone: Zone, variants: Variants) -> None:
        """Note the state that stale reads go on to show.

        Seen in practice: a read after a write may show the zone as it was. Assumed: a second write
        before the reads have caught up leaves them at the state before the first.
        """
        if self.stale_left == 0:
            self.before = zone.newest
        self.stale_left = variants.stale_reads
        self.short_left = variants.short_reads

    def show(self, zone: Zone, variants: Variants, now: float) -> Records:
        """Return the records as the listing spells them."""
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
        # Seen in practice: replicas answer by turns. Assumed: strictly, the second one lagging.
        if variants.lagging_replica and self.count % 2 == 0:
            return zone.at(now - variants.replica_seconds)
        return zone.at(now - variants.stale_seconds)

    def _from_cache(self, zone: Zone, variants: Variants, now: float) -> Version:
        """Return the version that was listed last, until it is too old. Assumed: one cache."""
        if self.cached is None or now - self.cached_at >= variants.cached_seconds:
            self.cached, self.cached_at = zone.newest, now
        return self.cached

    def _shorten(self, records: Records, variants: Variants) -> Records:
        """Leave records out. Seen in practice: lists that are empty or too short, with HTTP 200."""
        if self.short_left == 0:
            return records
        self.short_left -= 1
        if variants.short_kind == "empty":
            return ()
        if variants.short_kind == "gaps":
            return records[::2]
        return records[: len(records) // 2]


def listed(record: Record, variants: Variants) -> Record:
    """Spell a record as the listing does.

    Seen in practice: absolute names, usually with a final dot; TXT values without quotes.
    """
    name = record.name
    if not variants.final_dot:
        name = name.rstrip(".")
    if variants.name_case == "upper":
        name = name.upper()
    elif variants.name_case == "mixed":
        name = "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(name))
    value = record.value
    if variants.quoted_txt and record.type == "TXT":
        value = quoted(value)
    elif variants.respells != "no" and record.type == "TXT":
        value = in_strings(value)
    return replace(record, name=name, value=value)
