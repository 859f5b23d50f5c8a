"""The door of this room: challenge records in, challenge records out."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from certbot_dns_mijnhost.api import MijnHostClient, MijnHostError, RetryPolicy
from certbot_dns_mijnhost.challenge_records.behaviour import Behaviour
from certbot_dns_mijnhost.challenge_records.errors import ZoneNotFoundError
from certbot_dns_mijnhost.challenge_records.listing import Identity, TXTRecord, identity_of
from certbot_dns_mijnhost.challenge_records.publisher import ZonePublisher
from certbot_dns_mijnhost.challenge_records.remover import Leftover, ZoneRemover
from certbot_dns_mijnhost.challenge_records.zone import Setting, Zone
from certbot_dns_mijnhost.challenge_records.zone_finder import ZoneFinder
from certbot_dns_mijnhost.challenge_records.zone_lock import default_directory, zone_lock

logger = logging.getLogger(__name__)

DEFAULT_TTL = 60


class ChallengeRecords:
    """Publishes and removes the TXT records of DNS challenges in the account's zones.

    Other records are never touched; values of others at the same names stay. What the API has
    shown about itself, and the list of domains, is kept for the life of this object.

    :param client: the client of the account.
    :param backup_directory: where a zone is saved before it is written as a whole.
    :param ttl: seconds, for the records that are added.
    :param zones: domains to choose from instead of asking the account for its domains.
    :param allow_zone_rewrite: whether a zone may be written as a whole where nothing else works.
    :param lock_directory: where locks against other processes lie; by default a folder of the
        user's own below the system's folder for temporary files.
    :param retry: pauses, clock and sleep.
    """

    def __init__(
        self,
        client: MijnHostClient,
        *,
        backup_directory: Path,
        ttl: int = DEFAULT_TTL,
        zones: Iterable[str] = (),
        allow_zone_rewrite: bool = True,
        lock_directory: Path | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        self._setting = Setting(
            client=client,
            retry=retry or RetryPolicy(),
            behaviour=Behaviour(),
            ttl=ttl,
            allow_zone_rewrite=allow_zone_rewrite,
            backup_directory=backup_directory,
            lock_directory=lock_directory or default_directory(),
        )
        self._finder = ZoneFinder(client, zones=zones, retry=self._setting.retry)
        self._zones: dict[str, Zone] = {}
        self._asked_for: set[Identity] = set()

    @property
    def behaviour(self) -> Behaviour:
        """What the API has shown about itself so far."""
        return self._setting.behaviour

    def publish(self, records: Iterable[TXTRecord]) -> None:
        """Add `records`, and return when the API shows all of them together.

        All zones are found before anything is written.

        :raises ZoneNotFoundError: where no domain of the account holds a name; nothing was written.
        :raises MijnHostError: where a record can't be added; call :meth:`remove` then.
        """
        wanted = list(dict.fromkeys(identity_of(record) for record in records))
        self._asked_for.update(wanted)
        for zone, identities in self._by_zone(wanted):
            with zone_lock(zone.name, self._setting.lock_directory, self._setting.retry) as lock:
                zone.note_lock(lock)
                ZonePublisher(zone).publish(identities)

    def remove(self, records: Iterable[TXTRecord]) -> list[Leftover]:
        """Remove `records`, those that are there, and return what had to stay. Never raises.

        Records that :meth:`publish` was asked for and never came to write are not looked for.
        """
        unwanted = dict.fromkeys(identity_of(record) for record in records)
        leftovers: list[Leftover] = []
        found: list[Identity] = []
        for identity in unwanted:
            if identity in self._asked_for and not self._is_ours(identity):
                continue
            try:
                self._finder.find(identity.name)
                found.append(identity)
            except MijnHostError as error:
                leftovers.append(Leftover(identity.name, identity.value, "", str(error)))
        for zone, identities in self._by_zone(found):
            with zone_lock(zone.name, self._setting.lock_directory, self._setting.retry) as lock:
                zone.note_lock(lock)
                zone.expect([i for i in identities if i not in self._asked_for])
                leftovers += ZoneRemover(zone).remove(identities)
        return leftovers

    def remove_probes(self) -> None:
        """Remove the records that were added only to try out the API. Never raises."""
        for zone in self._zones.values():
            if not zone.probes:
                continue
            with zone_lock(zone.name, self._setting.lock_directory, self._setting.retry) as lock:
                zone.note_lock(lock)
                for leftover in ZoneRemover(zone).remove(()):
                    logger.warning(
                        "Could not remove the test record %s from the zone %s: %s It is harmless; "
                        "run `mijnhost challenges sweep` later.",
                        *(leftover.name, leftover.zone, leftover.reason),
                    )

    def listed_at(self, names: Iterable[str]) -> list[TXTRecord]:
        """Return the TXT records that the API lists at `names`, which are spelt as they are given.

        Names that no domain of the account holds are left out.

        :raises MijnHostError: if the API cannot be asked.
        """
        spelt = {}
        for name in names:
            try:
                self._finder.find(name)
            except ZoneNotFoundError:
                continue
            spelt[identity_of(TXTRecord(name, ""))] = name
        found = []
        for zone, identities in self._by_zone(spelt):
            listing = zone.reader.survey()
            found += [
                TXTRecord(spelt[identity], value)
                for identity in identities
                for value in sorted(listing.values_at(identity.name))
            ]
        return found

    def zone_of(self, name: str) -> str:
        """Return the domain of the account that holds `name`.

        :raises ZoneNotFoundError: where none does.
        :raises MijnHostError: where the API can't be asked.
        """
        return self._finder.find(name)

    def is_alias(self, name: str) -> bool:
        """Tell whether a CNAME stands at `name` in its zone, one by a wildcard left aside.

        :raises ZoneNotFoundError: where no domain of the account holds `name`.
        :raises MijnHostError: where the API can't be asked.
        """
        [(zone, [identity])] = self._by_zone([identity_of(TXTRecord(name, ""))])
        return zone.reader.survey().alias_at(identity.name) is not None

    def subzone_of(self, name: str) -> str | None:
        """Return the subzone that NS records in the zone's listing give `name` to; None without.

        :raises ZoneNotFoundError: if no domain of the account holds `name`.
        :raises MijnHostError: if the API does not answer.
        """
        [(zone, [identity])] = self._by_zone([identity_of(TXTRecord(name, ""))])
        found = zone.reader.survey().subzone_of(identity.name)
        return found[0] if found else None

    def _is_ours(self, identity: Identity) -> bool:
        """Tell whether a record was written, as far as is known, and not removed since."""
        return any(identity in zone.ours for zone in self._zones.values())

    def _by_zone(self, identities: Iterable[Identity]) -> list[tuple[Zone, list[Identity]]]:
        grouped: dict[str, list[Identity]] = {}
        for identity in identities:
            grouped.setdefault(self._finder.find(identity.name), []).append(identity)
        for domain in grouped:
            if domain not in self._zones:
                self._zones[domain] = Zone(domain, self._setting)
        return [(self._zones[domain], members) for domain, members in grouped.items()]
