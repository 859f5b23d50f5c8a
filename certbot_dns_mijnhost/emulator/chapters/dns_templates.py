"""DNS templates. Documented: the body, and the listing's fields."""

from __future__ import annotations

from typing import Any

from certbot_dns_mijnhost.emulator import refusals
from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.chapters import bodies
from certbot_dns_mijnhost.emulator.chapters.routing import Call, Reply, Route


def get_all(account: Account, call: Call) -> Reply:  # noqa: ARG001 - a handler's shape
    """List the templates without their records (documented)."""
    fields = ("id", "alias", "default")
    templates = account.possessions.templates.values()
    return Reply({"templates": [{name: each[name] for name in fields} for each in templates]})


def create(account: Account, call: Call) -> Reply:
    """Add a template."""
    number = account.possessions.next_number()
    account.possessions.templates[number] = _template(number, call.json())
    return Reply(None)


def get(account: Account, call: Call) -> Reply:
    """Show a template."""
    return Reply(bodies.item(account.possessions.templates, call.parameters["id"]))


def update(account: Account, call: Call) -> Reply:
    """Replace a template."""
    found = bodies.item(account.possessions.templates, call.parameters["id"])
    account.possessions.templates[found["id"]] = _template(found["id"], call.json())
    return Reply(None)


def delete(account: Account, call: Call) -> Reply:
    """Remove a template."""
    found = bodies.item(account.possessions.templates, call.parameters["id"])
    del account.possessions.templates[found["id"]]
    return Reply(None)


def _template(number: int, sent: dict[str, Any]) -> dict[str, Any]:
    records = bodies.objects(sent, "records")
    for record in records:
        bodies.text(record, "type")
        bodies.text(record, "value")
        if str(record.get("name", "")).endswith("."):
            raise refusals.bad_request("The name of a record is invalid")
    alias = bodies.text(sent, "alias")
    return {
        "id": number,
        "alias": alias,
        "default": int(bool(sent.get("default"))),
        "records": records,
    }


ROUTES = (
    Route("GET", "domains/dns-templates", get_all),
    Route("POST", "domains/dns-templates", create),
    Route("GET", "domains/dns-templates/{id}", get),
    Route("PUT", "domains/dns-templates/{id}", update),
    Route("DELETE", "domains/dns-templates/{id}", delete),
)
