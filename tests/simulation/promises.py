"""The promises that hold in every history."""

from __future__ import annotations

from collections.abc import Iterator

from .commands import CommandOutcome
from .history import ODD_ENTRIES, History
from .play import API_KEY, Outcome, Report
from .scheduler import Crash

MOST_REQUESTS = 400
MOST_SECONDS = 2400.0


def problems(history: History, report: Report, errors: list[BaseException]) -> list[str]:
    """Return each promise that was broken; empty where all held."""
    found = [f"lost although it had been seen: {i}" for i in report.lost_although_seen]
    found += [f"unexpected {type(e).__name__}: {e}" for e in errors if not isinstance(e, Crash)]
    # An exact restore removes what the copy lacks, odd entries too.
    may_lose_odd = any(command.act == "restore exactly" for command in history.commands)
    is_lost = history.odd is not None and ODD_ENTRIES[history.odd] not in report.odd_entries
    if is_lost and not may_lose_odd:
        found.append(f"lost an odd entry: {history.odd}")
    found += [
        f"missing at the end: {i}"
        for i in report.foreign - report.standing - set(report.lost_unseen)
    ]
    for name, outcome in report.outcomes.items():
        found += [f"{name}: {text}" for text in _broken(history, report, name, outcome)]
    found += [text for outcome in report.commands.values() for text in _broken_by(report, outcome)]
    texts = [*report.log, *report.files, *(str(o.error) for o in report.outcomes.values())]
    texts += [str(outcome.error) for outcome in report.commands.values()]
    if any(API_KEY in text for text in texts):
        found.append("the key shows")
    return found


def _broken(history: History, report: Report, name: str, outcome: Outcome) -> Iterator[str]:
    wanted = {("TXT", record.name + ".", record.value) for record in outcome.values}
    # While a run is at its second zone, another process may rewrite the first one.
    missing = wanted - outcome.stood - set(report.lost_unseen)
    if outcome.published and missing and not _is_told(report):
        yield f"published, but missing: {missing}"
    lost = wanted & set(report.lost_unseen)
    if outcome.published and not (outcome.served or missing or lost):
        yield "published, but not served in two minutes"
    if outcome.requests > MOST_REQUESTS or outcome.seconds > MOST_SECONDS:
        yield f"{outcome.requests} requests in {outcome.seconds:.0f} s"
    if outcome.leftovers is None:
        return
    named = {("TXT", leftover.name + ".", leftover.value) for leftover in outcome.leftovers}
    # Listings that are a minute old show what another run removed since: rewritten, it is back.
    may_be_brought_back = (
        history.variants.cached_seconds > 0
        and len(history.runs) + len(history.commands) > 1
        and report.whole_zone_writes > 0
    )
    # A second write of a rewrite sends the challenges that the first one sent: a listing without
    # them may be old, and a challenge that is lost costs a certificate.
    brought_back = {key for actor, key in report.brought_back if actor != name}
    silent = (wanted & report.standing) - named - brought_back
    if silent and not may_be_brought_back:
        yield f"left behind without a word: {silent}"
    if any(not leftover.reason for leftover in outcome.leftovers):
        yield "a leftover without a reason"
    # While readings lag, a record may be called left behind that is about to vanish from them.
    is_undisturbed = (
        not history.strikes
        and not history.edits
        and not history.commands
        and len(history.runs) == 1
        and history.variants.delete == "supported"
        and history.variants.stale_seconds == 0
        and history.variants.cached_seconds == 0
        and not (history.variants.lagging_replica and history.variants.replica_seconds > 5)
    )
    if is_undisturbed and outcome.leftovers:
        yield f"leftovers without a fault: {outcome.leftovers}"


def _broken_by(report: Report, outcome: CommandOutcome) -> Iterator[str]:
    if not _is_told(report):
        yield from outcome.broken
    if outcome.requests > MOST_REQUESTS or outcome.seconds > MOST_SECONDS:
        yield f"a command: {outcome.requests} requests in {outcome.seconds:.0f} s"


def _is_told(report: Report) -> bool:
    """Return whether the API confirmed it and never listed it, so that the DNS check decides."""
    return any("Continuing; the DNS check decides" in line for line in report.log)
