"""The zone: is it in the account, does mijn.host serve it, do its name servers answer."""

from __future__ import annotations

from certbot_dns_mijnhost.api import MijnHostError
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.doctor.inspection import (
    BrokenDNSSECError,
    InspectionError,
    Inspector,
    Servers,
)
from certbot_dns_mijnhost.doctor.tools import Calls

OWNER = "mijn.host"
"""The domain under which mijn.host's name servers are called: ns1, ns2 and ns3."""
TO_MIJN_HOST = (
    "In mijn.host's control panel, give the domain the name servers of mijn.host (profile "
    "default-mijnhost); or leave them and delegate the challenge by a CNAME, see the README."
)
OPEN_THE_PORT = (
    "Open port 53 (UDP and TCP) from this machine to the outside, or name servers that it may ask: "
    "dns_mijnhost_nameservers in the credentials file."
)

AT_THE_REGISTRY = (
    "Check at the registry that the domain's name servers are those that hold the zone; if they "
    "are, tell mijn.host's support."
)


def check_managed(calls: Calls, zone: str, report: Report) -> bool | None:
    """Tell whether mijn.host manages the zone's DNS; None where the API can't be asked."""
    try:
        domain = calls.reading(lambda: calls.client.domains.get(zone))
    except MijnHostError as error:
        report(Finding("managed", State.FAILED, str(error), domain=zone))
        return None
    if "cancel" in (domain.status or "").lower():
        message = f"The domain {zone} is cancelled (renewal date: {domain.renewal_date})."
        step = "If that is not meant, take the cancellation back in mijn.host's control panel."
        report(Finding("status", State.WARNING, message, step, zone))
    if domain.managed_dns is False:
        message = f"mijn.host does not serve the DNS of {zone} (managed_dns is false)."
        report(Finding("managed", State.FAILED, message, TO_MIJN_HOST, zone))
        return False
    if domain.managed_dns is None:
        message = f"The API does not say whether mijn.host serves the DNS of {zone}."
        report(Finding("managed", State.NOTE, message, domain=zone))
    else:
        message = f"mijn.host manages the DNS of {zone}."
        report(Finding("managed", State.OK, message, domain=zone))
    return True


def check_published(
    inspector: Inspector, zone: str, report: Report, *, is_managed: bool | None
) -> None:
    """Report whether the name servers that the world is sent to are those of mijn.host."""
    try:
        hosts = inspector.published_nameservers(zone)
    except BrokenDNSSECError:
        message = (
            f"This machine's resolver refuses {zone}, and tells of it when it need not check "
            "DNSSEC: the signatures don't hold. A CA checks them too."
        )
        step = (
            "See at https://dnsviz.net what is wrong: mostly the registry has a DS record of name "
            "servers that the domain left. Were it so with every domain, this machine's resolver "
            "would be wrong, or its clock."
        )
        report(Finding("dnssec", State.FAILED, message, step, zone))
        return
    except InspectionError as error:
        message = f"The published name servers of {zone} can't be asked: {error}."
        step = "Check this machine's resolver, or name one: dns_mijnhost_resolver."
        report(Finding("nameservers", State.WARNING, message, step, zone))
        return
    elsewhere = [host for host in hosts if host != OWNER and not host.endswith(f".{OWNER}")]
    data = {"nameservers": list(hosts)}
    listed = ", ".join(hosts)
    if not hosts:
        message = f"No name servers are published for {zone}."
        step = "Check that the domain is registered, and has name servers in the control panel."
        finding = Finding("nameservers", State.FAILED, message, step, zone, data)
    elif not elsewhere:
        message = f"The published name servers of {zone} are mijn.host's: {listed}."
        finding = Finding("nameservers", State.OK, message, "", zone, data)
    else:
        # The API's word counts for more than names: mijn.host may use other ones too.
        state = State.FAILED if is_managed is False else State.WARNING
        message = f"The published name servers of {zone} are not mijn.host's: {', '.join(hosts)}."
        if len(elsewhere) < len(hosts):
            message = (
                f"Some published name servers of {zone} are not mijn.host's: "
                f"{', '.join(elsewhere)}. The CA may ask any of them."
            )
        finding = Finding("nameservers", state, message, TO_MIJN_HOST, zone, data)
    report(finding)


def check_servers(inspector: Inspector, zone: str, report: Report) -> None:
    """Report whether each name server of the zone can be asked, and serves it."""
    try:
        servers = inspector.servers(zone)
    except InspectionError as error:
        message = (
            f"The name servers of {zone} can't be found: {error}. The plugin then waits a fixed "
            "time instead of asking them."
        )
        step = f"Check that the domain is registered, and the resolver works. {OPEN_THE_PORT}"
        report(Finding("port-53", State.WARNING, message, step, zone))
        return
    report(_of_servers(servers, zone))


def _of_servers(servers: Servers, zone: str) -> Finding:
    silent = servers.silent + servers.without_address
    without_a_way = servers.unroutable
    if not servers.answering:
        silent, without_a_way = silent + without_a_way, ()
    data = {
        "answering": [status.label for status in servers.answering],
        "silent": [status.label for status in silent],
        "lame": [status.label for status in servers.lame],
        "unroutable": [status.label for status in without_a_way],
    }
    said = "; ".join(map(str, silent + servers.lame))
    count = len(servers.answering)
    if servers.answering and not said:
        message = f"Each name server of {zone} answers ({count} address{'es' * (count > 1)})."
        if without_a_way:
            family = servers.missing_family
            message += f" Their {family} addresses were left out: this machine has no {family}."
        return Finding("port-53", State.OK, message, "", zone, data)
    if servers.answering:
        total = count + len(silent + servers.lame)
        message = (
            f"{count} of {total} name servers of {zone} serve it. The others: {said}. They are "
            "left out of the wait."
        )
        step = "If port 53 (UDP and TCP) to them is open here, tell mijn.host's support."
        if servers.lame:
            step = f"The CA may ask any of them. {AT_THE_REGISTRY}"
        return Finding("port-53", State.WARNING, message, step, zone, data)
    if servers.is_intercepted:
        message = (
            "Port 53 is intercepted on the way: a recursive resolver answers instead of each name "
            f"server of {zone}: {said}. The plugin then waits a fixed time, which may be too short."
        )
        return Finding("port-53", State.WARNING, message, OPEN_THE_PORT, zone, data)
    if servers.lame:
        message = f"The name servers answer, but don't serve the zone {zone}: {said}."
        return Finding("port-53", State.FAILED, message, AT_THE_REGISTRY, zone, data)
    message = (
        f"No name server of {zone} can be asked: {said}. The plugin then waits a fixed time "
        "instead, which may be too short."
    )
    return Finding("port-53", State.WARNING, message, OPEN_THE_PORT, zone, data)
