"""The account's users and support tickets.

Documented by a client: paths and bodies. Assumed: the answers.
"""

from __future__ import annotations

from typing import Any

from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.http_messages import TOO_MANY, Refused
from certbot_dns_mijnhost.emulator.routes import bodies
from certbot_dns_mijnhost.emulator.routes.routing import Call, Reply, Route

USERS_AN_HOUR = 10
DEPARTMENTS = {"support", "administration", "sales", "public_cloud", "microsoft_365"}


def get_users(account: Account, call: Call) -> Reply:
    """List the users, a page at a time, without their permissions."""
    listed = bodies.page(account, call, account.data.services.users, "email")
    return bodies.listing(
        account, "users", [{k: v for k, v in u.items() if k != "permissions"} for u in listed]
    )


def get_user(account: Account, call: Call) -> Reply:
    """Return a user with permissions."""
    return Reply(bodies.item(account.data.services.users, call.parameters["id"]))


def create_user(account: Account, call: Call) -> Reply:
    """Add a user. Documented: at most ten in an hour. Assumed: 429 for more."""
    sent, services = call.json(), account.data.services
    for name in ("email", "firstname", "lastname", "password"):
        bodies.text(sent, name)
    permissions = _permissions(sent) if "permissions" in sent else {}
    if sent["email"] in [user["email"] for user in services.users.values()]:
        raise bodies.invalid("email")
    now = account.clock()
    while services.user_times and services.user_times[0] <= now - 3600:
        services.user_times.popleft()
    if len(services.user_times) >= USERS_AN_HOUR:
        raise Refused(429, TOO_MANY)
    services.user_times.append(now)
    number = account.data.next_number()
    services.users[number] = {
        "id": number,
        **{name: sent[name] for name in ("email", "firstname", "lastname")},
        "is_main_user": False,
        "permissions": permissions,
    }
    return Reply({"id": number})


def update_user(account: Account, call: Call) -> Reply:
    """Change a user. Documented: permissions are replaced, but not those of the main user."""
    user = bodies.item(account.data.services.users, call.parameters["id"])
    sent = call.json()
    for name in {"firstname", "lastname"} & set(sent):
        bodies.text(sent, name)
    if "permissions" in sent:
        permissions = _permissions(sent)
        if not user["is_main_user"]:
            user["permissions"] = permissions
    user.update({name: sent[name] for name in ("firstname", "lastname") if name in sent})
    return Reply(None)


def _permissions(sent: dict[str, Any]) -> dict[str, bool]:
    permissions = bodies.mapping(sent, "permissions")
    return {name: bodies.boolean(permissions, name) for name in permissions}


def get_tickets(account: Account, call: Call) -> Reply:
    """List the tickets, a page at a time, without their messages."""
    listed = bodies.page(account, call, account.data.services.tickets, "subject", "ticket_number")
    return bodies.listing(
        account, "tickets", [{k: v for k, v in t.items() if k != "messages"} for t in listed]
    )


def get_ticket(account: Account, call: Call) -> Reply:
    """Return a ticket with its messages."""
    return Reply(bodies.item(account.data.services.tickets, call.parameters["number"]))


def create_ticket(account: Account, call: Call) -> Reply:
    """Open a ticket."""
    sent = call.json()
    bodies.text(sent, "subject")
    bodies.one_of(sent, "department", DEPARTMENTS)
    number = account.data.next_number()
    account.data.services.tickets[number] = {
        "ticket_number": number,
        "subject": sent["subject"],
        "department": sent["department"],
        "status": "open",
        "messages": [_message(sent)],
    }
    return Reply({"ticket_number": number})


def reply(account: Account, call: Call) -> Reply:
    """Add a message to a ticket."""
    ticket = bodies.item(account.data.services.tickets, call.parameters["number"])
    ticket["messages"].append(_message(call.json()))
    return Reply(None)


def _message(sent: dict[str, Any]) -> dict[str, str]:
    text = bodies.text(sent, "message")
    return {"sender": "customer", "message": text, "created": "2026-11-26 12:00:00"}


ROUTES = (
    Route("GET", "account/users", get_users),
    Route("POST", "account/users", create_user),
    Route("GET", "account/users/{id}", get_user),
    Route("PUT", "account/users/{id}", update_user),
    Route("GET", "account/tickets", get_tickets),
    Route("POST", "account/tickets", create_ticket),
    Route("GET", "account/tickets/{number}", get_ticket),
    Route("POST", "account/tickets/{number}/reply", reply),
)
