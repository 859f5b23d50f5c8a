"""Contacts. The fields of the body are documented; which of them an answer holds is assumed."""

from __future__ import annotations

from typing import Any

from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.routes import bodies
from certbot_dns_mijnhost.emulator.routes.routing import Call, Reply, Route

NEEDED = (
    *("firstname", "lastname", "street", "street_number", "zipcode", "city", "country", "email"),
    *("phone_country", "phone_area", "phone_number"),
)
OPTIONAL = (
    *("company_name", "vat", "street_suffix", "state", "social_security_number"),
    *("passport_number", "company_registration_number", "company_url", "birth_date"),
)
ROLES = {"owner", "admin", "tech", "billing", "reseller"}
FIXED = {"firstname", "lastname", "company_name"}


def get_all(account: Account, call: Call) -> Reply:  # noqa: ARG001 - a handler's shape
    """List the contacts."""
    return Reply({"contacts": list(account.data.contacts.values())})


def create(account: Account, call: Call) -> Reply:
    """Add a contact."""
    sent = call.json()
    name = bodies.text(sent, "name")
    profile = bodies.mapping(sent, "profile")
    for field in NEEDED:
        bodies.text(profile, field)
    _check(profile)
    number = account.data.next_number()
    made = {"id": number, "name": name, "profile": dict(profile)}
    account.data.contacts[number] = made
    return Reply(made)


def get(account: Account, call: Call) -> Reply:
    """Show a contact."""
    return Reply(bodies.item(account.data.contacts, call.parameters["id"]))


def update(account: Account, call: Call) -> Reply:
    """Change a part of a contact; documented: names can't be changed."""
    contact = bodies.item(account.data.contacts, call.parameters["id"])
    profile = call.json().get("profile")
    if not isinstance(profile, dict) or FIXED & set(profile):
        raise bodies.invalid("profile")
    _check(profile)
    contact["profile"].update(profile)
    return Reply(None)


def delete(account: Account, call: Call) -> Reply:
    """Remove a contact."""
    contact = bodies.item(account.data.contacts, call.parameters["id"])
    del account.data.contacts[contact["id"]]
    return Reply(None)


def _check(profile: dict[str, Any]) -> None:
    """Refuse fields that are not documented, or of another kind (assumed)."""
    for name, value in profile.items():
        if name == "defaults":
            if not isinstance(value, dict) or set(value) - ROLES:
                raise bodies.invalid(name)
            for role in value:
                bodies.boolean(value, role)
        elif name in NEEDED:
            bodies.text(profile, name)
        elif name not in OPTIONAL or not (value is None or isinstance(value, str)):
            raise bodies.invalid(name)


ROUTES = (
    Route("GET", "domains/contacts", get_all),
    Route("POST", "domains/contacts", create),
    Route("GET", "domains/contacts/{id}", get),
    Route("PUT", "domains/contacts/{id}", update),
    Route("DELETE", "domains/contacts/{id}", delete),
)
