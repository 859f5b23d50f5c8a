"""Retrying calls that failed with a transient error, bounded in number and in time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import TypeVar

from certbot_dns_mijnhost.api import (
    BadRequestError,
    InvalidResponseError,
    MijnHostError,
    NotTheAPIError,
    RateLimitError,
    RedirectError,
    RetryPolicy,
    TransportError,
)

logger = logging.getLogger(__name__)

T = TypeVar("T")


def attempts(
    policy: RetryPolicy,
    *,
    tries: int,
    seconds: float,
    longest_pause: float = 4.0,
) -> Iterator[int]:
    """Yield the numbers of attempts from 1, pausing before each but the first.

    :param tries: how many attempts at the most.
    :param seconds: no attempt begins later than this after the first.
    :param longest_pause: seconds that a pause grows to.
    """
    started = policy.clock()
    attempt = 0
    while True:
        attempt += 1
        yield attempt
        pause = min(policy.growing_pause(attempt), longest_pause)
        if attempt == tries or policy.clock() - started + pause > seconds:
            return
        policy.sleep(pause)


def is_transient_read_error(error: MijnHostError) -> bool:
    """Return whether a read may succeed soon after this error: odd answers and 400s are transient.

    Errors that the transport retries itself (no answer, 429, 5xx) are not retried here.
    """
    if isinstance(error, (RedirectError, NotTheAPIError)):
        return False
    return isinstance(error, (BadRequestError, InvalidResponseError))


def retry_transient(
    call: Callable[[], T],
    policy: RetryPolicy,
    is_transient: Callable[[MijnHostError], bool],
    *,
    tries: int = 4,
    seconds: float = 30.0,
) -> T:
    """Return what `call` returns; repeat it while it fails with a transient error.

    :param is_transient: whether an error is transient.
    :raises MijnHostError: the last error.
    """
    errors: list[MijnHostError] = []
    for _ in attempts(policy, tries=tries, seconds=seconds):
        try:
            return call()
        except MijnHostError as error:
            errors.append(error)
            if not is_transient(error):
                break
    raise errors[-1]


class Refusals:
    """Decides and waits after each refusal of a write that did nothing.

    A rate limit, a request that never left, and a 400 may all be transient. The caller prepares
    each further write anew, because the zone may have changed during the pause.

    :param is_transient: whether another error is transient.
    """

    TRIES = 5
    TRIES_OF_OTHERS = 4
    """For all refusals but a rate limit: a 400 is more often final."""
    SECONDS = 180.0
    LONGEST_PAUSE = 60.0
    """A rate limit that asks for more is reported instead of waited for."""

    def __init__(self, policy: RetryPolicy, is_transient: Callable[[MijnHostError], bool]) -> None:
        self._policy = policy
        self._is_transient = is_transient
        self._count = 0
        self._began: float | None = None

    def pause_after(self, error: MijnHostError) -> bool:
        """Sleep before the next try and return True; return False if there is to be none."""
        self._count += 1
        now = self._policy.clock()
        self._began = now if self._began is None else self._began
        pause = self._pause(error)
        if pause is None or now - self._began + pause > self.SECONDS:
            return False
        logger.info("Nothing was written (%s). The next attempt is in %.0f s", error, pause)
        self._policy.sleep(pause)
        return True

    def pause_before_reading(self, error: MijnHostError) -> None:
        """Sleep after a write with an unknown effect for as long as the API asks, if it does."""
        asked = getattr(error, "retry_after", None)
        if asked is not None and 0 < asked <= self.LONGEST_PAUSE:
            self._policy.sleep(asked)

    def _pause(self, error: MijnHostError) -> float | None:
        if isinstance(error, RateLimitError):
            # Without a hint the pauses begin longer than usual: a window of seconds has to pass.
            asked = error.retry_after
            pause = self._policy.growing_pause(self._count + 3) if asked is None else asked
            return pause if self._count < self.TRIES and pause <= self.LONGEST_PAUSE else None
        is_unsent = isinstance(error, TransportError) and not error.may_have_taken_effect
        if self._count < self.TRIES_OF_OTHERS and (is_unsent or self._is_transient(error)):
            return self._policy.growing_pause(self._count)
        return None
