"""The safe verbs for a zone: right with each variant of the API; other values survive."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certbot_dns_mijnhost.api import (
    DNSRecord,
    InvalidInputError,
    MijnHostClient,
    MijnHostError,
    RetryPolicy,
)
from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants
from certbot_dns_mijnhost.zone import (
    CNAMEConflictError,
    NotRemovedError,
    RecordNotFoundError,
    TTLNotChangedError,
    ZoneCopyError,
    ZoneEditor,
    ZoneRewriteForbiddenError,
)
from certbot_dns_mijnhost.zone.lock import ZoneLock
from tests.support.examples import examples
from tests.support.virtual_time import VirtualTime

from .conftest import ONE, EmulatedZones

ZONE = "example.nl"
HOME = f"home.{ZONE}."
PATCHES = ("append", "replace", "replace_first", "unsupported")
DELETES = ("supported", "wrong_method")


def editor(zones: EmulatedZones, **options: bool) -> ZoneEditor:
    return editor_with(zones, zones.retry, **options)


def editor_with(zones: EmulatedZones, retry: RetryPolicy, **options: bool) -> ZoneEditor:
    client = MijnHostClient(
        zones.emulator.account.api_key, base_url=zones.emulator.api_url, retry=retry
    )
    return ZoneEditor(
        client,
        ZONE,
        backup_directory=zones.directory / "backups",
        lock_directory=zones.directory / "locks",
        retry=retry,
        **options,
    )


def values(emulator: Emulator, type_: str, name: str) -> set[str]:
    records = emulator.account.records(ZONE)
    return {record.value for record in records if (record.type, record.name) == (type_, name)}


def writes(zones: EmulatedZones) -> list[str]:
    return [call for call in zones.calls() if not call.startswith("GET ")]


@pytest.mark.parametrize("delete", DELETES)
@pytest.mark.parametrize("patch", PATCHES)
def test_each_verb_works_under_every_variant(zones: EmulatedZones, patch: str, delete: str) -> None:
    emulator = zones.start(Variants(patch=patch, delete=delete))
    before = set(emulator.account.records(ZONE))
    edited = editor(zones)
    edited.add(DNSRecord("A", HOME, "192.0.2.1"), DNSRecord("A", HOME, "192.0.2.2"))
    assert values(emulator, "A", HOME) == {"192.0.2.1", "192.0.2.2"}
    edited.add(DNSRecord("A", "home", "192.0.2.3"))
    assert values(emulator, "A", HOME) == {"192.0.2.1", "192.0.2.2", "192.0.2.3"}
    edited.remove(DNSRecord("A", HOME, "192.0.2.2"))
    assert values(emulator, "A", HOME) == {"192.0.2.1", "192.0.2.3"}
    edited.set_rrset("home", "A", ["192.0.2.3", "192.0.2.4"])
    assert values(emulator, "A", HOME) == {"192.0.2.3", "192.0.2.4"}
    edited.set_rrset("home", "A", ["192.0.2.5"])
    assert values(emulator, "A", HOME) == {"192.0.2.5"}
    edited.set_rrset("home", "A", [])
    assert set(emulator.account.records(ZONE)) == before


@pytest.mark.parametrize("verb", ["add", "remove", "set_rrset", "apply", "restore"])
def test_a_dry_run_returns_the_plan_and_writes_nothing(zones: EmulatedZones, verb: str) -> None:
    emulator = zones.start()
    edited = editor(zones)
    listing = edited.read()
    mail = next(record for record in listing.records if record.type == "MX")
    new = DNSRecord("A", HOME, "192.0.2.1", 300)
    if verb == "restore":
        copy = edited.save(listing)
        emulator.account.delete_record(ZONE, mail.type, mail.name, mail.value)
        edited = editor(zones)
    plan = {
        "add": lambda: edited.add(new, dry_run=True),
        "remove": lambda: edited.remove(mail, dry_run=True),
        "set_rrset": lambda: edited.set_rrset(HOME, "A", ["192.0.2.1"], 300, dry_run=True),
        "apply": lambda: edited.apply([*listing.records, new], dry_run=True),
        "restore": lambda: edited.restore(copy, dry_run=True),
    }[verb]()
    assert writes(zones) == []
    expected = {
        "remove": "- example.nl MX 10 mail.example.nl.",
        "restore": "+ example.nl MX 10 mail.example.nl.",
    }
    assert str(plan) == expected.get(verb, "+ home.example.nl A 192.0.2.1")
    assert not plan.is_empty


def test_what_is_there_already_costs_no_write(zones: EmulatedZones) -> None:
    zones.start()
    edited = editor(zones)
    listing = edited.read()
    assert edited.add(*listing.records).is_empty
    assert edited.apply(listing.records).is_empty
    assert edited.set_rrset(ZONE + ".", "MX", ["10 Mail.Example.NL"]).is_empty
    assert writes(zones) == []


def test_reading_again_shows_what_others_changed(zones: EmulatedZones) -> None:
    emulator = zones.start()
    edited = editor(zones)
    before = edited.read().keys
    emulator.account.add_record(ZONE, "A", HOME, "192.0.2.1")
    assert {key.name + "." for key in edited.read().keys - before} == {HOME}


@pytest.mark.parametrize("patch", PATCHES)
def test_a_change_an_hour_later_keeps_what_others_did_meanwhile(
    zones: EmulatedZones, patch: str
) -> None:
    emulator = zones.start(Variants(patch=patch))
    edited = editor(zones)
    copies = edited.backup_directory
    copies.parent.mkdir(exist_ok=True)
    copies.write_text("in the way, so nothing can be rewritten")
    for value in ("192.0.2.1", "192.0.2.2"):
        with contextlib.suppress(MijnHostError):
            edited.add(DNSRecord("A", HOME, value))
    copies.unlink()
    zones.clock.advance(3600)
    emulator.account.add_record(ZONE, "A", HOME, "192.0.2.3")
    emulator.account.add_record(ZONE, "A", f"new.{ZONE}.", "192.0.2.4")
    edited.add(DNSRecord("A", HOME, "192.0.2.5"))
    assert {"192.0.2.3", "192.0.2.5"} <= values(emulator, "A", HOME)
    assert values(emulator, "A", f"new.{ZONE}.") == {"192.0.2.4"}


def test_a_change_keeps_what_another_process_added_before_the_lock(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants(patch="replace"))
    edited = editor(zones)
    edited.read()
    zones.challenge_records().publish([ONE])
    edited.add(DNSRecord("TXT", ONE.name + ".", "ours"))
    assert values(emulator, "TXT", ONE.name + ".") == {ONE.value, "ours"}


def test_removing_what_is_not_there(zones: EmulatedZones) -> None:
    zones.start()
    missing = DNSRecord("A", HOME, "192.0.2.9")
    with pytest.raises(RecordNotFoundError, match=r"A home\.example\.nl 192\.0\.2\.9"):
        editor(zones).remove(missing)
    assert editor(zones).remove(missing, missing_ok=True).is_empty
    assert writes(zones) == []


def test_a_cname_and_other_records_are_refused_before_anything_is_written(
    zones: EmulatedZones,
) -> None:
    emulator = zones.start()
    emulator.account.add_record(ZONE, "CNAME", "blog.example.nl.", "example.com.")
    edited = editor(zones)
    with pytest.raises(CNAMEConflictError, match=r"A blog\.example\.nl: .* CNAME example\.com"):
        edited.add(DNSRecord("A", "blog", "192.0.2.1"))
    with pytest.raises(CNAMEConflictError, match=r"CNAME example\.nl: .* other records"):
        edited.set_rrset(ZONE + ".", "CNAME", ["example.com."])
    assert writes(zones) == []
    edited.set_rrset("blog", "CNAME", ["example.org."])
    assert values(emulator, "CNAME", "blog.example.nl.") == {"example.org."}


def test_applying_replaces_addresses_by_a_cname(zones: EmulatedZones) -> None:
    emulator = zones.start()
    for value in ("192.0.2.1", "192.0.2.2"):
        emulator.account.add_record(ZONE, "A", "blog.example.nl.", value)
    edited = editor(zones)
    kept = [record for record in edited.read().records if "blog" not in record.name]
    edited.apply([*kept, DNSRecord("CNAME", "blog", "example.com.")])
    assert values(emulator, "A", "blog.example.nl.") == set()
    assert values(emulator, "CNAME", "blog.example.nl.") == {"example.com."}


def test_applying_leaves_challenges_alone_and_refuses_nothing_at_all(zones: EmulatedZones) -> None:
    emulator = zones.start()
    emulator.account.add_record(ZONE, "TXT", f"_acme-challenge.{ZONE}.", "in use")
    edited = editor(zones)
    kept = [record for record in edited.read().records if record.type == "MX"]
    edited.apply(kept)
    left = {record.type for record in emulator.account.records(ZONE)}
    assert left == {"MX", "TXT"}
    assert values(emulator, "TXT", f"_acme-challenge.{ZONE}.") == {"in use"}
    with pytest.raises(InvalidInputError, match="must have at least one record"):
        edited.apply([])


def test_setting_the_values_of_a_challenge_name(zones: EmulatedZones) -> None:
    emulator = zones.start()
    emulator.account.add_record(ZONE, "TXT", f"_acme-challenge.{ZONE}.", "old")
    plan = editor(zones).set_rrset("_acme-challenge", "TXT", ["new", "newer"])
    assert not plan.is_empty
    assert values(emulator, "TXT", f"_acme-challenge.{ZONE}.") == {"new", "newer"}


def test_a_restore_leaves_a_running_challenge_behind_a_cname_alone(zones: EmulatedZones) -> None:
    emulator = zones.start()
    copy = editor(zones).save(editor(zones).read())
    challenge = "A" * 43  # As ACME clients write it (RFC 8555, section 8.4).
    emulator.account.add_record(ZONE, "TXT", f"acme.{ZONE}.", challenge)
    emulator.account.add_record(ZONE, "TXT", f"acme.{ZONE}.", "newer than the copy")
    editor(zones).restore(copy, exact=True)
    assert values(emulator, "TXT", f"acme.{ZONE}.") == {challenge}


def test_values_that_are_listed_only_after_the_change_are_named_and_kept(
    zones: EmulatedZones,
) -> None:
    emulator = zones.start(Variants(patch="append", short_reads=3, short_kind="shortened"))
    last = f"zzz.{ZONE}."
    for value in ("one", "two"):
        emulator.account.add_record(ZONE, "TXT", last, value)
    with pytest.raises(NotRemovedError, match="only after the change: TXT zzz") as caught:
        editor(zones).set_rrset(last, "TXT", ["three"])
    assert {each.value for each in caught.value.records} == {"one", "two"}
    assert values(emulator, "TXT", last) == {"one", "two", "three"}
    editor(zones).set_rrset(last, "TXT", ["three"])
    assert values(emulator, "TXT", last) == {"three"}


def test_what_was_listed_is_removed_even_if_later_listings_lack_it(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants(short_reads=6, short_kind="shortened"))
    emulator.account.add_record(ZONE, "TXT", f"zzz.{ZONE}.", "at the end of the listing")
    edited = editor(zones)
    shown = [record for _ in range(5) for record in edited.read().records]
    record = next(each for each in shown if each.name.startswith("zzz"))
    emulator.account.add_record(ZONE, "A", HOME, "192.0.2.2")
    zones.clock.advance(60)
    edited.remove(record, missing_ok=True)
    assert values(emulator, "TXT", f"zzz.{ZONE}.") == set()


@pytest.mark.parametrize("exact", [False, True])
def test_restoring_a_copy(zones: EmulatedZones, exact: bool) -> None:
    emulator = zones.start()
    before = set(emulator.account.records(ZONE))
    copy = editor(zones).save(editor(zones).read())
    emulator.account.delete_record(ZONE, "MX", f"{ZONE}.", f"10 mail.{ZONE}.")
    emulator.account.add_record(ZONE, "A", HOME, "192.0.2.1")
    editor(zones).restore(copy, exact=exact)
    newer = set(emulator.account.records(ZONE)) - before
    assert before <= set(emulator.account.records(ZONE))
    assert {record.name for record in newer} == (set() if exact else {HOME})


def test_a_copy_of_another_zone_is_refused(zones: EmulatedZones, tmp_path: Path) -> None:
    zones.start(None, ZONE, "example.com")
    copy = tmp_path / "copy.json"
    copy.write_text('{"zone": "example.com", "records": [{"type": "A", "name": "@"}]}')
    with pytest.raises(ZoneCopyError, match=r"is a copy of example\.com, not of example\.nl"):
        editor(zones).restore(copy)
    with pytest.raises(ZoneCopyError, match="Cannot read the zone copy"):
        editor(zones).restore(tmp_path / "missing.json")


def test_without_leave_to_rewrite_no_value_is_lost(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants(patch="replace"))
    emulator.account.add_record(ZONE, "A", HOME, "192.0.2.1")
    with pytest.raises(ZoneRewriteForbiddenError):
        editor(zones, allow_zone_rewrite=False).add(DNSRecord("A", HOME, "192.0.2.2"))
    with pytest.raises(ZoneRewriteForbiddenError):
        editor(zones, allow_zone_rewrite=False).set_rrset(HOME, "A", ["192.0.2.1", "192.0.2.2"])
    assert values(emulator, "A", HOME) == {"192.0.2.1"}
    assert not [call for call in writes(zones) if call.startswith("PUT")]


@pytest.mark.parametrize(("patch", "changes"), [("append", True), ("replace", False)])
def test_the_ttl_of_several_values(zones: EmulatedZones, patch: str, changes: bool) -> None:
    emulator = zones.start(Variants(patch=patch))
    for value in ("192.0.2.1", "192.0.2.2"):
        emulator.account.add_record(ZONE, "A", HOME, value, 3600)
    edited = editor(zones)
    three = ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    if changes:
        edited.set_rrset(HOME, "A", three, 300)
    else:
        with pytest.raises(TTLNotChangedError, match="could replace other values"):
            edited.set_rrset(HOME, "A", three, 300)
    assert values(emulator, "A", HOME) == set(three)
    ttls = {r.value: r.ttl for r in emulator.account.records(ZONE) if r.name == HOME}
    assert ttls["192.0.2.1"] == (300 if changes else 3600)


def test_the_ttl_of_one_value(zones: EmulatedZones) -> None:
    emulator = zones.start()
    editor(zones).add(DNSRecord("A", HOME, "192.0.2.1", 3600))
    editor(zones).set_rrset(HOME, "A", ["192.0.2.1"], 300)
    assert {r.ttl for r in emulator.account.records(ZONE) if r.name == HOME} == {300}


def test_a_name_outside_the_zone_is_refused(zones: EmulatedZones) -> None:
    zones.start()
    with pytest.raises(InvalidInputError, match=r"www\.example\.com is not in the zone"):
        editor(zones).add(DNSRecord("A", "www.example.com.", "192.0.2.1"))


def test_what_cannot_be_removed_is_named(zones: EmulatedZones) -> None:
    emulator = zones.start()
    emulator.account.add_record(ZONE, "A", HOME, "192.0.2.1")
    success = Fault.envelope({"status": 200, "status_description": "DNS successfully updated"})
    emulator.faults.add(success, method="DELETE", times=None)
    with pytest.raises(NotRemovedError, match=r"home\.example\.nl \(192\.0\.2\.1\)") as caught:
        editor(zones).remove(DNSRecord("A", HOME, "192.0.2.1"))
    assert [left.value for left in caught.value.records] == ["192.0.2.1"]


ADDRESSES = [f"192.0.2.{number}" for number in range(1, 5)]


@settings(max_examples=examples(60))
@given(
    patch=st.sampled_from(PATCHES),
    delete=st.sampled_from(DELETES),
    stale=st.integers(0, 2),
    short=st.integers(0, 2),
    present=st.sets(st.sampled_from(ADDRESSES)),
    targets=st.lists(st.sets(st.sampled_from(ADDRESSES)), min_size=1, max_size=3),
)
def test_an_rrset_becomes_what_was_asked_and_nothing_else_changes(
    tmp_path_factory: pytest.TempPathFactory,
    patch: str,
    delete: str,
    stale: int,
    short: int,
    present: set[str],
    targets: list[set[str]],
) -> None:
    time = VirtualTime()
    retry = RetryPolicy(sleep=time.sleep, clock=time, chance=lambda: 0.0)
    directory = tmp_path_factory.mktemp("zone")
    with Emulator(domains=(ZONE,), clock=time) as emulator:
        for value in sorted(present):
            emulator.account.add_record(ZONE, "A", HOME, value, 3600)
        others = {r for r in emulator.account.records(ZONE) if r.name != HOME}
        emulator.variants = Variants(
            patch=patch, delete=delete, stale_reads=stale, short_reads=short
        )
        with MijnHostClient(
            emulator.account.api_key, base_url=emulator.api_url, retry=retry
        ) as client:
            for target in targets:
                ZoneEditor(
                    client,
                    ZONE,
                    backup_directory=directory / "copies",
                    lock_directory=directory,
                    retry=retry,
                ).set_rrset("home", "A", sorted(target))
                assert values(emulator, "A", HOME) == target
        assert {r for r in emulator.account.records(ZONE) if r.name != HOME} == others


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (DNSRecord("MX", "@", "mail.example.nl."), "MX record"),
        (DNSRecord("A", "www", "2001:db8::1"), "value"),
        (DNSRecord("TXT", "www", ""), "TXT record"),
    ],
)
def test_a_value_that_does_not_fit_its_type_is_refused_before_a_call(
    zones: EmulatedZones, record: DNSRecord, words: str
) -> None:
    zones.start()
    with pytest.raises(InvalidInputError, match=words):
        editor(zones).add(record)
    assert writes(zones) == []


def ttls(emulator: Emulator, name: str = HOME) -> dict[str, int]:
    return {each.value: each.ttl for each in emulator.account.records(ZONE) if each.name == name}


def start_with(zones: EmulatedZones, patch: str, **ttls: int) -> Emulator:
    """Start the emulator with TXT records at `HOME`: their values and TTLs."""
    emulator = zones.start(Variants(patch=patch))
    for value, ttl in ttls.items():
        emulator.account.add_record(ZONE, "TXT", HOME, value, ttl)
    return emulator


@pytest.mark.parametrize("patch", PATCHES)
def test_a_value_that_joins_an_rrset_takes_its_ttl(zones: EmulatedZones, patch: str) -> None:
    emulator = start_with(zones, patch, a=60)
    plan = editor(zones).add(DNSRecord("TXT", "home", "b", 900))
    assert [record.ttl for record in plan.add] == [60]
    assert ttls(emulator) == {"a": 60, "b": 60}


def test_new_values_of_one_rrset_get_the_ttl_of_the_first(zones: EmulatedZones) -> None:
    emulator = start_with(zones, "append")
    editor(zones).add(DNSRecord("TXT", "home", "a", 60), DNSRecord("TXT", "home", "b", 900))
    assert ttls(emulator) == {"a": 60, "b": 60}


@pytest.mark.parametrize("patch", PATCHES)
def test_setting_values_without_a_ttl_keeps_the_ttls(zones: EmulatedZones, patch: str) -> None:
    emulator = start_with(zones, patch, a=300)
    assert editor(zones).set_rrset("home", "TXT", ["a"]).is_empty
    plan = editor(zones).set_rrset("home", "TXT", ["a", "b"])
    assert plan.retimed == ()
    assert ttls(emulator) == {"a": 300, "b": 300}


def test_setting_values_without_a_ttl_keeps_two_ttls_of_one_rrset(zones: EmulatedZones) -> None:
    start_with(zones, "append", a=60, b=300)
    assert editor(zones).set_rrset("home", "TXT", ["a", "b"]).is_empty


def test_a_restored_value_takes_the_ttl_of_values_that_stay(zones: EmulatedZones) -> None:
    emulator = start_with(zones, "append", b=900)
    copy = editor(zones).save(editor(zones).read())
    emulator.account.delete_record(ZONE, "TXT", HOME, "b")
    emulator.account.add_record(ZONE, "TXT", HOME, "c", 60)
    zones.clock.sleep(1000)
    editor(zones).restore(copy)
    assert ttls(emulator) == {"b": 60, "c": 60}


@pytest.mark.parametrize("times", [1, 5])
def test_a_ttl_whose_change_was_lost_is_not_reported_as_changed(
    zones: EmulatedZones, times: int
) -> None:
    emulator = start_with(zones, "append", a=300)
    emulator.faults.add(Fault.reset(), method="PATCH", times=times)
    with pytest.raises(MijnHostError, match="Make the same change again"):
        editor(zones).set_rrset("home", "TXT", ["a"], 900)
    assert ttls(emulator) == {"a": 300}


def test_a_ttl_that_changed_although_the_answer_was_lost(zones: EmulatedZones) -> None:
    emulator = start_with(zones, "append", a=300)
    emulator.faults.add(Fault.reset(after=True), method="PATCH")
    editor(zones).set_rrset("home", "TXT", ["a"], 900)
    assert ttls(emulator) == {"a": 900}


@pytest.mark.parametrize("verb", ["add", "carry out"])
def test_a_cname_that_appears_while_the_editor_waits_for_the_lock(
    zones: EmulatedZones, verb: str
) -> None:
    emulator = start_with(zones, "append")
    # Another process has the lock for a while.
    lock = ZoneLock(ZONE, zones.directory / "locks", zones.retry)
    slept = zones.clock.sleep

    def release(seconds: float) -> None:
        slept(seconds)
        if lock.is_held and len(zones.calls("GET")) > 1:
            emulator.account.add_record(ZONE, "CNAME", HOME, "web.example.com.", 60)
            held.close()

    held = contextlib.ExitStack()
    with held:
        held.enter_context(lock.held())
        retry = RetryPolicy(sleep=release, clock=zones.clock, chance=lambda: 0.0)
        late = editor_with(zones, retry)
        act = {"add": late.add, "carry out": lambda new: late.apply([*late.read().records, new])}
        with pytest.raises(CNAMEConflictError):
            act[verb](DNSRecord("TXT", "home", "a"))
    assert writes(zones) == []


@pytest.mark.parametrize("delete", DELETES)
def test_a_forbidden_rewrite_that_would_add_is_named_so(zones: EmulatedZones, delete: str) -> None:
    emulator = zones.start(Variants(patch="unsupported", delete=delete))
    emulator.account.add_record(ZONE, "TXT", HOME, "a", 300)
    with pytest.raises(ZoneRewriteForbiddenError, match="Cannot add records to the zone"):
        editor(zones, allow_zone_rewrite=False).set_rrset("home", "TXT", ["b"])
