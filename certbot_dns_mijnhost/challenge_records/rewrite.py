"""Writing a zone as a whole: the last resort, guarded on all sides.

Whatever stands in a zone and not in the list that is sent is lost. So the list comes from readings
that agree and show each record that this run saw before; it is saved to a file; it is sent at once;
and it is read back, lost records being put back. If the API refuses the write for a reason that may
be transient, nothing was done: after a pause the zone is read again, and a new write is prepared.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial

from certbot_dns_mijnhost.api import DNSRecord, MijnHostClient, MijnHostError, RetryPolicy
from certbot_dns_mijnhost.challenge_records.altered import check_ours, resembles
from certbot_dns_mijnhost.challenge_records.backup import Copies
from certbot_dns_mijnhost.challenge_records.errors import (
    ZoneNotConfirmedError,
    ZoneRewriteError,
)
from certbot_dns_mijnhost.challenge_records.exactness import check_exact
from certbot_dns_mijnhost.challenge_records.listing import Identity, Listing
from certbot_dns_mijnhost.challenge_records.persistence import (
    BETWEEN_READINGS,
    Refusals,
    attempts,
)
from certbot_dns_mijnhost.challenge_records.sent import SentZone
from certbot_dns_mijnhost.challenge_records.zone_reader import EQUAL_READINGS_TO_WRITE, ZoneReader

logger = logging.getLogger(__name__)

WRITES = 3
READINGS = 10
SECONDS = 30.0


@dataclass(frozen=True)
class Intent:
    """What a write of the whole zone is to change; all else stays.

    :param add: records of ours that have to exist, as they are written.
    :param remove: records of ours that have to go.
    """

    add: Mapping[Identity, DNSRecord]
    remove: frozenset[Identity]

    def is_met_by(self, listing: Listing) -> bool:
        """Tell whether nothing is left to do."""
        return self.add.keys() <= listing.identities and not self.remove & listing.identities


class ZoneRewriter:
    """Writes one zone as a whole. The caller holds the zone's lock.

    :param copies: saves the zone before each write.
    :param altered: records of earlier writes of this run, by what the API made of them; added to.
    """

    def __init__(
        self,
        client: MijnHostClient,
        reader: ZoneReader,
        copies: Copies,
        retry: RetryPolicy,
        altered: dict[Identity, DNSRecord],
    ) -> None:
        self._client = client
        self._reader = reader
        self._copies = copies
        self._retry = retry
        self.has_written = False
        """Whether a write was sent that may have taken effect."""
        self._is_announced = False
        self._altered = altered

    def rewrite(
        self,
        intent: Intent,
        *,
        known: Callable[[], AbstractSet[Identity]],
        passing: Callable[[], AbstractSet[Identity]],
        span: float,
    ) -> None:
        """Bring the zone to `intent` and leave all else as it is.

        :param known: gives the records that must show in a reading for it to be believed.
        :param passing: gives the records of others that may go at any time.
        :param span: seconds for which the readings have to agree.
        :raises ZoneNotConfirmedError: where the readings can't be believed; nothing was written.
        :raises ZoneRewriteError: if the zone is not as intended after several writes.
        :raises AlteredRecordError: if the API stored a record of ours with another value.
        :raises MijnHostError: where the API refuses; then nothing was written.
        """

        def read_before() -> Listing:
            return self._read_before(known=known, passing=passing, span=span)

        listing = read_before()
        read_again = read_before
        refusals = Refusals(self._retry, self._reader.may_pass)
        expected: dict[Identity, DNSRecord] = {}
        writes = 0
        while writes < WRITES:
            lost = _lost(expected, listing, intent)
            if intent.is_met_by(listing) and not lost:
                return
            if writes:
                self._check_still_exact(listing, intent, len(lost))
            else:
                check_exact(listing, leaving_out=intent.remove)
            self._save(listing)
            target = self._target(listing, intent, lost)
            is_confirmed = self._write(target, refusals, len(lost))
            if is_confirmed is None:
                listing = read_again()
                continue
            writes += 1
            sent = SentZone(target, listing, intent.add.keys())
            read_again = partial(self._read_back, sent, intent)
            after = read_again()
            expected = self._without_altered(sent, after, intent)
            # If a record of others was to be restored, its absence is no mere delay of the listing.
            if is_confirmed and not lost and after.identities == listing.identities:
                logger.warning(
                    "The API took the zone %s as a whole, but its listing does not show the "
                    "changes yet. Going on; the name servers tell.",
                    after.zone,
                )
                return
            listing = after
        lost = _lost(expected, listing, intent)
        if lost or not intent.is_met_by(listing):
            raise ZoneRewriteError(self._half_done(len(lost)))

    def _check_still_exact(self, listing: Listing, intent: Intent, missing: int) -> None:
        try:
            check_exact(listing, leaving_out=intent.remove)
        except ZoneNotConfirmedError as error:
            raise ZoneRewriteError(self._half_done(missing)) from error

    def _half_done(self, missing: int) -> str:
        what = f"{missing} record(s) missing" if missing else "the API does not list the changes"
        return (
            f"The zone {self._reader.zone} was written as a whole, and is not as intended "
            f"afterwards: {what}. Compare it with the copy that was "
            f"saved before, {self._copies.first}, and put back what is missing."
        )

    def _read_before(
        self,
        *,
        known: Callable[[], AbstractSet[Identity]],
        passing: Callable[[], AbstractSet[Identity]],
        span: float,
    ) -> Listing:
        """Return a listing that may be written back.

        :raises ZoneNotConfirmedError: if there is none.
        """
        listing = self._reader.settled(
            must_show=known, should_show=passing, equal=EQUAL_READINGS_TO_WRITE, span=span
        )
        if not listing.identities:
            raise ZoneNotConfirmedError(
                f"The API lists nothing in the zone {listing.zone}, and an empty list is never "
                "taken for a zone to write back. Add any record to it in the control panel first."
            )
        return listing

    def _save(self, listing: Listing) -> None:
        try:
            self._copies.save(listing)
        except OSError as error:
            raise ZoneNotConfirmedError(
                f"The zone {listing.zone} has to be written as a whole, but a copy of it can't be "
                f"saved in {self._copies.directory} ({error.strerror}), so nothing was written. "
                "See that this folder can be written and its disk has room."
            ) from error
        if not self._is_announced:
            # Always the run's first copy: later ones may show what this run's writes did.
            logger.warning(
                "The zone %s is written as a whole, since the API leaves no other way; "
                "a copy of it as it was is in %s",
                *(listing.zone, self._copies.first),
            )
            self._is_announced = True

    def _target(
        self, listing: Listing, intent: Intent, lost: dict[Identity, DNSRecord]
    ) -> dict[Identity, DNSRecord]:
        # Relative twins become equal once their names are absolute; a set holds a value once.
        # What the API damages is sent as it was before, lest a further write damage it further.
        target = {
            listing.identify_strictly(record): _with_absolute_name(
                self._altered.get(identity, record), identity.name
            )
            for record in listing.records
            if (identity := listing.identify(record)) not in intent.remove
        }
        for identity, record in sorted({**intent.add, **lost}.items()):
            if identity not in listing.identities:
                target.setdefault(listing.identify_strictly(record), record)
        return target

    def _write(
        self, target: dict[Identity, DNSRecord], refusals: Refusals, missing: int
    ) -> bool | None:
        """Send the zone.

        :param missing: how many records an earlier write lost.
        :returns: whether the API confirmed it; None if it refused, did nothing, and a pause has
            passed after which a new write may succeed.
        :raises ZoneRewriteError: if it refused to put back what is missing.
        :raises MijnHostError: if it refused for good.
        """
        try:
            self._client.dns_records.replace_all(self._reader.domain, target.values())
        except MijnHostError as error:
            if error.may_have_taken_effect:
                self.has_written = True
                logger.info("Whether the zone was written is read back: %s", error)
                refusals.pause_before_reading(error)
                return False
            if refusals.pause_after(error):
                return None
            if missing:
                raise ZoneRewriteError(self._half_done(missing)) from error
            raise
        self.has_written = True
        return True

    def _read_back(self, sent: SentZone, intent: Intent) -> Listing:
        """Return the zone after the write: as intended, or as two readings in a row show it.

        :raises ZoneRewriteError: where the readings show neither.
        """
        previous: frozenset[Identity] | None = None
        settled: Listing | None = None
        for _ in attempts(self._retry, tries=READINGS, seconds=SECONDS, share=BETWEEN_READINGS):
            listing = self._reader.read()
            if intent.is_met_by(listing) and not sent.missing(listing):
                return listing
            settled = listing if listing.identities == previous else None
            previous = listing.identities
            explained = sent.altered(listing, self._altered.keys()).keys()
            is_removed = not intent.remove & listing.identities
            if settled and is_removed and sent.missing(listing).keys() <= explained:
                return settled
        if settled is None or not settled.identities:
            raise ZoneRewriteError(
                f"The zone {self._reader.zone} was written as a whole, and the API's listing of it "
                "does not come to rest since. Compare it with the copy that was saved before, "
                f"{self._copies.first}."
            )
        return settled

    def _without_altered(
        self, sent: SentZone, after: Listing, intent: Intent
    ) -> dict[Identity, DNSRecord]:
        """Report the records that the API altered, and return what else it has to list.

        :raises AlteredRecordError: if one of them is a record of ours.
        """
        pairs = sent.altered(after, self._altered.keys())
        check_ours(pairs.keys() & intent.add.keys(), after.zone)
        if not self._altered.keys() >= set(pairs.values()):
            logger.warning(
                "After the zone rewrite of %s, the API lists other values than it was sent: %s. "
                "The values from before are in %s. Compare them (`mijnhost zone diff`), and "
                "correct them in mijn.host's control panel unless another client changed them.",
                after.zone,
                ", ".join(sorted({f"{identity.type} {identity.name}" for identity in pairs})),
                self._copies.first,
            )
        originals = sent.by_identity()
        self._altered.update(
            (made, originals[was]) for was, made in pairs.items() if resembles(was, made)
        )
        # No later reading has to show them.
        self._reader.seen.difference_update(pairs)
        return sent.without(pairs.keys())


def _lost(
    target: Mapping[Identity, DNSRecord], listing: Listing, intent: Intent
) -> dict[Identity, DNSRecord]:
    """Return the records of others in `target` that a listing lacks."""
    sent = {listing.identify(record): record for record in target.values()}
    present = listing.identities | intent.add.keys()
    return {identity: record for identity, record in sent.items() if identity not in present}


def _with_absolute_name(record: DNSRecord, name: str) -> DNSRecord:
    """Return `record` under its absolute name with the final dot that PUT asks for.

    An empty name stays: what the API means by it is not known.
    """
    if not record.name.strip():
        return record
    return DNSRecord(record.type, name + ".", record.value, record.ttl, raw=record.raw)
