"""How a wait ended. Asks nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from certbot_dns_mijnhost.propagation.errors import PropagationTimeoutError
from certbot_dns_mijnhost.propagation.report import Outcome, ServerStatus, State
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
    left_out = (
        *(_statuses(t for zone in answering for t in zone.left_out)),
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
    return Outcome(state, seconds, ready, lagging, left_out, reason)


def _failure(zones: Sequence[ZoneTally], ceiling: float) -> PropagationTimeoutError:
    statuses = (
        *(_statuses(tally for zone in zones for tally in zone.servers)),
        *(status for zone in zones for status in zone.without_address),
    )
    return PropagationTimeoutError(
        f"After {ceiling:.0f} s no name server serves all challenge records. "
        f"They said last: {'; '.join(map(str, statuses))}",
        statuses,
    )


def _silence(zone: ZoneTally) -> str:
    said = [*_statuses(zone.servers), *zone.without_address]
    return f"no name server answers usefully ({'; '.join(map(str, said))})"


def _statuses(tallies: Iterable[ServerTally]) -> tuple[ServerStatus, ...]:
    return tuple(tally.status() for tally in tallies)
