"""Servers, certificates, invoices, users, tickets and commissions of an account.

Paths and request bodies are those of a client that says that it follows the documentation. The
answers are assumed, except for a few field names that this client mentions.
"""

from __future__ import annotations

import copy
from collections import deque
from dataclasses import dataclass, field
from typing import Any

# Assumed: the initial contents of an account, as a customer with one server may have them.
VPS = {
    "id": 501,
    "hostname": "vps1.example.nl",
    "status": "running",
    "renewal_date": "2027-06-30",
    "ip-addresses": [
        {"ip": "192.0.2.10", "reverse": "vps1.example.nl"},
        {"ip": "2001:db8::10", "reverse": ""},
    ],
    "details": {"vps_locked": False, "tasks": [], "rescue": False, "image_id": 12},
}
IMAGES = [{"id": 12, "name": "Debian 13"}, {"id": 14, "name": "Ubuntu 24.04"}]
BACKUPS = [{"key": 1, "type": "incremental", "created": "2026-11-01 03:00:00"}]
PRODUCTS = [{"product_id": 71, "name": "Domain certificate", "prices": {"1": "9.95", "2": "18.95"}}]
CERTIFICATE = {
    "id": 601,
    "domain": "example.nl",
    "certificate_status": "ACT",
    "requested": True,
    "expires": "2027-03-01",
    "certificate": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "intermediate_certificate": "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n",
}
PROFILE = {
    "firstname": "Willemijn",
    "lastname": "Voorbeeld",
    "address": "Dorpsstraat",
    "house_number": "12345",
    "zipcode": "1234AB",
    "city": "Ons Dorp",
    "country_code": "NL",
    "phone": "205550123",
    "phone_country_code": "31",
    "email": "willemijn@example.nl",
    "email_invoices": "boekhouding@example.nl",
    "company_vat_number": None,
    "company": "Voorbeeld BV",
    "account_type": "business",
}
PAY_METHODS = [
    {"id": "bank_transfer", "name": "Bank transfer", "is_default": True},
    {"id": "mdt_1", "name": "SEPA direct debit NL00BANK0123456789", "is_default": False},
]
INVOICES = [
    {
        "invoice_nr": 20260001,
        "date": "2026-11-01",
        "total": "12.04",
        "payment_status": "paid",
    },
    {
        "invoice_nr": 20260002,
        "date": "2026-11-20",
        "total": "24.08",
        "payment_status": "open",
        "payment_url": "https://pay.example.net/f1e2d3c4",
    },
]
USER = {
    "id": 801,
    "email": "willemijn@example.nl",
    "firstname": "Willemijn",
    "lastname": "Voorbeeld",
    "is_main_user": True,
    "permissions": {"domains": True, "account-users": True},
}
COMMISSIONS = [{"id": 901, "date": "2026-10-05", "amount": "4.50", "status": "approved"}]
PAYMENTS = [{"id": 951, "date": "2026-11-01", "amount": "4.50", "status": "paid"}]


@dataclass
class Services:
    """State of these parts of the API; each account starts with a copy of the values above."""

    vps: dict[int, dict[str, Any]] = field(default_factory=lambda: _by([VPS], "id"))
    images: list[dict[str, Any]] = field(default_factory=lambda: copy.deepcopy(IMAGES))
    backups: dict[int, list[dict[str, Any]]] = field(
        default_factory=lambda: {501: copy.deepcopy(BACKUPS)}
    )
    passwords: dict[int, str] = field(default_factory=dict)
    """The root passwords by server, if one was set."""
    certificates: dict[int, dict[str, Any]] = field(
        default_factory=lambda: _by([CERTIFICATE], "id")
    )
    products: list[dict[str, Any]] = field(default_factory=lambda: copy.deepcopy(PRODUCTS))
    profile: dict[str, Any] = field(default_factory=lambda: dict(PROFILE))
    pay_methods: list[dict[str, Any]] = field(default_factory=lambda: copy.deepcopy(PAY_METHODS))
    invoices: dict[int, dict[str, Any]] = field(default_factory=lambda: _by(INVOICES, "invoice_nr"))
    users: dict[int, dict[str, Any]] = field(default_factory=lambda: _by([USER], "id"))
    user_times: deque[float] = field(default_factory=deque)
    """When the latest users were added, in seconds of the account's clock."""
    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    commissions: dict[int, dict[str, Any]] = field(default_factory=lambda: _by(COMMISSIONS, "id"))
    payments: dict[int, dict[str, Any]] = field(default_factory=lambda: _by(PAYMENTS, "id"))


def _by(entries: list[dict[str, Any]], key: str) -> dict[int, dict[str, Any]]:
    return {entry[key]: copy.deepcopy(entry) for entry in entries}
