"""The wait until the authoritative name servers serve the records: queries, threads and pauses.

What the answers mean is decided in :mod:`certbot_dns_mijnhost.propagation.decision`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import NamedTuple

import dns.name

from certbot_dns_mijnhost.propagation.answers import Answer
from certbot_dns_mijnhost.propagation.decision import ServerCheck, ZoneCheck
from certbot_dns_mijnhost.propagation.errors import LookupFailedError
from certbot_dns_mijnhost.propagation.names import read_name
from certbot_dns_mijnhost.propagation.nameservers import Authority
from certbot_dns_mijnhost.propagation.outcome import (
    Outcome,
    Progress,
    State,
    outcome_of,
    progress_of,
)
from certbot_dns_mijnhost.propagation.query import MOST_THREADS, DNSClient
from certbot_dns_mijnhost.propagation.view import DNSView

logger = logging.getLogger(__name__)

FIRST_PAUSE = 0.5
SOON = 30.0
SOON_PAUSE = 1.0
LONGEST_PAUSE = 5.0
CONFIRMING_PAUSE = 0.25


class TXTRecord(NamedTuple):
    """A TXT value that the name servers must serve.

    :param name: absolute; a final dot makes no difference.
    """

    name: str
    value: str


class PropagationChecker:
    """Queries each address of the authoritative name servers until all serve the records.

    :param view: has the servers to query.
    :param report: receives the progress after each poll.
    """

    def __init__(
        self,
        view: DNSView,
        *,
        report: Callable[[Progress], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._view = view
        self._clock = view.clock
        self._report = report
        self._sleep = sleep

    def wait_for(self, records: Iterable[TXTRecord], *, max_seconds: float) -> Outcome:
        """Wait until every server that answers serves all `records`, twice in a row.

        At the end of the time once is enough. The time for finding the servers counts. A poll that
        has begun by then may take one ``query_timeout`` more, and its last query another one.

        :param max_seconds: the longest wait; 0 queries nothing.
        :raises PropagationTimeoutError: if no server of some zone served its records in time,
            although its servers answer; the message has the last answer of each.
        :raises InvalidNameError: if a record's name is not a domain name.
        """
        started = self._clock()
        expected = _by_name(records)
        if max_seconds <= 0 or not expected:
            return Outcome(State.NOT_ASKED, 0.0, reason="the longest wait is 0 s")
        self._view.forget_failures()
        zones, unknown = self._zones(expected, started + max_seconds)
        if zones:
            self._wait(zones, started, max_seconds)
        return outcome_of(zones, unknown, self._clock() - started, max_seconds)

    def _zones(
        self, expected: dict[dns.name.Name, frozenset[str]], deadline: float
    ) -> tuple[list[ZoneCheck], list[str]]:
        """Return what each zone's servers must serve, and why some zones are missing."""
        grouped: dict[Authority, dict[str, frozenset[str]]] = {}
        unknown: dict[str, None] = {}
        for name, values in expected.items():
            if self._clock() >= deadline:
                unknown["no time was left to find the name servers of all names"] = None
                break
            try:
                authority = self._view.finder.find(name, lambda: deadline - self._clock())
            except LookupFailedError as error:
                unknown[str(error)] = None
                continue
            grouped.setdefault(authority, {})[name.to_text()] = values
        zones = [
            ZoneCheck(
                [ServerCheck(server, names) for server in authority.servers],
                authority.left_out,
                is_published=bool(authority.zone),
            )
            for authority, names in grouped.items()
        ]
        return zones, list(unknown)

    def _wait(self, zones: Sequence[ZoneCheck], started: float, max_seconds: float) -> None:
        servers = sum(len(zone.servers) for zone in zones)
        until = started + max_seconds + self._view.query_timeout
        with Poller(servers, client=self._view.client, clock=self._clock) as poller:
            while not all(zone.is_done for zone in zones):
                poller.poll([check for zone in zones for check in zone.awaited], until=until)
                elapsed = self._clock() - started
                self._tell(zones, elapsed)
                if elapsed >= max_seconds:
                    break
                if not all(zone.is_done for zone in zones):
                    self._sleep(min(_pause(zones, elapsed), max_seconds - elapsed))

    def _tell(self, zones: Sequence[ZoneCheck], elapsed: float) -> None:
        progress = progress_of(zones, elapsed)
        lagging = ", ".join(map(str, progress.lagging))
        logger.debug("%.1f s: %s", elapsed, lagging or "all serve everything")
        if self._report is not None:
            self._report(progress)


class Poller:
    """Queries servers in parallel; a context manager.

    If an exception ends it, it waits for the queries in progress only.

    :param servers: their number.
    :param client: sends the queries.
    """

    def __init__(self, servers: int, *, client: DNSClient, clock: Callable[[], float]) -> None:
        self._threads = ThreadPoolExecutor(max_workers=min(MOST_THREADS, servers))
        self._client = client
        self._clock = clock
        self._is_closed = threading.Event()

    def __enter__(self) -> Poller:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_closed.set()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def poll(self, checks: Sequence[ServerCheck], *, until: float) -> None:
        """Query each server for its names, up to the first one that it does not serve.

        :param until: when to stop querying further names, by the clock.
        """

        def query(check: ServerCheck) -> dict[str, Answer]:
            return self._query(check, until)

        for check, answers in zip(checks, self._threads.map(query, checks)):
            check.note(answers, self._clock())

    def _query(self, check: ServerCheck, until: float) -> dict[str, Answer]:
        answers: dict[str, Answer] = {}
        for name, values in check.expected.items():
            if self._is_closed.is_set() or (answers and self._clock() >= until):
                break
            answers[name] = self._client.query_txt(check.server.endpoint, name)
            if not answers[name].values >= values:
                break
        return answers


def _by_name(records: Iterable[TXTRecord]) -> dict[dns.name.Name, frozenset[str]]:
    expected: dict[dns.name.Name, frozenset[str]] = {}
    for record in records:
        name = read_name(record.name)
        expected[name] = expected.get(name, frozenset()) | {record.value}
    return expected


def _pause(zones: Sequence[ZoneCheck], elapsed: float) -> float:
    if all(check.times_served > 0 for zone in zones for check in zone.awaited):
        return CONFIRMING_PAUSE
    if elapsed < SOON:
        return FIRST_PAUSE + (SOON_PAUSE - FIRST_PAUSE) * elapsed / SOON
    return min(SOON_PAUSE * elapsed / SOON, LONGEST_PAUSE)
