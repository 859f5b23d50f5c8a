"""Waits until the name servers that answer for the records serve them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import dns.name

from certbot_dns_mijnhost.propagation.asking import Asker
from certbot_dns_mijnhost.propagation.authority import Authority, NotFoundError
from certbot_dns_mijnhost.propagation.dns_client import DNSClient
from certbot_dns_mijnhost.propagation.endpoints import DNS_PORT
from certbot_dns_mijnhost.propagation.names import read_name
from certbot_dns_mijnhost.propagation.nameservers import NameserverFinder
from certbot_dns_mijnhost.propagation.polling import Poller
from certbot_dns_mijnhost.propagation.report import Outcome, Progress, State
from certbot_dns_mijnhost.propagation.resolving import RecordResolver
from certbot_dns_mijnhost.propagation.tally import ServerTally, ZoneTally
from certbot_dns_mijnhost.propagation.verdict import verdict

logger = logging.getLogger(__name__)

FIRST_PAUSE = 0.5
SOON = 30.0
SOON_PAUSE = 1.0
LONGEST_PAUSE = 5.0
CONFIRMING_PAUSE = 0.25


class TXTRecord(NamedTuple):
    """A TXT value that has to be served.

    :param name: absolute; a final dot makes no difference.
    """

    name: str
    value: str


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
        self._client = DNSClient(query_timeout)
        self._finder = NameserverFinder(
            Asker(self._client), RecordResolver(resolvers), nameservers=nameservers, port=port
        )
        self._query_timeout = query_timeout
        self._report = report
        self._clock = clock
        self._sleep = sleep

    def wait_for(self, records: Iterable[TXTRecord], *, ceiling: float) -> Outcome:
        """Wait until every server that answers serves all `records`, twice in a row.

        At the ceiling once is enough. The time for finding the servers counts. A poll under way
        at the ceiling may take one ``query_timeout`` more, and its last question another one.

        :param ceiling: seconds to wait at the most; 0 asks nothing.
        :raises PropagationTimeoutError: where no server of some zone served its records in time,
            as far as its servers could be asked; the message tells what each said last.
        :raises InvalidNameError: where a record's name is no domain name.
        """
        started = self._clock()
        expected = _by_name(records)
        if ceiling <= 0 or not expected:
            return Outcome(State.NOT_ASKED, 0.0, reason="no wait was asked for")
        zones, unknown = self._zones(expected, started + ceiling)
        if zones:
            self._wait(zones, started, ceiling)
        return verdict(zones, unknown, self._clock() - started, ceiling)

    def _zones(
        self, expected: dict[dns.name.Name, frozenset[str]], deadline: float
    ) -> tuple[list[ZoneTally], list[str]]:
        """Return what each zone's servers have to serve, and why some zones are missing."""
        grouped: dict[Authority, dict[str, frozenset[str]]] = {}
        unknown: dict[str, None] = {}
        for name, values in expected.items():
            if self._clock() >= deadline:
                unknown["there was no time to find the name servers of all names"] = None
                break
            try:
                authority = self._finder.find(name, lambda: deadline - self._clock())
            except NotFoundError as error:
                unknown[str(error)] = None
                continue
            grouped.setdefault(authority, {})[name.to_text()] = values
        zones = [
            ZoneTally(
                [ServerTally(server, names) for server in authority.servers],
                authority.left_out,
                is_published=bool(authority.zone),
            )
            for authority, names in grouped.items()
        ]
        return zones, list(unknown)

    def _wait(self, zones: Sequence[ZoneTally], started: float, ceiling: float) -> None:
        servers = sum(len(zone.servers) for zone in zones)
        until = started + ceiling + self._query_timeout
        with Poller(servers, client=self._client, clock=self._clock) as poller:
            while not all(zone.is_over for zone in zones):
                poller.poll([tally for zone in zones for tally in zone.counted], until=until)
                elapsed = self._clock() - started
                self._tell(zones, elapsed)
                if elapsed >= ceiling:
                    break
                if not all(zone.is_over for zone in zones):
                    self._sleep(min(_pause(zones, elapsed), ceiling - elapsed))

    def _tell(self, zones: Sequence[ZoneTally], elapsed: float) -> None:
        counted = [tally for zone in zones for tally in zone.counted]
        lagging = [tally.status() for tally in counted if tally.row == 0]
        logger.debug("%.1f s: %s", elapsed, ", ".join(map(str, lagging)) or "all serve everything")
        if self._report is not None:
            ready = len(counted) - len(lagging)
            self._report(Progress(elapsed, ready, len(counted), tuple(lagging)))


def _by_name(records: Iterable[TXTRecord]) -> dict[dns.name.Name, frozenset[str]]:
    expected: dict[dns.name.Name, frozenset[str]] = {}
    for record in records:
        name = read_name(record.name)
        expected[name] = expected.get(name, frozenset()) | {record.value}
    return expected


def _pause(zones: Sequence[ZoneTally], elapsed: float) -> float:
    if all(tally.row > 0 for zone in zones for tally in zone.counted):
        return CONFIRMING_PAUSE
    if elapsed < SOON:
        return FIRST_PAUSE + (SOON_PAUSE - FIRST_PAUSE) * elapsed / SOON
    return min(SOON_PAUSE * elapsed / SOON, LONGEST_PAUSE)
