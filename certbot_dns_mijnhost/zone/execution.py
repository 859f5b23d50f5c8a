"""Carrying out a change: which calls it takes, in which order, and what is left if it fails."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from certbot_dns_mijnhost.api import DNSRecord, MethodNotAllowedError, MijnHostError
from certbot_dns_mijnhost.zone.adding import add, read_before_writing
from certbot_dns_mijnhost.zone.behaviour import PatchEffect
from certbot_dns_mijnhost.zone.conflicts import check_cnames
from certbot_dns_mijnhost.zone.errors import (
    NotRemovedError,
    TTLNotChangedError,
    ZoneError,
    ZoneRewriteForbiddenError,
)
from certbot_dns_mijnhost.zone.journal import changed_names
from certbot_dns_mijnhost.zone.listing import Listing, RecordKey
from certbot_dns_mijnhost.zone.removing import remove
from certbot_dns_mijnhost.zone.zone import Zone

logger = logging.getLogger(__name__)

Records = Mapping[RecordKey, DNSRecord]


class Execution:
    """Changes a zone while it holds the zone's lock.

    :param allow_zone_rewrite: whether the zone may be rewritten if no single-record call works.
    """

    def __init__(self, zone: Zone, *, allow_zone_rewrite: bool) -> None:
        self._zone = zone
        self._allow_zone_rewrite = allow_zone_rewrite

    def add(self, wanted: Records) -> None:
        """Add records.

        :raises CNAMEConflictError: if a name would have a CNAME and other records.
        :raises MijnHostError: if a record cannot be added.
        """
        with self._changing() as listing:
            check_cnames(listing, wanted, frozenset())
            self._add(wanted)

    def remove(self, unwanted: Iterable[RecordKey]) -> None:
        """Remove records.

        :raises NotRemovedError: if a record could not be removed.
        :raises MijnHostError: if the API cannot be read.
        """
        with self._changing():
            self._remove(unwanted)

    def replace(self, wanted: Records, unwanted: frozenset[RecordKey], retimed: Records) -> None:
        """Add records, remove others, and change the TTL of others, in this order.

        :raises CNAMEConflictError: if a name would have a CNAME and other records.
        :raises MijnHostError: if a change cannot be made; a part of it may be made.
        """
        # A CNAME and the records that it replaces, or the other way round, cannot exist together.
        at_cnames = {k.name for k in wanted.keys() | unwanted if k.type == "CNAME"}
        first = {k for k in unwanted if k.name in at_cnames and not _replaces(wanted, k)}
        with self._changing() as listing:
            check_cnames(listing, wanted, unwanted)
            self._remove(first)
            self._add(wanted, instead_of=unwanted - first)
            self._remove(unwanted - first)
            self._set_ttls(retimed)

    def _add(self, wanted: Records, *, instead_of: frozenset[RecordKey] = frozenset()) -> None:
        if not wanted:
            return
        replaced = frozenset(key for key in instead_of if _replaces(wanted, key))
        allowed = self._allow_zone_rewrite
        try:
            add(self._zone, wanted, allow_zone_rewrite=allowed, instead_of=replaced)
        finally:
            for left in remove(self._zone, (), allow_zone_rewrite=False):
                logger.warning(
                    "Could not remove the test record %s from the zone %s: %s It is harmless; run "
                    "`mijnhost challenges sweep` later.",
                    *(left.name, left.zone, left.reason),
                )

    def _remove(self, unwanted: Iterable[RecordKey]) -> None:
        left = remove(self._zone, unwanted, allow_zone_rewrite=self._allow_zone_rewrite)
        offers_delete = self._zone.context.behaviour.offers_delete
        if left and not (self._allow_zone_rewrite or offers_delete):
            raise ZoneRewriteForbiddenError(left[0].reason)
        if left:
            names = "; ".join(
                f"{each.name} ({each.value}): {each.reason.rstrip('.')}" for each in left
            )
            raise NotRemovedError(
                f"Could not remove these records from the zone {self._zone.name}: {names}. Run the "
                "same command again, or delete the records in mijn.host's control panel.",
                left,
            )

    def _set_ttls(self, records: Records) -> None:
        """Write records that exist with another TTL, if that cannot replace other values.

        :raises TTLNotChangedError: naming those that could not be changed.
        """
        unchanged = []
        for key, record in records.items():
            is_alone = not self._zone.journal.neighbours(key)
            if not is_alone and self._zone.effect is not PatchEffect.APPENDS:
                unchanged.append((key, "a PATCH for it could replace other values of its RRset"))
                continue
            try:
                self._zone.patch(key, record, sets_ttl=True)
            except MethodNotAllowedError:
                unchanged.append((key, "the API does not offer PATCH here"))
        if unchanged:
            names = "; ".join(f"{key.type} {key.name} ({why})" for key, why in unchanged)
            raise TTLNotChangedError(
                f"Could not change the TTL of {names} in the zone {self._zone.name}. Change it in "
                "mijn.host's control panel."
            )

    @contextmanager
    def _changing(self) -> Iterator[Listing]:
        """Hold the zone's lock, and yield the zone as it is then."""
        journal = self._zone.journal
        with self._zone.locked():
            self._zone.check_turn()
            listing = read_before_writing(self._zone)
            before = len(journal.events)
            try:
                yield listing
            except ZoneError:
                raise  # It says itself what was done.
            except MijnHostError as error:
                if not any(changed_names(event) for event in journal.events[before:]):
                    raise
                raise ZoneError(
                    f"{error} The change to the zone {self._zone.name} is not complete: new "
                    "records may be added and old ones may still exist. Make the same change again."
                ) from error


def _replaces(wanted: Iterable[RecordKey], key: RecordKey) -> bool:
    return any(each[:2] == key[:2] for each in wanted)
