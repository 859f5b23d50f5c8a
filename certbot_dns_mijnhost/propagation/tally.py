"""The decision logic: from what servers said at each poll to what is known. Asks nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from certbot_dns_mijnhost.propagation.nameservers import Server
from certbot_dns_mijnhost.propagation.report import ServerStatus
from certbot_dns_mijnhost.propagation.said import Said

IN_A_ROW = 2
"""Polls in a row that a server has to serve everything: behind one address may stand several."""
TRIES = 3
"""Polls in a row without a useful answer after which a server is left out."""


@dataclass
class ServerTally:
    """What one server said so far.

    :param expected: the values that it has to serve, by name.
    """

    server: Server
    expected: Mapping[str, frozenset[str]]
    row: int = 0
    useless: int = 0
    is_left_out: bool = False
    said: dict[str, Said] = field(default_factory=dict)

    def note(self, said: Mapping[str, Said]) -> None:
        """Take in the answers of one poll; a poll may end at the first name that is not served."""
        self.said = dict(said)
        if any(not answer.is_useful for answer in said.values()):
            self.useless += 1
            self.row = 0
            self.is_left_out = self.useless >= TRIES
            return
        self.useless = 0
        self.is_left_out = False
        self.row = self.row + 1 if self._serves_all() else 0

    @property
    def is_ready(self) -> bool:
        """Whether it has served everything often enough."""
        return self.row >= IN_A_ROW

    def status(self) -> ServerStatus:
        """Return what it said last, in words."""
        missing = [f"{said} for {name}" for name, said in self.said.items() if not self._has(name)]
        return ServerStatus(self.server.label, "; ".join(missing) or "serves everything")

    def _serves_all(self) -> bool:
        return all(self._has(name) for name in self.expected)

    def _has(self, name: str) -> bool:
        return name in self.said and self.said[name].values >= self.expected[name]
