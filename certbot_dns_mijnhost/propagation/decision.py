"""Which name servers the check waits for, decided from their answers. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from certbot_dns_mijnhost.propagation.answers import Answer, Kind, ServerStatus
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
            return ServerStatus(self.server.label, "no time was left to query it for all names")
        missing = [
            f"{answer} for {name}"
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
