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
from typing import NamedTuple

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
    return Path(tempfile.gettempdir()) / f"certbot-dns-mijnhost-{os.getuid()}"


def _is_writable(directory: Path) -> bool:
    # In a sandbox /run may be read-only, and this folder in it not.
    return os.access(directory if directory.exists() else directory.parent, os.W_OK)


class Lock(NamedTuple):
    """The result of asking for a lock.

    :param is_held: this process holds it.
    :param has_waited: another process held it just before.
    """

    is_held: bool
    has_waited: bool


@contextmanager
def zone_lock(zone: str, directory: Path, retry: RetryPolicy) -> Iterator[Lock]:
    """Hold the lock of `zone`, if it is available within five minutes."""
    handle = _open(zone, directory)
    if handle is None:
        yield Lock(is_held=False, has_waited=False)
        return
    try:
        yield _acquire(handle, zone, retry)
    finally:
        os.close(handle)


def _open(zone: str, directory: Path) -> int | None:
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            logger.debug("%s belongs to another user: no lock is taken", directory)
            return None
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(directory / f"{file_name(zone)}.lock", flags, 0o600)
    except OSError as error:
        logger.debug("No lock can be taken in %s: %s", directory, error)
        return None


def _acquire(handle: int, zone: str, retry: RetryPolicy) -> Lock:
    # Not at the top: Windows has no fcntl, and only the client is used there.
    import fcntl  # noqa: PLC0415

    for attempt in attempts(retry, tries=250, seconds=SECONDS, longest_pause=2.0):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if attempt == 1:
                logger.info("Waiting for another process that changes the zone %s", zone)
        else:
            return Lock(is_held=True, has_waited=attempt > 1)
    return Lock(is_held=False, has_waited=True)
