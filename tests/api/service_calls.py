"""The calls for servers, certificates, account and affiliate, with valid arguments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from certbot_dns_mijnhost.api import AccountProfile, MijnHostClient, MijnHostError

CSR_TEXT = "-----BEGIN CERTIFICATE REQUEST-----\nexample.nl\n-----END CERTIFICATE REQUEST-----\n"

CALLS: dict[str, dict[str, Any]] = {
    "vps.get_all": {},
    "vps.get": {"id": 501},
    "vps.get_images": {},
    "vps.set_reverse_dns": {"id": 501, "names": {"192.0.2.10": "a.example.nl"}},
    "vps.set_hostname": {"id": 501, "hostname": "a.example.nl"},
    "vps.cancel": {"id": 501},
    "vps.restore": {"id": 501},
    "vps.start": {"id": 501},
    "vps.stop": {"id": 501},
    "vps.power_off": {"id": 501},
    "vps.restart": {"id": 501},
    "vps.reset_password": {"id": 501},
    "vps.enable_rescue": {"id": 501},
    "vps.disable_rescue": {"id": 501},
    "vps.reinstall": {"id": 501, "image_id": 12},
    "vps.get_backups": {"id": 501},
    "vps.create_backup": {"id": 501},
    "vps.restore_backup": {"id": 501, "key": 1, "incremental": True},
    "certificates.get_all": {},
    "certificates.get": {"id": 601},
    "certificates.get_products": {},
    "certificates.order": {"product_id": 71, "duration": 1},
    "certificates.create_csr": {
        "common_name": "example.nl",
        "organization": "Voorbeeld BV",
        "email": "admin@example.nl",
        "country": "NL",
        "state": "Utrecht",
        "locality": "Utrecht",
        "unit": "IT",
        "bits": 2048,
    },
    "certificates.request": {
        "id": 601,
        "profile_id": 1,
        "csr": CSR_TEXT,
        "validation_method": "email",
        "approver_email": "admin@example.nl",
        "private_key": "an-invented-key",
        "auto_setup_dns": False,
    },
    "account.get_profile": {},
    "account.replace_profile": {"profile": "the usual one"},
    "account.get_pay_methods": {},
    "account.set_default_pay_method": {"id": "mdt_1"},
    "account.set_bank_transfer": {},
    "invoices.get_all": {"search": "2026"},
    "invoices.get": {"number": 20260001},
    "invoices.get_pdf": {"number": 20260001},
    "users.get_all": {"search": "example"},
    "users.get": {"id": 801},
    "users.create": {
        "email": "jan@example.nl",
        "firstname": "Johannes",
        "lastname": "Jansen",
        "password": "an-invented-one",
        "permissions": {"domains": True},
    },
    "users.update": {
        "id": 801,
        "firstname": "Johannes",
        "lastname": "Jansen",
        "permissions": {"domains": True},
    },
    "tickets.get_all": {"search": "question"},
    "tickets.get": {"number": 7},
    "tickets.create": {
        "subject": "A question",
        "message": "How do I do this?",
        "department": "support",
        "product_type": "an-invented-type",
        "product_name": "example.nl",
        "product_link": "https://example.nl/",
    },
    "tickets.reply": {"number": 7, "message": "I found it."},
    "affiliate.get_commissions": {"search": "x"},
    "affiliate.get_commission": {"id": 901},
    "affiliate.get_payments": {"search": "x"},
    "affiliate.get_payment": {"id": 951},
}
RESOURCE_NAMES = {name.partition(".")[0] for name in CALLS}

PROFILE_FIELDS: dict[str, Any] = {
    "firstname": "Willemijn",
    "lastname": "Voorbeeld",
    "address": "Dorpsstraat",
    "house_number": "12345",
    "zipcode": "1234AB",
    "city": "Ons Dorp",
    "country_code": "NL",
    "phone": "0205550123",
    "email": "willemijn@example.nl",
}


def invoke(client: MijnHostClient, name: str, arguments: dict[str, Any]) -> object:
    resource, _, method = name.partition(".")
    if name == "account.replace_profile" and arguments == CALLS[name]:
        arguments = {"profile": AccountProfile(**PROFILE_FIELDS)}
    found = getattr(getattr(client, resource), method)(**arguments)
    return list(found) if isinstance(found, Iterator) else found


def with_result(client: MijnHostClient, name: str, arguments: dict[str, Any]) -> object:
    """Call, and return the error if it is one of ours."""
    try:
        invoke(client, name, arguments)
    except MijnHostError as error:
        return error
    return None
