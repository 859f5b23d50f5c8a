"""How a wait ended. Asks nobody."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

from certbot_dns_mijnhost.propagation.errors import PropagationTimeoutError
from certbot_dns_mijnhost.propagation.report import Outcome, ServerStatus, State
from certbot_dns_mijnhost.propagation.said import why_unusable
from certbot_dns_mijnhost.propagation.tally import ServerTally, ZoneTally


def verdict(
    zones: Sequence[ZoneTally], unknown: Sequence[str], seconds: float, ceiling: float
) -> Outcome:
    """Return how the wait ended.

    What is certain goes first: where a zone's servers answer and none serves everything, it does
    not help that another zone's can't be asked.

    :param unknown: why the servers of some names could not be found.
    :raises PropagationTimeoutError: where of some zone no server serves everything.
    """
    failed = [zone for zone in zones if zone.is_answering and not zone.is_served]
    if failed:
        raise _failure(failed, ceiling)
    answering = [zone for zone in zones if zone.is_answering]
    silent = [zone for zone in zones if not zone.is_answering]
    ready = _statuses(t for zone in answering for t in zone.counted if t.row > 0)
    lagging = _statuses(t for zone in answering for t in zone.counted if t.row == 0)
    missing = _missing_families([tally for zone in answering for tally in zone.servers])
    unroutable = [t for zone in answering for t in zone.left_out if _family(t) in missing]
    left_out = (
        *(_statuses(t for zone in answering for t in zone.left_out if t not in unroutable)),
        *(_statuses(t for zone in silent for t in zone.servers)),
        *(status for zone in zones for status in zone.without_address),
    )
    reason = "; ".join([*unknown, *map(_silence, silent)])
    if reason:
        state = State.NOT_ASKED
    elif all(zone.is_over for zone in zones):
        state = State.EVERYWHERE
    else:
        state = State.PARTLY
    return Outcome(
        state,
        seconds,
        ready,
        lagging,
        left_out,
        reason,
        unroutable=_statuses(unroutable),
        internal=_internal(silent),
    )


def _failure(zones: Sequence[ZoneTally], ceiling: float) -> PropagationTimeoutError:
    statuses = (
        *(_statuses(tally for zone in zones for tally in zone.servers)),
        *(status for zone in zones for status in zone.without_address),
    )
    return PropagationTimeoutError(
        f"After {ceiling:.0f} s no name server serves all challenge records. "
        f"They said last: {'; '.join(map(str, statuses))}",
        statuses,
        are_published=any(zone.is_published for zone in zones),
        internal=_internal(zones),
    )


def _silence(zone: ZoneTally) -> str:
    return why_unusable(zone.answers, [*_statuses(zone.servers), *zone.without_address])


def _missing_families(tallies: Sequence[ServerTally]) -> set[str]:
    """Return the address families that do not get out of this machine.

    That is so if it has no route to any address of the family; and for IPv6 also if several
    addresses do not answer while IPv4 does, since many networks announce IPv6 and drop it.
    """
    families: dict[str, list[ServerTally]] = {}
    for tally in tallies:
        families.setdefault(_family(tally), []).append(tally)
    missing = {name for name, each in families.items() if all(t.is_unroutable for t in each)}
    sixes, fours = families.get("IPv6", []), families.get("IPv4", [])
    is_dropped = len(sixes) > 1 and all(tally.is_silent for tally in sixes)
    if is_dropped and any(tally.is_answering for tally in fours):
        missing.add("IPv6")
    return missing


def _family(tally: ServerTally) -> str:
    return "IPv6" if ":" in tally.server.endpoint.host else "IPv4"


def _internal(zones: Iterable[ZoneTally]) -> tuple[ServerStatus, ...]:
    """Return the published servers whose addresses nobody outside this network can reach."""
    return _statuses(
        tally
        for zone in zones
        if zone.is_published
        for tally in zone.servers
        if not ipaddress.ip_address(tally.server.endpoint.host).is_global
    )


def _statuses(tallies: Iterable[ServerTally]) -> tuple[ServerStatus, ...]:
    return tuple(tally.status() for tally in tallies)
