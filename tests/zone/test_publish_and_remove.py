from __future__ import annotations

import json
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from certbot_dns_mijnhost.api import AuthenticationError, DNSNotManagedError, MijnHostError
from certbot_dns_mijnhost.emulator import Fault, Variants
from certbot_dns_mijnhost.zone import (
    CNAMEConflictError,
    TXTRecord,
    ZoneCopyError,
    ZoneNotConfirmedError,
    ZoneNotFoundError,
    ZoneRewriteForbiddenError,
)

from .conftest import APEX, ONE, TWO, EmulatedZones

SUB = TXTRecord("_acme-challenge.www.example.nl", "three")
QUIRKS = {
    "likeliest": Variants(),
    "appends": Variants(patch="append"),
    "appends duplicates": Variants(patch="append", duplicates=True),
    "replaces the first": Variants(patch="replace_first"),
    "no PATCH": Variants(patch="unsupported"),
    "no DELETE, 400": Variants(delete="wrong_method"),
    "no DELETE, 405": Variants(delete="method_not_allowed"),
    "no DELETE, null removes": Variants(delete="wrong_method", null_patch="removes"),
    "no DELETE, null ignored": Variants(delete="wrong_method", null_patch="ignored"),
    "DELETE wants the listed name": Variants(delete_needs_listed_name=True, final_dot=False),
    "stale reads": Variants(stale_reads=3),
    "stale for seconds": Variants(stale_seconds=8.0),
    "lagging replica": Variants(lagging_replica=True, replica_seconds=6.0),
    "empty reads": Variants(short_reads=3, short_kind="empty"),
    "shortened reads": Variants(short_reads=3, short_kind="shortened"),
    "reads with gaps": Variants(short_reads=3, short_kind="gaps"),
    "no final dot, upper case, quotes": Variants(
        final_dot=False, name_case="upper", quoted_txt=True
    ),
    "relative twins": Variants(keeps_relative_names=True),
    "errors inside 200": Variants(errors_inside_200=True, error_status_word=True),
    "listing forbidden": Variants(listing_forbidden=True),
    "listing refused": Variants(listing_forbidden="bad_request", no_access_final_dot=False),
}


@pytest.mark.parametrize("quirk", QUIRKS)
def test_all_values_stand_together_and_all_go_again(zones: EmulatedZones, quirk: str) -> None:
    emulator = zones.start(QUIRKS[quirk])
    before = emulator.account.records("example.nl")
    records = zones.challenge_records()

    records.publish([ONE, TWO, SUB])

    assert zones.values() == {"one", "two"}
    assert zones.values(SUB.name) == {"three"}
    assert records.remove([ONE, TWO, SUB]) == []
    assert emulator.account.records("example.nl") == before


@pytest.mark.parametrize("quirk", QUIRKS)
def test_values_of_others_at_the_same_name_survive(zones: EmulatedZones, quirk: str) -> None:
    emulator = zones.start(QUIRKS[quirk])
    emulator.account.add_record("example.nl", "TXT", f"{APEX}.", "somebody else's", 60)
    zones.clock.sleep(1000.0)
    for _ in range(20):
        emulator.account.read_records("example.nl")
    before = emulator.account.records("example.nl")
    records = zones.challenge_records()

    records.publish([ONE, TWO])

    assert zones.values() == {"one", "two", "somebody else's"}
    assert records.remove([ONE, TWO]) == []
    assert emulator.account.records("example.nl") == before


@pytest.mark.parametrize("patch", ["append", "replace", "unsupported"])
def test_a_value_beside_those_of_others_takes_their_ttl(zones: EmulatedZones, patch: str) -> None:
    emulator = zones.start(Variants(patch=patch, rrset_ttl="shared"))
    emulator.account.add_record("example.nl", "TXT", f"{APEX}.", "somebody else's", 900)
    before = emulator.account.records("example.nl")
    records = zones.challenge_records(ttl=120)
    records.publish([ONE, SUB])
    ttls = {r.value: r.ttl for r in emulator.account.records("example.nl") if r.type == "TXT"}
    assert ttls["somebody else's"] == ttls["one"] == 900
    assert ttls["three"] == 120, "alone at its name"
    assert records.remove([ONE, SUB]) == []
    assert emulator.account.records("example.nl") == before


def test_the_usual_run_costs_few_calls_over_one_connection(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants(patch="append"))
    records = zones.challenge_records()
    records.publish([ONE, TWO, SUB])
    records.remove([ONE, TWO, SUB])
    assert zones.calls() == [
        "GET /domains",
        *["GET /domains/example.nl/dns"] * 2,
        *["PATCH /domains/example.nl/dns"] * 3,
        "GET /domains/example.nl/dns",
        *["DELETE /domains/example.nl/dns"] * 3,
        "GET /domains/example.nl/dns",
    ]
    assert len({request.connection for request in emulator.requests}) == 1


@pytest.mark.parametrize(
    ("patch", "records", "calls"),
    [
        ("append", [ONE], 7),
        ("replace", [ONE], 7),
        ("append", [ONE, TWO], 9),
        ("replace", [ONE, TWO], 15),
        ("append", [TXTRecord(f"_acme-challenge.{i}.example.nl", "one") for i in range(30)], 65),
    ],
)
def test_the_calls_from_publishing_to_the_end_of_removal(
    zones: EmulatedZones, patch: str, records: list[TXTRecord], calls: int
) -> None:
    zones.start(Variants(patch=patch))
    run = zones.challenge_records()
    run.publish(records)
    assert run.remove_written(records) == []
    assert len(zones.calls()) == calls


def test_what_a_patch_does_is_learnt_once_per_run(zones: EmulatedZones) -> None:
    zones.start(Variants(), "example.nl", "example.com")
    records = zones.challenge_records()
    records.publish([ONE, TWO])
    assert len(zones.calls("PUT")) == 1
    patches = len(zones.calls("PATCH"))
    other = "_acme-challenge.example.com"
    records.publish([TXTRecord(other, "one"), TXTRecord(other, "two")])
    assert zones.values(other, "example.com") == {"one", "two"}
    assert len(zones.calls("PATCH")) == patches + 1, "the second value went with the zone"


def test_beside_a_cname_nothing_is_written(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants())
    emulator.account.add_record("example.nl", "CNAME", f"{APEX}.", "one.challenges.nl.", 60)
    before = emulator.account.records("example.nl")
    records = zones.challenge_records()
    with pytest.raises(CNAMEConflictError, match=r"one\.challenges\.nl"):
        records.publish([ONE, TWO])
    assert zones.calls("PATCH") == zones.calls("PUT") == []
    assert records.remove([ONE, TWO]) == []
    assert emulator.account.records("example.nl") == before


def test_no_whole_zone_write_where_single_records_do(zones: EmulatedZones) -> None:
    zones.start(Variants())
    records = zones.challenge_records()
    records.publish([ONE, SUB])
    assert records.remove([ONE, SUB]) == []
    assert zones.calls("PUT") == []


def test_a_whole_zone_write_saves_the_zone_first(
    zones: EmulatedZones, caplog: pytest.LogCaptureFixture
) -> None:
    emulator = zones.start(Variants())
    before = {(r.type, r.name, r.value, r.ttl) for r in emulator.account.records("example.nl")}
    zones.challenge_records().publish([ONE, TWO])
    [path] = (zones.directory / "backups").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    saved = json.loads(path.read_text())
    found = {(r["type"], r["name"], r["value"], r["ttl"]) for r in saved["records"]}
    assert before <= found
    assert str(path) in caplog.text


def test_of_one_day_the_first_copy_and_those_of_the_last_runs_are_kept(
    zones: EmulatedZones,
) -> None:
    zones.start(Variants())
    for number in range(9):
        zones.challenge_records().publish(
            [TXTRecord(APEX, f"{number}-a"), TXTRecord(APEX, f"{number}-b")]
        )
    copies = (zones.directory / "backups").iterdir()
    runs = {int(path.name.split("-")[-2]) for path in copies}
    # One more if midnight came between.
    assert runs in [{1, *range(5, 10)}, *({1, 5, 6, 7, 8, 9, day} for day in range(2, 5))]


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process grow beyond some bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_on_a_full_disk_nothing_is_written_and_no_part_of_a_copy_left(zones: EmulatedZones) -> None:
    zones.start(Variants())
    records = zones.challenge_records()
    with full_disk(), pytest.raises(ZoneCopyError, match="free space on its disk"):
        records.publish([ONE, TWO])
    assert zones.calls("PUT") == []
    assert list((zones.directory / "backups").iterdir()) == []


def test_a_forbidden_whole_zone_write_says_what_that_means(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants())
    before = emulator.account.records("example.nl")
    records = zones.challenge_records(allow_zone_rewrite=False)
    with pytest.raises(ZoneRewriteForbiddenError, match="wildcard") as caught:
        records.publish([ONE, TWO])
    assert "dns_mijnhost_allow_zone_rewrite" in str(caught.value)
    assert zones.calls("PUT") == []
    assert records.remove([ONE, TWO]) == []
    assert emulator.account.records("example.nl") == before


def test_without_delete_and_without_leave_the_leftover_is_named(zones: EmulatedZones) -> None:
    zones.start(Variants(delete="wrong_method"))
    records = zones.challenge_records(allow_zone_rewrite=False)
    records.publish([ONE])
    [leftover] = records.remove([ONE])
    assert leftover[:3] == (APEX, "one", "example.nl")
    assert "dns_mijnhost_allow_zone_rewrite" in leftover.reason


def test_a_zone_that_shrinks_is_not_written(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants())
    records = zones.challenge_records()
    shortened = {
        "status": 200,
        "status_description": "OK",
        "data": {
            "domain": "example.nl",
            "records": [
                {"type": "A", "name": "example.nl.", "value": "192.0.2.10", "ttl": 3600},
                {"type": "TXT", "name": f"{APEX}.", "value": "two", "ttl": 60},
            ],
        },
    }
    emulator.faults.add(Fault.envelope(shortened), method="GET", path="*/dns", skip=2, times=None)
    with pytest.raises(ZoneNotConfirmedError, match="The zone was not rewritten"):
        records.publish([ONE, TWO])
    assert zones.calls("PUT") == []


def test_records_that_a_whole_zone_write_lost_are_put_back(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants())
    before = emulator.account.records("example.nl")
    records = zones.challenge_records()
    lossy = emulator.account.replace_records

    def lose_one(domain: str, given: object) -> None:
        emulator.account.replace_records = lossy  # type: ignore[method-assign]
        kept = [record for record in given if record.type != "MX"]  # type: ignore[attr-defined]
        lossy(domain, kept)

    emulator.account.replace_records = lose_one  # type: ignore[method-assign, assignment]
    records.publish([ONE, TWO])
    assert zones.values() == {"one", "two"}
    assert set(before) <= set(emulator.account.records("example.nl"))


@pytest.mark.parametrize("after", [False, True])
def test_a_lost_answer_is_read_back_and_not_repeated_blindly(
    zones: EmulatedZones, after: bool
) -> None:
    emulator = zones.start(Variants(patch="append", duplicates=True))
    emulator.faults.add(Fault.reset(after=after), method="PATCH")
    records = zones.challenge_records()
    records.publish([ONE])
    assert [r.value for r in emulator.account.records("example.nl")].count("one") == 1
    assert len(zones.calls("PATCH")) == (1 if after else 2)


def test_passing_faults_pass(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants(patch="append"))
    before = emulator.account.records("example.nl")
    for number, fault in enumerate(
        [
            Fault.status(502),
            Fault.bad_request("DNS records not managed by mijn.host"),
            Fault.html(),
            Fault.status(429, "Too many requests", {"Retry-After": "2"}),
            Fault.reset(),
            Fault.truncated(),
            Fault.bad_request("Something odd"),
            Fault.status(500, after=True),
        ]
    ):
        emulator.faults.add(fault, skip=number, times=1)
    records = zones.challenge_records()
    records.publish([ONE, TWO])
    assert zones.values() == {"one", "two"}
    assert records.remove([ONE, TWO]) == []
    assert emulator.account.records("example.nl") == before


@pytest.mark.parametrize("fault", [Fault.status(429, "Too many requests"), Fault.status(503)])
def test_an_unwell_api_is_never_read_as_not_this_zone(zones: EmulatedZones, fault: Fault) -> None:
    emulator = zones.start(Variants(listing_forbidden=True))
    emulator.faults.add(fault, path="/api/v2/domains/*", times=None)
    with pytest.raises(MijnHostError) as caught:
        zones.challenge_records().publish([ONE])
    assert not isinstance(caught.value, ZoneNotFoundError)
    assert sum(zones.clock.slept) < 300
    assert len(emulator.requests) < 40


def test_a_domain_whose_dns_is_elsewhere_is_told_at_once(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants(), "example.com")
    emulator.account.add_domain("example.nl", managed_dns=False)
    with pytest.raises(DNSNotManagedError, match="default-mijnhost"):
        zones.challenge_records().publish([ONE])
    assert sum(zones.clock.slept) < 1


def test_a_transient_refusal_while_the_domain_cannot_be_read(zones: EmulatedZones) -> None:
    """Whether DNS is managed elsewhere is not known then, so the refusal counts as transient."""
    emulator = zones.start(Variants())
    refusal = Fault.bad_request("DNS records not managed by mijn.host")
    emulator.faults.add(refusal, method="GET", path="*/dns")
    emulator.faults.add(Fault.status(403), method="GET", path="/api/v2/domains/example.nl")
    zones.challenge_records().publish([ONE])
    assert zones.values() == {"one"}


def test_a_wrong_key_is_told_at_once(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants(key_expired=True))
    with pytest.raises(AuthenticationError, match="expired"):
        zones.challenge_records().publish([ONE])
    assert len(emulator.requests) == 1


def test_nothing_is_written_where_one_name_has_no_zone(zones: EmulatedZones) -> None:
    emulator = zones.start()
    records = zones.challenge_records()
    elsewhere = TXTRecord("_acme-challenge.exmple.nl", "four")
    with pytest.raises(ZoneNotFoundError, match=r"similar domains in it: example\.nl"):
        records.publish([ONE, elsewhere])
    assert zones.calls() == ["GET /domains"]
    assert records.remove_written([ONE, elsewhere]) == []
    assert zones.calls() == ["GET /domains"], "nothing was written, so nothing is looked for"
    assert emulator.account.records("example.nl")


def test_where_a_zone_can_not_be_read_nothing_is_said_to_stay_behind_in_it(
    zones: EmulatedZones,
) -> None:
    emulator = zones.start(Variants(), "example.nl", "example.com")
    emulator.faults.add(Fault.status(403), path="*/example.com/dns", times=None)
    before = emulator.account.records("example.nl")
    records = zones.challenge_records()
    unreadable = TXTRecord("_acme-challenge.example.com", "four")
    with pytest.raises(AuthenticationError):
        records.publish([ONE, unreadable])
    assert zones.values() == {"one"}
    assert records.remove_written([ONE, unreadable]) == []
    assert emulator.account.records("example.nl") == before


def test_a_later_failure_does_not_make_a_record_forgotten(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants())
    before = emulator.account.records("example.nl")
    records = zones.challenge_records()
    records.publish([ONE])
    with pytest.raises(ZoneNotFoundError):
        records.publish([ONE, TXTRecord("_acme-challenge.example.org", "four")])
    assert records.remove([ONE]) == []
    assert emulator.account.records("example.nl") == before


def test_removing_twice_does_no_harm(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants(patch="append"))
    before = emulator.account.records("example.nl")
    records = zones.challenge_records()
    records.publish([ONE])
    assert records.remove([ONE]) == []
    assert records.remove([ONE]) == []
    assert emulator.account.records("example.nl") == before


@pytest.mark.parametrize(
    "variants",
    [
        Variants(patch="append"),
        Variants(patch="append", delete="wrong_method"),
        Variants(patch="append", delete="wrong_method", null_patch="removes"),
        Variants(patch="append", delete="wrong_method", null_patch="ignored"),
    ],
    ids=["DELETE", "whole zone", "null", "null ignored"],
)
def test_another_process_can_remove_what_one_published(
    zones: EmulatedZones, variants: Variants
) -> None:
    emulator = zones.start(variants)
    before = emulator.account.records("example.nl")
    zones.challenge_records().publish([ONE, TWO])
    assert zones.challenge_records().remove([ONE, TWO]) == []
    assert emulator.account.records("example.nl") == before


def test_removal_goes_on_after_a_failure_and_names_what_stays(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants(patch="append"))
    records = zones.challenge_records()
    records.publish([ONE, TWO])
    emulator.faults.add(Fault.status(401, "No valid API key set"), method="DELETE", times=None)
    leftovers = records.remove([ONE, TWO])
    assert {leftover.value for leftover in leftovers} == {"one", "two"}
    emulator.faults.clear()
    assert records.remove([ONE, TWO]) == []
    assert zones.values() == set()


def test_an_unreachable_api_ends_the_removal_in_bounded_time(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants(patch="append"))
    records = zones.challenge_records()
    many = [TXTRecord(f"_acme-challenge.host{n}.example.nl", str(n)) for n in range(60)]
    records.publish(many)
    emulator.faults.add(Fault.close(), times=None)
    slept = sum(zones.clock.slept)
    leftovers = records.remove(many)
    assert len(leftovers) == 60
    assert sum(zones.clock.slept) - slept < 300
