"""The decision logic: from what servers said at each poll to what is known. Asks nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from certbot_dns_mijnhost.propagation.authority import Server
from certbot_dns_mijnhost.propagation.report import ServerStatus
from certbot_dns_mijnhost.propagation.said import Kind, Said

IN_A_ROW = 2
"""Polls in a row that a server has to serve everything: behind one address may stand several."""
TRIES = 3
"""Polls in a row without a useful answer after which a server is left out."""
PATIENCE = 10.0
"""Seconds without a useful answer from any of a zone's servers after which it is given up.

By time too, as a refusal comes at once: a name server that starts anew is away for a while.
"""


@dataclass
class ServerTally:
    """What one server said so far.

    :param expected: the values that it has to serve, by name.
    """

    server: Server
    expected: Mapping[str, frozenset[str]]
    row: int = 0
    useless: int = 0
    useless_since: float = 0.0
    useless_seconds: float = 0.0
    said: dict[str, Said] = field(default_factory=dict)

    def note(self, said: Mapping[str, Said], now: float) -> None:
        """Take in the answers of one poll; a poll may end at the first name that is not served.

        One that ended before, for want of time, tells nothing new.
        """
        is_served = all(said[name].values >= self.expected[name] for name in said)
        if is_served and len(said) < len(self.expected):
            return
        self.said = dict(said)
        self.row = self.row + 1 if is_served else 0
        if all(answer.is_useful for answer in said.values()):
            self.useless = 0
            return
        if self.useless == 0:
            self.useless_since = now
        self.useless += 1
        self.useless_seconds = now - self.useless_since

    @property
    def is_answering(self) -> bool:
        """Whether its last answer was a useful one."""
        return bool(self.said) and self.useless == 0

    @property
    def is_unroutable(self) -> bool:
        """Whether this machine could not even send it a question."""
        return bool(self.said) and all(said.is_unroutable for said in self.said.values())

    @property
    def is_silent(self) -> bool:
        """Whether it did not answer at all."""
        return bool(self.said) and all(each.kind is Kind.SILENT for each in self.said.values())

    @property
    def is_ready(self) -> bool:
        """Whether it has served everything often enough."""
        return self.row >= IN_A_ROW

    def status(self) -> ServerStatus:
        """Return what it said last, in words."""
        if not self.said:
            return ServerStatus(self.server.label, "there was no time to ask it for all names")
        missing = [
            f"{said} for {name}"
            for name, said in self.said.items()
            if not said.values >= self.expected[name]
        ]
        return ServerStatus(self.server.label, "; ".join(missing) or "serves everything")


@dataclass(frozen=True)
class ZoneTally:
    """What the servers of one zone said so far.

    :param without_address: servers that can't be asked.
    :param is_published: whether a resolver named the servers, rather than the user.
    """

    servers: Sequence[ServerTally]
    without_address: tuple[ServerStatus, ...] = ()
    is_published: bool = False

    @property
    def is_answering(self) -> bool:
        """Whether some server's last answer was a useful one."""
        return any(server.is_answering for server in self.servers)

    @property
    def is_given_up(self) -> bool:
        """Whether no server answered usefully for so long that none is asked any more."""
        return all(s.useless >= TRIES and s.useless_seconds >= PATIENCE for s in self.servers)

    @property
    def counted(self) -> list[ServerTally]:
        """The servers that are asked, and waited for.

        One that answers nothing useful is left out only if another one answers; one without a
        route at once.
        """
        if self.is_given_up:
            return []
        is_answering = self.is_answering
        return [
            s
            for s in self.servers
            if not (is_answering and (s.is_unroutable or s.useless >= TRIES))
        ]

    @property
    def left_out(self) -> list[ServerTally]:
        """The servers that are not."""
        counted = self.counted
        return [server for server in self.servers if server not in counted]

    @property
    def answers(self) -> list[Said]:
        """What all servers said last."""
        return [said for server in self.servers for said in server.said.values()]

    @property
    def is_over(self) -> bool:
        """Whether it need not be waited for any more."""
        return all(server.is_ready for server in self.counted)

    @property
    def is_served(self) -> bool:
        """Whether some server serves everything, as far as it said last."""
        return any(server.row > 0 for server in self.servers)
