"""Trying again what may have failed in passing: bounded in number and in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from certbot_dns_mijnhost.api import (
    BadRequestError,
    InvalidResponseError,
    MijnHostError,
    RedirectError,
    RetryPolicy,
)

T = TypeVar("T")

BETWEEN_READINGS = 0.5
"""Share of the policy's pauses between readings: a wait for a certificate is made of them."""


def attempts(
    policy: RetryPolicy,
    *,
    tries: int,
    seconds: float,
    longest_pause: float = 4.0,
    share: float = 1.0,
) -> Iterator[int]:
    """Yield the numbers of attempts from 1, pausing before each but the first.

    :param tries: how many attempts at the most.
    :param seconds: no attempt begins later than this after the first.
    :param longest_pause: seconds that a pause grows to.
    :param share: of the policy's pauses; readings follow each other faster than repeats.
    """
    started = policy.clock()
    for attempt in range(1, tries + 1):
        yield attempt
        pause = min(policy.growing_pause(attempt) * share, longest_pause)
        if attempt == tries or policy.clock() - started + pause > seconds:
            return
        policy.sleep(pause)


def may_pass_in_a_reading(error: MijnHostError) -> bool:
    """Tell whether a reading that failed so may succeed soon: odd answers pass, spurious 400s too.

    What the transport has repeated already (no answer, 429, 5xx) is not repeated here.
    """
    if isinstance(error, RedirectError):
        return False
    return isinstance(error, (BadRequestError, InvalidResponseError))


def persistently(
    call: Callable[[], T],
    policy: RetryPolicy,
    may_pass: Callable[[MijnHostError], bool],
    *,
    tries: int = 4,
    seconds: float = 30.0,
) -> T:
    """Return what `call` returns; repeat it while it fails in a way that may pass.

    :param may_pass: tells whether an error may be a passing fault.
    :raises MijnHostError: the last error.
    """
    errors: list[MijnHostError] = []
    for _ in attempts(policy, tries=tries, seconds=seconds):
        try:
            return call()
        except MijnHostError as error:
            errors.append(error)
            if not may_pass(error):
                break
    raise errors[-1]
