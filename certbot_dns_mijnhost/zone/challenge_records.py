"""Adding and removing the TXT records of DNS challenges, in any zone of the account."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from certbot_dns_mijnhost.api import DNSRecord, MijnHostClient, MijnHostError, RetryPolicy
from certbot_dns_mijnhost.defaults import CHALLENGE_TTL
from certbot_dns_mijnhost.zone.adding import add, probes, read_before_writing
from certbot_dns_mijnhost.zone.behaviour import Behaviour
from certbot_dns_mijnhost.zone.conflicts import check_challenges
from certbot_dns_mijnhost.zone.errors import NotRemoved, ZoneNotFoundError
from certbot_dns_mijnhost.zone.finder import ZoneFinder
from certbot_dns_mijnhost.zone.listing import RecordKey, TXTRecord, key_of
from certbot_dns_mijnhost.zone.lock import default_directory
from certbot_dns_mijnhost.zone.reading import EXPECTED
from certbot_dns_mijnhost.zone.removing import remove
from certbot_dns_mijnhost.zone.zone import Zone, ZoneContext

logger = logging.getLogger(__name__)


class ChallengeRecords:
    """Publishes and removes the TXT records of DNS challenges in the account's zones.

    Other records do not change, including other values of the same RRsets. What the API has shown
    about itself, and the list of domains, is kept as long as this object.

    :param client: the client of the account.
    :param backup_directory: where a zone is saved before it is rewritten.
    :param ttl: seconds, for records that are added to an RRset without other records.
    :param zones: domains to choose from, instead of the account's domains.
    :param allow_zone_rewrite: whether a zone may be rewritten if no single-record call does what is
        needed.
    :param lock_directory: where locks against other processes are; by default a directory of the
        user in the temporary directory, and one in /run for root.
    :param retry: pauses, clock and sleep.
    """

    def __init__(
        self,
        client: MijnHostClient,
        *,
        backup_directory: Path,
        ttl: int = CHALLENGE_TTL,
        zones: Iterable[str] = (),
        allow_zone_rewrite: bool = True,
        lock_directory: Path | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        self._context = ZoneContext(
            client=client,
            retry=retry or RetryPolicy(),
            behaviour=Behaviour(),
            ttl=ttl,
            backup_directory=backup_directory,
            lock_directory=lock_directory or default_directory(),
        )
        self._allow_zone_rewrite = allow_zone_rewrite
        self._finder = ZoneFinder(client, zones=zones, retry=self._context.retry)
        self._zones: dict[str, Zone] = {}

    @property
    def behaviour(self) -> Behaviour:
        """What the API has shown about itself so far."""
        return self._context.behaviour

    def publish(self, records: Iterable[TXTRecord]) -> None:
        """Add `records`, and return when the API shows all of them together.

        All zones are found before anything is written.

        :raises ZoneNotFoundError: if no domain of the account has a name; nothing was written.
        :raises MijnHostError: if a record cannot be added; call :meth:`remove_written` then.
        """
        for zone, keys in self._by_zone(dict.fromkeys(map(key_of, records))):
            wanted = {key: DNSRecord("TXT", f"{key.name}.", key.value) for key in keys}
            with zone.locked():
                zone.check_turn()
                check_challenges(read_before_writing(zone), keys)
                add(zone, wanted, allow_zone_rewrite=self._allow_zone_rewrite)

    def remove_written(self, records: Iterable[TXTRecord]) -> list[NotRemoved]:
        """Remove those of `records` that this object wrote, and return what could not be removed.

        Never raises. Nothing is read or sent for a record that :meth:`publish` did not come to.
        """
        written = [
            (zone, [key for key in map(key_of, records) if zone.journal.may_exist(key)])
            for records in [list(records)]
            for zone in self._zones.values()
        ]
        return self._remove([(zone, keys) for zone, keys in written if keys])

    def remove(self, records: Iterable[TXTRecord]) -> list[NotRemoved]:
        """Remove `records`, whichever client added them, and return what could not be removed.

        Never raises.
        """
        leftovers: list[NotRemoved] = []
        found: list[RecordKey] = []
        for key in dict.fromkeys(map(key_of, records)):
            try:
                self._finder.find(key.name)
                found.append(key)
            except MijnHostError as error:
                leftovers.append(NotRemoved(key.name, key.value, "", str(error)))
        by_zone = self._by_zone(found)
        for zone, keys in by_zone:
            _expect(zone, keys)
        return leftovers + self._remove(by_zone)

    def _remove(self, keys_by_zone: Iterable[tuple[Zone, list[RecordKey]]]) -> list[NotRemoved]:
        leftovers: list[NotRemoved] = []
        for zone, keys in keys_by_zone:
            with zone.locked():
                leftovers += remove(zone, keys, allow_zone_rewrite=self._allow_zone_rewrite)
        return leftovers

    def remove_probes(self) -> None:
        """Remove the records that were added only to try out the API. Never raises."""
        for zone in self._zones.values():
            if not probes(zone):
                continue
            with zone.locked():
                for leftover in remove(zone, (), allow_zone_rewrite=self._allow_zone_rewrite):
                    logger.warning(
                        "Could not remove the test record %s from the zone %s: %s It is harmless; "
                        "run `mijnhost challenges sweep` later.",
                        *(leftover.name, leftover.zone, leftover.reason),
                    )

    def listed_at(self, names: Iterable[str]) -> list[TXTRecord]:
        """Return the TXT records that the API lists at `names`, which are spelled as given.

        Names that no domain of the account has are left out.

        :raises MijnHostError: if the API cannot be read.
        """
        spelled = {}
        for name in names:
            try:
                self._finder.find(name)
            except ZoneNotFoundError:
                continue
            spelled[key_of(TXTRecord(name, ""))] = name
        found = []
        for zone, keys in self._by_zone(spelled):
            listing = read_before_writing(zone)
            found += [
                TXTRecord(spelled[key], value)
                for key in keys
                for value in sorted(listing.values_at(key.name))
            ]
        return found

    def zone_of(self, name: str) -> str:
        """Return the domain of the account that has `name`.

        :raises ZoneNotFoundError: if none has.
        :raises MijnHostError: if the API cannot be read.
        """
        return self._finder.find(name)

    def is_alias(self, name: str) -> bool:
        """Return whether `name` has a CNAME in its zone, not counting wildcards.

        :raises ZoneNotFoundError: if no domain of the account has `name`.
        :raises MijnHostError: if the API cannot be read.
        """
        [(zone, [key])] = self._by_zone([key_of(TXTRecord(name, ""))])
        return read_before_writing(zone).alias_at(key.name) is not None

    def subzone_of(self, name: str) -> str | None:
        """Return the subzone that NS records in the zone's listing give `name` to; None without.

        :raises ZoneNotFoundError: if no domain of the account has `name`.
        :raises MijnHostError: if the API cannot be read.
        """
        [(zone, [key])] = self._by_zone([key_of(TXTRecord(name, ""))])
        found = read_before_writing(zone).subzone_of(key.name)
        return found[0] if found else None

    def _by_zone(self, keys: Iterable[RecordKey]) -> list[tuple[Zone, list[RecordKey]]]:
        grouped: dict[str, list[RecordKey]] = {}
        for key in keys:
            grouped.setdefault(self._finder.find(key.name), []).append(key)
        for domain in grouped:
            if domain not in self._zones:
                self._zones[domain] = Zone(domain, self._context)
        return [(self._zones[domain], members) for domain, members in grouped.items()]


def _expect(zone: Zone, keys: Iterable[RecordKey]) -> None:
    """Read until a listing shows the records, which another process may have added just now.

    Never raises: if the API cannot be read, the removal reports it.
    """
    wanted = set(keys)
    try:
        zone.reader.read_until(lambda: wanted <= zone.journal.seen() or None, EXPECTED)
    except MijnHostError as error:
        logger.debug("Cannot read the zone %s: %s", zone.name, error)
