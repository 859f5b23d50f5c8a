"""What the events of a zone prove.

The API's listings can be stale, shortened or empty although the answer says 200, and consecutive
reads can come from different replicas. So one listing that shows a record proves that the record
existed at some time, and one listing without it proves nothing.

Each function decides from a :class:`.Journal` alone, without a client, a clock or a sleep. An
answer None means *not decided yet*: another read may decide. `missing`, `absent` and
`shows_since_write` keep a decision until this run changes the zone again; `stable` and `whole`
describe the newest listings, so a listing that differs takes their answer back.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from certbot_dns_mijnhost.zone.behaviour import PatchEffect
from certbot_dns_mijnhost.zone.journal import (
    Altered,
    Deleted,
    Event,
    Gone,
    Journal,
    MayHaveChanged,
    Outcome,
    Read,
    Rewrote,
    Wrote,
    changed_names,
)
from certbot_dns_mijnhost.zone.listing import Listing, RecordKey

Keys = AbstractSet[RecordKey]

EQUAL_IF_INCOMPLETE = 6
"""Equal listings in a row that it takes if a listing is empty, or lacks records of other clients
that may have been removed meanwhile. One client that runs against the real service asks for as
many."""
OLDEST_LISTING = 65.0
"""Seconds: listings were seen that were about a minute old."""
ABSENT_IF_CONFIRMED = 2
"""Listings in a row that have to lack records whose removal the API confirmed: a client saw
listings alternate between a current replica and one that lags."""

BUSY_SECONDS = 12.0
"""How long the listings have to agree if other clients add and remove records, or if the answer to
a rewrite was lost: a listing that lags would bring back what was removed, or hide a record."""


def shows_since_write(journal: Journal, key: RecordKey, *, ttl: int | None = None) -> bool | None:
    """Return True if a listing after the last write of `key` shows it.

    :param ttl: if set, only a listing that shows it with this TTL in seconds counts.
    """
    shown: bool | None = None
    for event in journal.events:
        if isinstance(event, Wrote) and event.key == key:
            shown = None
        elif isinstance(event, Read) and key in event.keys:
            ttls = {record.ttl for record in event.listing.records_of(key)}
            shown = shown or ttl is None or ttls == {ttl} or None
    return shown


def missing(journal: Journal, wanted: Keys) -> frozenset[RecordKey] | None:
    """Return those of `wanted` that certainly do not exist; empty if all exist together.

    One listing that shows all wanted records of a name proves that they exist together, if none
    of that name was written since. To prove that some are missing takes two listings in a row that
    lack the same records and show what was written last in each RRset.
    """
    names = {key.name for key in wanted}
    proven: set[str] = set()
    suspected: frozenset[RecordKey] | None = None
    decided: frozenset[RecordKey] | None = None
    latest: dict[tuple[str, str], RecordKey] = {}
    for event in journal.events:
        changed = changed_names(event) & names
        if changed:
            proven -= changed
            suspected = decided = None
        if isinstance(event, Wrote) and event.outcome is not Outcome.REFUSED:
            latest[event.key[:2]] = event.key
        if not isinstance(event, Read) or decided is not None:
            continue
        lacking = {key for key in wanted if key.name not in proven} - event.keys
        proven |= names - {key.name for key in lacking}
        is_current = event.keys.issuperset(latest.values())
        found = frozenset(lacking) if lacking and is_current else None
        if found is not None and found == suspected:
            decided = found
        suspected = found
    if decided is not None:
        return decided
    return frozenset() if names <= proven else None


def patch_effect(journal: Journal) -> PatchEffect:
    """Return what PATCH did to values of this run in one RRset, or UNKNOWN."""
    for rrset in {event.key[:2] for event in journal.events if isinstance(event, Wrote)}:
        effect = _effect_in(journal, rrset)
        if effect is not PatchEffect.UNKNOWN:
            return effect
    return PatchEffect.UNKNOWN


def _effect_in(journal: Journal, rrset: tuple[str, str]) -> PatchEffect:
    written: set[RecordKey] = set()
    for event in journal.events:
        if isinstance(event, Rewrote) and event.outcome is not Outcome.REFUSED:
            # Values that exist together after it were not put together by PATCH.
            written.clear()
        elif isinstance(event, Wrote) and event.outcome is not Outcome.REFUSED:
            written |= {event.key} if event.key[:2] == rrset else set()
        elif isinstance(event, Read) and len(written & event.keys) > 1:
            return PatchEffect.APPENDS
    lost = missing(journal, written) or frozenset()
    # If none of them exists, the writes had no effect at all, which proves nothing.
    return PatchEffect.REPLACES if 0 < len(lost) < len(written) else PatchEffect.UNKNOWN


def absent(journal: Journal, unwanted: Keys, effect: PatchEffect) -> bool | None:
    """Return True if the listings since the removal prove that all of `unwanted` are gone.

    How many in a row have to lack the records depends on what is known:

    * one, if the API confirmed each removal, and each record was written once and deleted once;
    * two, if the API confirmed each removal;
    * six otherwise; also if the listing lacks a challenge record of another client, if no listing
      ever showed a record of another client, or if none ever showed the unwanted records, because
      the listing may then be older than they are.

    A listing that lacks a lasting record of another client is shortened and does not count. If no
    listing ever showed a record that may exist, a listing that may be older than it proves nothing;
    if the API did not confirm its removal either, nothing proves that it is gone.

    :param effect: what PATCH does to other values of the RRset.
    """
    at_best = 1 if _is_plain_removal(journal, unwanted) else ABSENT_IF_CONFIRMED
    confirmed = removal_confirmed(journal, effect)
    is_confirmed = confirmed >= unwanted
    unconfirmed = (journal.existing(effect) & unwanted) - confirmed
    own = journal.own()
    in_a_row = 0
    for read, seen in _reads_after_removal(journal, unwanted):
        others = seen - own
        if read.keys & unwanted:
            in_a_row = 0
        elif read.keys >= {key for key in others if not key.is_transient}:
            in_a_row += 1
        is_full = bool(others) and read.keys >= others
        is_clear = is_confirmed and is_full and seen >= unwanted
        is_enough = in_a_row >= (at_best if is_clear else EQUAL_IF_INCOMPLETE)
        is_new_enough = _is_new_enough(journal, read, unwanted - seen, seen)
        if unconfirmed <= seen and is_enough and is_new_enough:
            return True
    return None


def _is_new_enough(journal: Journal, read: Read, unseen: Keys, seen: Keys) -> bool:
    """Return whether a listing is new enough to show records of this run, if they exist.

    :param unseen: records that no listing has shown.
    :param seen: what this listing and earlier ones showed.
    """
    # A listing with the latest write of an RRset is newer than what that write replaced.
    rrsets = {key[:2] for key in journal.latest() & seen}
    undecided = {key for key in journal.possible() & unseen if key[:2] not in rrsets}
    written_at = journal.written_at()
    if written_at is None or not undecided:
        return True
    return read.at - written_at >= OLDEST_LISTING


def _reads_after_removal(journal: Journal, unwanted: Keys) -> list[tuple[Read, set[RecordKey]]]:
    """Return the listings since the first removal after the last write of `unwanted`.

    Each comes with what it and earlier listings showed.
    """
    found: list[tuple[Read, set[RecordKey]]] = []
    seen: set[RecordKey] = set()
    is_removing = False
    for event in journal.events:
        if _writes(event, unwanted):
            is_removing, found = False, []
        elif isinstance(event, Deleted):
            is_removing = is_removing or event.key in unwanted
        elif isinstance(event, (Gone, Altered)):
            seen = seen - event.keys
        elif isinstance(event, Read):
            seen = seen | event.keys
            if is_removing:
                found.append((event, seen))
    return found


def removal_confirmed(journal: Journal, effect: PatchEffect) -> set[RecordKey]:
    """Return the records whose removal by DELETE the API confirmed.

    A refusal confirms it too if, by the journal, the record does not exist.

    :param effect: what PATCH does to other values of the RRset.
    """
    existing = journal.existing(effect)
    confirmed: set[RecordKey] = set()
    for event in journal.events:
        if isinstance(event, Wrote) and event.outcome is not Outcome.REFUSED:
            confirmed.discard(event.key)
        elif isinstance(event, Deleted):
            is_refused = event.outcome is Outcome.REFUSED and event.key not in existing
            if event.outcome is Outcome.CONFIRMED or is_refused:
                confirmed.add(event.key)
    return confirmed


def _is_plain_removal(journal: Journal, unwanted: Keys) -> bool:
    """Return whether each record was written once, deleted once, and no answer was lost."""
    changes: dict[RecordKey, list[Event]] = {key: [] for key in unwanted}
    for event in journal.events:
        if isinstance(event, Rewrote):
            if event.outcome is Outcome.UNKNOWN:
                return False
        elif isinstance(event, (Wrote, Deleted)) and event.key in changes:
            if event.outcome is not Outcome.CONFIRMED:
                return False
            changes[event.key].append(event)
    return all([type(event) for event in each] == [Wrote, Deleted] for each in changes.values())


def _writes(event: Event, keys: Keys) -> bool:
    """Return whether an event may have added one of `keys`."""
    if isinstance(event, Wrote):
        return event.key in keys and event.outcome is not Outcome.REFUSED
    if isinstance(event, Rewrote):
        return bool(event.added & keys) and event.outcome is not Outcome.REFUSED
    return False


def stable(journal: Journal, equal: int, *, span: float = 0.0) -> Listing | None:
    """Return the newest listing if it is equal to those before it, since the last change.

    :param equal: how many equal listings in a row it takes; an empty one takes six.
    :param span: seconds between the first and the last of them.
    """
    row = _equal_reads(journal)
    if not row:
        return None
    needed = equal if row[-1].keys else max(equal, EQUAL_IF_INCOMPLETE)
    is_long_enough = row[-1].at - row[0].at >= span
    return row[-1].listing if len(row) >= needed and is_long_enough else None


def whole(
    journal: Journal,
    equal: int,
    effect: PatchEffect,
    *,
    span: float = 0.0,
    removing: Keys = frozenset(),
) -> Listing | None:
    """Return the newest listing if it may be written back as the zone.

    It must be stable, and show all lasting records of other clients that any listing showed, and
    all records of this run that exist. If it lacks a challenge record of another client, which may
    have been removed meanwhile, it takes six equal listings, and the newest must be read at least
    65 s after the last one that showed the record: a client whose challenge is lost gets no
    certificate.

    :param effect: what PATCH does to other values of the RRset.
    :param removing: records of this run that are to be removed. A listing that may be older than
        they are does not tell whether they exist.
    """
    row = _equal_reads(journal)
    if not row or not row[-1].keys >= journal.lasting_others() | journal.existing(effect):
        return None
    seen = journal.seen()
    if not _is_new_enough(journal, row[-1], removing - seen, seen):
        return None
    vanished = journal.others() - row[-1].keys
    if row[-1].at - journal.last_shown_at(vanished) < OLDEST_LISTING:
        return None
    if vanished or not row[-1].keys >= journal.possible() & removing:
        equal = max(equal, EQUAL_IF_INCOMPLETE)
    return stable(journal, equal, span=span)


def _equal_reads(journal: Journal) -> list[Read]:
    row: list[Read] = []
    for event in journal.events:
        # A refused rewrite counts as a change: a pause follows it, in which others may write.
        if changed_names(event) or isinstance(event, (Rewrote, MayHaveChanged)):
            row = []
        elif isinstance(event, Read):
            row = [*row, event] if row and row[-1].keys == event.keys else [event]
    return row
