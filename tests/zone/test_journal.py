"""What the events of a zone prove: properties of invented sequences, without an emulator.

An invented API keeps the true zone. It may replace or add values, refuse calls, lose answers, and
answer a read with any earlier state of the zone, or with a part of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.api import DNSRecord
from certbot_dns_mijnhost.zone import proofs
from certbot_dns_mijnhost.zone.behaviour import PatchEffect
from certbot_dns_mijnhost.zone.journal import (
    Claimed,
    Deleted,
    Event,
    Gone,
    Journal,
    MayHaveChanged,
    Outcome,
    Read,
    Rewrote,
    Wrote,
)
from certbot_dns_mijnhost.zone.listing import Listing, RecordKey

ZONE = "example.nl"
APEX = f"_acme-challenge.{ZONE}"
WWW = f"_acme-challenge.www.{ZONE}"
ONE, TWO = (RecordKey("TXT", APEX, value) for value in ("one", "two"))
SUB = RecordKey("TXT", WWW, "sub")
OWN = (ONE, TWO, SUB)
WEB = RecordKey("A", ZONE, "192.0.2.1")
MAIL = RecordKey("MX", ZONE, "10 mail.example.nl.")
THEIRS = RecordKey("TXT", APEX, "theirs")
OTHERS = (WEB, MAIL, THEIRS)

keys = st.sampled_from(OWN)
outcomes = st.sampled_from(Outcome)
effects = st.sampled_from([PatchEffect.UNKNOWN, PatchEffect.APPENDS, PatchEffect.REPLACES])


def listing(shown: frozenset[RecordKey]) -> Listing:
    return Listing(ZONE, [DNSRecord(k.type, f"{k.name}.", k.value, 60) for k in sorted(shown)])


def read(*shown: RecordKey, at: float = 0.0) -> Read:
    return Read(listing(frozenset(shown)), at)


reads = st.builds(
    lambda shown, at: read(*shown, at=at), st.sets(st.sampled_from(OWN + OTHERS)), st.floats(0, 99)
)
groups = st.frozensets(keys, min_size=1)
changes = st.one_of(
    st.builds(Wrote, keys, st.floats(0, 99), outcomes),
    st.builds(Deleted, keys, outcomes),
    st.builds(Rewrote, groups, groups, st.floats(0, 99), outcomes),
    st.builds(Gone, groups),
    st.builds(Claimed, groups),
    st.builds(MayHaveChanged),
)
events = st.lists(st.one_of(reads, reads, reads, changes), max_size=25)


@dataclass
class TrueZone:
    """An API without faults but with old and shortened listings."""

    replaces: bool
    states: list[frozenset[RecordKey]] = field(
        default_factory=lambda: [frozenset(OTHERS)],
    )
    events: list[Event] = field(default_factory=list)

    @property
    def now(self) -> frozenset[RecordKey]:
        return self.states[-1]

    def write(self, key: RecordKey, *, is_lost: bool) -> None:
        beside = {other for other in self.now if other[:2] == key[:2]}
        kept = self.now - beside if self.replaces else self.now
        self.states.append(kept | {key})
        self.events.append(Wrote(key, 0.0, Outcome.UNKNOWN if is_lost else Outcome.CONFIRMED))

    def delete(self, key: RecordKey, *, is_lost: bool) -> None:
        self.states.append(self.now - {key})
        self.events.append(Deleted(key, Outcome.UNKNOWN if is_lost else Outcome.CONFIRMED))

    def read(self, age: int, kept: Callable[[RecordKey], bool] = lambda _: True) -> None:
        state = self.states[max(0, len(self.states) - 1 - age)]
        self.events.append(read(*filter(kept, state)))


steps = st.lists(
    st.tuples(
        st.sampled_from(["write", "delete", "read", "read", "read"]), keys, st.integers(0, 3)
    ),
    max_size=25,
)


def played(sequence: list[tuple[str, RecordKey, int]], *, replaces: bool) -> TrueZone:
    zone = TrueZone(replaces)
    for step, key, number in sequence:
        if step == "write":
            zone.write(key, is_lost=number == 0)
        elif step == "delete":
            zone.delete(key, is_lost=number == 0)
        else:
            zone.read(age=number)
    return zone


@given(events, reads, effects)
def test_a_decision_stays_until_this_run_changes_the_zone(
    sequence: list[Event], another: Read, effect: PatchEffect
) -> None:
    before, after = Journal(sequence), Journal([*sequence, another])
    wanted = frozenset(OWN)
    if proofs.missing(before, wanted) is not None:
        assert proofs.missing(after, wanted) == proofs.missing(before, wanted)
    for key in OWN:
        if proofs.shows_since_write(before, key):
            assert proofs.shows_since_write(after, key)
        if proofs.absent(before, {key}, effect):
            assert proofs.absent(after, {key}, effect)


@given(events, effects)
def test_records_of_others_are_never_this_runs(sequence: list[Event], effect: PatchEffect) -> None:
    journal = Journal(sequence)
    assert journal.own() <= set(OWN)
    assert journal.others().isdisjoint(journal.own())
    assert journal.existing(effect) | journal.possible() | journal.latest() <= journal.own()
    assert proofs.removal_confirmed(journal, effect) <= journal.own()
    assert journal.lasting_others() <= {WEB, MAIL}


@given(events, keys)
def test_whatever_a_listing_showed_counts_as_a_neighbour(
    sequence: list[Event], key: RecordKey
) -> None:
    journal = Journal(sequence)
    shown = {other for event in journal.reads() for other in event.keys if other in OTHERS}
    assert journal.others() >= shown
    assert {other for other in shown if other[:2] == key[:2]} <= journal.neighbours(key)
    assert key not in journal.neighbours(key)


@given(events, st.integers(1, 4), effects)
def test_a_listing_to_write_back_shows_all_that_was_seen(
    sequence: list[Event], equal: int, effect: PatchEffect
) -> None:
    journal = Journal(sequence)
    found = proofs.whole(journal, equal, effect)
    if found is None:
        return
    row = journal.reads()[-equal:]
    assert found is row[-1].listing
    assert [each.keys for each in row] == [found.keys] * equal
    assert MayHaveChanged() not in journal.events[journal.events.index(row[0]) :]
    assert found.keys >= journal.lasting_others() | journal.existing(effect)
    if not found.keys >= journal.others():
        assert len(journal.reads()) >= proofs.EQUAL_IF_INCOMPLETE


@given(events, effects)
def test_a_listing_without_lasting_records_of_others_proves_no_absence(
    sequence: list[Event], effect: PatchEffect
) -> None:
    shortened = [
        read(*(event.keys - {WEB})) if isinstance(event, Read) else event for event in sequence
    ]
    journal = Journal([read(WEB, MAIL), *shortened])
    assert proofs.absent(journal, {ONE}, effect) is None


@given(events, effects)
def test_what_was_not_deleted_is_never_absent(sequence: list[Event], effect: PatchEffect) -> None:
    kept = [event for event in sequence if not (isinstance(event, Deleted) and event.key == ONE)]
    assert proofs.absent(Journal(kept), {ONE}, effect) is None


@given(st.booleans(), steps)
def test_old_listings_never_teach_a_wrong_effect(
    replaces: bool, sequence: list[tuple[str, RecordKey, int]]
) -> None:
    zone = played([step for step in sequence if step[0] != "delete"], replaces=replaces)
    found = proofs.patch_effect(Journal(zone.events))
    right = PatchEffect.REPLACES if replaces else PatchEffect.APPENDS
    assert found in {right, PatchEffect.UNKNOWN}


@given(st.booleans(), steps)
def test_old_listings_never_make_an_existing_record_missing(
    replaces: bool, sequence: list[tuple[str, RecordKey, int]]
) -> None:
    zone = played([step for step in sequence if step[0] != "delete"], replaces=replaces)
    written = frozenset(event.key for event in zone.events if isinstance(event, Wrote))
    missing = proofs.missing(Journal(zone.events), written)
    assert missing is None or missing == written - zone.now


@given(st.booleans(), steps)
def test_what_exists_is_not_more_than_what_there_is(
    replaces: bool, sequence: list[tuple[str, RecordKey, int]]
) -> None:
    zone = played([step for step in sequence if step[0] != "delete"], replaces=replaces)
    effect = PatchEffect.REPLACES if replaces else PatchEffect.APPENDS
    assert Journal(zone.events).existing(effect) <= zone.now


@given(steps, effects)
def test_current_listings_decide(
    sequence: list[tuple[str, RecordKey, int]], effect: PatchEffect
) -> None:
    zone = played(sequence, replaces=False)
    written = frozenset(event.key for event in zone.events if isinstance(event, Wrote))
    for key in sorted(written):
        zone.write(key, is_lost=False)
    zone.read(age=0)
    assert proofs.missing(Journal(zone.events), written) == frozenset()
    for key in sorted(written):
        zone.delete(key, is_lost=False)
    for _ in range(proofs.EQUAL_IF_INCOMPLETE):
        zone.read(age=0)
    assert proofs.absent(Journal(zone.events), written, effect) is (True if written else None)


def run(*sequence: Event) -> Journal:
    return Journal(sequence)


CONFIRMED, UNKNOWN, REFUSED = Outcome.CONFIRMED, Outcome.UNKNOWN, Outcome.REFUSED
REPLACES = PatchEffect.REPLACES


@pytest.mark.parametrize(
    ("delete", "extra", "needed"),
    [
        (Deleted(ONE, CONFIRMED), None, 1),
        (Deleted(ONE, CONFIRMED), Wrote(ONE, 0.0, CONFIRMED), 2),
        (Deleted(ONE, CONFIRMED), Deleted(ONE, UNKNOWN), 2),
        (Deleted(ONE, UNKNOWN), None, 6),
        (Deleted(ONE, REFUSED), None, 6),
    ],
)
def test_how_many_listings_prove_an_absence(
    delete: Deleted, extra: Event | None, needed: int
) -> None:
    first: list[Event] = [read(WEB), Wrote(ONE, 0.0, CONFIRMED)]
    if isinstance(extra, Wrote):
        first.append(extra)
    first += [read(WEB, ONE), delete]
    if isinstance(extra, Deleted):
        first.append(extra)
    for number in range(1, needed + 1):
        journal = Journal([*first, *[read(WEB)] * number])
        assert proofs.absent(journal, {ONE}, REPLACES) is (True if number == needed else None)


def test_a_listing_that_may_be_older_than_the_record_proves_little() -> None:
    never_shown: list[Event] = [read(WEB), Wrote(ONE, 0.0, CONFIRMED), Deleted(ONE, CONFIRMED)]
    assert proofs.absent(Journal([*never_shown, *[read(WEB)] * 5]), {ONE}, REPLACES) is None
    assert proofs.absent(Journal([*never_shown, *[read(WEB)] * 9]), {ONE}, REPLACES) is None
    minute_later = read(WEB, at=proofs.OLDEST_LISTING)
    assert proofs.absent(Journal([*never_shown, *[read(WEB)] * 5, minute_later]), {ONE}, REPLACES)


def test_a_listing_that_shows_the_record_does_not_make_older_ones_a_proof() -> None:
    old = [read(WEB, at=float(second)) for second in range(8)]
    journal = run(read(WEB), Wrote(ONE, 0.0, CONFIRMED), Deleted(ONE, CONFIRMED), *old)
    assert proofs.absent(journal, {ONE}, REPLACES) is None
    journal.append(read(WEB, ONE, at=20.0))
    assert proofs.absent(journal, {ONE}, REPLACES) is None


def test_nothing_proves_that_an_unlisted_record_is_gone_whose_removal_was_refused() -> None:
    events: list[Event] = [read(WEB), Wrote(ONE, 0.0, CONFIRMED), Deleted(ONE, REFUSED)]
    late = [read(WEB, at=99.0 + number) for number in range(20)]
    assert proofs.absent(Journal([*events, *late]), {ONE}, REPLACES) is None
    events = [read(WEB), Wrote(ONE, 0.0, UNKNOWN), Deleted(ONE, REFUSED)]
    assert proofs.absent(Journal([*events, *late]), {ONE}, REPLACES)


def test_a_record_that_shows_again_begins_the_count_anew() -> None:
    journal = run(
        read(WEB, ONE),
        Claimed(frozenset({ONE})),
        Deleted(ONE, CONFIRMED),
        read(WEB),
        read(WEB, ONE),
    )
    assert proofs.absent(journal, {ONE}, REPLACES) is None
    journal.append(read(WEB))
    journal.append(read(WEB))
    assert proofs.absent(journal, {ONE}, REPLACES)


def test_two_listings_that_lack_the_same_prove_a_replacement() -> None:
    wrote: list[Event] = [read(WEB), Wrote(ONE, 0.0, CONFIRMED), Wrote(TWO, 0.0, CONFIRMED)]
    once = Journal([*wrote, read(WEB, TWO)])
    assert proofs.missing(once, {ONE, TWO}) is None
    assert proofs.patch_effect(once) is PatchEffect.UNKNOWN
    twice = Journal([*wrote, read(WEB, TWO), read(WEB, TWO)])
    assert proofs.missing(twice, {ONE, TWO}) == frozenset({ONE})
    assert proofs.patch_effect(twice) is REPLACES
    assert twice.existing(REPLACES) == {TWO}


def test_a_listing_without_the_latest_write_is_too_old_to_count() -> None:
    wrote: list[Event] = [read(WEB), Wrote(ONE, 0.0, CONFIRMED), Wrote(TWO, 0.0, CONFIRMED)]
    journal = Journal([*wrote, read(WEB, ONE), read(WEB, ONE), read(WEB), read(WEB)])
    assert proofs.missing(journal, {ONE, TWO}) is None


def test_a_write_makes_earlier_listings_worthless_for_writing_back() -> None:
    journal = run(read(WEB), read(WEB), read(WEB), Wrote(SUB, 0.0, CONFIRMED))
    assert proofs.stable(journal, 2) is None
    journal.append(read(WEB, SUB))
    assert proofs.stable(journal, 2) is None
    journal.append(read(WEB, SUB))
    assert proofs.stable(journal, 2) is not None


def test_a_refused_rewrite_asks_for_new_listings_too() -> None:
    journal = run(read(WEB), read(WEB), read(WEB))
    assert proofs.whole(journal, 3, REPLACES) is not None
    journal.append(Rewrote(frozenset({ONE}), frozenset(), 0.0, REFUSED))
    assert proofs.whole(journal, 3, REPLACES) is None


def test_what_another_process_may_have_changed_is_read_again() -> None:
    journal = run(read(WEB), read(WEB), read(WEB), MayHaveChanged())
    assert proofs.stable(journal, 1) is None
    journal.append(read(WEB))
    assert proofs.whole(journal, 2, REPLACES) is None
    journal.append(read(WEB))
    assert proofs.whole(journal, 2, REPLACES) is not None
    assert WEB in run(read(WEB), MayHaveChanged()).seen()


def test_a_listing_may_be_older_than_a_record_that_no_listing_showed() -> None:
    """The record would come back if such a listing were written as the zone without it."""
    written = Wrote(ONE, 0.0, UNKNOWN)
    for last, is_whole in ((10.0, False), (proofs.OLDEST_LISTING, True)):
        journal = run(written, *[read(WEB, at=0.0)] * 6, read(WEB, at=last))
        found = proofs.whole(journal, 3, REPLACES, removing=frozenset({ONE}))
        assert (found is not None) == is_whole


def test_listings_have_to_agree_for_a_span() -> None:
    journal = run(read(WEB, at=0), read(WEB, at=5), read(WEB, at=11))
    assert proofs.stable(journal, 3, span=12) is None
    journal.append(read(WEB, at=12))
    assert proofs.stable(journal, 3, span=12) is not None


def test_an_empty_listing_takes_six() -> None:
    journal = Journal([read()] * 5)
    assert proofs.stable(journal, 2) is None
    journal.append(read())
    assert proofs.stable(journal, 2) is not None


def test_an_interrupted_write_may_have_been_done() -> None:
    journal = run(read(WEB), Wrote(ONE))
    assert journal.may_exist(ONE)
    assert journal.existing(REPLACES) == set()
    assert not run(read(WEB), Claimed(frozenset({ONE})), Wrote(ONE, 0.0, REFUSED)).may_exist(ONE)


def test_a_removed_record_is_still_this_runs() -> None:
    """A listing that lags shows it again: it must not count as another client's."""
    journal = run(
        Wrote(ONE, 0.0, CONFIRMED),
        read(ONE),
        Deleted(ONE, CONFIRMED),
        Gone(frozenset({ONE})),
        read(ONE),
    )
    assert journal.others() == set()
    assert journal.lasting_others() == set()


def test_a_record_is_spelled_as_the_newest_listing_shows_it() -> None:
    old = Read(Listing(ZONE, [DNSRecord("TXT", "_acme-challenge", "one", 60)]), 0.0)
    new = Read(Listing(ZONE, [DNSRecord("TXT", f"{APEX.upper()}.", "one", 300)]), 1.0)
    journal = run(old, new, read(WEB))
    assert journal.as_listed(ONE) == DNSRecord("TXT", f"{APEX.upper()}.", "one", 300)
    assert journal.as_listed(TWO) is None
    assert journal.ttls_beside(TWO) == [300]
