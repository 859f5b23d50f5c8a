"""The progress and the result of a wait. Sends nothing."""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from certbot_dns_mijnhost.propagation.answers import why_none_is_usable
from certbot_dns_mijnhost.propagation.decision import ServerCheck, ZoneCheck
from certbot_dns_mijnhost.propagation.errors import PropagationTimeoutError, ServerStatus


@dataclass(frozen=True)
class Progress:
    """The progress of a wait.

    :param seconds: since it began.
    :param ready: the number of servers that serve everything.
    :param servers: the number of servers that are waited for.
    :param lagging: those that do not serve everything yet.
    """

    seconds: float
    ready: int
    servers: int
    lagging: tuple[ServerStatus, ...]


class State(enum.Enum):
    """The kinds of results."""

    EVERYWHERE = "everywhere"
    """Each server that answers serves everything, twice in a row."""
    PARTLY = "partly"
    """The time is up. At least one server of each zone serves everything, possibly since the last
    poll only. If none is lagging, some did not serve everything twice in a row."""
    NOT_CHECKED = "not checked"
    """The servers of some zone could not be queried, so its records were not checked."""


@dataclass(frozen=True)
class Outcome:
    """The result of a wait.

    :param seconds: that it took.
    :param ready: servers that served everything when they were last queried.
    :param lagging: servers that did not.
    :param left_out: servers without a usable answer or without an address.
    :param internal: published servers with private addresses that do not answer.
    :param unroutable: addresses of a family (IPv4 or IPv6) that this machine cannot reach.
    :param reason: why the servers of some zone could not be queried.
    """

    state: State
    seconds: float
    ready: tuple[ServerStatus, ...] = ()
    lagging: tuple[ServerStatus, ...] = ()
    left_out: tuple[ServerStatus, ...] = ()
    reason: str = ""
    unroutable: tuple[ServerStatus, ...] = ()
    internal: tuple[ServerStatus, ...] = ()


def progress_of(zones: Sequence[ZoneCheck], seconds: float) -> Progress:
    """Return how many servers serve everything now."""
    awaited = [check for zone in zones for check in zone.awaited]
    lagging = _statuses(check for check in awaited if check.times_served == 0)
    return Progress(seconds, len(awaited) - len(lagging), len(awaited), lagging)


def outcome_of(
    zones: Sequence[ZoneCheck], unknown: Sequence[str], seconds: float, limit: float
) -> Outcome:
    """Return the result of a wait.

    Failures that are certain come first: if the servers of one zone answer and none serves
    everything, it makes no difference that those of another zone cannot be queried.

    :param unknown: why the servers of some names were not found.
    :param limit: the seconds that the wait was allowed to take.
    :raises PropagationTimeoutError: if no server of some zone serves everything.
    """
    failed = [zone for zone in zones if zone.is_answering and not zone.is_served]
    if failed:
        raise _failure(failed, limit)
    answering = [zone for zone in zones if zone.is_answering]
    silent = [zone for zone in zones if not zone.is_answering]
    awaited = [check for zone in answering for check in zone.awaited]
    missing = _missing_families([check for zone in answering for check in zone.servers])
    unroutable = [c for zone in answering for c in zone.left_out if _family(c) in missing]
    left_out = (
        *(_statuses(c for zone in answering for c in zone.left_out if c not in unroutable)),
        *(_statuses(c for zone in silent for c in zone.servers)),
        *(status for zone in zones for status in zone.without_address),
    )
    reason = "; ".join([*unknown, *map(_why_silent, silent)])
    if reason:
        state = State.NOT_CHECKED
    elif all(zone.is_done for zone in zones):
        state = State.EVERYWHERE
    else:
        state = State.PARTLY
    return Outcome(
        state,
        seconds,
        _statuses(check for check in awaited if check.times_served > 0),
        _statuses(check for check in awaited if check.times_served == 0),
        left_out,
        reason,
        unroutable=_statuses(unroutable),
        internal=_internal(silent),
    )


def _failure(zones: Sequence[ZoneCheck], limit: float) -> PropagationTimeoutError:
    statuses = (
        *(_statuses(check for zone in zones for check in zone.servers)),
        *(status for zone in zones for status in zone.without_address),
    )
    return PropagationTimeoutError(
        f"No name server serves all challenge records after {limit:.0f} s. "
        f"The last answer of each: {'; '.join(map(str, statuses))}",
        statuses,
        are_published=any(zone.is_published for zone in zones),
        internal=_internal(zones),
    )


def _why_silent(zone: ZoneCheck) -> str:
    return why_none_is_usable(zone.answers, [*_statuses(zone.servers), *zone.without_address])


def _missing_families(checks: Sequence[ServerCheck]) -> set[str]:
    """Return the address families that this machine cannot reach.

    That is a family with no route to any of its addresses; and IPv6 also if several addresses do
    not answer while IPv4 does, because many networks announce IPv6 and drop its packets.
    """
    families: dict[str, list[ServerCheck]] = {}
    for check in checks:
        families.setdefault(_family(check), []).append(check)
    missing = {name for name, each in families.items() if all(c.is_unroutable for c in each)}
    sixes, fours = families.get("IPv6", []), families.get("IPv4", [])
    is_dropped = len(sixes) > 1 and all(check.is_silent for check in sixes)
    if is_dropped and any(check.is_answering for check in fours):
        missing.add("IPv6")
    return missing


def _family(check: ServerCheck) -> str:
    return "IPv6" if ":" in check.server.endpoint.host else "IPv4"


def _internal(zones: Iterable[ZoneCheck]) -> tuple[ServerStatus, ...]:
    """Return the published servers with addresses that other networks cannot reach."""
    return _statuses(
        check
        for zone in zones
        if zone.is_published
        for check in zone.servers
        if not ipaddress.ip_address(check.server.endpoint.host).is_global
    )


def _statuses(checks: Iterable[ServerCheck]) -> tuple[ServerStatus, ...]:
    return tuple(check.status() for check in checks)
