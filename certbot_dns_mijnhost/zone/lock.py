"""One writer of a zone at a time on this machine.

Certbot's own lock covers its directories, so two Certbots with different ones do not see each
other. The lock is where all processes of a user find it. It ends with the process that holds it,
so a killed run leaves none behind.
"""

from __future__ import annotations

import logging
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from certbot_dns_mijnhost.api import RetryPolicy
from certbot_dns_mijnhost.zone.names import file_name
from certbot_dns_mijnhost.zone.retrying import attempts

logger = logging.getLogger(__name__)

SECONDS = 300.0


SYSTEM_DIRECTORY = Path("/run/certbot-dns-mijnhost")
"""Where root's locks are: no other user can create it, and a service with a temporary directory of
its own (``PrivateTmp``) sees it."""


def default_directory() -> Path:
    """Return where this user's locks are."""
    if os.getuid() == 0 and _is_writable(SYSTEM_DIRECTORY):
        return SYSTEM_DIRECTORY
    try:
        parent = Path(tempfile.gettempdir())
    except FileNotFoundError:  # No directory is writable, as in a container that is read-only.
        parent = Path("/tmp")  # noqa: S108  # No lock can be created there, and the log says so.
    return parent / f"certbot-dns-mijnhost-{os.getuid()}"


def _is_writable(directory: Path) -> bool:
    # In a sandbox /run may be read-only, and this folder in it not.
    return os.access(directory if directory.exists() else directory.parent, os.W_OK)


class ZoneLock:
    """The lock of one zone.

    Its file counts how often it was taken, which tells a process whether another one had it
    meanwhile, and may have changed the zone.

    :param zone: canonical name of the zone.
    :param directory: where the files are.
    """

    def __init__(self, zone: str, directory: Path, retry: RetryPolicy) -> None:
        self.is_held = False
        self.is_taken = False
        """Whether another process still held it when the wait for it ended."""
        self.is_shared = False
        """Whether another process has held it since this object was made."""
        self._zone = zone
        self._path = directory / f"{file_name(zone)}.lock"
        self._retry = retry
        self._turns = _turns_so_far(self._path)

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Hold the lock in the body, if it is available within five minutes.

        Yield whether another process has held it since the last time, or since this object was
        made.
        """
        handle = _open(self._path)
        if handle is None:
            self.is_taken = False
            yield False
            return
        try:
            has_waited = self._acquire(handle)
            turns = _count(handle)
            was_shared = has_waited or turns is None or turns != self._turns
            self._turns = _take_turn(handle, turns) if self.is_held else None
            self.is_shared = self.is_shared or was_shared
            yield was_shared
        finally:
            self.is_held = False
            os.close(handle)

    def _acquire(self, handle: int) -> bool:
        """Take the lock if it is available in time, and return whether another process held it."""
        # Not at the top: Windows has no fcntl, and only the client is used there.
        import fcntl  # noqa: PLC0415

        for attempt in attempts(self._retry, tries=250, seconds=SECONDS, longest_pause=2.0):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if attempt == 1:
                    logger.info("Waiting for another process that changes the zone %s", self._zone)
            except OSError as error:
                logger.debug("Cannot lock %s: %s", self._path, error)
                self.is_taken = False
                return False
            else:
                self.is_held, self.is_taken = True, False
                return attempt > 1
        self.is_taken = True
        return True


def _open(path: Path) -> int | None:
    directory = path.parent
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            logger.debug("%s belongs to another user: no lock is taken", directory)
            return None
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        logger.debug("Cannot lock a file in %s: %s", directory, error)
        return None


def _turns_so_far(path: Path) -> int | None:
    """Return how often a lock was taken; None if it is held now, or the file does not tell."""
    import fcntl  # noqa: PLC0415

    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return 0
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return _count(handle)
    except OSError:
        return None
    finally:
        os.close(handle)


def _take_turn(handle: int, before: int | None) -> int | None:
    """Write the number of turns in the file of a lock, and return it; None if that fails."""
    turns = (before or 0) + 1
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, b"%d" % turns, 0)
    except OSError as error:
        logger.debug("Cannot count in the file of a lock: %s", error)
        return None
    return turns


def _count(handle: int) -> int | None:
    """Return the number of turns in the file of a lock; None if it holds something else."""
    text = os.pread(handle, 20, 0)
    return int(text or b"0") if text.isdigit() or not text else None
