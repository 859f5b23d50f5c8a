"""Changing a zone by hand, by the same guarded ways as the challenge records.

What a user names is changed, and nothing else: single-record calls wherever they do, the whole zone
only where nothing else works and only if that is allowed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from certbot_dns_mijnhost.api import DNSRecord, InvalidInputError, MijnHostClient, RetryPolicy
from certbot_dns_mijnhost.challenge_records.behaviour import Behaviour
from certbot_dns_mijnhost.challenge_records.listing import Identity, Listing
from certbot_dns_mijnhost.challenge_records.names import is_within
from certbot_dns_mijnhost.challenge_records.publisher import ZonePublisher
from certbot_dns_mijnhost.challenge_records.remover import Leftover, ZoneRemover
from certbot_dns_mijnhost.challenge_records.zone import Setting, Zone
from certbot_dns_mijnhost.challenge_records.zone_lock import default_directory, zone_lock

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
        self._setting = Setting(
            client=client,
            retry=retry or RetryPolicy(),
            behaviour=Behaviour(),
            ttl=DEFAULT_TTL,
            allow_zone_rewrite=False,
            backup_directory=backup_directory,
            lock_directory=lock_directory or default_directory(),
        )
        self._zone = Zone(domain, self._setting)

    @property
    def behaviour(self) -> Behaviour:
        """What the API has shown about itself so far."""
        return self._setting.behaviour

    @property
    def backup_directory(self) -> Path:
        """Where copies of the zone are saved."""
        return self._setting.backup_directory

    def read(self) -> Listing:
        """Return the zone as readings that agree show it; an empty one takes six.

        :raises ZoneNotConfirmedError: where the readings don't come to rest.
        :raises MijnHostError: where the API can't be asked.
        """
        return self._zone.reader.settled()

    def identify(self, record: DNSRecord) -> Identity:
        """Return what makes a record this one, its name made absolute.

        :raises InvalidInputError: where the record breaks a rule of the API, or is of another zone.
        """
        record.check()
        record.check_address()
        identity = Listing(self._zone.name, [record]).identify(record)
        if not is_within(identity.name, self._zone.name):
            raise InvalidInputError(
                f"name: must lie in {self._zone.name}; without a final dot it is relative to it."
            )
        return identity

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
        wanted = self._take_up(records)
        with self._locked(allow_zone_rewrite=allow_zone_rewrite) as zone:
            try:
                ZonePublisher(zone).publish(wanted)
            finally:
                self._remove_probes(zone)

    def write(self, records: Iterable[DNSRecord]) -> None:
        """Write records, each by a single-record call, whatever stands at their names.

        **Hazard**: it is not known whether a value that stands there is replaced or joined.

        :raises MijnHostError: where the API refuses.
        """
        wanted = self._take_up(records)
        with self._locked() as zone:
            zone.check_turn()
            for identity in wanted:
                zone.write(identity)

    def remove(
        self, identities: Sequence[Identity], *, allow_zone_rewrite: bool = False
    ) -> list[Leftover]:
        """Remove records that were listed; return what would not go.

        :param allow_zone_rewrite: whether the zone may be written as a whole where nothing else
            works.
        :raises MijnHostError: where the API can't be asked.
        """
        with self._locked(allow_zone_rewrite=allow_zone_rewrite) as zone:
            standing = zone.reader.survey().identities
            # Only an answer that confirms it tells that a record that stood is gone.
            zone.believed.update(set(identities) & standing)
            return ZoneRemover(zone).remove(identities)

    def _take_up(self, records: Iterable[DNSRecord]) -> list[Identity]:
        wanted = {}
        for record in records:
            identity = self.identify(record)
            wanted[identity] = record
            value = identity.value if identity.type == "TXT" else record.value
            self._zone.given[identity] = replace(record, name=f"{identity.name}.", value=value)
        return list(wanted)

    @staticmethod
    def _remove_probes(zone: Zone) -> None:
        if zone.probes:
            for leftover in ZoneRemover(zone).remove(()):
                logger.warning(
                    "%s stays behind; it does no harm. %s", leftover.name, leftover.reason
                )

    @contextmanager
    def _locked(self, *, allow_zone_rewrite: bool = False) -> Iterator[Zone]:
        setting, zone = self._setting, self._zone
        zone.setting = replace(setting, allow_zone_rewrite=allow_zone_rewrite)
        with zone_lock(zone.name, setting.lock_directory, setting.retry) as lock:
            zone.note_lock(lock)
            yield zone
