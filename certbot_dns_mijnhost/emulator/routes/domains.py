"""The domains: listing them, and looking at one."""

from __future__ import annotations

from certbot_dns_mijnhost.emulator import refusals, shapes
from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.domain import Domain
from certbot_dns_mijnhost.emulator.refusals import Refused
from certbot_dns_mijnhost.emulator.routes.routing import Call, Reply, Route
from certbot_dns_mijnhost.emulator.variants import Variants


def get_all(account: Account, call: Call) -> Reply:
    """List the domains. Documented, as are the fields.

    Assumed: with several tags, a domain that has one of them is listed; and the two answers for
    a key that may not list.
    """
    forbidden = account.variants.listing_forbidden
    if forbidden == "bad_request":
        raise refusals.bad_request(f"{refusals.NO_ACCESS}.")
    if forbidden:
        raise Refused(403, refusals.NO_ACCESS)
    tags = {tag for text in call.query.get("tags", ()) for tag in text.split(",") if tag}
    wanted = [domain for domain in account.domains() if not tags or tags & set(domain.tags)]
    variants = account.variants
    listed = [summary(domain, variants) for domain in wanted]
    if variants.unicode_domains:
        for domain in listed:
            domain["domain"] = in_unicode(str(domain["domain"]))
    # Assumed: what else a listing may hold.
    odd = account.odd_domains
    return Reply({"domains": [*odd, *listed, *odd]})


def in_unicode(name: str) -> str:
    """Spell a domain with the letters that its A-labels stand for, emoji too."""
    return ".".join(
        label[4:].encode().decode("punycode") if label.startswith("xn--") else label
        for label in name.split(".")
    )


def get(account: Account, call: Call) -> Reply:
    """Show one domain. The fields beyond those of the listing are documented by group only."""
    domain = account.find(call.parameters["domain"])
    details = shapes.domain_details(domain, account.data.profiles, account.variants)
    return Reply({**details, **summary(domain, account.variants)})


def summary(domain: Domain, variants: Variants) -> dict[str, object]:
    """Return a domain as the listing shows it (documented)."""
    date = domain.renewal_date
    if variants.day_first_dates:
        date = "-".join(reversed(date.split("-")))
    return {
        "id": domain.id,
        "domain": domain.name,
        "renewal_date": date,
        "status": domain.status.lower() if variants.lower_status else domain.status,
        "status_id": domain.status_id,
        "tags": list(domain.tags),
    }


ROUTES = (Route("GET", "domains", get_all), Route("GET", "domains/{domain}", get))
