"""Availability, extensions and orders. Documented: paths and bodies; the rest is assumed."""

from __future__ import annotations

from typing import Any

from certbot_dns_mijnhost.emulator import refusals
from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.chapters import bodies
from certbot_dns_mijnhost.emulator.chapters.routing import Call, Reply, Route
from certbot_dns_mijnhost.emulator.possessions import EXTENSIONS, Charge
from certbot_dns_mijnhost.emulator.refusals import Refused

PREMIUM = {"premium.nl": {"register": "1234.50"}}
LARGEST_PAGE = 100


def check(account: Account, call: Call) -> Reply:
    """Tell whether a domain can be had."""
    domain = call.parameters["domain"].lower()
    taken = domain in {each.name for each in account.domains()}
    data: dict[str, Any] = {
        "domain": domain,
        "status": "taken" if taken else "available",
        "is_premium": domain in PREMIUM,
    }
    if domain in PREMIUM:
        data["premium_price"] = PREMIUM[domain]
    return Reply(data)


def get_extensions(account: Account, call: Call) -> Reply:
    """List extensions, a page at a time (documented: page, limit up to 100, search)."""
    search = call.query.get("search", [""])[0]
    page, limit = (int(call.query.get(name, ["1"])[0]) for name in ("page", "limit"))
    if not 1 <= limit <= LARGEST_PAGE:
        raise refusals.bad_request("The field limit is invalid")
    found = [_extension(name) for name in account.extensions if search in name]
    return Reply({"extensions": found[(page - 1) * limit : page * limit]})


def get_extension(account: Account, call: Call) -> Reply:
    """Show an extension."""
    name = call.parameters["extension"]
    if name not in account.extensions:
        raise Refused(404, refusals.NOT_FOUND)
    return Reply({**_extension(name), "requirements": []})


def order(account: Account, call: Call) -> Reply:
    """Register or transfer a domain. Documented: charges the account at once."""
    sent = call.json()
    domain = bodies.text(sent, "domain").lower().rstrip(".")
    bodies.one_of(sent, "type", {"register", "transfer"})
    if sent["type"] == "transfer":
        bodies.text(sent, "transfer_code")
    if domain in PREMIUM and not sent.get("accept_premium_price"):
        raise refusals.bad_request("The premium price has to be accepted")
    extension = domain.split(".", 1)[-1]
    if extension not in EXTENSIONS:
        raise refusals.bad_request("The extension is not offered")
    number = account.possessions.next_number()
    amount = PREMIUM.get(domain, EXTENSIONS[extension])["register"]
    account.possessions.ledger.append(Charge(number, domain, sent["type"], amount))
    made = {"order_id": number, "domain": domain, "type": sent["type"], "status": "pending"}
    account.possessions.orders[number] = made
    return Reply(made)


def get_orders(account: Account, call: Call) -> Reply:  # noqa: ARG001 - a handler's shape
    """List the orders."""
    return Reply({"orders": list(account.possessions.orders.values())})


def get_order(account: Account, call: Call) -> Reply:
    """Show an order."""
    return Reply(bodies.item(account.possessions.orders, call.parameters["id"]))


def update_order(account: Account, call: Call) -> Reply:
    """Change an item of an order."""
    found = bodies.item(account.possessions.orders, call.parameters["id"])
    sent = call.json()
    if not isinstance(sent.get("cart_id"), int):
        raise refusals.bad_request("The field cart_id is required")
    found["changes"] = sent
    return Reply(None)


def _extension(name: str) -> dict[str, Any]:
    return {"extension": name, "prices": EXTENSIONS.get(name, EXTENSIONS["nl"])}


ROUTES = (
    Route("GET", "domains/availability/{domain}", check),
    Route("GET", "domains/extensions", get_extensions),
    Route("GET", "domains/extensions/{extension}", get_extension),
    Route("POST", "domains/order", order),
    Route("GET", "orders", get_orders),
    Route("GET", "orders/{id}", get_order),
    Route("PUT", "orders/{id}", update_order),
)
