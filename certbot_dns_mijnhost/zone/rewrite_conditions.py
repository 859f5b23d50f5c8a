"""What forbids a zone rewrite: the user, another process, or an entry that cannot be sent back.

None of these affects single-record calls.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from certbot_dns_mijnhost.api import DNSRecord
from certbot_dns_mijnhost.api.exact_json import dumps
from certbot_dns_mijnhost.zone.errors import ZoneNotConfirmedError, ZoneRewriteForbiddenError
from certbot_dns_mijnhost.zone.listing import Listing, RecordKey
from certbot_dns_mijnhost.zone.zone import Zone

LONGEST_SHOWN = 60
NO_KEYS: frozenset[RecordKey] = frozenset()


def unreadable_entries(
    listing: Listing, *, leaving_out: AbstractSet[RecordKey] = NO_KEYS
) -> list[str]:
    """Return a description of each entry that cannot be sent back exactly.

    :param leaving_out: records that are not to be sent back.
    """
    records = [
        description_of(record)
        for record in listing.records
        if not record.is_exact and listing.key_of(record) not in leaving_out
    ]
    return [*records, *listing.skipped]


def description_of(record: DNSRecord) -> str:
    """Return a record with what cannot be read of it: ``TXT odd.example.nl. (value: null)``."""
    fields = ", ".join(f"{name}: {_shown(record, name)}" for name in record.unreadable_fields)
    return f"{record.label} ({fields})"


def check_exact(
    listing: Listing, *, leaving_out: AbstractSet[RecordKey], skipped: Iterable[str] = ()
) -> None:
    """Refuse to rewrite a zone with an entry that cannot be sent back exactly.

    :param leaving_out: records that are not to be sent back.
    :param skipped: entries of an earlier listing that are not readable as records. A listing
        without them may be shortened.
    :raises ZoneNotConfirmedError: naming the first such entry, and how many there are.
    """
    entries = unreadable_entries(listing, leaving_out=leaving_out) or list(skipped)
    if not entries:
        return
    more = f", and {len(entries) - 1} more" if len(entries) > 1 else ""
    raise ZoneNotConfirmedError(
        f"Cannot rewrite the zone {listing.zone}, because the API lists an entry in it that cannot "
        f"be sent back exactly: {entries[0]}{more}. A rewrite would change or lose it. Nothing was "
        "written. Correct or delete the record in mijn.host's control panel, then try again."
    )


def check_allowed(zone: Zone, *, is_allowed: bool, is_removal: bool) -> None:
    """Refuse if the user or another process does not allow it.

    :raises ZoneRewriteForbiddenError: if the user does not.
    :raises ZoneNotConfirmedError: if this process does not hold the zone's lock.
    """
    if not is_allowed and is_removal:
        raise ZoneRewriteForbiddenError(
            f"Cannot remove records from the zone {zone.name}: the API offers no DELETE here, and "
            "dns_mijnhost_allow_zone_rewrite = false forbids a zone rewrite. Allow it, or remove "
            "the records in mijn.host's control panel."
        )
    if not is_allowed:
        raise ZoneRewriteForbiddenError(
            f"Cannot add records to the zone {zone.name}: the API's single-record calls keep one "
            "value per name here, a domain and its wildcard need two, and "
            "dns_mijnhost_allow_zone_rewrite = false forbids a zone rewrite. Allow it, or obtain "
            "one certificate for the domain and another for its wildcard."
        )
    if zone.lock.is_taken:
        raise ZoneNotConfirmedError(
            f"Cannot rewrite the zone {zone.name}: another process on this machine is changing it. "
            "Nothing was written. Try again when that process has ended."
        )
    if not zone.lock.is_held:
        raise ZoneNotConfirmedError(
            f"Cannot rewrite the zone {zone.name}: no lock can be created in "
            f"{zone.context.lock_directory}, so another process could change the zone meanwhile. "
            "Nothing was written. Make sure that the directory belongs to the user who runs "
            "Certbot."
        )


def _shown(record: DNSRecord, name: str) -> str:
    text = dumps(record.raw[name]) if name in record.raw else "missing"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
