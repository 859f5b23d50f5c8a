"""Which copies of a zone are kept, and what may never be removed."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.api import DNSRecord
from certbot_dns_mijnhost.emulator import Emulator, Record, Variants
from certbot_dns_mijnhost.zone import Listing, TXTRecord, ZoneRewriteError
from certbot_dns_mijnhost.zone.backup import (
    KEPT_DAYS,
    KEPT_RUNS,
    Copies,
    Copy,
    parse_name,
    surplus,
)
from certbot_dns_mijnhost.zone.copy_file import write_new

from .conftest import APEX, EmulatedZones

START = datetime(2026, 11, 26, 9, 30, tzinfo=timezone.utc).timestamp()
DAY = 86400.0


def copy_of(run: int, moment: float, number: int = 0) -> Copy:
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
    return Copy(run, stamp, number, f"example.nl-{stamp}-{run:05d}-{number:03d}.json")


# What is kept: seconds between runs (back as well: clocks jump), and copies per run.
histories = st.lists(
    st.tuples(
        st.one_of(st.floats(0, 3 * DAY), st.floats(-4000 * DAY, 4000 * DAY)), st.integers(1, 4)
    ),
    min_size=1,
    max_size=80,
)


def saved(history: list[tuple[float, int]]) -> list[Copy]:
    """Let runs save copies one after the other, removing what is not to be kept each time."""
    kept: list[Copy] = []
    now = START
    for run, (seconds, copies) in enumerate(history, 1):
        now = min(max(now + seconds, 0.0), START + 10_000 * DAY)
        for number in range(copies):
            kept.append(copy_of(run, now, number))
            gone = set(surplus(kept))
            kept = [copy for copy in kept if copy not in gone]
    return kept


@given(histories)
def test_the_last_runs_are_kept_whole_whatever_the_clock_does(
    history: list[tuple[float, int]],
) -> None:
    kept = saved(history)
    for run in range(len(history), max(len(history) - KEPT_RUNS, 0), -1):
        assert sum(copy.run == run for copy in kept) == history[run - 1][1]


@given(st.lists(st.tuples(st.floats(0, 1.5 * DAY), st.integers(1, 4)), min_size=1, max_size=80))
def test_each_of_the_last_thirty_days_keeps_its_first_copy(
    history: list[tuple[float, int]],
) -> None:
    kept = saved(history)
    now = START
    first_of_day: dict[str, Copy] = {}
    for run, (seconds, _) in enumerate(history, 1):
        now += seconds
        first_of_day.setdefault(copy_of(run, now).time[:8], copy_of(run, now))
    last = datetime.fromtimestamp(now, timezone.utc).date()
    for back in range(30):
        day = f"{last - timedelta(days=back):%Y%m%d}"
        if day in first_of_day:
            assert first_of_day[day] in kept


@given(histories)
def test_the_copies_do_not_pile_up(history: list[tuple[float, int]]) -> None:
    assert len(saved(history)) <= KEPT_DAYS + 4 * KEPT_RUNS


@given(st.lists(st.integers(0, 9), max_size=9), st.permutations(range(10)))
def test_days_of_a_wrong_clock_push_no_true_day_out(
    wrong_days: list[int], order: list[int]
) -> None:
    true = [copy_of(run, START + run * DAY) for run in range(1, 31)]
    wrong = [copy_of(31 + n, order[day] * 4000 * DAY) for n, day in enumerate(wrong_days)]
    assert not set(true) & set(surplus([*wrong, *true]))


@given(st.text(max_size=60) | st.from_regex(r"example\.nl-[0-9TZ-]{0,40}\.json"))
def test_only_our_names_are_read(name: str) -> None:
    copy = parse_name(name, "example.nl")
    if copy is not None:
        datetime.strptime(copy.time, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
        assert name.startswith(f"example.nl-{copy.time}-")
        assert name.endswith(f"{copy.number:03d}.json")


@pytest.mark.parametrize(
    "name",
    [
        "example.nl-20261126T093000Z-000.json.bak",
        "example.nl-99999999T999999Z-00001-000.json",
        "example.nl-20261126T093000Z.json",
        "www.example.nl-20261126T093000Z-00001-000.json",
        "example.nl-2026\u0661126T093000Z-00001-000.json",
        "notes.txt",
    ],
)
def test_names_that_are_not_ours(name: str) -> None:
    assert parse_name(name, "example.nl") is None


def test_copies_of_earlier_versions_are_the_oldest() -> None:
    old = parse_name("example.nl-20261126T093000Z-000.json", "example.nl")
    new = parse_name("example.nl-20200101T000000Z-00001-000.json", "example.nl")
    assert old is not None
    assert new is not None
    assert old < new


# On the disk.


def listing(value: str) -> Listing:
    return Listing("example.nl", [DNSRecord("TXT", "example.nl.", value, 60)])


def files(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def test_nothing_but_our_old_copies_is_removed(tmp_path: Path) -> None:
    (tmp_path / "example.nl-20200101T000000Z-00001-000.json").mkdir()
    (tmp_path / "target").write_text("x")
    link = tmp_path / "example.nl-20200102T000000Z-00001-000.json"
    link.symlink_to(tmp_path / "target")
    for name in ("example.nl.json", "other.nl-20200101T000000Z-00001-000.json", "\udcff.json"):
        (tmp_path / name).write_text("x")
    odd = files(tmp_path)
    moments = itertools.count(START, 60.0)
    for run in range(12):
        Copies("example.nl", tmp_path, wall_clock=lambda: next(moments)).save(listing(str(run)))
    assert odd <= files(tmp_path)
    values = [json.loads((tmp_path / n).read_text()) for n in sorted(files(tmp_path) - odd)]
    texts = [content["records"][0]["value"] for content in values]
    assert texts == ["0", "7", "8", "9", "10", "11"], "the day's first, and the last five"


def test_processes_in_the_same_second_share_no_run(tmp_path: Path) -> None:
    for _ in range(3):
        Copies("example.nl", tmp_path, wall_clock=lambda: START).save(listing("same"))
    assert files(tmp_path) == {
        f"example.nl-20261126T093000Z-{run:05d}-000.json" for run in (1, 2, 3)
    }


def test_a_run_names_its_first_copy_and_repeats_none(tmp_path: Path) -> None:
    copies = Copies("example.nl", tmp_path, wall_clock=lambda: START)
    first = copies.save(listing("before"))
    assert copies.save(listing("before")) == first
    second = copies.save(listing("after"))
    assert second != first
    assert copies.first == first
    assert files(tmp_path) == {first.name, second.name}


def test_a_run_keeps_the_copy_it_makes_although_others_began_later(tmp_path: Path) -> None:
    copies = Copies("example.nl", tmp_path, wall_clock=lambda: START)
    copies.save(listing("before"))
    for run in range(KEPT_RUNS + 1):
        Copies("example.nl", tmp_path, wall_clock=lambda: START).save(listing(str(run)))
    copies.save(listing("after"))
    newest = copies.save(listing("restored"))
    assert newest.exists()


def test_a_process_that_runs_for_days_keeps_a_copy_of_each(tmp_path: Path) -> None:
    seconds = 0.0
    copies = Copies(
        "example.nl", tmp_path, clock=lambda: seconds, wall_clock=lambda: START + seconds
    )
    for number in range(100):
        copies.save(listing(str(number)))
        seconds += DAY / 2
    days = {name.split("-")[1][:8] for name in files(tmp_path)}
    last = date(2026, 11, 26) + timedelta(days=49)
    assert {f"{last - timedelta(days=back):%Y%m%d}" for back in range(30)} <= days
    assert len(files(tmp_path)) <= KEPT_DAYS + KEPT_RUNS


def test_copies_that_cannot_be_removed_do_not_stop_a_rewrite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("not yours")

    for run in range(8):
        Copies("example.nl", tmp_path, wall_clock=lambda: START).save(listing(str(run)))
    monkeypatch.setattr(Path, "unlink", refuse)
    assert Copies("example.nl", tmp_path).save(listing("new")).exists()


def lose_the_mx(emulator: Emulator) -> None:
    """Let the server drop the MX record of each zone that it is sent, as one that is broken."""
    replace = emulator.account.replace_records

    def lossy(domain: str, given: Iterable[Record]) -> None:
        replace(domain, [record for record in given if record.type != "MX"])

    emulator.account.replace_records = lossy  # type: ignore[method-assign, assignment]


def test_failing_runs_never_lose_the_original_zone(zones: EmulatedZones) -> None:
    emulator = zones.start(Variants(patch="unsupported"))
    original = {(r.type, r.name, r.value) for r in emulator.account.records("example.nl")}
    lose_the_mx(emulator)
    copies = zones.directory / "backups"
    for run in range(7):
        # Each run writes three times, and changes the zone each time.
        with pytest.raises(ZoneRewriteError) as failed:
            zones.challenge_records().publish(
                [TXTRecord(APEX, f"{run}-a"), TXTRecord(APEX, f"{run}-b")]
            )
        named = [path for path in copies.iterdir() if path.name in str(failed.value)]
        assert [path.name[-9:] for path in named] == ["-000.json"], "the first copy of the run"
        if run == 0:
            [first] = named
        emulator.account.add_record("example.nl", "MX", "@", f"{run} mail.example.nl.")
    oldest = json.loads(first.read_text())
    assert {(r["type"], r["name"], r["value"]) for r in oldest["records"]} == original


def test_part_of_a_zone_is_left_in_no_file(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_new(tmp_path / "copy.json", "what cannot be encoded \ud800")
    assert list(tmp_path.iterdir()) == []
