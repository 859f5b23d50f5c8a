"""Check where the record of a challenge belongs: CNAMEs, subzones, and the account's zone."""

from __future__ import annotations

from collections.abc import Collection

from certbot_dns_mijnhost.api import MijnHostError
from certbot_dns_mijnhost.challenges import challenge_target, cname_remedies, is_from_wildcard
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.doctor.inspection import Inspector
from certbot_dns_mijnhost.doctor.queries import InspectionError
from certbot_dns_mijnhost.propagation import AliasFollower, AliasLoopError
from certbot_dns_mijnhost.zone import (
    ChallengeRecords,
    ZoneNotFoundError,
    canonical,
)
from certbot_dns_mijnhost.zone.listing import CHALLENGE_LABEL

BY_RESOLVER = " This is the resolver's answer, because the name servers cannot be queried."


def check_delegation(
    follower: AliasFollower, records: ChallengeRecords, name: str, report: Report
) -> str | None:
    """Return the name of the challenge's record; None if the CNAME records are faulty."""
    challenge = f"{CHALLENGE_LABEL}.{name}"
    try:
        found = follower.follow(challenge)
        place = challenge_target(found, follower, records)
    except AliasLoopError as error:
        step = (
            "Correct the CNAME records at the DNS provider that serves them: the CA follows them "
            "too."
        )
        report(Finding("delegation", State.FAILED, f"{error}.", step, name))
        return None
    except MijnHostError as error:
        report(Finding("zone", State.FAILED, str(error), domain=name))
        return None
    data = {"chain": list(found.chain)}
    source = BY_RESOLVER if found.by_resolver else ""
    if place == challenge and len(found.chain) > 1:
        message = (
            f"{challenge} is a CNAME to {found.chain[1]} only because of a wildcard record. The "
            "challenge record takes precedence over it."
        )
        report(Finding("delegation", State.OK, message, domain=name))
    elif found.reason:
        message = f"Cannot check whether {challenge} is a CNAME: {found.reason}."
        if len(found.chain) > 1:
            message = (
                f"The challenge is delegated: {' -> '.join(found.chain)}. Cannot query the "
                f"last name: {found.reason}."
            )
        step = (
            f"Check that {found.target} is spelled correctly, and that its domain exists. If so, "
            "open port 53 (UDP and TCP) to the outside, or set dns_mijnhost_resolver."
        )
        report(Finding("delegation", State.WARNING, message, step, name, data))
    elif len(found.chain) > 1:
        message = f"The challenge is delegated: {' -> '.join(found.chain)}.{source}"
        report(Finding("delegation", State.OK, message, "", name, data))
    else:
        message = f"{challenge} is not a CNAME: the challenge records are added there.{source}"
        report(Finding("delegation", State.OK, message, domain=name))
    return place


def check_ignored_cname(follower: AliasFollower, name: str, report: Report) -> None:
    """Report a CNAME that the CA follows, but the plugin does not because of its settings."""
    challenge = f"{CHALLENGE_LABEL}.{name}"
    try:
        chain = follower.follow(challenge).chain
        # The challenge's own record takes precedence over a wildcard.
        if len(chain) == 1 or is_from_wildcard(challenge, chain[1:], follower):
            return
    except AliasLoopError:
        return
    message = (
        f"{challenge} is a CNAME to {chain[1]}, which the plugin ignores because of "
        "dns_mijnhost_follow_cname = false. The CA follows it, and sees no other record there."
    )
    step = "Set dns_mijnhost_follow_cname = true, or remove the CNAME."
    report(Finding("delegation", State.FAILED, message, step, name, {"chain": list(chain)}))


def check_subzone(
    inspector: Inspector,
    records: ChallengeRecords,
    target: str,
    *,
    zone: str,
    name: str,
    report: Report,
) -> None:
    """Report if a delegation sends the CA to other name servers than those of `zone`."""
    held_by = _held_by(inspector, records, target)
    if not held_by.endswith(f".{canonical(zone)}"):
        return
    message = (
        f"NS records delegate {held_by} to other name servers. The CA asks those, and does not see "
        f"the record {target} in the zone {zone}."
    )
    step = f"Remove the NS records at {held_by} from {zone}."
    if held_by != target:
        step += f" Or delegate the challenge by a CNAME in {held_by}, see docs/delegation.md."
    report(Finding("subzone", State.FAILED, message, step, name, {"subzone": held_by}))


def _held_by(inspector: Inspector, records: ChallengeRecords, target: str) -> str:
    """Return the zone of `target` in DNS, or else a subzone that the listing shows; else empty."""
    try:
        held_by = inspector.zone_of(target)
    except InspectionError:  # Another check reports that no name servers are found.
        held_by = ""
    try:
        return held_by or records.subzone_of(target) or ""
    except MijnHostError:
        return ""


def check_zone(
    records: ChallengeRecords,
    target: str,
    name: str,
    report: Report,
    *,
    chosen: Collection[str],
    listed: Collection[str],
) -> str | None:
    """Return the zone of the account that holds the challenge; None if there is none.

    :param chosen: the domains of ``dns_mijnhost_zone``; empty if it is not set.
    :param listed: the account's domains; empty if the key may not list them.
    """
    try:
        zone = records.zone_of(target)
    except ZoneNotFoundError as error:
        message, step = str(error), ""
        challenge = f"{CHALLENGE_LABEL}.{name}"
        if target != challenge:
            message = (
                f"{challenge} is a CNAME to {target}, which is not in the account of this API key."
            )
            step = _cures(records, name, target, chosen)
        if chosen:
            message = f"No domain of dns_mijnhost_zone ({', '.join(chosen)}) contains {target}."
            step = "Add the domain to dns_mijnhost_zone, or remove this setting."
        report(Finding("zone", State.FAILED, message, step, name))
        return None
    except MijnHostError as error:
        report(Finding("zone", State.FAILED, str(error), domain=name))
        return None
    if listed and canonical(zone) not in map(canonical, listed):
        message = f"dns_mijnhost_zone has {zone}, which is not in this account."
        step = (
            "Correct or remove dns_mijnhost_zone, or use a key of the account that has the domain."
        )
        report(Finding("zone", State.FAILED, message, step, name))
        return None
    source = "of this account" if listed or not chosen else "of dns_mijnhost_zone"
    message = f"{target} is in the zone {zone} {source}."
    report(Finding("zone", State.OK, message, "", name, {"zone": zone}))
    return zone


def _cures(records: ChallengeRecords, name: str, target: str, chosen: Collection[str]) -> str:
    challenge = f"{CHALLENGE_LABEL}.{name}"
    try:
        zone = records.zone_of(challenge)
    except MijnHostError:
        zone = None
    return cname_remedies((challenge, target), zone, tuple(chosen))
