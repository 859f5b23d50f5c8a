"""The wait until the authoritative name servers serve the records: queries, threads and pauses.

:mod:`certbot_dns_mijnhost.propagation.decision` decides which servers are polled and when. Each is
polled in a thread of its own, so that a server that does not answer delays no other.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

import dns.name

from certbot_dns_mijnhost.propagation.answers import Answer
from certbot_dns_mijnhost.propagation.decision import Schedule, ServerCheck, ZoneCheck
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
from certbot_dns_mijnhost.propagation.query import DNSClient
from certbot_dns_mijnhost.propagation.view import DNSView
from certbot_dns_mijnhost.propagation.workers import Workers

logger = logging.getLogger(__name__)


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
        self._logged = ""

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
            return Outcome(State.NOT_CHECKED, 0.0, reason="the longest wait is 0 s")
        self._view.forget_failures()
        zones, unknown = self._zones(expected, started + max_seconds)
        if zones:
            deadline = started + max_seconds
            schedule = Schedule(zones, started=started, deadline=deadline)
            self._wait(schedule, started, deadline + self._view.query_timeout)
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

    def _wait(self, schedule: Schedule, started: float, until: float) -> None:
        with Poller(self._view.client, clock=self._clock, until=until) as poller:
            while not schedule.is_done:
                for check in schedule.due(self._clock()):
                    if not poller.is_full:
                        schedule.begin(check)
                        poller.start_poll(check)
                upcoming = schedule.next_time()
                pause = None if upcoming is None else max(upcoming - self._clock(), 0.0)
                if not poller.running:
                    if pause is None:
                        break
                    self._sleep(pause)
                    continue
                poll = poller.result(None if poller.is_full else pause)
                if poll is not None:
                    now = self._clock()
                    schedule.end(poll.check, poll.answers, queried_at=poll.queried_at, now=now)
                    self._tell(schedule.zones, now - started)

    def _tell(self, zones: Sequence[ZoneCheck], elapsed: float) -> None:
        progress = progress_of(zones, elapsed)
        lagging = ", ".join(map(str, progress.lagging)) or "all serve everything"
        if lagging != self._logged:
            logger.debug("%.1f s: %s", elapsed, lagging)
            self._logged = lagging
        if self._report is not None:
            self._report(progress)


class Poll(NamedTuple):
    """The result of one poll of one server.

    :param answers: by name, up to the first name that the server does not serve.
    :param queried_at: the time of the last query.
    """

    check: ServerCheck
    answers: dict[str, Answer]
    queried_at: float


class Poller(Workers[Poll]):
    """Polls servers in parallel; a context manager, at whose end no further query is sent.

    :param client: sends the queries.
    :param until: the time after which a poll sends no further query.
    """

    def __init__(self, client: DNSClient, *, clock: Callable[[], float], until: float) -> None:
        super().__init__()
        self._client = client
        self._clock = clock
        self._until = until
        self._is_closed = threading.Event()

    def __enter__(self) -> Poller:
        return self

    def __exit__(self, *_: object) -> None:
        self._is_closed.set()

    def start_poll(self, check: ServerCheck) -> None:
        """Query a server for its names, up to the first one that it does not serve."""
        self.start(partial(self._poll, check))

    def _poll(self, check: ServerCheck) -> Poll:
        answers: dict[str, Answer] = {}
        queried_at = self._clock()
        for name, values in check.expected.items():
            if self._is_closed.is_set() or (answers and self._clock() >= self._until):
                break
            queried_at = self._clock()
            answers[name] = self._client.query_txt(check.server.endpoint, name)
            if not answers[name].values >= values:
                break
        return Poll(check, answers, queried_at)


def _by_name(records: Iterable[TXTRecord]) -> dict[dns.name.Name, frozenset[str]]:
    expected: dict[dns.name.Name, frozenset[str]] = {}
    for record in records:
        name = read_name(record.name)
        expected[name] = expected.get(name, frozenset()) | {record.value}
    return expected
