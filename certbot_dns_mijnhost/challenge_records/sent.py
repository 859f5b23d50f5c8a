"""What a zone rewrite sent, compared with what the API lists afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from certbot_dns_mijnhost.api import DNSRecord
from certbot_dns_mijnhost.challenge_records.altered import altered_records, damaged_texts
from certbot_dns_mijnhost.challenge_records.listing import Identity, Listing


@dataclass(frozen=True)
class SentZone:
    """The records of one zone rewrite.

    :param records: what was sent, by :meth:`Listing.identify_strictly`.
    :param before: the listing that they were made from.
    :param ours: records that were added.
    """

    records: Mapping[Identity, DNSRecord]
    before: Listing
    ours: AbstractSet[Identity]

    def by_identity(self) -> dict[Identity, DNSRecord]:
        """Return the records by the identities that a listing gives them."""
        return {self.before.identify(record): record for record in self.records.values()}

    def missing(self, listing: Listing) -> dict[Identity, DNSRecord]:
        """Return the records that a listing lacks."""
        sent = self.by_identity().items()
        return {identity: record for identity, record in sent if identity not in listing.identities}

    def altered(self, listing: Listing, known: AbstractSet[Identity]) -> dict[Identity, Identity]:
        """Return what the API made of records that a listing lacks.

        :param known: what it made of records that earlier rewrites sent.
        """
        missing = self.missing(listing).keys()
        new = listing.identities - self.by_identity().keys() - self.before.identities
        new |= known & listing.identities
        ours = damaged_texts(missing & self.ours, new)
        return {**altered_records(missing - self.ours, new), **ours}

    def without(self, identities: AbstractSet[Identity]) -> dict[Identity, DNSRecord]:
        """Return the records but for some."""
        return {
            key: record
            for key, record in self.records.items()
            if self.before.identify(record) not in identities
        }
