"""Copies of a zone on disk, saved before the zone is rewritten, and which of them are kept.

A file is named ``ZONE-TIME-RUN-COPY.json``: TIME is when its run saved the first copy (UTC), RUN
counts the runs that saved copies of this zone, and COPY counts the copies of one run. The order of
the runs comes from RUN and never from the clock, which may jump. Versions before 2.0 wrote no RUN;
their files count as older than all others.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from certbot_dns_mijnhost.zone.copy_file import copy_text, write_new
from certbot_dns_mijnhost.zone.errors import ZoneCopyError
from certbot_dns_mijnhost.zone.listing import Listing
from certbot_dns_mijnhost.zone.names import file_name

logger = logging.getLogger(__name__)

KEPT_RUNS = 5
"""The copies of this many runs are kept, all of them."""
KEPT_DAYS = 40
"""Of this many days with copies, the first copy is kept: 30, and some that a wrong clock made."""
RUN_SECONDS = 6 * 3600.0
"""A process that goes on for longer begins a new run, so that its copies do not pile up."""
TIME = "%Y%m%dT%H%M%SZ"
ENDING = re.compile(r"-([0-9]{8}T[0-9]{6}Z)(?:-([0-9]{5,9}))?-([0-9]{3,9})\.json")

PLUGIN_DIRECTORY = Path("/var/lib/letsencrypt/dns-mijnhost")
"""Where the plugin saves copies, if Certbot's work directory is the default."""


def default_directory() -> Path:
    """Return where this user's copies are saved: the plugin's directory, or one of the user's."""
    if os.access(PLUGIN_DIRECTORY.parent, os.W_OK):
        return PLUGIN_DIRECTORY
    state = os.environ.get("XDG_STATE_HOME")
    if state:
        return Path(state) / "mijnhost"
    try:
        return Path.home() / ".local" / "state" / "mijnhost"
    except (RuntimeError, KeyError):  # Python 3.9 raises KeyError.
        # There is neither HOME nor an entry for this uid, as in a container. If a copy has to be
        # saved, the message names this directory and the option.
        return PLUGIN_DIRECTORY


class Copy(NamedTuple):
    """The name of a copy; copies sort in the order in which they were saved.

    :param run: number of the run, 0 in the names of earlier versions.
    :param time: of the run's first copy, such as ``20261126T093000Z``.
    :param number: of the copy in its run, from 0.
    :param name: of the file.
    """

    run: int
    time: str
    number: int
    name: str


def parse_name(name: str, stem: str) -> Copy | None:
    """Return what a file name says; None if it is not the name of a copy.

    :param stem: the zone's part of the name.
    """
    found = ENDING.fullmatch(name[len(stem) :]) if name.startswith(stem) else None
    if found is None:
        return None
    try:
        time.strptime(found.group(1), TIME)
    except ValueError:
        return None
    return Copy(int(found.group(2) or 0), found.group(1), int(found.group(3)), name)


def surplus(copies: Iterable[Copy]) -> list[Copy]:
    """Return the copies that are not to be kept, oldest first.

    Kept are all copies of the last runs, and of each day with copies the first one, which shows the
    zone before anything that day changed it.
    """
    oldest_first = sorted(copies)
    runs = list(dict.fromkeys(copy[:2] for copy in oldest_first))
    kept_runs = set(runs[-KEPT_RUNS:])
    first_of_day: dict[str, Copy] = {}
    for copy in oldest_first:
        first_of_day.setdefault(copy.time[:8], copy)
    days = list(dict.fromkeys(copy.time[:8] for copy in reversed(oldest_first)))[:KEPT_DAYS]
    kept = {first_of_day[day] for day in days}
    return [copy for copy in oldest_first if copy[:2] not in kept_runs and copy not in kept]


class Copies:
    """Saves the copies of one zone that one run makes.

    :param zone: canonical name of the zone.
    :param directory: where to save them; created if it is missing.
    :param clock: seconds that never go back.
    :param wall_clock: seconds since 1970.
    """

    def __init__(
        self,
        zone: str,
        directory: Path,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.directory = directory
        self.first: Path | None = None
        """The run's first copy: the zone as it was before this run rewrote it."""
        self._stem = file_name(zone)
        self._clock = clock
        self._wall_clock = wall_clock
        self._began = clock()
        self._run: tuple[int, str] = (0, "")
        self._latest: tuple[Path, str] | None = None

    def save(self, listing: Listing) -> Path:
        """Save the records of `listing` in a file that only its owner can read; return its path.

        The file holds what the API listed, so it can be restored record by record or all together.
        If the run's latest copy holds the same, no other is made.

        :raises ZoneCopyError: if it cannot be written.
        """
        try:
            return self._save(copy_text(listing))
        except OSError as error:
            raise ZoneCopyError(
                f"Cannot save a copy of the zone {listing.zone} in {self.directory}: "
                f"{error.strerror}. Nothing was changed. Make the directory writable, free space "
                "on its disk, or use another directory."
            ) from error

    def _save(self, content: str) -> Path:
        is_old = self._clock() - self._began > RUN_SECONDS
        if self.first is None or is_old:
            return self._save_first(content)
        if self._latest is not None and self._latest[1] == content and self._latest[0].exists():
            return self._latest[0]
        path = self._write_new(content, self._run)
        self._prune()
        return path

    def _save_first(self, content: str) -> Path:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        stamp = time.strftime(TIME, time.gmtime(self._wall_clock()))
        run = max((copy.run for copy in self._found()), default=0) + 1
        self.first = self._write_new(content, (run, stamp))
        self._began = self._clock()
        self._prune()
        return self.first

    def _write_new(self, content: str, run: tuple[int, str]) -> Path:
        number = 0
        while True:
            path = self.directory / f"{self._stem}-{run[1]}-{run[0]:05d}-{number:03d}.json"
            try:
                write_new(path, content)
            except FileExistsError:
                number += 1
                continue
            self._run = run
            self._latest = (path, content)
            return path

    def _found(self) -> list[Copy]:
        """Return the zone's copies that are in the directory; nothing else there is ours."""
        with os.scandir(self.directory) as entries:
            names = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
        return [copy for name in names if (copy := parse_name(name, self._stem)) is not None]

    def _prune(self) -> None:
        """Remove the copies that are not to be kept. The new copy counts even if this fails."""
        try:
            for copy in surplus(self._found()):
                # Of this run nothing goes, even if the clock or other processes confuse the order.
                if copy[:2] != self._run:
                    (self.directory / copy.name).unlink()
        except OSError as error:
            logger.debug("Cannot remove old copies in %s: %s", self.directory, error)
