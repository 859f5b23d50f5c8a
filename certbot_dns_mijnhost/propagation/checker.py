"""Waits until the name servers that answer for the records serve them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from certbot_dns_mijnhost.propagation.endpoints import DNS_PORT
from certbot_dns_mijnhost.propagation.errors import PropagationTimeoutError
from certbot_dns_mijnhost.propagation.nameservers import NameserverFinder, NotFoundError
from certbot_dns_mijnhost.propagation.query import ask_for_txt
from certbot_dns_mijnhost.propagation.report import Outcome, Progress, ServerStatus, State
from certbot_dns_mijnhost.propagation.said import Said
from certbot_dns_mijnhost.propagation.tally import ServerTally

logger = logging.getLogger(__name__)

MOST_THREADS = 16
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
CONFIRMING_PAUSE = 0.25
BLIND_SECONDS = 60.0


class TXTRecord(NamedTuple):
    """A TXT value that has to be served.

    :param name: absolute; a final dot makes no difference.
    """

    name: str
    value: str


def blind_wait(ceiling: float) -> float:
    """Return the seconds to wait where DNS can't be asked."""
    return min(BLIND_SECONDS, ceiling)


class PropagationChecker:
    """Asks the authoritative name servers, each address directly, until all serve the records.

    :param nameservers: ``host[:port]`` to ask instead of the published ones.
    :param resolvers: ``host[:port]`` to find the published ones by, instead of the system's.
    :param port: of the published name servers.
    :param query_timeout: seconds for one question.
    :param report: is told after each poll how far the wait is.
    :raises InvalidEndpointError: where a server can't be read.
    """

    def __init__(
        self,
        *,
        nameservers: Iterable[str] = (),
        resolvers: Iterable[str] = (),
        port: int = DNS_PORT,
        query_timeout: float = 2.0,
        report: Callable[[Progress], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._finder = NameserverFinder(
            nameservers=nameservers, resolvers=resolvers, port=port, timeout=query_timeout
        )
        self._query_timeout = query_timeout
        self._report = report
        self._clock = clock
        self._sleep = sleep

    def wait_for(self, records: Iterable[TXTRecord], *, ceiling: float) -> Outcome:
        """Wait until every server that answers serves all `records`, twice in a row.

        :param ceiling: seconds to wait at the most; 0 asks nothing.
        :raises PropagationTimeoutError: where no server served them in time; the message tells
            what each said last.
        """
        started = self._clock()
        expected = _by_name(records)
        if ceiling <= 0 or not expected:
            return Outcome(State.NOT_ASKED, 0.0, reason="no wait was asked for")
        try:
            zones = self._zones(expected)
        except NotFoundError as error:
            return Outcome(State.NOT_ASKED, self._clock() - started, reason=str(error))
        tallies = [tally for zone in zones for tally in zone]
        with ThreadPoolExecutor(max_workers=min(MOST_THREADS, len(tallies))) as threads:
            while not self._is_over(zones):
                list(threads.map(self._poll, [t for t in tallies if not t.is_left_out]))
                elapsed = self._clock() - started
                self._tell(tallies, elapsed)
                if self._is_over(zones) or elapsed >= ceiling:
                    break
                self._sleep(min(_pause(tallies, elapsed), max(ceiling - elapsed, 0.0)))
        return _outcome(zones, self._clock() - started, ceiling)

    def _zones(self, expected: dict[str, frozenset[str]]) -> list[list[ServerTally]]:
        """Return the servers of each zone, with the names that it has to serve."""
        grouped: dict[object, dict[str, frozenset[str]]] = {}
        servers = {}
        for name, values in expected.items():
            authority = self._finder.find(name)
            servers[authority.servers] = authority.servers
            grouped.setdefault(authority.servers, {})[name] = values
        return [
            [ServerTally(server, grouped[key]) for server in found]
            for key, found in servers.items()
        ]

    def _poll(self, tally: ServerTally) -> None:
        said: dict[str, Said] = {}
        for name, values in tally.expected.items():
            said[name] = ask_for_txt(tally.server.endpoint, name, self._query_timeout)
            if not said[name].values >= values:
                break
        tally.note(said)

    def _is_over(self, zones: Sequence[Sequence[ServerTally]]) -> bool:
        """Tell whether each server is ready or left out."""
        return all(tally.is_left_out or tally.is_ready for zone in zones for tally in zone)

    def _tell(self, tallies: Sequence[ServerTally], elapsed: float) -> None:
        counted = [tally for tally in tallies if not tally.is_left_out]
        lagging = [tally.status() for tally in counted if tally.row == 0]
        logger.debug("%.1f s: %s", elapsed, ", ".join(map(str, lagging)) or "all serve everything")
        if self._report is not None:
            ready = len(counted) - len(lagging)
            self._report(Progress(elapsed, ready, len(counted), tuple(lagging)))


def _by_name(records: Iterable[TXTRecord]) -> dict[str, frozenset[str]]:
    expected: dict[str, frozenset[str]] = {}
    for record in records:
        name = record.name.rstrip(".").lower() + "."
        expected[name] = expected.get(name, frozenset()) | {record.value}
    return expected


def _pause(tallies: Sequence[ServerTally], elapsed: float) -> float:
    if all(tally.row > 0 for tally in tallies if not tally.is_left_out):
        return CONFIRMING_PAUSE
    return min(FIRST_PAUSE + elapsed / 20.0, LONGEST_PAUSE)


def _outcome(zones: Sequence[Sequence[ServerTally]], seconds: float, ceiling: float) -> Outcome:
    tallies = [tally for zone in zones for tally in zone]
    ready = _statuses(t for t in tallies if t.row > 0 and not t.is_left_out)
    lagging = _statuses(t for t in tallies if t.row == 0 and not t.is_left_out)
    left_out = _statuses(t for t in tallies if t.is_left_out)
    silent = [zone for zone in zones if all(tally.useless for tally in zone)]
    if silent:
        reason = "no name server can be asked: " + "; ".join(
            str(tally.status()) for zone in silent for tally in zone
        )
        return Outcome(State.NOT_ASKED, seconds, ready, lagging, left_out, reason)
    if not lagging:
        return Outcome(State.EVERYWHERE, seconds, ready, lagging, left_out)
    if all(any(tally.row > 0 for tally in zone) for zone in zones):
        return Outcome(State.PARTLY, seconds, ready, lagging, left_out)
    raise PropagationTimeoutError(
        f"After {ceiling:.0f} s no name server serves all challenge records. "
        f"They said last: {'; '.join(map(str, (*lagging, *left_out)))}"
    )


def _statuses(tallies: Iterable[ServerTally]) -> tuple[ServerStatus, ...]:
    return tuple(tally.status() for tally in tallies)
