"""Check a zone: whether mijn.host serves it, its published name servers, its unreadable records."""

from __future__ import annotations

from certbot_dns_mijnhost.api import MijnHostError
from certbot_dns_mijnhost.doctor.account import Calls
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.doctor.inspection import Inspector
from certbot_dns_mijnhost.doctor.queries import BrokenDNSSECError, InspectionError
from certbot_dns_mijnhost.zone import Listing, canonical, unreadable_entries

TO_MIJN_HOST = (
    "In mijn.host's control panel, set the domain's name servers to those of mijn.host (profile "
    "default-mijnhost); or keep the present ones, and delegate the challenge by a CNAME, see "
    "docs/delegation.md."
)


def check_managed(calls: Calls, zone: str, report: Report) -> bool | None:
    """Return whether mijn.host serves the zone's DNS; None if the API call fails."""
    try:
        domain = calls.read(lambda: calls.client.domains.get(zone))
    except MijnHostError as error:
        report(Finding("managed", State.FAILED, str(error), domain=zone))
        return None
    if "cancel" in (domain.status or "").lower():
        message = f"The domain {zone} is cancelled (renewal date: {domain.renewal_date})."
        step = "If this is not intended, withdraw the cancellation in mijn.host's control panel."
        report(Finding("status", State.WARNING, message, step, zone))
    if domain.managed_dns is False:
        message = f"mijn.host does not serve the DNS of {zone} (managed_dns is false)."
        report(Finding("managed", State.FAILED, message, TO_MIJN_HOST, zone))
        return False
    if domain.managed_dns is None:
        message = f"The API does not report whether mijn.host serves the DNS of {zone}."
        report(Finding("managed", State.NOTE, message, domain=zone))
    else:
        message = f"mijn.host manages the DNS of {zone}."
        report(Finding("managed", State.OK, message, domain=zone))
    return True


def check_published(inspector: Inspector, zone: str, report: Report) -> None:
    """Report the name servers that the resolver finds, without judging their host names."""
    try:
        hosts = inspector.published_nameservers(zone)
    except BrokenDNSSECError:
        message = (
            f"This machine's resolver validates DNSSEC and refuses {zone}: the signatures of "
            "this zone or of one above it are not valid. CAs validate them too."
        )
        step = (
            "If the fault is in this zone, the check dnssec shows it. If not, see "
            "https://dnsviz.net for the zones above. If the resolver refuses every domain, check "
            "the resolver and this machine's clock."
        )
        report(Finding("resolver", State.FAILED, message, step, zone))
        return
    except InspectionError as error:
        message = f"Cannot look up the published name servers of {zone}: {error}."
        step = "Check this machine's resolver, or set another one: dns_mijnhost_resolver."
        report(Finding("nameservers", State.WARNING, message, step, zone))
        return
    data = {"nameservers": list(hosts)}
    if not hosts:
        message = f"No name servers are published for {zone}."
        step = "Check in the control panel that the domain is registered and has name servers."
        report(Finding("nameservers", State.FAILED, message, step, zone, data))
        return
    # Host names prove nothing: mijn.host has several families of them, and resellers use their
    # own. Another check queries them.
    message = f"The published name servers of {zone} are {', '.join(hosts)}."
    report(Finding("nameservers", State.NOTE, message, "", zone, data))


def check_records(calls: Calls, zone: str, report: Report) -> bool:
    """Report the records that the API lists in a way that cannot be sent back exactly.

    They do not affect single-record calls, but they prevent a zone rewrite.

    :returns: whether the API listed the zone.
    """
    try:
        answer = calls.read(lambda: calls.client.dns_records.get_listing(zone))
    except MijnHostError as error:
        report(Finding("records", State.FAILED, str(error), domain=zone))
        return False
    entries = unreadable_entries(Listing(canonical(zone), answer.records, skipped=answer.skipped))
    if not entries:
        return True
    message = (
        f"The API lists entries in {zone} that cannot be sent back exactly: {'; '.join(entries)}. "
        "If a certificate needs a zone rewrite, the plugin refuses it."
    )
    step = "Correct or delete these records in mijn.host's control panel."
    report(Finding("records", State.WARNING, message, step, zone, {"entries": entries}))
    return True
