"""Changing, cancelling and transferring a domain. Documented: paths and bodies."""

from __future__ import annotations

from typing import Any

from certbot_dns_mijnhost.emulator import refusals
from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.account_data import DEFAULT_PROFILE
from certbot_dns_mijnhost.emulator.routes import bodies
from certbot_dns_mijnhost.emulator.routes.routing import Call, Reply, Route
from certbot_dns_mijnhost.emulator.zone import Record


def update(account: Account, call: Call) -> Reply:
    """Change what is sent; the rest stays (documented)."""
    domain = account.find(call.parameters["domain"])
    sent = call.json()
    if not sent or set(sent) - set(CHECKS) or {"nameserver", "nameservers"} <= set(sent):
        raise refusals.bad_request(refusals.BAD_BODY)
    # All is checked before anything changes (assumed): a refused change leaves nothing behind.
    for name in sent:
        CHECKS[name](account, sent)
    ignored = account.variants.ignored_settings.split(",")
    sent = {name: value for name, value in sent.items() if name not in ignored}
    if "tags" in sent:
        domain.tags = list(sent["tags"])
    if "is_locked" in sent:
        domain.is_locked = sent["is_locked"]
    if "nameserver" in sent or "nameservers" in sent:
        # Seen in practice: the zone is served by mijn.host only with their own profile.
        domain.managed_dns = sent.get("nameserver") == DEFAULT_PROFILE
        domain.settings.pop("nameserver", None)
        domain.settings.pop("nameservers", None)
    kept = {k: v for k, v in sent.items() if k not in {"tags", "is_locked", "profile"}}
    domain.settings.update(kept)
    if "profile" in sent:
        # Contacts that are left out stay as they are (documented for the fields of a domain).
        handles: Any = domain.settings.get("profile") or {}
        domain.settings["profile"] = {**handles, **sent["profile"]}
    return Reply(None)


def cancel(account: Account, call: Call) -> Reply:
    """Cancel a domain."""
    domain = account.find(call.parameters["domain"])
    domain.status, domain.status_id = "Cancelled", 2
    return Reply(None)


def restore(account: Account, call: Call) -> Reply:
    """Take a cancellation back."""
    domain = account.find(call.parameters["domain"])
    if domain.status != "Cancelled":
        raise refusals.bad_request("The domain is not cancelled")
    domain.status, domain.status_id = "Active", 1
    return Reply(None)


def auth_code(account: Account, call: Call) -> Reply:
    """Show the transfer code. Assumed: the name of the field."""
    domain = account.find(call.parameters["domain"])
    return Reply({"auth_code": f"code-of-{domain.name}"})


def get_zone_file(account: Account, call: Call) -> Reply:
    """Show the zone as text (documented: ``data.zone``)."""
    records = account.read_records(call.parameters["domain"])
    lines = [f"{r.name} {r.ttl} IN {r.type} {r.value}" for r in records]
    return Reply({"zone": "\n".join(lines) + "\n"})


def replace_zone_file(account: Account, call: Call) -> Reply:
    """Replace the zone by text. Assumed: one record a line, as GET shows them.

    Seen in practice: SOA lines and the NS lines of the apex are ignored, and the old zone stays if
    a line is not valid.
    """
    text = call.json().get("zone")
    if not isinstance(text, str):
        raise refusals.bad_request(refusals.BAD_BODY)
    domain = account.find(call.parameters["domain"])
    apex = {"@", domain.name, f"{domain.name}."}
    records = [_record(line) for line in text.splitlines() if line.strip()]
    kept = [
        record
        for record in records
        if record.type.upper() != "SOA"
        and not (record.type.upper() == "NS" and record.name.lower() in apex)
    ]
    account.replace_records(call.parameters["domain"], kept)
    return Reply(None)


def _record(line: str) -> Record:
    parts = line.split(None, 4)
    if len(parts) != 5 or not parts[1].isdecimal():
        raise refusals.bad_request("The zone file is not valid")
    return Record(parts[3], parts[0], parts[4], int(parts[1]))


def _check_nameserver(account: Account, sent: dict[str, Any]) -> None:
    """Assumed: an alias that the account lacks is refused."""
    account.data.check_profile(bodies.text(sent, "nameserver"))


def _check_nameservers(account: Account, sent: dict[str, Any]) -> None:  # noqa: ARG001 - one shape
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


def _check_is_locked(account: Account, sent: dict[str, Any]) -> None:  # noqa: ARG001 - one shape
    bodies.boolean(sent, "is_locked")


def _check_dnssec(account: Account, sent: dict[str, Any]) -> None:  # noqa: ARG001 - one shape
    """Documented: the numbers, and what an enabled one needs."""
    dnssec = bodies.mapping(sent, "dnssec")
    if bodies.boolean(dnssec, "enabled"):
        bodies.one_of(dnssec, "flags", {256, 257})
        bodies.one_of(dnssec, "alg", {6, 8, 10, 12, 13, 15, 16})
        bodies.one_of(dnssec, "protocol", {3})
        bodies.text(dnssec, "pubKey")


def _check_forwarder(account: Account, sent: dict[str, Any]) -> None:  # noqa: ARG001 - one shape
    """Documented: the numbers, and what an enabled one needs."""
    forwarder = bodies.mapping(sent, "forwarder")
    if bodies.boolean(forwarder, "enabled"):
        bodies.one_of(forwarder, "type", {301, 302, 303})
        bodies.text(forwarder, "url")


def _check_profile(account: Account, sent: dict[str, Any]) -> None:
    account.data.check_handles(bodies.mapping(sent, "profile"))


def _check_tags(account: Account, sent: dict[str, Any]) -> None:  # noqa: ARG001 - one shape
    """Documented: the characters."""
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
    Route("PUT", "domains/{domain}", update),
    Route("DELETE", "domains/{domain}", cancel),
    Route("PUT", "domains/{domain}/cancel-delete", restore),
    Route("GET", "domains/{domain}/auth-code", auth_code),
    Route("GET", "domains/{domain}/dns/zone", get_zone_file),
    Route("PUT", "domains/{domain}/dns/zone", replace_zone_file),
)
