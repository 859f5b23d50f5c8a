"""Name-server profiles. Documented: the request; mijn.host's own host names are refused.

Seen in practice: host names of webhost.company are refused too. Assumed: the answers.
"""

from __future__ import annotations

from typing import Any

from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.http_messages import bad_request
from certbot_dns_mijnhost.emulator.routes import bodies
from certbot_dns_mijnhost.emulator.routes.routing import Call, Reply, Route


def get_all(account: Account, call: Call) -> Reply:  # noqa: ARG001 - the signature of handlers
    """List the profiles."""
    return Reply({"nameservers": list(account.data.profiles.values())})


def create(account: Account, call: Call) -> Reply:
    """Add a profile."""
    sent = call.json()
    alias = bodies.text(sent, "alias")
    if alias in account.data.profiles:
        raise bad_request("The alias is taken")
    account.data.profiles[alias] = _profile(alias, sent, default=0)
    return Reply(None)


def get(account: Account, call: Call) -> Reply:
    """Return a profile."""
    return Reply(bodies.item(account.data.profiles, call.parameters["alias"]))


def update(account: Account, call: Call) -> Reply:
    """Change the parts of a profile that are sent (seen in practice)."""
    alias = call.parameters["alias"]
    found = bodies.item(account.data.profiles, alias)
    sent = {"nameservers": found["nameservers"], **call.json()}
    made = _profile(alias, sent, default=found["default"])
    account.data.profiles[alias] = made
    return Reply(None)


def delete(account: Account, call: Call) -> Reply:
    """Delete a profile."""
    alias = call.parameters["alias"]
    bodies.item(account.data.profiles, alias)
    del account.data.profiles[alias]
    return Reply(None)


def _profile(alias: str, sent: dict[str, Any], default: int) -> dict[str, Any]:
    hosts = bodies.objects(sent, "nameservers")
    for host in hosts:
        name = bodies.text(host, "hostname")
        bodies.address(host, "ipv4", 4)
        if host.get("ipv6", "") != "":  # Seen in practice: an empty text is accepted.
            bodies.address(host, "ipv6", 6)
        if name.lower().rstrip(".").endswith((".mijn.host", ".webhost.company")):
            raise bad_request("The hostname is not allowed")
    if not hosts:
        raise bad_request("The field nameservers is required")
    if "set_as_default" in sent:
        default = int(bodies.boolean(sent, "set_as_default"))
    return {"alias": alias, "nameservers": hosts, "default": default}


ROUTES = (
    Route("GET", "domains/nameservers", get_all),
    Route("POST", "domains/nameservers", create),
    Route("GET", "domains/nameservers/{alias}", get),
    Route("PUT", "domains/nameservers/{alias}", update),
    Route("DELETE", "domains/nameservers/{alias}", delete),
)
