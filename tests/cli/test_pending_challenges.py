from __future__ import annotations

import errno
import fcntl
import json
import os
import resource
import signal
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from certbot_dns_mijnhost.cli.pending_challenges import (
    FILE_NAME,
    KEPT_SECONDS,
    RECENT_SECONDS,
    PendingChallenges,
    _read,
)
from certbot_dns_mijnhost.zone import TXTRecord
from tests.support.virtual_time import VirtualTime

NAME = "_acme-challenge.example.nl"
ONE, TWO = TXTRecord(NAME, "one"), TXTRecord(NAME, "two")
PLACES = {NAME: "elsewhere.example.org"}


def test_another_process_reads_what_was_added_and_where(tmp_path: Path, clock: VirtualTime) -> None:
    PendingChallenges(tmp_path, clock=clock).add([ONE], PLACES)
    other = PendingChallenges(tmp_path, clock=clock)
    assert other.recent([NAME]) == [ONE]
    assert other.recent(["_acme-challenge.example.com"]) == []
    assert other.places([ONE, TWO]) == PLACES
    other.forget([ONE])
    assert PendingChallenges(tmp_path, clock=clock).recent([NAME]) == []


def test_an_old_record_is_no_longer_recent_and_later_forgotten(
    tmp_path: Path, clock: VirtualTime
) -> None:
    pending = PendingChallenges(tmp_path, clock=clock)
    pending.add([ONE], PLACES)
    clock.advance(RECENT_SECONDS + 1)
    assert pending.recent([NAME]) == []
    assert pending.places([ONE]) == PLACES
    clock.advance(KEPT_SECONDS)
    assert pending.places([ONE]) == {}
    assert json.loads((tmp_path / FILE_NAME).read_text()) == []


def test_adding_again_renews_and_repeats_nothing(tmp_path: Path, clock: VirtualTime) -> None:
    pending = PendingChallenges(tmp_path, clock=clock)
    pending.add([ONE], PLACES)
    clock.advance(RECENT_SECONDS)
    pending.add([ONE, TWO], PLACES)
    clock.advance(RECENT_SECONDS)
    assert pending.recent([NAME]) == [ONE, TWO]


def test_the_file_is_the_users_own(tmp_path: Path) -> None:
    PendingChallenges(tmp_path / "locks").add([ONE], PLACES)
    assert stat.S_IMODE((tmp_path / "locks").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "locks" / FILE_NAME).stat().st_mode) == 0o600


def test_without_a_folder_nothing_is_remembered_and_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    (tmp_path / "locks").symlink_to(tmp_path)
    for directory in (tmp_path / "a file", tmp_path / "missing" / "locks", tmp_path / "locks"):
        pending = PendingChallenges(directory)
        pending.add([ONE], PLACES)
        assert pending.recent([NAME]) == []
        pending.forget([ONE])


def test_calls_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    records = [TXTRecord(NAME, f"value-{number}") for number in range(20)]
    threads = [
        threading.Thread(target=PendingChallenges(tmp_path).add, args=([record], PLACES))
        for record in records
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(PendingChallenges(tmp_path).recent([NAME])) == set(records)


def test_a_full_disk_forgets_nothing(tmp_path: Path) -> None:
    pending = PendingChallenges(tmp_path)
    pending.add([ONE], PLACES)
    size = (tmp_path / FILE_NAME).stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, limits[1]))
    try:
        pending.add([TWO], PLACES)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert pending.recent([NAME]) == [ONE]
    pending.add([TWO], PLACES)
    assert pending.recent([NAME]) == [ONE, TWO]
    pending.forget([ONE])
    assert pending.recent([NAME]) == [TWO]


@pytest.mark.parametrize("failing", ["flock", "pread"])
def test_a_file_system_without_locks_fails_no_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl if failing == "flock" else os, failing, fail)
    pending = PendingChallenges(tmp_path)
    pending.add([ONE], PLACES)
    assert pending.recent([NAME]) == ([ONE] if failing == "flock" else [])


@given(
    st.text()
    | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps)
)
@example("[" * 100_000)
@example(f'[{{"name": "n", "value": "v", "place": "p", "added": 1{"0" * 400}}}]')
def test_a_damaged_file_is_an_empty_one(text: str) -> None:
    assert _read(text) == []


def test_readable_entries_of_a_damaged_file_are_kept() -> None:
    whole = {"name": NAME, "value": "one", "place": NAME, "added": 1.0}
    text = json.dumps([{**whole, "added": "soon"}, {**whole, "place": 3}, {}, 7, whole])
    assert [entry._asdict() for entry in _read(text)] == [whole]
