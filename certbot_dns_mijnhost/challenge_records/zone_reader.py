"""Readings of one zone, and what they prove.

A reading can be stale, short or empty although the answer says 200, and readings can alternate
between replicas. So no single reading proves that a record is absent; one that shows a record
proves that it stood at some time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from certbot_dns_mijnhost.api import (
    DNSNotManagedError,
    DNSRecord,
    MijnHostClient,
    MijnHostError,
    RetryPolicy,
)
from certbot_dns_mijnhost.challenge_records.errors import ZoneNotConfirmedError
from certbot_dns_mijnhost.challenge_records.listing import Identity, Listing
from certbot_dns_mijnhost.challenge_records.names import canonical
from certbot_dns_mijnhost.challenge_records.persistence import (
    BETWEEN_READINGS,
    may_pass_in_a_reading,
    persistently,
)

logger = logging.getLogger(__name__)

EQUAL_READINGS = 2
EQUAL_READINGS_TO_WRITE = 3
EQUAL_READINGS_OF_LESS = 6
"""For a reading that is empty, or lacks what may have gone with good reason. One client that runs
against the real service asks for as many."""
READINGS = 40
SECONDS = 75.0
"""Listings were seen that were about a minute old."""
LONGEST_PAUSE = 1.0
"""Seconds between readings that may soon be enough."""
PAUSE_WHILE_OLD = 4.0
"""Seconds between readings that agree and lack what has to show: a cached listing expires later."""
NEAR_LIMIT = 60.0
"""Seconds after a refusal by a rate limit for which its window may still be open."""
PAUSE_NEAR_LIMIT = 3.0
"""Seconds between readings meanwhile: the calls that the limit leaves are needed for writes."""
SECONDS_NEAR_LIMIT = 150.0
"""What `SECONDS` becomes if a rate limit slows the readings down."""


class ZoneReader:
    """Reads one zone and remembers what its readings showed.

    :param domain: the zone's domain as the account spells it.
    """

    def __init__(self, client: MijnHostClient, domain: str, retry: RetryPolicy) -> None:
        self.domain = domain
        self.zone = canonical(domain)
        self.seen: set[Identity] = set()
        """Each record that any reading of this run showed."""
        self.listed: dict[Identity, DNSRecord] = {}
        """Those records as the last listing that had them spells them."""
        self._client = client
        self._retry = retry
        self._is_managed: bool | None = None
        self._read_at: float | None = None

    def read(self) -> Listing:
        """Return one reading, whatever it is worth.

        :raises MijnHostError: where the API can't be asked.
        """
        self._keep_away_from_limit()
        answer = persistently(
            lambda: self._client.dns_records.get_listing(self.domain), self._retry, self.may_pass
        )
        self._read_at = self._retry.clock()
        listing = Listing(
            self.zone, answer.records, skipped=answer.skipped, unreadable=answer.unreadable
        )
        self.seen |= listing.identities
        self.listed.update((listing.identify(record), record) for record in listing.records)
        return listing

    def is_near_limit(self) -> bool:
        """Tell whether a rate limit refused a call so lately that it may do so again."""
        limited = self._client.rate_limited_at
        return limited is not None and self._retry.clock() - limited < NEAR_LIMIT

    def _keep_away_from_limit(self) -> None:
        if self._read_at is None or not self.is_near_limit():
            return
        pause = self._read_at + PAUSE_NEAR_LIMIT - self._retry.clock()
        if pause > 0:
            self._retry.sleep(pause)

    def survey(self) -> Listing:
        """Return the zone as it stands before anything is written.

        Two readings where they agree; an empty zone, or readings that differ, take more. Never
        fails over their quality: what any of them showed is in `seen`, and counts as standing.
        """
        try:
            return self.settled(readings=EQUAL_READINGS_OF_LESS)
        except ZoneNotConfirmedError:
            return self.read()

    def settled(
        self,
        *,
        must_show: Callable[[], AbstractSet[Identity]] = frozenset,
        should_show: Callable[[], AbstractSet[Identity]] = frozenset,
        equal: int = EQUAL_READINGS,
        span: float = 0.0,
        readings: int = READINGS,
    ) -> Listing:
        """Return a reading that the next ones repeated; one that shows less, more often.

        :param must_show: gives the records without which a reading is stale or short; asked each
            time, since a reading may show more that has to be there.
        :param should_show: gives the records without which it takes more equal readings.
        :param equal: how many equal ones in a row it takes.
        :param span: seconds that have to lie between the first and the last of them.
        :param readings: how many to take at the most.
        :raises ZoneNotConfirmedError: where no such reading came in time.
        """
        previous: Listing | None = None
        row = 0
        started = since = self._retry.clock()
        for _ in range(readings):
            listing = self.read()
            same = previous is not None and listing.identities == previous.identities
            row = row + 1 if same else 1
            since = since if same else self._retry.clock()
            previous = listing
            is_less = not listing.identities or not should_show() <= listing.identities
            needed = EQUAL_READINGS_OF_LESS if is_less else equal
            is_long_enough = self._retry.clock() - since >= span
            if row >= needed and is_long_enough and listing.identities >= must_show():
                return listing
            # Short after a change, so that somebody who edits all the time leaves a gap.
            longest = PAUSE_WHILE_OLD if row >= needed and is_long_enough else LONGEST_PAUSE
            pause = min(self._retry.growing_pause(row) * BETWEEN_READINGS, longest)
            allowed = SECONDS_NEAR_LIMIT if self.is_near_limit() else SECONDS
            if self._retry.clock() - started + pause > allowed:
                break
            self._retry.sleep(pause)
        missing = 0 if previous is None else len(must_show() - previous.identities)
        seconds = self._retry.clock() - started
        raise ZoneNotConfirmedError(
            f"The API's readings of the zone {self.zone} can't be trusted"
            + (f" ({missing} records that stood before are missing)" if missing else "")
            + f": in {seconds:.0f} s no two in a row agreed and were whole. Nothing was changed "
            "on their ground. Try again later; if it stays, ask mijn.host's support."
        )

    def may_pass(self, error: MijnHostError) -> bool:
        """Tell whether a refusal may be a passing fault: the domain is known to be ours."""
        if isinstance(error, DNSNotManagedError):
            return self._is_managed_here()
        return may_pass_in_a_reading(error)

    def _is_managed_here(self) -> bool:
        if self._is_managed is None:
            try:
                self._is_managed = self._client.domains.get(self.domain).managed_dns is not False
            except MijnHostError as error:
                logger.debug("Whether %s is managed is not known: %s", self.zone, error)
                self._is_managed = True
        return self._is_managed
