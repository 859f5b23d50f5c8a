"""Changing, cancelling and transferring a domain. Documented: paths and bodies."""

from __future__ import annotations

from certbot_dns_mijnhost.emulator import refusals
from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.chapters.routing import Call, Reply, Route
from certbot_dns_mijnhost.emulator.zone import Record

FIELDS = {"nameserver", "nameservers", "is_locked", "dnssec", "profile", "forwarder", "tags"}
THEIRS = "default-mijnhost"


def update(account: Account, call: Call) -> Reply:
    """Change what is sent; the rest stays (documented)."""
    domain = account.find(call.parameters["domain"])
    sent = call.json()
    if not sent or set(sent) - FIELDS or {"nameserver", "nameservers"} <= set(sent):
        raise refusals.bad_request(refusals.BAD_BODY)
    if "tags" in sent:
        domain.tags = _tags(sent["tags"])
    if "is_locked" in sent:
        domain.is_locked = bool(sent["is_locked"])
    if "nameserver" in sent or "nameservers" in sent:
        # Seen in practice: the zone is served by mijn.host only with their own profile.
        domain.managed_dns = sent.get("nameserver") == THEIRS
    domain.settings.update({k: v for k, v in sent.items() if k not in {"tags", "is_locked"}})
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
    """Replace the zone by text. Assumed: one record a line, as GET shows them."""
    text = call.json().get("zone")
    if not isinstance(text, str):
        raise refusals.bad_request(refusals.BAD_BODY)
    account.replace_records(
        call.parameters["domain"], [_record(line) for line in text.splitlines()]
    )
    return Reply(None)


def _record(line: str) -> Record:
    parts = line.split(None, 4)
    if len(parts) != 5 or not parts[1].isdecimal():
        raise refusals.bad_request("The zone file is not valid")
    return Record(parts[3], parts[0], parts[4], int(parts[1]))


def _tags(sent: object) -> list[str]:
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789._-")
    if not isinstance(sent, list) or any(not set(str(tag)) <= allowed for tag in sent):
        raise refusals.bad_request("The field tags is invalid")
    return [str(tag) for tag in sent]


ROUTES = (
    Route("PUT", "domains/{domain}", update),
    Route("DELETE", "domains/{domain}", cancel),
    Route("PUT", "domains/{domain}/cancel-delete", restore),
    Route("GET", "domains/{domain}/auth-code", auth_code),
    Route("GET", "domains/{domain}/dns/zone", get_zone_file),
    Route("PUT", "domains/{domain}/dns/zone", replace_zone_file),
)
