"""Domains: list, get, change, cancel and transfer. Documented: paths and requests."""

from __future__ import annotations

from typing import Any

from certbot_dns_mijnhost.emulator import shapes
from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.account_data import DEFAULT_PROFILE
from certbot_dns_mijnhost.emulator.http_messages import BAD_BODY, NO_ACCESS, Refused, bad_request
from certbot_dns_mijnhost.emulator.routes import bodies
from certbot_dns_mijnhost.emulator.routes.routing import Call, Reply, Route
from certbot_dns_mijnhost.emulator.variants import Variants
from certbot_dns_mijnhost.emulator.zone import Domain


def get_all(account: Account, call: Call) -> Reply:
    """List the domains (documented, including the fields).

    Assumed: with several tags, the domains that have one of them; the answers to a key that must
    not list domains.
    """
    forbidden = account.variants.listing_forbidden
    if forbidden == "bad_request":
        raise bad_request(f"{NO_ACCESS}.")
    if forbidden:
        raise Refused(403, NO_ACCESS)
    tags = {tag for text in call.query.get("tags", ()) for tag in text.split(",") if tag}
    wanted = [domain for domain in account.domains() if not tags or tags & set(domain.tags)]
    variants = account.variants
    listed = [summary(domain, variants) for domain in wanted]
    if variants.unicode_domains:
        for domain in listed:
            domain["domain"] = in_unicode(str(domain["domain"]))
    # Assumed: odd entries in a listing.
    odd = account.odd_domains
    return Reply({"domains": [*odd, *listed, *odd]})


def in_unicode(name: str) -> str:
    """Return a domain name with U-labels; emoji are allowed."""
    return ".".join(
        label[4:].encode().decode("punycode") if label.startswith("xn--") else label
        for label in name.split(".")
    )


def get(account: Account, call: Call) -> Reply:
    """Return one domain; for the fields that the listing does not have, see ``shapes``."""
    domain = account.find(call.parameters["domain"])
    details = shapes.domain_details(domain, account.data.profiles, account.variants)
    return Reply({**details, **summary(domain, account.variants)})


def summary(domain: Domain, variants: Variants) -> dict[str, object]:
    """Return a domain's fields in the listing (documented)."""
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


def update(account: Account, call: Call) -> Reply:
    """Change the fields that are sent and no others (documented)."""
    domain = account.find(call.parameters["domain"])
    sent = call.json()
    if not sent or set(sent) - set(CHECKS) or {"nameserver", "nameservers"} <= set(sent):
        raise bad_request(BAD_BODY)
    # Assumed: a refused change has no effect, so all fields are checked first.
    for name in sent:
        CHECKS[name](account, sent)
    ignored = account.variants.ignored_settings.split(",")
    sent = {name: value for name, value in sent.items() if name not in ignored}
    if "tags" in sent:
        domain.tags = list(sent["tags"])
    if "is_locked" in sent:
        domain.is_locked = sent["is_locked"]
    if "nameserver" in sent or "nameservers" in sent:
        # Seen in practice: mijn.host serves the zone only with its own profile.
        domain.managed_dns = sent.get("nameserver") == DEFAULT_PROFILE
        domain.settings.pop("nameserver", None)
        domain.settings.pop("nameservers", None)
    kept = {k: v for k, v in sent.items() if k not in {"tags", "is_locked", "profile"}}
    domain.settings.update(kept)
    if "profile" in sent:
        # Documented for the fields of a domain: contacts that are not sent do not change.
        handles: Any = domain.settings.get("profile") or {}
        domain.settings["profile"] = {**handles, **sent["profile"]}
    return Reply(None)


def cancel(account: Account, call: Call) -> Reply:
    """Cancel a domain."""
    domain = account.find(call.parameters["domain"])
    domain.status, domain.status_id = "Cancelled", 2
    return Reply(None)


def restore(account: Account, call: Call) -> Reply:
    """Undo a cancellation. Assumed: 400 if there is none."""
    domain = account.find(call.parameters["domain"])
    if domain.status != "Cancelled":
        raise bad_request("The domain is not cancelled")
    domain.status, domain.status_id = "Active", 1
    return Reply(None)


def auth_code(account: Account, call: Call) -> Reply:
    """Return the transfer code. Assumed: the name of the field."""
    domain = account.find(call.parameters["domain"])
    return Reply({"auth_code": f"code-of-{domain.name}"})


def _check_nameserver(account: Account, sent: dict[str, Any]) -> None:
    """Check the profile. Assumed: an alias that does not exist is refused."""
    account.data.check_profile(bodies.text(sent, "nameserver"))


def _check_nameservers(account: Account, sent: dict[str, Any]) -> None:  # noqa: ARG001 - as above
    hosts = sent["nameservers"]
    if not isinstance(hosts, list) or not hosts:
        raise bodies.invalid("nameservers")
    for host in hosts:
        fields = {"hostname": host} if isinstance(host, str) else host
        if not isinstance(fields, dict):
            raise bodies.invalid("nameservers")
        bodies.text(fields, "hostname")
        for name, version in (("ipv4", 4), ("ipv6", 6)):
            if name in fields:
                bodies.address(fields, name, version)


def _check_is_locked(account: Account, sent: dict[str, Any]) -> None:  # noqa: ARG001 - as above
    bodies.boolean(sent, "is_locked")


def _check_dnssec(account: Account, sent: dict[str, Any]) -> None:  # noqa: ARG001 - as above
    """Check the DNSSEC key. Documented: the numbers and the required fields."""
    dnssec = bodies.mapping(sent, "dnssec")
    if bodies.boolean(dnssec, "enabled"):
        bodies.one_of(dnssec, "flags", {256, 257})
        bodies.one_of(dnssec, "alg", {6, 8, 10, 12, 13, 15, 16})
        bodies.one_of(dnssec, "protocol", {3})
        bodies.text(dnssec, "pubKey")


def _check_forwarder(account: Account, sent: dict[str, Any]) -> None:  # noqa: ARG001 - as above
    """Check the forwarder. Documented: the types and the required fields."""
    forwarder = bodies.mapping(sent, "forwarder")
    if bodies.boolean(forwarder, "enabled"):
        bodies.one_of(forwarder, "type", {301, 302, 303})
        bodies.text(forwarder, "url")


def _check_profile(account: Account, sent: dict[str, Any]) -> None:
    account.data.check_handles(bodies.mapping(sent, "profile"))


def _check_tags(account: Account, sent: dict[str, Any]) -> None:  # noqa: ARG001 - as above
    """Check the tags. Documented: the allowed characters."""
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789._-")
    tags = sent["tags"]
    if not isinstance(tags, list):
        raise bodies.invalid("tags")
    if not all(isinstance(tag, str) and tag and set(tag) <= allowed for tag in tags):
        raise bodies.invalid("tags")


CHECKS = {
    "nameserver": _check_nameserver,
    "nameservers": _check_nameservers,
    "is_locked": _check_is_locked,
    "dnssec": _check_dnssec,
    "forwarder": _check_forwarder,
    "profile": _check_profile,
    "tags": _check_tags,
}

ROUTES = (
    Route("GET", "domains", get_all),
    Route("GET", "domains/{domain}", get),
    Route("PUT", "domains/{domain}", update),
    Route("DELETE", "domains/{domain}", cancel),
    Route("PUT", "domains/{domain}/cancel-delete", restore),
    Route("GET", "domains/{domain}/auth-code", auth_code),
)
