"""Changing a zone by hand, by the same guarded ways as the challenge records.

What a user names is changed, and nothing else: single-record calls wherever they do, the whole zone
only where nothing else works and only if that is allowed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from certbot_dns_mijnhost.api import DNSRecord, InvalidInputError, MijnHostClient, RetryPolicy
from certbot_dns_mijnhost.zone import proofs
from certbot_dns_mijnhost.zone.adding import add, survey
from certbot_dns_mijnhost.zone.behaviour import Behaviour
from certbot_dns_mijnhost.zone.listing import Listing, RecordKey
from certbot_dns_mijnhost.zone.lock import default_directory
from certbot_dns_mijnhost.zone.names import is_within
from certbot_dns_mijnhost.zone.removing import NotRemoved, remove
from certbot_dns_mijnhost.zone.zone import Zone, ZoneContext

logger = logging.getLogger(__name__)

DEFAULT_TTL = 3600


class ZoneEditor:
    """Changes one zone of the account.

    :param domain: the zone's domain.
    :param backup_directory: where copies of the zone are saved.
    :param lock_directory: where locks against other processes lie.
    :param retry: pauses, clock and sleep.
    """

    def __init__(
        self,
        client: MijnHostClient,
        domain: str,
        *,
        backup_directory: Path,
        lock_directory: Path | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        self._zone = Zone(
            domain,
            ZoneContext(
                client=client,
                retry=retry or RetryPolicy(),
                behaviour=Behaviour(),
                ttl=DEFAULT_TTL,
                backup_directory=backup_directory,
                lock_directory=lock_directory or default_directory(),
            ),
        )

    @property
    def behaviour(self) -> Behaviour:
        """What the API has shown about itself so far."""
        return self._zone.context.behaviour

    @property
    def backup_directory(self) -> Path:
        """Where copies of the zone are saved."""
        return self._zone.context.backup_directory

    def read(self) -> Listing:
        """Return the zone as readings that agree show it; an empty one takes six.

        :raises ZoneNotConfirmedError: where the readings don't come to rest.
        :raises MijnHostError: where the API can't be asked.
        """
        journal = self._zone.journal
        return self._zone.reader.read_stable(lambda: proofs.stable(journal, 2))

    def key_of(self, record: DNSRecord) -> RecordKey:
        """Return what makes a record this one, its name made absolute.

        :raises InvalidInputError: where the record breaks a rule of the API, or is of another zone.
        """
        record.check()
        record.check_address()
        key = Listing(self._zone.name, [record]).key_of(record)
        if not is_within(key.name, self._zone.name):
            raise InvalidInputError(
                f"name: must lie in {self._zone.name}; without a final dot it is relative to it."
            )
        return key

    def save(self, listing: Listing) -> Path:
        """Save a copy of the zone, and return where.

        :raises OSError: where it can't be written.
        """
        return self._zone.copies.save(listing)

    def add(self, records: Iterable[DNSRecord], *, allow_zone_rewrite: bool = False) -> None:
        """Add values beside all others.

        :param allow_zone_rewrite: whether the zone may be written as a whole where nothing else
            works.
        :raises ZoneRewriteForbiddenError: where only a write of the whole zone would do.
        :raises MijnHostError: where it can't be done.
        """
        zone = self._zone
        wanted = self._by_key(records)
        with zone.locked():
            try:
                add(zone, wanted, allow_zone_rewrite=allow_zone_rewrite)
            finally:
                for leftover in remove(zone, (), allow_zone_rewrite=False):
                    logger.warning(
                        "%s stays behind; it does no harm. %s", leftover.name, leftover.reason
                    )

    def write(self, records: Iterable[DNSRecord]) -> None:
        """Write records, each by a single-record call, whatever their RRsets have.

        **Hazard**: it is not known whether another value of the RRset is replaced or kept.

        :raises MijnHostError: if the API refuses.
        """
        wanted = self._by_key(records)
        with self._zone.locked():
            self._zone.check_turn()
            self._zone.claim(wanted)
            for key, record in wanted.items():
                self._zone.patch(key, self._zone.with_ttl(key, record))

    def remove(
        self, keys: Sequence[RecordKey], *, allow_zone_rewrite: bool = False
    ) -> list[NotRemoved]:
        """Remove records that were listed; return those that could not be removed.

        :param allow_zone_rewrite: whether the zone may be rewritten if the API offers no DELETE.
        :raises MijnHostError: if the API cannot be read.
        """
        with self._zone.locked():
            survey(self._zone)
            return remove(self._zone, keys, allow_zone_rewrite=allow_zone_rewrite)

    def _by_key(self, records: Iterable[DNSRecord]) -> dict[RecordKey, DNSRecord]:
        wanted = {}
        for record in records:
            key = self.key_of(record)
            wanted[key] = replace(
                record,
                name=f"{key.name}.",
                value=key.value if key.type == "TXT" else record.value,
            )
        return wanted
