"""What happened in one zone during this run: the events in their order, and the facts in them.

The journal has no client, no clock and no sleep. Code that reads, writes or deletes appends an
event; :mod:`.proofs` decides from the events what they prove.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple, Union

from certbot_dns_mijnhost.api import DNSRecord
from certbot_dns_mijnhost.zone.behaviour import PatchEffect
from certbot_dns_mijnhost.zone.listing import Listing, RecordKey

Keys = AbstractSet[RecordKey]


class Outcome(enum.Enum):
    """The result of a change, as far as it is known."""

    CONFIRMED = "confirmed"
    """The API answered that it is done."""
    UNKNOWN = "unknown"
    """No answer arrived, or not yet: it may be done."""
    REFUSED = "refused"
    """It is not done."""


class Claimed(NamedTuple):
    """These records belong to this run: it is to add them, or to remove them."""

    keys: frozenset[RecordKey]


class MayHaveChanged(NamedTuple):
    """Others had time to change the zone: a listing from before does not count as current.

    What such a listing showed still counts as seen.
    """


class Read(NamedTuple):
    """A listing arrived, `at` seconds on the run's clock."""

    listing: Listing
    at: float

    @property
    def keys(self) -> frozenset[RecordKey]:
        """What the listing shows."""
        return self.listing.keys


@dataclass
class Wrote:
    """A record was sent by a single-record call (PATCH), `at` seconds on the run's clock."""

    key: RecordKey
    at: float = 0.0
    outcome: Outcome = Outcome.UNKNOWN


@dataclass
class Deleted:
    """The removal of a record was sent by a single-record call (DELETE)."""

    key: RecordKey
    outcome: Outcome = Outcome.UNKNOWN


@dataclass
class Rewrote:
    """The zone was rewritten, `at` seconds on the run's clock.

    :param added: the records of this run that were added.
    :param removed: the records of this run that were removed.
    """

    added: frozenset[RecordKey]
    removed: frozenset[RecordKey]
    at: float = 0.0
    outcome: Outcome = Outcome.UNKNOWN


class Gone(NamedTuple):
    """The removal of these records of this run is decided; earlier events about them are over."""

    keys: frozenset[RecordKey]


class Altered(NamedTuple):
    """The API lists other values than a rewrite sent for these records of other clients.

    :param keys: the records as they were sent; no later listing has to show them.
    :param sent: the record that was sent, for each listed text that the API made of it.
    """

    keys: frozenset[RecordKey]
    sent: Mapping[RecordKey, DNSRecord]


Change = Union[Wrote, Deleted, Rewrote]
Event = Union[Claimed, MayHaveChanged, Read, Change, Gone, Altered]


class Journal:
    """The events of one zone in one run, and the facts that follow from them.

    :param events: what happened so far.
    """

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._events: list[Event] = list(events)

    def append(self, event: Event) -> None:
        """Add what happened last.

        Append a change before it is sent, and set its outcome when the answer arrives: an interrupt
        in between must not hide that it may be done.
        """
        self._events.append(event)

    @property
    def events(self) -> Sequence[Event]:
        """What happened, oldest first."""
        return tuple(self._events)

    # Whose records there are

    def own(self) -> set[RecordKey]:
        """Return the records that belong to this run, removed ones included."""
        own: set[RecordKey] = set()
        for event in self._events:
            if isinstance(event, Claimed):
                own |= event.keys
            elif isinstance(event, (Wrote, Deleted)):
                own.add(event.key)
            elif isinstance(event, Rewrote):
                own |= event.added | event.removed
        return own

    def seen(self) -> set[RecordKey]:
        """Return what any listing showed, without records whose removal is decided."""
        seen: set[RecordKey] = set()
        for event in self._events:
            if isinstance(event, Read):
                seen |= event.keys
            elif isinstance(event, (Gone, Altered)):
                seen -= event.keys
        return seen

    def others(self) -> set[RecordKey]:
        """Return the records of other clients that any listing showed."""
        return self.seen() - self.own()

    def lasting_others(self) -> set[RecordKey]:
        """Return the records of other clients that do not come and go: all but challenges."""
        return {key for key in self.others() if not key.is_transient}

    def neighbours(self, key: RecordKey) -> set[RecordKey]:
        """Return what else may be in the RRset of `key`."""
        return {other for other in self.seen() | self.latest() if same_rrset(other, key)} - {key}

    # What exists

    def latest(self) -> set[RecordKey]:
        """Return the record written last in each RRset: a listing without it is stale or short."""
        latest: dict[tuple[str, str], RecordKey] = {}
        for event in self._events:
            if isinstance(event, Wrote) and event.outcome is not Outcome.REFUSED:
                latest[event.key[:2]] = event.key
            elif isinstance(event, Gone):
                latest = {rrset: key for rrset, key in latest.items() if key not in event.keys}
        return set(latest.values())

    def written_at(self) -> float | None:
        """Return when this run last wrote to the zone, in seconds on its clock."""
        times = [event.at for event in self._events if isinstance(event, (Wrote, Rewrote))]
        return times[-1] if times else None

    def possible(self) -> set[RecordKey]:
        """Return the records that this run wrote and that may exist."""
        possible: set[RecordKey] = set()
        for event in self._events:
            if isinstance(event, Wrote) and event.outcome is not Outcome.REFUSED:
                possible.add(event.key)
            elif isinstance(event, Rewrote) and event.outcome is not Outcome.REFUSED:
                possible |= event.added
            elif isinstance(event, Gone):
                possible -= event.keys
        return possible

    def may_exist(self, key: RecordKey) -> bool:
        """Return whether a record of this run was written or seen, and not removed since."""
        return key in self.possible() or (key in self.own() and key in self.seen())

    def existing(self, effect: PatchEffect) -> set[RecordKey]:
        """Return the records of this run that exist, as far as the API's answers show.

        A listing counts if it also shows what was written last in the RRset: an older
        one could show what that write replaced.

        :param effect: what a PATCH does to other values of the RRset.
        """
        own = self.own()
        existing: set[RecordKey] = set()
        latest: dict[tuple[str, str], RecordKey] = {}
        rewrite = Rewrote(frozenset(), frozenset())
        for event in self._events:
            if isinstance(event, Read):
                shown = event.keys & own
                if not event.keys >= rewrite.added:
                    shown -= rewrite.removed  # The listing is older than the rewrite.
                existing |= {key for key in shown if latest.get(key[:2], key) in shown}
            elif isinstance(event, Gone):
                existing -= event.keys
            elif isinstance(event, (Wrote, Rewrote)) and event.outcome is not Outcome.REFUSED:
                existing = _after_change(existing, event, effect)
                if isinstance(event, Wrote):
                    latest[event.key[:2]] = event.key
                else:
                    rewrite = event
        return existing

    def reads(self) -> list[Read]:
        """Return the listings that arrived, oldest first."""
        return [event for event in self._events if isinstance(event, Read)]

    def last_shown_at(self, keys: Keys) -> float:
        """Return when a listing last showed one of `keys`; minus infinity if none did."""
        times = [read.at for read in self.reads() if read.keys & keys]
        return times[-1] if times else float("-inf")

    def reads_since_delete(self, key: RecordKey) -> int:
        """Return how many listings arrived since the last DELETE of a record."""
        reads = 0
        for event in self._events:
            if isinstance(event, Deleted) and event.key == key:
                reads = 0
            elif isinstance(event, Read):
                reads += 1
        return reads

    def damaged(self) -> dict[RecordKey, DNSRecord]:
        """Return the records as they were before the API damaged them, by the listed records."""
        damaged: dict[RecordKey, DNSRecord] = {}
        for event in self._events:
            if isinstance(event, Altered):
                damaged.update(event.sent)
        return damaged

    def ttls_beside(self, key: RecordKey) -> list[int]:
        """Return the TTLs in seconds of the other records of the RRset, as last listed."""
        for read in reversed(self.reads()):
            listing = read.listing
            beside = [each for each in read.keys if same_rrset(each, key) and each != key]
            ttls = [record.ttl for each in beside for record in listing.records_of(each)]
            if ttls:
                return sorted(ttl for ttl in ttls if ttl)
        return []

    def as_listed(self, key: RecordKey) -> DNSRecord | None:
        """Return a record as the newest listing that shows it spells it; None if none does."""
        for read in reversed(self.reads()):
            if key in read.keys:
                return read.listing.records_of(key)[0]
        return None


def _after_change(
    existing: set[RecordKey], change: Wrote | Rewrote, effect: PatchEffect
) -> set[RecordKey]:
    """Return which records of this run exist after a change, as far as its answer shows."""
    if isinstance(change, Rewrote):
        return (existing | change.added) - change.removed
    if effect is not PatchEffect.APPENDS:
        existing = {key for key in existing if not same_rrset(key, change.key)}
    return existing | {change.key} if change.outcome is Outcome.CONFIRMED else existing


def same_rrset(one: RecordKey, other: RecordKey) -> bool:
    """Return whether two records have the same type and name."""
    return one[:2] == other[:2]


def changed_names(event: Event) -> set[str]:
    """Return the names at which an event may have changed the zone."""
    if isinstance(event, (Wrote, Deleted)):
        return set() if event.outcome is Outcome.REFUSED else {event.key.name}
    if isinstance(event, Rewrote):
        keys = event.added | event.removed
        return set() if event.outcome is Outcome.REFUSED else {key.name for key in keys}
    return set()
