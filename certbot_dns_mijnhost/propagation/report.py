"""What the check tells while it waits, and at its end."""

from __future__ import annotations

import enum
from dataclasses import dataclass


@dataclass(frozen=True)
class ServerStatus:
    """A name server and what it said last.

    :param label: how to call it.
    :param said: in words.
    """

    label: str
    said: str

    def __str__(self) -> str:
        return f"{self.label}: {self.said}"


@dataclass(frozen=True)
class Progress:
    """How far the wait is.

    :param seconds: since it began.
    :param ready: servers that serve everything.
    :param servers: servers that count.
    :param lagging: the others.
    """

    seconds: float
    ready: int
    servers: int
    lagging: tuple[ServerStatus, ...]


class State(enum.Enum):
    """How the wait ended."""

    EVERYWHERE = "everywhere"
    """Each server that answers serves everything, twice in a row."""
    PARTLY = "partly"
    """The time is up. Of each zone at least one server serves everything, be it since the last
    poll only; where none is lagging, some were not seen to do so twice in a row."""
    NOT_ASKED = "not asked"
    """The servers of some zone could not be asked, so nothing is known of its records."""


@dataclass(frozen=True)
class Outcome:
    """How the wait ended.

    :param seconds: that it took.
    :param ready: servers that served everything when last asked.
    :param lagging: servers that don't yet.
    :param left_out: servers that did not answer usefully, or that have no address.
    :param internal: published servers with private addresses that do not answer.
    :param unroutable: addresses of a family (IPv4 or IPv6) that does not get out of this machine.
    :param reason: why DNS could not be asked.
    """

    state: State
    seconds: float
    ready: tuple[ServerStatus, ...] = ()
    lagging: tuple[ServerStatus, ...] = ()
    left_out: tuple[ServerStatus, ...] = ()
    reason: str = ""
    unroutable: tuple[ServerStatus, ...] = ()
    internal: tuple[ServerStatus, ...] = ()
