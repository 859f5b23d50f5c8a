"""Availability, extensions and orders. Documented: paths and requests. Assumed: the rest."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.account_data import EXTENSIONS, Charge
from certbot_dns_mijnhost.emulator.http_messages import BAD_BODY, NOT_FOUND, Refused, bad_request
from certbot_dns_mijnhost.emulator.routes import bodies
from certbot_dns_mijnhost.emulator.routes.routing import Call, Reply, Route

PREMIUM = {"premium.nl": {"register": "1234.50"}}
LARGEST_PAGE = 100
FIELDS = {
    *("domain", "type", "transfer_code", "accept_premium_price"),
    *("nameserver", "dns_template_id", "profile"),
}


def check(account: Account, call: Call) -> Reply:
    """Return whether a domain is available."""
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
    """List extensions by page. Documented: page, limit up to 100, search."""
    search = call.query.get("search", [""])[0]
    page = bodies.query_number(call.query, "page", 1, 10**6)
    limit = bodies.query_number(call.query, "limit", LARGEST_PAGE, LARGEST_PAGE)
    found = [_extension(name) for name in account.extensions if search in name]
    return Reply({"extensions": found[(page - 1) * limit : page * limit]})


def get_extension(account: Account, call: Call) -> Reply:
    """Return an extension."""
    name = call.parameters["extension"]
    if name not in account.extensions:
        raise Refused(404, NOT_FOUND)
    return Reply({**_extension(name), "requirements": []})


def order(account: Account, call: Call) -> Reply:
    """Register or transfer a domain. Documented: this charges the account immediately.

    Assumed: which orders are refused, except those without the documented fields; the account gets
    the domain later, so a second order of the same domain is charged too.
    """
    sent = call.json()
    if set(sent) - FIELDS:
        raise bad_request(BAD_BODY)
    domain = bodies.text(sent, "domain").lower().rstrip(".")
    bodies.one_of(sent, "type", {"register", "transfer"})
    extension = domain.split(".", 1)[-1]
    if extension not in EXTENSIONS:
        raise bad_request("The extension is not offered")
    if domain in {each.name for each in account.domains()}:
        raise bad_request("The domain is not available")
    if sent["type"] == "transfer":
        bodies.text(sent, "transfer_code")
    elif domain in PREMIUM:
        _check_premium_price(account, domain, sent.get("accept_premium_price"))
    _check_settings(account, sent)
    prices = PREMIUM.get(domain, {}) if sent["type"] == "register" else {}
    amount = prices.get("register", EXTENSIONS[extension][sent["type"]])
    number = account.data.next_number()
    account.data.ledger.append(Charge(number, domain, sent["type"], amount))
    made = {"order_id": number, "domain": domain, "type": sent["type"], "status": "pending"}
    account.data.orders[number] = made
    return Reply(made)


def _check_premium_price(account: Account, domain: str, accepted: object) -> None:
    """Refuse an order without the price.

    Seen in practice: the field is the amount. Assumed from its name: it may be a boolean.
    """
    price = Decimal(PREMIUM[domain]["register"])
    if account.variants.premium_price == "boolean":
        is_accepted = accepted is True
    else:
        is_number = isinstance(accepted, (int, float)) and not isinstance(accepted, bool)
        is_accepted = is_number and Decimal(str(accepted)) == price
    if not is_accepted:
        raise bad_request("The premium price must be accepted")


def _check_settings(account: Account, sent: dict[str, Any]) -> None:
    if "nameserver" in sent:
        account.data.check_profile(sent["nameserver"])
    if "profile" in sent:
        account.data.check_handles(sent["profile"])
    if "dns_template_id" in sent and sent["dns_template_id"] not in account.data.templates:
        raise bodies.invalid("dns_template_id")


def get_orders(account: Account, call: Call) -> Reply:  # noqa: ARG001 - the signature of handlers
    """List the orders."""
    return Reply({"orders": list(account.data.orders.values())})


def get_order(account: Account, call: Call) -> Reply:
    """Return an order."""
    return Reply(bodies.item(account.data.orders, call.parameters["id"]))


def update_order(account: Account, call: Call) -> Reply:
    """Change an item of an order."""
    found = bodies.item(account.data.orders, call.parameters["id"])
    sent = call.json()
    if "cart_id" not in sent:
        raise bad_request("The field cart_id is required")
    bodies.whole(sent, "cart_id", 1, 10**9)
    changes: dict[str, Any] = {"cart_id": sent["cart_id"]}
    if "domain" in sent:
        fields = bodies.mapping(sent, "domain")
        _check_settings(account, fields)
        # Assumed: the transfer code is secret and not in the answers.
        changes["domain"] = {k: v for k, v in fields.items() if k != "transfer_code"}
    if "hosting" in sent:
        changes["hosting"] = {"domain": bodies.text(bodies.mapping(sent, "hosting"), "domain")}
    found["changes"] = changes
    return Reply(None)


def _extension(name: str) -> dict[str, Any]:
    return {
        "extension": name,
        "prices": EXTENSIONS.get(name, EXTENSIONS["nl"]),
        "transfer_auth_code_required": 1,
        "dnssec_allowed": 1,
    }


ROUTES = (
    Route("GET", "domains/availability/{domain}", check),
    Route("GET", "domains/extensions", get_extensions),
    Route("GET", "domains/extensions/{extension}", get_extension),
    Route("POST", "domains/order", order),
    Route("GET", "orders", get_orders),
    Route("GET", "orders/{id}", get_order),
    Route("PUT", "orders/{id}", update_order),
)
