"""Reading one zone until its journal decides a question, within a budget."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from certbot_dns_mijnhost.api import (
    DNSNotManagedError,
    MijnHostClient,
    MijnHostError,
    RetryPolicy,
)
from certbot_dns_mijnhost.zone.errors import ZoneNotConfirmedError
from certbot_dns_mijnhost.zone.journal import Journal, Read
from certbot_dns_mijnhost.zone.listing import Listing, RecordKey
from certbot_dns_mijnhost.zone.names import canonical
from certbot_dns_mijnhost.zone.retrying import is_transient_read_error, retry_transient

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Budget(NamedTuple):
    """How long to read on for the sake of one question.

    :param reads: listings at the most.
    :param seconds: no read begins later than this after the first.
    :param longest_pause: seconds that a pause between reads grows to.
    :param share: of the retry policy's pauses; a wait for a certificate is made of them.
    :param restarts: pauses are short again after a listing that differs from the one before.
    :param repeat_after: after these reads without a decision, the change is sent again.
    """

    reads: int
    seconds: float
    longest_pause: float = 4.0
    share: float = 0.5
    restarts: bool = False
    repeat_after: frozenset[int] = frozenset()


BEFORE_WRITING = Budget(reads=6, seconds=45.0, longest_pause=1.0, restarts=True)
"""The zone before the first change. Six reads are enough to recognise an empty zone. If they do not
agree, the run continues: what any of them showed counts as existing."""
WHOLE_ZONE = Budget(reads=40, seconds=75.0, longest_pause=2.0, restarts=True)
"""A listing that may be written back. Short pauses after a difference, so that a gap is found
while someone edits the zone; 75 s, because listings were seen that were about a minute old."""
LOST_ANSWER = Budget(reads=3, seconds=10.0, share=1.0)
"""Whether a write whose answer was lost took effect. If no listing shows it soon, it is sent again,
which is harmless."""
ADDED = Budget(reads=28, seconds=100.0, repeat_after=frozenset({8}))
"""Whether the added records exist together. Listings were seen that were about a minute old. Some
APIs accept a write and lose it, so it is sent again once."""
EXPECTED = Budget(reads=5, seconds=15.0, share=1.0)
"""Whether records exist that another process added just before this one is to remove them."""
REMOVED = Budget(reads=22, seconds=75.0, repeat_after=frozenset({2, 4, 7, 13, 19}))
"""Whether the removed records are gone. Listings were seen that were about a minute old."""
REWRITTEN = Budget(reads=10, seconds=30.0)
"""The zone after a rewrite."""

NEAR_LIMIT = 60.0
"""Seconds after a 429 during which reads are spaced: rate limits count in windows of up to a
minute."""
PAUSE_NEAR_LIMIT = 3.0
"""Seconds between two reads then: the calls that the limit leaves are needed for changes."""
SECONDS_NEAR_LIMIT = 300.0
"""Seconds of a budget then, if it has fewer, since each read takes longer."""


class ZoneReader:
    """Reads one zone and notes each listing in its journal.

    :param domain: the zone's domain as the account spells it.
    """

    def __init__(
        self, client: MijnHostClient, domain: str, retry: RetryPolicy, journal: Journal
    ) -> None:
        self.domain = domain
        self.zone = canonical(domain)
        self._client = client
        self._retry = retry
        self._journal = journal
        self._is_managed: bool | None = None

    def read(self) -> Listing:
        """Return one listing, which may be stale or shortened.

        :raises MijnHostError: if the API cannot be read.
        """
        self._keep_away_from_limit()
        answer = retry_transient(
            lambda: self._client.dns_records.get_listing(self.domain),
            self._retry,
            self.is_transient,
        )
        listing = Listing(
            self.zone, answer.records, skipped=answer.skipped, unreadable=answer.unreadable
        )
        self._journal.append(Read(listing, self._retry.clock()))
        return listing

    def _is_near_limit(self) -> bool:
        limited = self._client.rate_limited_at
        return limited is not None and self._retry.clock() - limited < NEAR_LIMIT

    def _keep_away_from_limit(self) -> None:
        reads = self._journal.reads()
        if reads and self._is_near_limit():
            pause = reads[-1].at + PAUSE_NEAR_LIMIT - self._retry.clock()
            if pause > 0:
                self._retry.sleep(pause)

    def read_until(
        self,
        question: Callable[[], T | None],
        budget: Budget,
        *,
        repeat: Callable[[], None] = lambda: None,
    ) -> T | None:
        """Read until `question` has an answer, and return it; None if the budget is spent.

        Nothing is read if earlier reads decide the question.

        :param question: asks the journal; None means that it is not decided.
        :param repeat: sends the change again.
        :raises MijnHostError: if the API cannot be read.
        """
        answer = question()
        if answer is not None:
            return answer
        started = self._retry.clock()
        number = equal = 0
        previous: Listing | None = None
        while True:
            number += 1
            listing = self.read()
            is_same = previous is not None and previous.keys == listing.keys
            equal = equal + 1 if is_same else 1
            previous = listing
            answer = question()
            if answer is None and number in budget.repeat_after:
                repeat()
            pause = self._pause(equal if budget.restarts else number, budget)
            allowed = max(budget.seconds, SECONDS_NEAR_LIMIT if self._is_near_limit() else 0.0)
            is_late = self._retry.clock() - started + pause > allowed
            if answer is not None or number == budget.reads or is_late:
                return answer
            self._retry.sleep(pause)

    def read_stable(self, question: Callable[[], Listing | None]) -> Listing:
        """Return the listing that the journal confirms as the zone.

        :param question: asks the journal for it.
        :raises ZoneNotConfirmedError: if the listings do not agree, or lack records.
        :raises MijnHostError: if the API cannot be read.
        """
        started = self._retry.clock()
        listing = self.read_until(question, WHOLE_ZONE)
        if listing is None and self._vanished_challenges():
            # Listings without them count only a minute after the last listing with them.
            listing = self.read_until(question, WHOLE_ZONE)
        if listing is None:
            newest = self._journal.reads()[-1].keys
            missing = len(self._journal.lasting_others() - newest)
            raise ZoneNotConfirmedError(
                f"Cannot confirm the records of the zone {self.zone}: for "
                f"{self._retry.clock() - started:.0f} s, the API's listings did not agree"
                + (f", or lacked {missing} records that earlier ones had" if missing else "")
                + ". The zone was not rewritten. Try again in an hour. If it fails again, ask "
                "mijn.host's support."
            )
        return listing

    def _vanished_challenges(self) -> set[RecordKey]:
        journal = self._journal
        return journal.others() - journal.lasting_others() - journal.reads()[-1].keys

    def _pause(self, number: int, budget: Budget) -> float:
        return min(self._retry.growing_pause(number) * budget.share, budget.longest_pause)

    def is_transient(self, error: MijnHostError) -> bool:
        """Return whether a refused read may succeed soon, given that the domain is the account's.

        "Not managed" has been seen as a transient error too, so the domain is asked for.
        """
        if isinstance(error, DNSNotManagedError):
            return self._is_managed_here()
        return is_transient_read_error(error)

    def _is_managed_here(self) -> bool:
        if self._is_managed is None:
            try:
                self._is_managed = self._client.domains.get(self.domain).managed_dns is not False
            except MijnHostError as error:
                logger.debug("Whether %s is managed is not known: %s", self.zone, error)
                self._is_managed = True
        return self._is_managed
