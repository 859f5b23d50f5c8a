"""When a request is sent again, and after which pause."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import Callable

from certbot_dns_mijnhost.api.errors import (
    InvalidResponseError,
    MijnHostError,
    NotTheAPIError,
    RateLimitError,
    RedirectError,
    ServerError,
    TransportError,
)

REPEATABLE_UNDONE = frozenset({"GET", "PATCH", "DELETE"})
"""Methods that are sent again if the first attempt certainly had no effect."""


@dataclass(frozen=True)
class RetryPolicy:
    """Bounded retries with growing pauses.

    * GET is sent again after a lost answer, a garbled answer, 429 and 5xx.
    * PATCH and DELETE are sent again only if nothing can have happened (429, connection refused).
      After a lost answer, the caller has to read back whether the change took effect.
    * POST and PUT are never sent again: an order charges the account, and a second zone rewrite
      would undo what other clients wrote in between.

    Use a subclass, or any object with :meth:`pause`, to change this.

    :param tries: how often a request is sent at most.
    :param total_seconds: no retry starts later than this after the start of the first attempt.
    :param first_pause: seconds before the first retry; doubled for each further one.
    :param longest_pause: limit in seconds of a growing pause. A pause that the API asks for by
        ``Retry-After`` is kept in full; if it does not fit into `total_seconds`, the request is not
        sent again.
    :param jitter: random share of a pause, so that many machines do not retry at the same time.
    """

    tries: int = 5
    total_seconds: float = 90.0
    first_pause: float = 0.5
    longest_pause: float = 30.0
    jitter: float = 0.25
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    chance: Callable[[], float] = field(default=random.random, repr=False)

    def pause(
        self, method: str, error: MijnHostError, attempt: int, elapsed: float
    ) -> float | None:
        """Return how many seconds to wait before the next attempt, or None to give up.

        :param method: HTTP method of the failed request.
        :param error: how it failed.
        :param attempt: number of attempts made so far, from 1.
        :param elapsed: seconds since the first attempt began.
        """
        if attempt >= self.tries or not self.is_repeatable(method, error):
            return None
        asked = getattr(error, "retry_after", None)
        seconds = self._usual_pause(error, attempt) if asked is None else max(asked, 0.0)
        return None if elapsed + seconds > self.total_seconds else seconds

    def is_repeatable(self, method: str, error: MijnHostError) -> bool:
        """Return whether this request may be sent again after this error."""
        if isinstance(error, (RedirectError, NotTheAPIError)):
            return False
        if not isinstance(
            error, (TransportError, InvalidResponseError, RateLimitError, ServerError)
        ):
            return False
        if method == "GET":
            return True
        return method in REPEATABLE_UNDONE and not error.may_have_taken_effect

    def growing_pause(self, attempt: int) -> float:
        """Seconds before the attempt that follows attempt number `attempt`."""
        seconds = min(self.first_pause * 2.0 ** (attempt - 1), self.longest_pause)
        return seconds * (1 + self.jitter * self.chance())

    def _usual_pause(self, error: MijnHostError, attempt: int) -> float:
        # The window of the rate limit is up to a minute with most APIs.
        is_limited = isinstance(error, RateLimitError)
        if not is_limited:
            return self.growing_pause(attempt)
        # With four repeats a little more than a minute.
        longest = self.longest_pause * (1 + self.jitter)
        return min(1.2 * self.growing_pause(attempt + 3), longest)
