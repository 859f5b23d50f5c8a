from __future__ import annotations

import errno
import fcntl
import os
import resource
import stat
import tempfile
from pathlib import Path

import pytest

from certbot_dns_mijnhost.emulator import Variants
from certbot_dns_mijnhost.zone import ZoneBusyError, ZoneNotConfirmedError
from certbot_dns_mijnhost.zone import lock as lock_module
from certbot_dns_mijnhost.zone.lock import ZoneLock, default_directory

from .conftest import ONE, TWO, EmulatedZones


def test_two_writers_of_a_zone_exclude_each_other(zones: EmulatedZones, tmp_path: Path) -> None:
    first, second = (ZoneLock("example.nl", tmp_path, zones.retry) for _ in range(2))
    with first.held():
        assert first.is_held
        with second.held():
            assert (second.is_held, second.is_taken) == (False, True)
        assert 280 < sum(zones.clock.slept) <= 305
        other = ZoneLock("example.com", tmp_path, zones.retry)
        with other.held():
            assert other.is_held
    with second.held():
        assert (second.is_held, second.is_taken) == (True, False)


def test_a_lock_tells_whether_another_process_had_it(zones: EmulatedZones, tmp_path: Path) -> None:
    first, second = (ZoneLock("example.nl", tmp_path, zones.retry) for _ in range(2))
    with first.held() as was_shared:
        assert not was_shared
        began_meanwhile = ZoneLock("example.nl", tmp_path, zones.retry)
    with first.held() as was_shared:
        assert not was_shared
    assert not first.is_shared
    for late in (second, began_meanwhile, first):
        with late.held() as was_shared:
            assert was_shared
        with late.held() as was_shared:
            assert not was_shared
        assert late.is_shared


def test_a_lock_file_that_does_not_count_is_no_proof(zones: EmulatedZones, tmp_path: Path) -> None:
    (tmp_path / "example.nl.lock").write_text("not a number, and longer than one")
    lock = ZoneLock("example.nl", tmp_path, zones.retry)
    with lock.held() as was_shared:
        assert was_shared
    assert (tmp_path / "example.nl.lock").read_text() == "1"
    with lock.held() as was_shared:
        assert not was_shared


def test_a_lock_holds_where_nothing_can_be_written(zones: EmulatedZones, tmp_path: Path) -> None:
    lock = ZoneLock("example.nl", tmp_path, zones.retry)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        for expected in (False, True):
            with lock.held() as was_shared:
                assert lock.is_held
                assert was_shared is expected, "what is not counted proves nothing"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_without_a_writable_directory_there_is_a_name_and_no_lock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lock_module, "SYSTEM_DIRECTORY", Path("/nowhere/locks"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        with pytest.raises(FileNotFoundError):
            tempfile.gettempdir()
        assert default_directory().name == f"certbot-dns-mijnhost-{os.getuid()}"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_file_system_without_locks_is_not_another_process(
    zones: EmulatedZones, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*_: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")  # As over NFS, which is not here.

    monkeypatch.setattr(fcntl, "flock", flock)
    lock = ZoneLock("example.nl", tmp_path, zones.retry)
    with lock.held():
        assert (lock.is_held, lock.is_taken) == (False, False)
    assert zones.clock.slept == []


def test_where_another_process_is_at_work_nothing_is_written(zones: EmulatedZones) -> None:
    zones.start(Variants())
    records = zones.challenge_records()
    with ZoneLock("example.nl", zones.directory / "locks", zones.retry).held():
        with pytest.raises(ZoneBusyError, match="Another process"):
            records.publish([ONE])
        assert zones.calls("PATCH") == []
    records.publish([ONE])


def test_a_locked_zone_is_not_written_as_a_whole(zones: EmulatedZones) -> None:
    zones.start(Variants(delete="wrong_method"))
    records = zones.challenge_records()
    records.publish([ONE])
    with ZoneLock("example.nl", zones.directory / "locks", zones.retry).held():
        [leftover] = records.remove([ONE])
    assert "another process" in leftover.reason
    assert zones.calls("PUT") == []


def test_a_folder_of_somebody_else_is_not_used(zones: EmulatedZones, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir()
    link = tmp_path / "locks"
    link.symlink_to(target)
    lock = ZoneLock("example.nl", link, zones.retry)
    with lock.held():
        assert not lock.is_held
    assert list(target.iterdir()) == []


def test_a_lock_file_that_is_a_link_is_not_followed(zones: EmulatedZones, tmp_path: Path) -> None:
    (tmp_path / "example.nl.lock").symlink_to(tmp_path / "precious")
    lock = ZoneLock("example.nl", tmp_path, zones.retry)
    with lock.held():
        assert not lock.is_held
    assert not (tmp_path / "precious").exists()


def test_without_a_lock_the_zone_is_not_written_as_a_whole(zones: EmulatedZones) -> None:
    zones.start(Variants())
    (zones.directory / "locks").write_text("in the way")
    with pytest.raises(ZoneNotConfirmedError, match="no lock can be created in"):
        zones.challenge_records().publish([ONE, TWO])
    assert zones.calls("PUT") == []


@pytest.mark.root
def test_roots_locks_lie_where_services_see_them_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock_module, "SYSTEM_DIRECTORY", tmp_path / "run" / "locks")
    assert default_directory().name == "certbot-dns-mijnhost-0", "there is no /run"
    (tmp_path / "run").mkdir()
    assert default_directory() == tmp_path / "run" / "locks"


def test_locks_lie_in_a_folder_of_the_users_own(zones: EmulatedZones, tmp_path: Path) -> None:
    assert default_directory().name == f"certbot-dns-mijnhost-{os.getuid()}"
    directory = tmp_path / "new"
    with ZoneLock("example.nl", directory, zones.retry).held():
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert stat.S_IMODE((directory / "example.nl.lock").stat().st_mode) == 0o600
