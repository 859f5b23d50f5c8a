"""Taking challenge records out of a zone, ours and no others."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from certbot_dns_mijnhost.api import (
    BadRequestError,
    DNSRecord,
    MethodNotAllowedError,
    MijnHostError,
    NotFoundError,
)
from certbot_dns_mijnhost.challenge_records.listing import Identity, Listing
from certbot_dns_mijnhost.challenge_records.persistence import BETWEEN_READINGS, attempts
from certbot_dns_mijnhost.challenge_records.zone import Zone
from certbot_dns_mijnhost.challenge_records.zone_reader import (
    EQUAL_READINGS_TO_WRITE,
    SECONDS_NEAR_LIMIT,
)

logger = logging.getLogger(__name__)

READINGS = 22
SECONDS = 75.0
PATIENCE = 60.0
"""Seconds after which a failing API is no longer asked to delete the rest."""
OLDEST_LISTING = 65.0
"""Seconds: listings were seen that were about a minute old."""
ABSENCES = 2
"""Readings in a row that have to lack a record after the API confirmed its removal: one client saw
readings alternate between a current replica and one that lags."""
ABSENCES_WITHOUT_CONFIRMATION = 6
"""The same, where no answer confirmed the removal, or a reading may be older or short."""
REPEATS_AT = frozenset({2, 4, 7})
"""Readings after which a record that still shows is deleted again."""


class Leftover(NamedTuple):
    """A record of ours that had to stay.

    :param name: the record's name.
    :param value: its value.
    :param zone: the zone that it is in, empty where none was found.
    :param reason: why, and what to do.
    """

    name: str
    value: str
    zone: str
    reason: str


class ZoneRemover:
    """Removes records from one zone. The caller holds the zone's lock if it can be had."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._behaviour = zone.setting.behaviour
        self._confirmed: set[Identity] = set()

    def remove(self, unwanted: Sequence[Identity]) -> list[Leftover]:
        """Remove `unwanted` and return what had to stay. Raises nothing of our own."""
        unreadable = [i for i in unwanted if self._is_unreadable(i)]
        message = (
            "The API lists it with a value that cannot be read, so the API's DELETE cannot name "
            "it. Delete the record in mijn.host's control panel."
        )
        left = [Leftover(i.name, i.value, self._zone.name, message) for i in unreadable]
        unwanted = [i for i in [*unwanted, *self._zone.probes] if i not in unreadable]
        return left + (self._remove(unwanted) if unwanted else [])

    def _is_unreadable(self, identity: Identity) -> bool:
        listed = self._zone.reader.listed.get(identity)
        return listed is not None and "value" in listed.unreadable_fields

    def _remove(self, unwanted: list[Identity]) -> list[Leftover]:
        self._zone.ours.update(unwanted)
        standing = list(unwanted)
        try:
            self._delete_all(unwanted)
            if self._behaviour.offers_delete:
                standing = self._still_standing(unwanted)
            else:
                standing = self._remove_by_null(unwanted)
                if standing:
                    self._zone.rewrite(remove=standing)
                standing = []
            reason = "The API still lists it after it was removed."
        except MijnHostError as error:
            reason = str(error)
        self._zone.forget(set(unwanted) - set(standing))
        self._zone.probes = [probe for probe in self._zone.probes if probe in standing]
        return [Leftover(i.name, i.value, self._zone.name, reason) for i in standing]

    def _delete_all(self, unwanted: Sequence[Identity]) -> None:
        """Delete by single-record calls, taking note of what the API confirmed.

        :raises MijnHostError: where the API has failed for long.
        """
        clock = self._zone.setting.retry.clock
        started = clock()
        for identity in unwanted:
            if not self._behaviour.offers_delete:
                return
            try:
                # As the listing shows it, if it was seen: an API that keeps names and values as
                # they were sent may know the record by no other spelling.
                self._delete(identity, self._zone.reader.listed.get(identity))
            except MijnHostError as error:
                if clock() - started > PATIENCE:
                    raise
                logger.info("%s is not removed yet: %s", identity.name, error)

    def _delete(self, identity: Identity, listed: DNSRecord | None = None) -> None:
        name = listed.name if listed else f"{identity.name}."
        # Without its quotes: most APIs take them off before they store a text.
        value = listed.value if listed and identity.type != "TXT" else identity.value
        record = DNSRecord(identity.type, name, value)
        if self._send_delete(record) or identity not in self._zone.believed:
            self._confirmed.add(identity)

    def _send_delete(self, record: DNSRecord) -> bool:
        """Return whether the API said that the record is removed."""
        client = self._zone.setting.client
        for attempt in attempts(self._zone.setting.retry, tries=4, seconds=60.0):
            try:
                client.dns_records.delete(self._zone.domain, record)
            except MethodNotAllowedError:
                self._behaviour.offers_delete = False
                return False
            except (BadRequestError, NotFoundError) as error:
                # Gone already, a passing fault, or a spelling that it does not know: see and retry.
                logger.debug("Whether %s is removed is read back: %s", record.name, error)
                return False
            except MijnHostError as error:
                if not error.may_have_taken_effect or attempt == 4:
                    raise
            else:
                return True
        return False

    def _still_standing(self, unwanted: Sequence[Identity]) -> list[Identity]:
        """Return those that the readings keep showing, deleting them again in between."""
        lately: deque[frozenset[Identity]] = deque(maxlen=ABSENCES_WITHOUT_CONFIRMATION)
        absent = 0
        seconds = SECONDS_NEAR_LIMIT if self._zone.reader.is_near_limit() else SECONDS
        for attempt in attempts(
            self._zone.setting.retry, tries=READINGS, seconds=seconds, share=BETWEEN_READINGS
        ):
            listing = self._zone.reader.read()
            lately.append(listing.identities & set(unwanted))
            if lately[-1]:
                absent = 0
            elif self._zone.is_whole(listing):
                absent += 1
            if absent >= self._absences_needed(unwanted, listing) and not self._too_old(unwanted):
                return []
            if attempt in REPEATS_AT:
                self._delete_again(listing, unwanted)
        shown: set[Identity] = set().union(*lately)
        return [i for i in unwanted if i in shown or i not in self._confirmed]

    def _too_old(self, unwanted: Iterable[Identity]) -> float:
        """Return for how many seconds listings may still be older than a record that none showed.

        Such a record may be missing because the listing comes from a cache.
        """
        zone = self._zone
        seen = zone.reader.seen
        # A listing with the latest write at a name is newer than what that write replaced.
        replaced_at = {identity.name for identity in zone.latest_writes() & seen}
        possible = {identity for identity in zone.possible if identity.name not in replaced_at}
        unseen = (zone.believed | possible).intersection(unwanted) - seen
        if not unseen or zone.written_at is None:
            return 0.0
        return max(zone.written_at + OLDEST_LISTING - zone.setting.retry.clock(), 0.0)

    def _absences_needed(self, unwanted: Sequence[Identity], listing: Listing) -> int:
        zone = self._zone
        # What no reading has ever shown may be missing because the readings are older than it.
        has_shown = zone.reader.seen.issuperset(
            (zone.believed | zone.possible).intersection(unwanted)
        )
        is_clear = has_shown and self._is_full(listing) and self._confirmed.issuperset(unwanted)
        return ABSENCES if is_clear else ABSENCES_WITHOUT_CONFIRMATION

    def _is_full(self, listing: Listing) -> bool:
        """Tell whether a reading shows everything of others, passing challenges included."""
        others = self._zone.others()
        return bool(others) and listing.identities.issuperset(others)

    def _delete_again(self, listing: Listing, unwanted: Sequence[Identity]) -> None:
        for identity in unwanted:
            # As the listing spells it: one client finds that the API wants it so.
            removed = [self._send_delete(record) for record in listing.records_of(identity)]
            if removed and all(removed):
                self._confirmed.add(identity)
            elif identity not in self._confirmed:
                self._delete(identity)

    def _remove_by_null(self, unwanted: Sequence[Identity]) -> list[Identity]:
        """Try the one other way to remove a name's values; return those that still stand.

        Where a value stands at the name that is to stay, whoever's it is, it is not tried.
        Unconfirmed in the documentation, so its effect is read back.
        """
        client = self._zone.setting.client
        believed = self._zone.believed & set(unwanted)
        possible = self._zone.possible & set(unwanted)
        self._zone.setting.retry.sleep(self._too_old(possible - believed))
        listing = self._zone.reader.settled(
            must_show=lambda: believed,
            should_show=lambda: possible,
            equal=EQUAL_READINGS_TO_WRITE,
        )
        standing = [identity for identity in unwanted if identity in listing.identities]
        gone: set[Identity] = set()
        for kind, name in sorted({identity[:2] for identity in standing}):
            # Asked anew for each name: another value may have come since.
            staying = (self._zone.reader.seen | self._zone.believed) - set(unwanted)
            is_shared = any(other[:2] == (kind, name) for other in staying)
            if is_shared or not self._behaviour.removes_by_null:
                continue
            at_name = {identity for identity in standing if identity[:2] == (kind, name)}
            try:
                client.dns_records.clear(self._zone.domain, kind, f"{name}.")
                self._behaviour.removes_by_null = self._is_gone(at_name)
                gone |= at_name if self._behaviour.removes_by_null else set()
            except MijnHostError as error:
                if not error.may_have_taken_effect:
                    self._behaviour.removes_by_null = False
        self._zone.believed -= gone
        return [identity for identity in standing if identity not in gone]

    def _is_gone(self, identities: set[Identity]) -> bool:
        """Tell whether a removal that no answer can confirm shows in the readings."""
        absent = 0
        for _ in attempts(
            self._zone.setting.retry, tries=READINGS, seconds=SECONDS, share=BETWEEN_READINGS
        ):
            listing = self._zone.reader.read()
            if identities & listing.identities:
                absent = 0
            elif self._zone.is_whole(listing):
                absent += 1
            needed = ABSENCES if self._is_full(listing) else ABSENCES_WITHOUT_CONFIRMATION
            if absent >= needed:
                return True
        return False
