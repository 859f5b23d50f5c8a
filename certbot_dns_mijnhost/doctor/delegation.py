"""The name in the certificate: where its challenge leads to, and whether the CA may issue it."""

from __future__ import annotations

from collections.abc import Collection

from certbot_dns_mijnhost.api import MijnHostError
from certbot_dns_mijnhost.delegation import cures, leads_any_name, place_of
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.doctor.inspection import Inspector
from certbot_dns_mijnhost.doctor.queries import InspectionError
from certbot_dns_mijnhost.propagation import AliasFollower, AliasLoopError
from certbot_dns_mijnhost.zone import (
    ChallengeRecords,
    ZoneNotFoundError,
    canonical,
)

CHALLENGE = "_acme-challenge"
BY_RESOLVER = " The resolver says so, because the name servers cannot be asked."


def check_delegation(
    follower: AliasFollower, records: ChallengeRecords, name: str, report: Report
) -> str | None:
    """Return where the challenge of `name` goes; None where it leads nowhere."""
    challenge = f"{CHALLENGE}.{name}"
    try:
        found = follower.follow(challenge)
        place = place_of(found, follower, records)
    except AliasLoopError as error:
        step = "Correct the CNAME records at the DNS provider that serves them: the CA follows too."
        report(Finding("delegation", State.FAILED, f"{error}.", step, name))
        return None
    except MijnHostError as error:
        report(Finding("zone", State.FAILED, str(error), domain=name))
        return None
    data = {"chain": list(found.chain)}
    source = BY_RESOLVER if found.by_resolver else ""
    if place == challenge and len(found.chain) > 1:
        message = (
            f"{challenge} is a CNAME to {found.chain[1]} by a wildcard only: the records go to the "
            "name itself, and take its place there."
        )
        report(Finding("delegation", State.OK, message, domain=name))
    elif found.reason:
        message = f"Whether {challenge} is a CNAME can't be asked: {found.reason}."
        if len(found.chain) > 1:
            message = (
                f"The challenge is delegated: {' -> '.join(found.chain)}. What is there can't be "
                f"asked: {found.reason}."
            )
        step = (
            f"Check that {found.target} is spelt right, and its domain registered. If so, open "
            "port 53 (UDP and TCP) to the outside, or set dns_mijnhost_resolver."
        )
        report(Finding("delegation", State.WARNING, message, step, name, data))
    elif len(found.chain) > 1:
        message = f"The challenge is delegated: {' -> '.join(found.chain)}.{source}"
        report(Finding("delegation", State.OK, message, "", name, data))
    else:
        message = f"{challenge} is no CNAME: the records go there.{source}"
        report(Finding("delegation", State.OK, message, domain=name))
    return place


def check_ignored_cname(follower: AliasFollower, name: str, report: Report) -> None:
    """Report a CNAME that the CA follows and the plugin is told not to."""
    challenge = f"{CHALLENGE}.{name}"
    try:
        chain = follower.follow(challenge).chain
        # A wildcard gives way to the challenge's own record.
        if len(chain) == 1 or leads_any_name(challenge, chain[1:], follower):
            return
    except AliasLoopError:
        return
    message = (
        f"{challenge} is a CNAME to {chain[1]}, which dns_mijnhost_follow_cname = false leaves "
        "aside. The CA follows it, and does not see a record beside it."
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
    """Report if DNS asks other name servers for the challenge than those of `zone`."""
    held_by = _held_by(inspector, records, target)
    if not held_by.endswith(f".{canonical(zone)}"):
        return
    message = (
        f"DNS has {target} in a zone of its own, {held_by}, since NS records stand there. A record "
        f"in {zone} is not seen."
    )
    step = f"Remove the NS records at {held_by} from {zone}."
    if held_by != target:
        step += f" Or delegate the challenge by a CNAME in {held_by}, see the README."
    report(Finding("subzone", State.FAILED, message, step, name, {"subzone": held_by}))


def _held_by(inspector: Inspector, records: ChallengeRecords, target: str) -> str:
    """Return the zone that DNS has `target` in, or else the subzone by the listing; else empty."""
    try:
        held_by = inspector.zone_of(target)
    except InspectionError:  # Whether name servers can be found is a check of its own.
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
    """Return the zone of the account that holds the challenge; None where none does.

    :param chosen: the domains of ``dns_mijnhost_zone``; empty where it is not set.
    :param listed: the account's domains; empty where the key may not list them.
    """
    try:
        zone = records.zone_of(target)
    except ZoneNotFoundError as error:
        message, step = str(error), ""
        if target != f"{CHALLENGE}.{name}":
            step = f"A CNAME leads the challenge there. {_cures(records, name, target, chosen)}"
        if chosen:
            message = f"dns_mijnhost_zone has no domain that holds {target}: {', '.join(chosen)}."
            step = "Add the domain there, or leave dns_mijnhost_zone out."
        report(Finding("zone", State.FAILED, message, step, name))
        return None
    except MijnHostError as error:
        report(Finding("zone", State.FAILED, str(error), domain=name))
        return None
    if listed and canonical(zone) not in map(canonical, listed):
        message = f"dns_mijnhost_zone has {zone}, which is no domain of this account."
        step = "Correct dns_mijnhost_zone, or leave it out; or take the key of the other account."
        report(Finding("zone", State.FAILED, message, step, name))
        return None
    whose = "of this account" if listed or not chosen else "of dns_mijnhost_zone"
    message = f"{target} lies in the zone {zone} {whose}."
    report(Finding("zone", State.OK, message, "", name, {"zone": zone}))
    return zone


def _cures(records: ChallengeRecords, name: str, target: str, chosen: Collection[str]) -> str:
    challenge = f"{CHALLENGE}.{name}"
    try:
        zone = records.zone_of(challenge)
    except MijnHostError:
        zone = None
    return cures((challenge, target), zone, tuple(chosen))
