"""Entries of a listing that cannot be sent back exactly.

They do not affect single-record calls. A zone rewrite would change or lose them.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from certbot_dns_mijnhost.api import DNSRecord
from certbot_dns_mijnhost.api.exact_json import dumps
from certbot_dns_mijnhost.zone.errors import ZoneNotConfirmedError
from certbot_dns_mijnhost.zone.listing import Listing, RecordKey

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


def check_exact(listing: Listing, *, leaving_out: AbstractSet[RecordKey]) -> None:
    """Refuse to rewrite a zone with an entry that cannot be sent back exactly.

    :param leaving_out: records that are not to be sent back.
    :raises ZoneNotConfirmedError: naming the first such entry, and how many there are.
    """
    entries = unreadable_entries(listing, leaving_out=leaving_out)
    if not entries:
        return
    more = f", and {len(entries) - 1} more" if len(entries) > 1 else ""
    raise ZoneNotConfirmedError(
        f"Cannot rewrite the zone {listing.zone}, because the API lists an entry in it that cannot "
        f"be sent back exactly: {entries[0]}{more}. A rewrite would change or lose it. Nothing was "
        "written. Correct or delete the record in mijn.host's control panel, then try again."
    )


def _shown(record: DNSRecord, name: str) -> str:
    text = dumps(record.raw[name]) if name in record.raw else "missing"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
