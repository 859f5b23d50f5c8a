"""The findings of a trial with a test record, one function for each of its steps."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from certbot_dns_mijnhost.doctor.findings import Finding, State
from certbot_dns_mijnhost.propagation import Outcome, PropagationTimeoutError
from certbot_dns_mijnhost.propagation import State as Wait
from certbot_dns_mijnhost.settings import Settings
from certbot_dns_mijnhost.zone import NotRemoved, PatchEffect, RecordKey, ZonePlan

FORBIDDEN = ", which dns_mijnhost_allow_zone_rewrite = false forbids."
SEE_REWRITES = "See docs/zone-changes.md for what it does to your zone."


def created(zone: str, seconds: float) -> Finding:
    """Return the finding for a test record that was created after so many seconds."""
    message = f"Created a test record in {zone} ({seconds:.1f} s)."
    return Finding("write", State.OK, message, "", zone, {"seconds": round(seconds, 3)})


def without_delete(zone: str, settings: Settings) -> Finding:
    """Return the finding for an API that cannot delete single records."""
    message = (
        f"The API cannot delete single records in {zone}, so no test record was created. "
        "The plugin removes its records by a zone rewrite"
    )
    if settings.allow_zone_rewrite:
        return Finding("delete", State.WARNING, f"{message}.", SEE_REWRITES, zone)
    step = "Allow zone rewrites, or remove the challenge records yourself after each run."
    return Finding("delete", State.WARNING, message + FORBIDDEN, step, zone)


def without_patch(zone: str, settings: Settings) -> Finding:
    """Return the finding for an API that cannot add single records."""
    message = (
        f"The API cannot add single records in {zone}, so no test record was created. "
        "The plugin adds its records by a zone rewrite"
    )
    if settings.allow_zone_rewrite:
        return Finding("patch", State.WARNING, f"{message}.", SEE_REWRITES, zone)
    step = "Allow zone rewrites: without them the plugin cannot add a record."
    return Finding("patch", State.FAILED, message + FORBIDDEN, step, zone)


def reads(
    zone: str,
    needed: int,
    record: RecordKey,
    before: Collection[RecordKey],
    shown: Sequence[Collection[RecordKey]],
) -> Finding:
    """Return the finding for the listings after the write.

    :param needed: the number of reads up to the first that showed the record.
    :param before: what the zone had before the write.
    :param shown: what each later read showed.
    """
    count = len(shown)
    stale = sum(record not in each for each in shown)
    short = sum(not set(before) <= set(each) for each in shown)
    data: dict[str, int | None] = {
        "readings_until_shown": needed,
        "stale": stale,
        "short": short,
    }
    when = "at once" if needed <= 1 else f"in read {needed}"
    message = f"The API's listing showed the test record {when}"
    if stale == count < needed:
        message = f"None of {needed + count} reads of the API's listing showed the test record"
        data["readings_until_shown"] = None
    if stale or short:
        message += (
            f"; of the last {count} reads, {stale} lacked it and {short} lacked other records. "
            "The plugin handles this."
        )
    else:
        message += f", and in each of the next {count} reads."
    clear = needed <= 1 and not stale and not short
    return Finding("reads", State.OK if clear else State.NOTE, message, "", zone, data)


def published(zone: str, outcome: Outcome) -> Finding:
    """Return the finding for a wait for the name servers that ended."""
    if outcome.state is Wait.NOT_CHECKED:
        message = f"Cannot query the name servers for the test record: {outcome.reason}."
        step = "Open port 53 (UDP and TCP) to the outside, or set dns_mijnhost_nameservers."
        return Finding("publication", State.WARNING, message, step, zone)
    data = {"seconds": round(outcome.seconds, 1), "servers": len(outcome.ready)}
    count = len(outcome.ready)
    message = (
        f"{count} name server{' serves' if count == 1 else 's serve'} the test record after "
        f"{outcome.seconds:.0f} s."
    )
    if not outcome.lagging:
        return Finding("publication", State.OK, message, "", zone, data)
    behind = "; ".join(map(str, outcome.lagging))
    message += f" Not up to date by then: {behind}."
    step = "Allow more time: set a higher dns_mijnhost_propagation_seconds."
    return Finding("publication", State.WARNING, message, step, zone, data)


def not_published(zone: str, error: PropagationTimeoutError) -> Finding:
    """Return the finding for name servers that did not serve the record in time."""
    step = (
        "Check that the domain's published name servers are those of mijn.host; if they "
        "are, try again with a higher dns_mijnhost_propagation_seconds."
    )
    message = f"{error}.".replace("..", ".")
    return Finding("publication", State.FAILED, message, step, zone)


def not_awaited(zone: str) -> Finding:
    """Return the finding for a wait that the settings skip."""
    message = "No wait for the name servers: dns_mijnhost_propagation_seconds is 0."
    return Finding("publication", State.SKIPPED, message, domain=zone)


def patch_effect(zone: str, effect: PatchEffect, settings: Settings) -> Finding:
    """Return the finding for what a PATCH does to the other values of an RRset."""
    data = {"patch": effect.value}
    if effect is PatchEffect.APPENDS:
        message = "A PATCH adds to the values of an RRset, so single-record calls are sufficient."
        return Finding("patch", State.OK, message, "", zone, data)
    message = (
        f"A PATCH {effect.value} the values of an RRset, so a certificate for a domain and its "
        "wildcard needs a zone rewrite"
    )
    if effect in {PatchEffect.ABSENT, PatchEffect.UNKNOWN}:
        message = (
            "The API cannot add a second value to an RRset by a single-record call, so a "
            "certificate for a domain and its wildcard needs a zone rewrite"
        )
    if settings.allow_zone_rewrite:
        return Finding("patch", State.NOTE, f"{message}.", "", zone, data)
    step = (
        "Allow zone rewrites, or obtain one certificate for the domain and another for its "
        "wildcard."
    )
    return Finding("patch", State.WARNING, message + FORBIDDEN, step, zone, data)


def removed(zone: str) -> Finding:
    """Return the finding for test records that were removed."""
    message = "Removed the test record by a single-record call."
    return Finding("delete", State.OK, message, domain=zone)


def not_removed(zone: str, record: NotRemoved) -> Finding:
    """Return the finding for a test record that could not be removed."""
    return Finding(
        "delete",
        State.FAILED,
        f"Could not remove the test record {record.name} ({record.value!r}): {record.reason}",
        "It is harmless. Remove it in mijn.host's control panel, or run `mijnhost "
        "challenges sweep`.",
        zone,
    )


def others_unchanged(zone: str, count: int) -> Finding:
    """Return the finding for a zone whose other records are all listed."""
    message = f"The other {count} records of {zone} are unchanged."
    return Finding("others", State.OK, message, "", zone, {"records": count})


def others_missing(difference: ZonePlan) -> Finding:
    """Return the finding for other records that are not listed any more.

    :param difference: removes them from the zone as it was.
    """
    listed = "; ".join(str(difference).splitlines())
    return Finding(
        "others",
        State.WARNING,
        f"Other records of {difference.zone} are not listed any more "
        f"({len(difference.removed)}): {listed}. The doctor did not change them.",
        "Check in mijn.host's control panel whether they exist.",
        difference.zone,
        {"missing": [record.as_listed() for record in difference.removed]},
    )
