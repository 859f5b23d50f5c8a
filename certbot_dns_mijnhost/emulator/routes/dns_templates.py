"""DNS templates. Documented: the request and the fields of the listing. Assumed: the rest."""

from __future__ import annotations

from typing import Any

from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.http_messages import bad_request
from certbot_dns_mijnhost.emulator.routes import bodies
from certbot_dns_mijnhost.emulator.routes.routing import Call, Reply, Route

MAXIMUM_TTL = 2147483647


def get_all(account: Account, call: Call) -> Reply:  # noqa: ARG001 - the signature of handlers
    """List the templates without their records (documented)."""
    fields = ("id", "alias", "default")
    templates = account.data.templates.values()
    return Reply({"templates": [{name: each[name] for name in fields} for each in templates]})


def create(account: Account, call: Call) -> Reply:
    """Add a template."""
    number = account.data.next_number()
    account.data.templates[number] = _template(number, call.json(), default=0)
    return Reply(None)


def get(account: Account, call: Call) -> Reply:
    """Return a template."""
    return Reply(bodies.item(account.data.templates, call.parameters["id"]))


def update(account: Account, call: Call) -> Reply:
    """Change the parts of a template that are sent (seen in practice)."""
    found = bodies.item(account.data.templates, call.parameters["id"])
    sent = {"alias": found["alias"], "records": found["records"], **call.json()}
    made = _template(found["id"], sent, default=found["default"])
    account.data.templates[found["id"]] = made
    return Reply(None)


def delete(account: Account, call: Call) -> Reply:
    """Delete a template."""
    found = bodies.item(account.data.templates, call.parameters["id"])
    del account.data.templates[found["id"]]
    return Reply(None)


def _template(number: int, sent: dict[str, Any], default: int) -> dict[str, Any]:
    alias = bodies.text(sent, "alias")
    records = bodies.objects(sent, "records")
    for record in records:
        _check(record)
    if "default" in sent:
        default = int(bodies.boolean(sent, "default"))
    return {"id": number, "alias": alias, "default": default, "records": records}


def _check(record: dict[str, Any]) -> None:
    """Check a record. Documented: a relative name, empty for the apex; the range of the TTL."""
    bodies.text(record, "type")
    bodies.text(record, "value")
    name = record.get("name", "")
    if not isinstance(name, str) or name.endswith("."):
        raise bad_request("The name of a record is invalid")
    bodies.whole(record, "ttl", 1, MAXIMUM_TTL)
    bodies.whole(record, "priority", 0, 65535)


ROUTES = (
    Route("GET", "domains/dns-templates", get_all),
    Route("POST", "domains/dns-templates", create),
    Route("GET", "domains/dns-templates/{id}", get),
    Route("PUT", "domains/dns-templates/{id}", update),
    Route("DELETE", "domains/dns-templates/{id}", delete),
)
