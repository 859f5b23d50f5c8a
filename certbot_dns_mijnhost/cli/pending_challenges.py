"""What the last calls added: a small file that the processes of one user share.

ACME clients other than Certbot call the command once for each challenge. The API's listing can be
older than the previous call's record, so a call that trusted the listing alone could overwrite that
record without noticing. The file also has the names at which records were added if CNAMEs were
followed, for the processes that remove them.

Without a folder that belongs to the user nothing is remembered, and the listing decides.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from certbot_dns_mijnhost.zone import TXTRecord, canonical

logger = logging.getLogger(__name__)

FILE_NAME = "pending-challenges.json"
RECENT_SECONDS = 300.0
"""How long a listing may lack a record that was added. Seen at the real service: one minute."""
KEPT_SECONDS = 86_400.0


class Pending(NamedTuple):
    """A record that was added and not removed.

    :param name: the challenge's name, canonical.
    :param place: the name that the record was added at; another one if a CNAME led there.
    :param added: Unix time.
    """

    name: str
    value: str
    place: str
    added: float


class PendingChallenges:
    """The shared file. No method fails because of the file; without it nothing is remembered.

    :param directory: a folder for this user's processes; created if it does not exist.
    :param clock: Unix time.
    """

    def __init__(self, directory: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._directory = directory
        self._clock = clock

    def recent(self, names: Iterable[str]) -> list[TXTRecord]:
        """Return what was added at `names` so recently that a listing may lack it."""
        wanted = {canonical(name): name for name in names}
        since = self._clock() - RECENT_SECONDS
        with self._entries() as entries:
            return [
                TXTRecord(wanted[entry.name], entry.value)
                for entry in entries
                if entry.name in wanted and entry.added >= since
            ]

    def places(self, records: Iterable[TXTRecord]) -> dict[str, str]:
        """Return the names that `records` were added at, as far as known, by the records' names."""
        wanted = {(canonical(record.name), record.value): record.name for record in records}
        with self._entries() as entries:
            return {wanted[entry[:2]]: entry.place for entry in entries if entry[:2] in wanted}

    def add(self, records: Iterable[TXTRecord], places: Mapping[str, str]) -> None:
        """Remember records.

        :param places: the names that they are added at, by the records' names.
        """
        now = self._clock()
        new = [Pending(canonical(name), value, places[name], now) for name, value in records]
        keys = {entry[:2] for entry in new}
        with self._entries() as entries:
            entries[:] = [entry for entry in entries if entry[:2] not in keys] + new

    def forget(self, records: Iterable[TXTRecord]) -> None:
        """Forget records that are removed, by the challenge's name or by where they were."""
        keys = {(canonical(name), value) for name, value in records}
        with self._entries() as entries:
            entries[:] = [
                entry
                for entry in entries
                if keys.isdisjoint({(entry.name, entry.value), (entry.place, entry.value)})
            ]

    @contextmanager
    def _entries(self) -> Iterator[list[Pending]]:
        """Give the entries to read and to change; the file is locked meanwhile."""
        handle = self._open()
        if handle is None:
            yield []
            return
        try:
            content = self._locked_content(handle)
            before = _read(content.decode(errors="replace"))
            since = self._clock() - KEPT_SECONDS
            entries = [entry for entry in before if entry.added >= since]
            yield entries
            if entries != before:
                self._write(handle, entries, content)
        finally:
            os.close(handle)

    def _open(self) -> int | None:
        try:
            self._directory.mkdir(mode=0o700, exist_ok=True)
            found = self._directory.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
                logger.debug("%s belongs to another user: no state is saved", self._directory)
                return None
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            return os.open(self._directory / FILE_NAME, flags, 0o600)
        except OSError as error:
            self._report(error)
            return None

    def _locked_content(self, handle: int) -> bytes:
        # Not at the top: Windows has no fcntl.
        import fcntl  # noqa: PLC0415

        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:  # Some network file systems have no locks.
            self._report(error)
        try:
            return os.pread(handle, os.fstat(handle).st_size, 0)
        except OSError as error:
            self._report(error)
            return b""

    def _write(self, handle: int, entries: Iterable[Pending], before: bytes) -> None:
        """Write the entries. On a full disk the file stays as it was before."""
        content = json.dumps([entry._asdict() for entry in entries], indent=1).encode()
        try:
            _replace(handle, content)
        except OSError as error:
            self._report(error)
            with suppress(OSError):
                _replace(handle, before)

    def _report(self, error: OSError) -> None:
        logger.debug("Cannot save the state in %s: %s", self._directory, error)


def _replace(handle: int, content: bytes) -> None:
    """Replace the content of a file, in the space that it has already.

    :raises OSError: if the disk is full.
    """
    if os.pwrite(handle, content, 0) < len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.ftruncate(handle, len(content))


def _read(text: str) -> list[Pending]:
    """Return the entries of the file; one that cannot be read is left out."""
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):  # Empty, or cut off by a crash.
        return []
    entries = []
    for each in listed if isinstance(listed, list) else ():
        try:
            entry = Pending(each["name"], each["value"], each["place"], float(each["added"]))
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
        if all(isinstance(text, str) for text in entry[:3]):
            entries.append(entry)
    return entries
