"""The zone: does mijn.host manage it, and which name servers are published for it."""

from __future__ import annotations

from certbot_dns_mijnhost.api import MijnHostError
from certbot_dns_mijnhost.doctor.context import Calls
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.doctor.inspection import Inspector
from certbot_dns_mijnhost.doctor.queries import BrokenDNSSECError, InspectionError
from certbot_dns_mijnhost.zone import Listing, canonical, unreadable_entries

TO_MIJN_HOST = (
    "In mijn.host's control panel, give the domain the name servers of mijn.host (profile "
    "default-mijnhost); or leave them and delegate the challenge by a CNAME, see the README."
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


def check_published(inspector: Inspector, zone: str, report: Report) -> None:
    """List the name servers that resolvers find; which host they belong to is not judged."""
    try:
        hosts = inspector.published_nameservers(zone)
    except BrokenDNSSECError:
        message = (
            f"This machine's resolver validates DNSSEC and refuses {zone}: the signatures of "
            "this zone or of one above it do not hold. A CA validates them too."
        )
        step = (
            "The check dnssec names the fault if it is in this zone. If it finds none, see "
            "https://dnsviz.net for the zones above. If the resolver refuses every domain, the "
            "resolver or this machine's clock is wrong."
        )
        report(Finding("resolver", State.FAILED, message, step, zone))
        return
    except InspectionError as error:
        message = f"The published name servers of {zone} can't be asked: {error}."
        step = "Check this machine's resolver, or name one: dns_mijnhost_resolver."
        report(Finding("nameservers", State.WARNING, message, step, zone))
        return
    data = {"nameservers": list(hosts)}
    if not hosts:
        message = f"No name servers are published for {zone}."
        step = "Check that the domain is registered, and has name servers in the control panel."
        report(Finding("nameservers", State.FAILED, message, step, zone, data))
        return
    # Names prove nothing: mijn.host has several families of them, and resellers use their own.
    # Whether they serve the zone is found out by asking them.
    message = f"The published name servers of {zone} are {', '.join(hosts)}."
    report(Finding("nameservers", State.NOTE, message, "", zone, data))


def check_records(calls: Calls, zone: str, report: Report) -> bool:
    """Report the records that the API lists in a way that cannot be sent back exactly.

    They fail nothing that single-record calls can do, but keep the zone from being rewritten.

    :returns: whether the API listed the zone.
    """
    try:
        answer = calls.reading(lambda: calls.client.dns_records.get_listing(zone))
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
