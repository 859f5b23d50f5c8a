"""Contacts. Documented: the fields of the request. Seen in practice: the shapes of answers."""

from __future__ import annotations

from typing import Any

from certbot_dns_mijnhost.emulator import shapes
from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.http_messages import BAD_BODY, bad_request
from certbot_dns_mijnhost.emulator.routes import bodies
from certbot_dns_mijnhost.emulator.routes.routing import Call, Reply, Route

NEEDED = (
    *("firstname", "lastname", "street", "street_number", "zipcode", "city", "country", "email"),
    *("phone_country", "phone_area", "phone_number"),
)
OPTIONAL = (
    *("company_name", "vat", "gender", "street_suffix", "state", "social_security_number"),
    *("passport_number", "company_registration_number", "company_url", "birth_date"),
)
ROLES = {"owner", "admin", "tech", "billing", "reseller"}
FIXED = {"firstname", "lastname", "company_name"}


def get_all(account: Account, call: Call) -> Reply:  # noqa: ARG001 - the signature of handlers
    """List the contacts."""
    variants = account.variants
    contacts = account.data.contacts.values()
    listed = [shapes.contact_in_list(contact, variants) for contact in contacts]
    return Reply({variants.contact_list: listed})


def create(account: Account, call: Call) -> Reply:
    """Add a contact."""
    sent = call.json()
    name = bodies.text(sent, "name")
    profile = bodies.mapping(sent, "profile")
    for field in NEEDED:
        bodies.text(profile, field)
    _check(profile)
    if account.variants.contact_defaults:
        bodies.mapping(profile, "defaults")
    number = account.data.next_number()
    made = {"id": number, "name": name, "profile": dict(profile)}
    account.data.contacts[number] = made
    return Reply(shapes.contact_details(made, account.variants))


def get(account: Account, call: Call) -> Reply:
    """Return a contact."""
    contact = bodies.item(account.data.contacts, call.parameters["id"])
    return Reply(shapes.contact_details(contact, account.variants))


def update(account: Account, call: Call) -> Reply:
    """Change some fields of a contact. Documented: not the names in its profile."""
    contact = bodies.item(account.data.contacts, call.parameters["id"])
    sent = call.json()
    if not sent or set(sent) - {"name", "profile"}:
        raise bad_request(BAD_BODY)
    profile = sent.get("profile", {})
    if not isinstance(profile, dict) or FIXED & set(profile):
        raise bodies.invalid("profile")
    _check(profile)
    if "name" in sent:
        contact["name"] = bodies.text(sent, "name")
    contact["profile"].update(profile)
    return Reply(None)


def delete(account: Account, call: Call) -> Reply:
    """Delete a contact. Seen in practice: refused while a domain uses it."""
    contact = bodies.item(account.data.contacts, call.parameters["id"])
    for domain in account.domains():
        handles = domain.settings.get("profile")
        if isinstance(handles, dict) and contact["id"] in handles.values():
            raise bad_request("The contact is in use")
    del account.data.contacts[contact["id"]]
    return Reply(None)


def _check(profile: dict[str, Any]) -> None:
    """Refuse fields that are not documented or have another type (assumed)."""
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
