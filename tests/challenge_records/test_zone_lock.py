from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from certbot_dns_mijnhost.challenge_records import TXTRecord, ZoneNotConfirmedError
from certbot_dns_mijnhost.challenge_records.zone_lock import default_directory, zone_lock
from certbot_dns_mijnhost.emulator import Variants

from .conftest import APEX, ONE, TWO, World


def test_two_writers_of_a_zone_exclude_each_other(world: World, tmp_path: Path) -> None:
    with zone_lock("example.nl", tmp_path, world.retry) as first:
        with zone_lock("example.nl", tmp_path, world.retry) as second:
            assert first == (True, False)
            assert second == (False, True)
        assert 100 < sum(world.time.slept) <= 125
        with zone_lock("example.com", tmp_path, world.retry) as other:
            assert other.is_held
    with zone_lock("example.nl", tmp_path, world.retry) as again:
        assert again == (True, False)


def test_a_locked_zone_is_not_written_as_a_whole(world: World) -> None:
    world.start(Variants())
    records = world.records()
    with zone_lock("example.nl", world.directory / "locks", world.retry):
        with pytest.raises(ZoneNotConfirmedError, match="another process"):
            records.publish([ONE, TWO])
        assert world.calls("PUT") == []
        records.publish([TXTRecord(f"www.{APEX}", "single")])


def test_a_folder_of_somebody_else_is_not_used(world: World, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir()
    link = tmp_path / "locks"
    link.symlink_to(target)
    with zone_lock("example.nl", link, world.retry) as held:
        assert not held.is_held
    assert list(target.iterdir()) == []


def test_a_lock_file_that_is_a_link_is_not_followed(world: World, tmp_path: Path) -> None:
    (tmp_path / "example.nl.lock").symlink_to(tmp_path / "precious")
    with zone_lock("example.nl", tmp_path, world.retry) as held:
        assert not held.is_held
    assert not (tmp_path / "precious").exists()


def test_locks_lie_in_a_folder_of_the_users_own(world: World, tmp_path: Path) -> None:
    assert default_directory().name == f"certbot-dns-mijnhost-{os.getuid()}"
    directory = tmp_path / "new"
    with zone_lock("example.nl", directory, world.retry):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert stat.S_IMODE((directory / "example.nl.lock").stat().st_mode) == 0o600
