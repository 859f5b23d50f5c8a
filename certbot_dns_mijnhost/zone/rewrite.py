"""Rewriting a zone: the last resort, guarded on all sides.

A record that is in the zone and not in the list that is sent is lost. So the list comes from
listings that agree and show each record that this run saw before; it is saved to a file; it is sent
at once; and it is read back, lost records being restored. If the API refuses the write for a reason
that may be transient, nothing was done: after a pause the zone is read again, and a new write is
prepared.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from certbot_dns_mijnhost.api import DNSRecord, MijnHostError
from certbot_dns_mijnhost.zone import proofs
from certbot_dns_mijnhost.zone.altered import Write, check_ours, resembles
from certbot_dns_mijnhost.zone.errors import (
    ZoneCopyError,
    ZoneNotConfirmedError,
    ZoneRewriteError,
)
from certbot_dns_mijnhost.zone.journal import Altered, MayHaveChanged, Rewrote
from certbot_dns_mijnhost.zone.listing import Listing, RecordKey
from certbot_dns_mijnhost.zone.plan import ZonePlan
from certbot_dns_mijnhost.zone.reading import REWRITTEN
from certbot_dns_mijnhost.zone.retrying import Refusals
from certbot_dns_mijnhost.zone.rewrite_conditions import check_allowed, check_exact
from certbot_dns_mijnhost.zone.zone import Zone

logger = logging.getLogger(__name__)

WRITES = 3
EQUAL_LISTINGS = 3


def rewrite(
    zone: Zone,
    *,
    add: Mapping[RecordKey, DNSRecord] | None = None,
    remove: Iterable[RecordKey] = (),
    is_allowed: bool,
) -> None:
    """Rewrite the zone so that it has the records `add` and not `remove`; all else stays.

    The caller holds the zone's lock.

    :param is_allowed: whether the user allows it.
    :raises ZoneRewriteForbiddenError: if the user does not; nothing was written.
    :raises ZoneNotConfirmedError: if the listings do not show the zone for certain; nothing was
        written.
    :raises ZoneCopyError: if no copy of the zone can be saved; nothing was written.
    :raises ZoneRewriteError: if the zone is not as intended after several writes.
    :raises AlteredRecordError: if the API stored a record of this run with another value.
    :raises MijnHostError: if the API refuses the write, and nothing was written; or if it cannot be
        read afterwards.
    """
    wanted, unwanted = dict(add or {}), frozenset(remove)
    check_allowed(zone, is_allowed=is_allowed, is_removal=not wanted)
    _Rewrite(zone, wanted, unwanted).run()


class _Rewrite:
    """One rewrite: up to three writes until the zone is as intended."""

    def __init__(
        self, zone: Zone, add: Mapping[RecordKey, DNSRecord], remove: frozenset[RecordKey]
    ) -> None:
        self._zone = zone
        self._add = add
        self._remove = remove
        self._refusals = Refusals(zone.context.retry, zone.reader.is_transient)
        self._last_write: Write | None = None
        self._is_confirmed = False
        """Whether the API confirmed the last write."""
        self._reads_before = 0
        """How many listings the journal had before the first write."""
        self._is_announced = False

    def run(self) -> None:
        """Write, read back, and write again what is missing.

        :raises AlteredRecordError: if the API stored a record of this run with another value.
        """
        listing = self._read_before()
        expected: dict[RecordKey, DNSRecord] = {}
        for _ in range(WRITES):
            sent = self._write(listing, expected)
            if sent is None:
                return
            write, self._is_confirmed = sent
            lost = self._lost(expected, write.before)
            listing = self._read_back(write)
            expected = self._without_altered(write, listing)
            # An unchanged listing is probably late; but not if this write was to restore a record.
            if self._is_confirmed and not lost and listing.keys == write.before.keys:
                logger.warning(
                    "The API accepted the rewrite of the zone %s, but its listing does not show "
                    "the changes yet. Continuing; the DNS check decides.",
                    listing.zone,
                )
                return
        lost = self._lost(expected, listing)
        if lost or not self._add.keys() <= listing.keys or self._remove & listing.keys:
            raise ZoneRewriteError(self._half_done(len(lost)))

    def _lost(self, expected: Mapping[RecordKey, DNSRecord], listing: Listing) -> set[RecordKey]:
        """Return the records of others that an earlier write sent and that a listing lacks."""
        return expected.keys() - listing.keys - self._add.keys()

    def _write(
        self, listing: Listing, expected: Mapping[RecordKey, DNSRecord]
    ) -> tuple[Write, bool] | None:
        """Send the zone; if the API refuses for a transient reason, again from a new listing.

        :param listing: the zone as it is.
        :param expected: what earlier writes of this run sent.
        :returns: the write, and whether the API confirmed it; None if nothing is left to do.
        :raises ZoneRewriteError: if the API refused to restore what is missing.
        :raises MijnHostError: if the API refused for good; nothing was written.
        """
        while True:
            lost = {key: expected[key] for key in self._lost(expected, listing)}
            damaged = self._zone.journal.damaged()
            added = {key: self._zone.with_ttl(key, each) for key, each in self._add.items()}
            plan = ZonePlan.of_change(
                listing, add={**lost, **added}, remove=self._remove, damaged=damaged
            )
            if plan.is_empty:
                return None
            self._prepare(listing, len(lost))
            plan = replace(plan, add=(*plan.add, *self._new_challenges(listing, plan)))
            sent = {listing.key_of(record): record for record in plan.target}
            write = Write(listing, sent, self._zone.journal.own(), self._remove, damaged.keys())
            try:
                return write, self._send(plan)
            except MijnHostError as error:
                if not self._refusals.pause_after(error):
                    if lost:
                        raise ZoneRewriteError(self._half_done(len(lost))) from error
                    raise
            last = self._last_write
            listing = self._read_back(last) if last else self._read_before()

    def _send(self, plan: ZonePlan) -> bool:
        """Send the zone, and return whether the API confirmed it.

        :raises MijnHostError: if the API refused; nothing was done.
        """
        zone = self._zone
        if self._last_write is None:
            self._reads_before = len(zone.journal.reads())
        change = Rewrote(frozenset(self._add), self._remove, zone.context.retry.clock())
        try:
            with zone.sending(change):
                zone.context.client.dns_records.replace_all(zone.domain, plan.target)
        except MijnHostError as error:
            if not error.may_have_taken_effect:
                raise
            logger.info("Reading back whether the zone was written: %s", error)
            self._refusals.pause_before_reading(error)
            return False
        return True

    def _read_before(self) -> Listing:
        """Return a listing that may be written back.

        :raises ZoneNotConfirmedError: if there is none.
        """
        zone = self._zone
        # Earlier listings do not count: if fewer new ones have to agree, a shortened one is treated
        # as the zone more often.
        zone.journal.append(MayHaveChanged())
        listing = zone.reader.read_stable(self._whole)
        if not listing.keys:
            raise ZoneNotConfirmedError(
                f"Cannot rewrite the zone {zone.name}: the API lists no records, which may be an "
                "error. Nothing was written. If the zone is empty, add any record in the control "
                "panel, then try again."
            )
        return listing

    def _whole(self) -> Listing | None:
        zone = self._zone
        is_busy = zone.lock.is_shared or any(key.is_transient for key in zone.journal.others())
        span = proofs.BUSY_SECONDS if is_busy else 0.0
        return proofs.whole(
            zone.journal, EQUAL_LISTINGS, zone.effect, span=span, removing=self._remove
        )

    def _save(self, listing: Listing) -> None:
        self._zone.copies.save(listing)
        if not self._is_announced:
            # Always the run's first copy: later ones may show what this run's writes did.
            logger.warning(
                "Rewriting the zone %s, because the API's single-record calls cannot make this "
                "change. The previous zone was saved to %s.",
                *(listing.zone, self._zone.copies.first),
            )
            self._is_announced = True

    def _read_back(self, write: Write) -> Listing:
        """Return the zone after a write.

        :raises ZoneRewriteError: if the listings do not show it.
        """
        self._last_write = write
        zone_after = partial(write.zone_after, self._zone.journal, is_confirmed=self._is_confirmed)
        listing = self._zone.reader.read_until(zone_after, REWRITTEN) or zone_after(is_last=True)
        if listing is None:
            raise ZoneRewriteError(
                f"The zone {self._zone.name} was rewritten, and since then the API's listings of "
                "it differ from each other. Compare it with the copy "
                f"{self._zone.copies.first} (`mijnhost zone diff`)."
            )
        return listing

    def _without_altered(self, write: Write, listing: Listing) -> dict[RecordKey, DNSRecord]:
        """Report the records that the API altered, and return what else it has to list.

        :raises AlteredRecordError: if one of them is a record of this run.
        """
        pairs = write.altered(listing)
        if not pairs:
            return dict(write.sent)
        check_ours(pairs.keys() & self._add.keys(), listing.zone)
        if not write.damaged >= set(pairs.values()):
            logger.warning(
                "After the zone rewrite of %s, the API lists other values than were sent: %s. The "
                "values from before are in %s. Compare them (`mijnhost zone diff`), and correct "
                "them in mijn.host's control panel unless another client changed them.",
                listing.zone,
                ", ".join(sorted({f"{key.type} {key.name}" for key in pairs})),
                self._zone.copies.first,
            )
        sent = {made: write.sent[key] for key, made in pairs.items() if resembles(key, made)}
        self._zone.journal.append(Altered(frozenset(pairs), sent))
        return {key: record for key, record in write.sent.items() if key not in pairs}

    def _prepare(self, listing: Listing, missing: int) -> None:
        """Refuse to write from this listing, or save a copy of it.

        An entry that cannot be sent back exactly forbids it, and after the first write also a
        record that others added since then and that the listing lacks.

        :param missing: how many records an earlier write lost.
        :raises ZoneNotConfirmedError: if the first write is refused.
        :raises ZoneCopyError: if no copy can be saved before the first write.
        :raises ZoneRewriteError: if one of these happens after the first write.
        """
        half_done = ZoneRewriteError(self._half_done(missing))
        journal = self._zone.journal
        if self._last_write is not None:
            new = journal.lasting_others() - self._last_write.sent.keys()
            if not new <= listing.keys:
                raise half_done
        skipped = next(filter(None, (read.listing.skipped for read in journal.reads())), ())
        try:
            check_exact(listing, leaving_out=self._remove, skipped=skipped)
            self._save(listing)
        except (ZoneNotConfirmedError, ZoneCopyError) as error:
            if self._last_write is None:
                raise
            raise half_done from error

    def _new_challenges(self, listing: Listing, plan: ZonePlan) -> list[DNSRecord]:
        """Return the challenge records that others added since the first write.

        A listing without them may be old. If their clients removed them again, another write of
        them leaves records that are harmless; without it, those clients get no certificate.
        """
        if self._last_write is None:
            return []
        journal = self._zone.journal
        shown = {key for read in journal.reads()[self._reads_before :] for key in read.keys}
        new = {key for key in shown - journal.own() if key.is_transient}
        new -= {listing.key_of(record) for record in plan.target}
        listed = ((key, journal.as_listed(key)) for key in sorted(new))
        return [replace(record, name=f"{key.name}.") for key, record in listed if record]

    def _half_done(self, missing: int) -> str:
        what = f"{missing} record(s) missing" if missing else "the API does not list the changes"
        return (
            f"The zone {self._zone.name} is not as intended after the rewrite: {what}. Compare it "
            f"with the copy {self._zone.copies.first} (`mijnhost zone diff`), and restore what is "
            "missing (`mijnhost zone restore`)."
        )
