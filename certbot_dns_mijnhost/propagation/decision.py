"""Which name servers the check waits for, and when each is queried. Sends nothing.

:class:`ServerCheck` and :class:`ZoneCheck` hold the answers; :class:`Schedule` has the times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from certbot_dns_mijnhost.propagation.answers import Answer, Kind
from certbot_dns_mijnhost.propagation.errors import ServerStatus
from certbot_dns_mijnhost.propagation.query import Server

IN_A_ROW = 2
"""Polls in a row in which a server must serve everything: one address may be several machines."""
TRIES = 3
"""Polls in a row without a usable answer after which a server is left out."""
PATIENCE = 10.0
"""Seconds without a usable answer from any server of a zone after which it is given up.

In seconds too, because a refusal arrives at once, and a name server that restarts is away for a
while.
"""
POLL_PAUSE = 1.0
"""Seconds between two queries to one server for one name.

Short, because a validation waits for it, and the CA's own load on these servers is larger.
"""
CONFIRM_PAUSE = 0.25
"""The same, once all servers serve everything: the query that confirms it. No other is as early."""
STEADY_SECONDS = 90.0
"""The pause grows after this time, because mijn.host's name servers publish once a minute."""
LONGEST_PAUSE = 5.0
ROUNDING = 1e-6
"""A sum of floats may miss a time by this."""


@dataclass
class ServerCheck:
    """The answers of one server so far.

    :param expected: the values that it must serve, by name.
    """

    server: Server
    expected: Mapping[str, frozenset[str]]
    times_served: int = 0
    """Polls in a row in which it served everything."""
    times_unusable: int = 0
    """Polls in a row without a usable answer."""
    unusable_since: float = 0.0
    unusable_seconds: float = 0.0
    answers: dict[str, Answer] = field(default_factory=dict)
    """Those of the last poll, by name."""
    is_polled: bool = False
    """Whether a poll has begun and not ended."""
    queried_at: float | None = None
    """The time of the last query, by the clock."""
    polled_at: float = 0.0
    """The time at which the last poll ended."""

    def note(self, answers: Mapping[str, Answer], now: float) -> None:
        """Add the answers of one poll, which may end at the first name that is not served.

        A poll that ended earlier, because time was up, is ignored.
        """
        is_served = all(answers[name].values >= self.expected[name] for name in answers)
        if is_served and len(answers) < len(self.expected):
            return
        self.answers = dict(answers)
        self.times_served = self.times_served + 1 if is_served else 0
        if all(answer.is_usable for answer in answers.values()):
            self.times_unusable = 0
            return
        if self.times_unusable == 0:
            self.unusable_since = now
        self.times_unusable += 1
        self.unusable_seconds = now - self.unusable_since

    @property
    def is_answering(self) -> bool:
        """Whether its last answer was usable."""
        return bool(self.answers) and self.times_unusable == 0

    @property
    def is_unroutable(self) -> bool:
        """Whether this machine could not even send it a query."""
        return bool(self.answers) and all(each.is_unroutable for each in self.answers.values())

    @property
    def is_silent(self) -> bool:
        """Whether it did not answer at all."""
        return bool(self.answers) and all(
            each.kind is Kind.SILENT for each in self.answers.values()
        )

    @property
    def is_ready(self) -> bool:
        """Whether it has served everything in enough polls."""
        return self.times_served >= IN_A_ROW

    def status(self) -> ServerStatus:
        """Return its last answer as text."""
        if not self.answers:
            # During its first poll there is no answer yet; after it, time was up.
            why = "waiting" if self.is_polled else "no time was left to query it for all names"
            return ServerStatus(self.server.label, why)
        missing = [
            f"{answer} for {name.rstrip('.')}"
            for name, answer in self.answers.items()
            if not answer.values >= self.expected[name]
        ]
        return ServerStatus(self.server.label, "; ".join(missing) or "serves everything")


@dataclass(frozen=True)
class ZoneCheck:
    """The answers of the servers of one zone so far.

    :param without_address: servers that cannot be queried.
    :param is_published: whether a resolver named the servers, and not the user.
    """

    servers: Sequence[ServerCheck]
    without_address: tuple[ServerStatus, ...] = ()
    is_published: bool = False

    @property
    def is_answering(self) -> bool:
        """Whether the last answer of any server was usable."""
        return any(server.is_answering for server in self.servers)

    @property
    def is_given_up(self) -> bool:
        """Whether no server gave a usable answer for so long that none is queried any more."""
        return all(
            server.times_unusable >= TRIES and server.unusable_seconds >= PATIENCE
            for server in self.servers
        )

    @property
    def awaited(self) -> list[ServerCheck]:
        """The servers that are queried, and waited for.

        A server without usable answers is left out only if another one answers; without a route,
        at once.
        """
        if self.is_given_up:
            return []
        is_answering = self.is_answering
        return [
            server
            for server in self.servers
            if not (is_answering and (server.is_unroutable or server.times_unusable >= TRIES))
        ]

    @property
    def left_out(self) -> list[ServerCheck]:
        """The other servers."""
        awaited = self.awaited
        return [server for server in self.servers if server not in awaited]

    @property
    def answers(self) -> list[Answer]:
        """The last answers of all servers."""
        return [answer for server in self.servers for answer in server.answers.values()]

    @property
    def is_done(self) -> bool:
        """Whether the wait for this zone is over."""
        return all(server.is_ready for server in self.awaited)

    @property
    def is_served(self) -> bool:
        """Whether any server serves everything, by its last answers."""
        return any(server.times_served > 0 for server in self.servers)


class Schedule:
    """The times of the polls. Each server has its own, so that none waits for another.

    :param started: the time at which the wait began.
    :param deadline: the time of the last poll at the latest.
    """

    def __init__(self, zones: Sequence[ZoneCheck], *, started: float, deadline: float) -> None:
        self.zones = zones
        self._started = started
        self._deadline = deadline

    @property
    def is_done(self) -> bool:
        """Whether the wait is over before the deadline."""
        return all(zone.is_done for zone in self.zones)

    def due(self, now: float) -> list[ServerCheck]:
        """Return the servers to poll now."""
        return [check for at, check in self._upcoming() if at <= now + ROUNDING]

    def next_time(self) -> float | None:
        """Return the time of the next poll; None if there is none before the deadline."""
        return min((at for at, _ in self._upcoming()), default=None)

    def begin(self, check: ServerCheck) -> None:
        """Note that a poll of a server begins."""
        check.is_polled = True

    def end(
        self, check: ServerCheck, answers: Mapping[str, Answer], *, queried_at: float, now: float
    ) -> None:
        """Note the answers of a poll.

        A server that did not answer for one zone counts as not answering for the others that did
        not poll it meanwhile. So it costs its timeouts once, not once for each group of zones that
        has threads.

        :param queried_at: the time of its last query.
        """
        check.is_polled = False
        check.queried_at = queried_at
        check.polled_at = now
        check.note(answers, now)
        if not check.is_silent:
            return
        for other in self._waiting_for(check.server, since=queried_at):
            other.queried_at = queried_at
            other.polled_at = now
            other.note(dict.fromkeys(other.expected, next(iter(answers.values()))), now)

    def _waiting_for(self, server: Server, *, since: float) -> list[ServerCheck]:
        """Return the checks of a server that is not being polled, nor was since then."""
        checks = [each for zone in self.zones for each in zone.awaited]
        return [
            each
            for each in checks
            if each.server.endpoint == server.endpoint
            and not each.is_polled
            and (each.queried_at is None or each.polled_at < since)
        ]

    def _upcoming(self) -> list[tuple[float, ServerCheck]]:
        awaited = [check for zone in self.zones for check in zone.awaited]
        is_served = all(check.times_served > 0 for check in awaited)
        times = [(self._time(check, is_served=is_served), check) for check in awaited]
        return [(at, check) for at, check in times if at is not None]

    def _time(self, check: ServerCheck, *, is_served: bool) -> float | None:
        if check.is_polled:
            return None
        if check.queried_at is None:
            return self._started
        if check.polled_at >= self._deadline:
            return None
        elapsed = check.queried_at - self._started
        pause = POLL_PAUSE * max(1.0, elapsed / STEADY_SECONDS)
        if is_served and not check.is_ready:
            pause = CONFIRM_PAUSE
        # The last poll is at the deadline, unless the previous one was too short before.
        at = min(check.queried_at + min(pause, LONGEST_PAUSE), self._deadline)
        shortest = min(pause, POLL_PAUSE)
        return at if at - check.queried_at >= shortest - ROUNDING else None
