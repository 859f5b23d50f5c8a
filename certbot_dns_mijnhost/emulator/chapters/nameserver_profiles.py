"""Name-server profiles. Documented: the body, and that mijn.host's own hosts are refused."""

from __future__ import annotations

from typing import Any

from certbot_dns_mijnhost.emulator import refusals
from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.chapters import bodies
from certbot_dns_mijnhost.emulator.chapters.routing import Call, Reply, Route


def get_all(account: Account, call: Call) -> Reply:  # noqa: ARG001 - a handler's shape
    """List the profiles."""
    return Reply({"nameservers": list(account.possessions.profiles.values())})


def create(account: Account, call: Call) -> Reply:
    """Add a profile."""
    sent = call.json()
    alias = bodies.text(sent, "alias")
    if alias in account.possessions.profiles:
        raise refusals.bad_request("The alias is taken")
    account.possessions.profiles[alias] = _profile(alias, sent)
    return Reply(None)


def get(account: Account, call: Call) -> Reply:
    """Show a profile."""
    return Reply(bodies.item(account.possessions.profiles, call.parameters["alias"]))


def update(account: Account, call: Call) -> Reply:
    """Replace a profile."""
    alias = call.parameters["alias"]
    bodies.item(account.possessions.profiles, alias)
    account.possessions.profiles[alias] = _profile(alias, call.json())
    return Reply(None)


def delete(account: Account, call: Call) -> Reply:
    """Remove a profile."""
    alias = call.parameters["alias"]
    bodies.item(account.possessions.profiles, alias)
    del account.possessions.profiles[alias]
    return Reply(None)


def _profile(alias: str, sent: dict[str, Any]) -> dict[str, Any]:
    hosts = bodies.objects(sent, "nameservers")
    for host in hosts:
        name = bodies.text(host, "hostname")
        bodies.text(host, "ipv4")
        if name.rstrip(".").endswith(".mijn.host"):
            raise refusals.bad_request("The hostname is not allowed")
    return {"alias": alias, "nameservers": hosts, "default": int(bool(sent.get("set_as_default")))}


ROUTES = (
    Route("GET", "domains/nameservers", get_all),
    Route("POST", "domains/nameservers", create),
    Route("GET", "domains/nameservers/{alias}", get),
    Route("PUT", "domains/nameservers/{alias}", update),
    Route("DELETE", "domains/nameservers/{alias}", delete),
)
