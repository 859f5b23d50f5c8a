"""Servers, certificates, account and affiliate: each call against the emulator, and bad input."""

from __future__ import annotations

import ast
import dataclasses
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.api import (
    CSR,
    VPS,
    AccountProfile,
    AffiliatePayment,
    Certificate,
    CertificateProduct,
    Commission,
    InvalidInputError,
    InvalidResponseError,
    Invoice,
    MijnHostClient,
    MijnHostError,
    NotFoundError,
    PayMethod,
    RateLimitError,
    Secret,
    Ticket,
    TicketMessage,
    User,
    VPSAddress,
    VPSBackup,
    VPSImage,
    response_body,
)
from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants

from .conftest import KEY
from .test_odd_entries import ODD, odd_entry, places
from .test_resources import any_json
from .test_whole_api import PROFILE

CSR_TEXT = "-----BEGIN CERTIFICATE REQUEST-----\nexample.nl\n-----END CERTIFICATE REQUEST-----\n"


# --- Servers ---


def test_servers_are_listed_and_shown(client: MijnHostClient) -> None:
    [listed] = client.vps.get_all()
    assert (listed.id, listed.hostname, listed.status) == (501, "vps1.example.nl", "running")
    assert listed.is_locked is None, "a listing does not say"
    found = client.vps.get(listed.id)
    assert found.is_locked is False
    assert found.addresses == (
        VPSAddress("192.0.2.10", "vps1.example.nl"),
        VPSAddress("2001:db8::10"),
    )
    assert found.raw["details"]["tasks"] == []
    with pytest.raises(NotFoundError):
        client.vps.get(502)


def test_reverse_dns_and_host_name_are_set(client: MijnHostClient) -> None:
    client.vps.set_reverse_dns(501, {"2001:db8::10": "six.example.nl"})
    client.vps.set_hostname(501, "web.example.nl")
    found = client.vps.get(501)
    assert found.hostname == "web.example.nl"
    assert [each.reverse for each in found.addresses] == ["vps1.example.nl", "six.example.nl"]


def test_a_server_is_switched_on_and_off(client: MijnHostClient) -> None:
    calls: list[tuple[Callable[[int], None], str]] = [
        (client.vps.stop, "stopped"),
        (client.vps.start, "running"),
        (client.vps.power_off, "stopped"),
        (client.vps.restart, "running"),
        (client.vps.cancel, "cancelled"),
        (client.vps.restore, "running"),
    ]
    for call, status in calls:
        call(501)
        assert client.vps.get(501).status == status


def test_passwords_of_a_server_are_secrets(client: MijnHostClient, emulator: Emulator) -> None:
    passwords = emulator.account.data.services.passwords
    found = client.vps.reset_password(501)
    assert found.reveal() == passwords[501]
    again = client.vps.reinstall(501, client.vps.get_images()[1].id)
    assert again.reveal() == passwords[501] != found.reveal()
    assert client.vps.get(501).raw["details"]["image_id"] == 14
    assert client.vps.enable_rescue(501) == Secret("rescue-of-501")
    assert client.vps.get(501).raw["details"]["rescue"] is True
    client.vps.disable_rescue(501)
    assert client.vps.get(501).raw["details"]["rescue"] is False
    assert "501" not in f"{found} {found!r} {again!r}"


@pytest.mark.parametrize(
    ("data", "password"),
    [
        ({"password": "p-1"}, "p-1"),
        ({"root_password": "p-2", "password_expires": "never"}, "p-2"),
        ({"note": "done", "temporaryPass": "p-3"}, "p-3"),
        ({"password": 12345678}, "12345678"),
        ("p-4", "p-4"),
        ({"note": "done"}, None),
        ({"password": ""}, None),
        ({"password": ["p"]}, None),
        ({}, None),
        ([], None),
        ("", None),
        (None, None),
        (True, None),
    ],
)
def test_a_password_is_found_under_any_likely_name(
    client: MijnHostClient, emulator: Emulator, data: object, password: str | None
) -> None:
    calls: list[Callable[[int], Secret]] = [
        client.vps.reset_password,
        client.vps.enable_rescue,
        lambda number: client.vps.reinstall(number, 12),
    ]
    for call in calls:
        emulator.faults.add(Fault.envelope({"status": 200, "data": data}))
        if password is not None:
            assert call(501).reveal() == password
            continue
        with pytest.raises(InvalidResponseError, match="no password") as caught:
            call(501)
        assert caught.value.may_have_taken_effect


def test_backups_are_made_and_restored(client: MijnHostClient, emulator: Emulator) -> None:
    client.vps.create_backup(501)
    automatic, made = client.vps.get_backups(501)
    assert (automatic.key, automatic.type, made.type) == (1, "incremental", "snapshot")
    client.vps.restore_backup(501, automatic.key, incremental=True)
    client.vps.restore_backup(501, made.key)
    assert client.vps.get(501).raw["details"]["restored"] == made.key
    with pytest.raises(MijnHostError, match="type"):
        client.vps.restore_backup(501, automatic.key)
    assert [r.method for r in emulator.requests].count("PATCH") == 3


# --- Certificates ---


def test_a_certificate_is_ordered_and_requested(client: MijnHostClient, emulator: Emulator) -> None:
    [product] = client.certificates.get_products()
    assert product == CertificateProduct(71, "Domain certificate")
    number = client.certificates.order(product.product_id, 1)
    assert number is not None
    assert [charge.amount for charge in emulator.account.ledger] == ["9.95"]
    assert client.certificates.get(number).is_requested is False
    contact = client.contacts.create("us", PROFILE)
    assert contact is not None
    assert contact.id is not None
    client.certificates.request(
        number,
        profile_id=contact.id,
        csr=CSR_TEXT,
        validation_method="dns",
        approver_email="admin@example.nl",
        private_key=Secret("invented"),
        auto_setup_dns=True,
    )
    issued, pending = client.certificates.get_all()
    assert (issued.domain, issued.status, issued.expires) == ("example.nl", "ACT", date(2027, 3, 1))
    assert (issued.certificate or "").startswith("-----BEGIN CERTIFICATE-----")
    assert "BEGIN" not in repr(issued)
    assert (pending.id, pending.status, pending.is_requested) == (number, "pending", True)


def test_a_signing_request_comes_with_its_secret_key(client: MijnHostClient) -> None:
    made = client.certificates.create_csr(
        "*.example.nl",
        "Voorbeeld BV",
        "admin@example.nl",
        country="NL",
        state="Utrecht",
        locality="Utrecht",
        unit="IT",
        bits=4096,
    )
    assert "BEGIN CERTIFICATE REQUEST" in made.csr
    assert "key-of-*.example.nl" in made.private_key.reveal()
    assert "key-of" not in f"{made!r} {made.raw!r}"


# --- The account ---


def test_a_profile_keeps_what_is_not_changed(client: MijnHostClient, emulator: Emulator) -> None:
    before = client.account.get_profile()
    services = emulator.account.data.services
    services.profile["newsletter"] = "yes"
    client.account.replace_profile(
        dataclasses.replace(client.account.get_profile(), city="Utrecht", email_invoices=None)
    )
    after = client.account.get_profile()
    assert after == dataclasses.replace(before, city="Utrecht", email_invoices=None)
    assert after.raw["newsletter"] == "yes", "a field that the client does not know stays"
    assert after.company == "Voorbeeld BV"
    assert "Voorbeeld" not in repr(after)


def test_a_profile_goes_back_as_it_was_listed() -> None:
    listed = {"firstname": "", "phone": 205550123, "city": ["odd"], "account_type": "x", "new": 1}
    others = {name: "x" for name in AccountProfile.from_dict({}).__dict__ if name != "raw"}
    profile = AccountProfile.from_dict({**others, **listed})
    expected = {**others, **listed}
    del expected["account_type"], expected["company"]
    with pytest.raises(InvalidInputError, match=r"^city: "):
        profile.request_body()
    assert dataclasses.replace(profile, city="y").request_body() == {**expected, "city": "y"}


def test_a_new_profile_needs_its_fields(client: MijnHostClient, emulator: Emulator) -> None:
    for profile in (AccountProfile(), AccountProfile.from_dict({}), {"city": "x"}, None):
        with pytest.raises(InvalidInputError, match=r"^(firstname|profile): "):
            client.account.replace_profile(profile)  # type: ignore[arg-type]
    profile = dataclasses.replace(client.account.get_profile(), zipcode=5)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match=r"^zipcode: "):
        client.account.replace_profile(profile)
    assert [request.method for request in emulator.requests] == ["GET"]


def test_the_default_way_to_pay_is_chosen(client: MijnHostClient) -> None:
    transfer, debit = client.account.get_pay_methods()
    assert (transfer.is_default, debit.is_default) == (True, False)
    assert "NL00BANK" not in repr(debit)
    client.account.set_default_pay_method(debit.id)
    assert [each.is_default for each in client.account.get_pay_methods()] == [False, True]
    client.account.set_bank_transfer()
    assert [each.is_default for each in client.account.get_pay_methods()] == [True, False]


def test_invoices_are_listed_shown_and_downloaded(client: MijnHostClient) -> None:
    paid, unpaid = client.invoices.get_all()
    assert paid == Invoice(20260001, date(2026, 11, 1), Decimal("12.04"), "paid")
    assert unpaid.payment_url
    assert "pay.example.net" not in repr(unpaid)
    assert [each.number for each in client.invoices.get_all("0002")] == [20260002]
    assert client.invoices.get(unpaid.number) == unpaid
    assert client.invoices.get_pdf(unpaid.number) == b"%PDF-1.4\n% invoice 20260002\n%%EOF\n"


PDF_FAULTS: dict[str, tuple[Fault, str]] = {
    "a refusal": (Fault.bad_request("You have no access to this resource."), "no access"),
    "a refusal inside 200": (
        Fault.envelope({"status": 401, "status_description": "No valid API key set"}),
        "No valid API key",
    ),
    "a success in JSON": (Fault.envelope({"status": 200, "data": {}}), "JSON instead of a PDF"),
    "a web page": (Fault.html(), "web page"),
    "nothing": (Fault.raw(b""), "empty body"),
    "a redirect": (Fault.redirect("https://example.com/"), "redirect"),
    "a server error as PDF": (Fault.raw(b"%PDF-1.4", 500), "500"),
    "cut off": (Fault.cut(), "ended after|no answer"),
}


@pytest.mark.parametrize("name", PDF_FAULTS)
def test_what_is_not_a_pdf_is_an_error(
    client: MijnHostClient, emulator: Emulator, name: str
) -> None:
    fault, words = PDF_FAULTS[name]
    emulator.faults.add(fault, times=None)
    with pytest.raises(MijnHostError, match=words) as caught:
        client.invoices.get_pdf(20260001)
    assert str(caught.value).startswith("GET /account/invoices/20260001/pdf")
    emulator.faults.clear()
    emulator.faults.add(fault)
    if name in {"a server error as PDF", "cut off", "a web page"}:
        assert client.invoices.get_pdf(20260001).startswith(b"%PDF"), "it is read again"


def test_a_pdf_of_any_content_is_returned_up_to_the_limit(
    client: MijnHostClient, emulator: Emulator
) -> None:
    content = b"\n%PDF-1.7\n" + bytes(range(256)) * 4000
    emulator.faults.add(Fault.raw(content, headers={"Content-Type": "application/pdf"}))
    assert client.invoices.get_pdf("2026-0001") == content
    emulator.faults.add(Fault.raw(b"%PDF-" + bytes(response_body.LARGEST_ANSWER)), times=None)
    with pytest.raises(InvalidResponseError, match="larger than"):
        client.invoices.get_pdf(1)


def test_users_are_added_and_changed(client: MijnHostClient) -> None:
    number = client.users.create(
        "jan@example.nl", "Jan", "Jansen", Secret("an-invented-one"), {"domains": True}
    )
    assert number is not None
    assert client.users.get(number).permissions == {"domains": True}
    client.users.update(number, permissions={"vps": True, "account-invoices": False})
    found = client.users.get(number)
    assert found.permissions == {"vps": True, "account-invoices": False}, "they are replaced"
    client.users.update(number, firstname="Johannes")
    found = client.users.get(number)
    assert (found.firstname, found.lastname) == ("Johannes", "Jansen")
    assert found.permissions == {"vps": True, "account-invoices": False}
    assert [user.is_main_user for user in client.users.get_all()] == [True, False]
    assert [user.id for user in client.users.get_all(search="jan@")] == [number]
    assert repr(found) == f"User(id={number}, is_main_user=False)"


def test_the_eleventh_user_of_an_hour_is_refused(client: MijnHostClient) -> None:
    for number in range(10):
        client.users.create(f"u{number}@example.nl", "A", "B", "an-invented-one")
    with pytest.raises(RateLimitError):
        client.users.create("u10@example.nl", "A", "B", "an-invented-one")
    assert len(list(client.users.get_all())) == 11


def test_tickets_are_opened_and_answered(client: MijnHostClient) -> None:
    number = client.tickets.create("A question", "How?", "support", product_name="example.nl")
    assert number is not None
    client.tickets.reply(number, "I found it.")
    [listed] = client.tickets.get_all("question")
    assert (listed.number, listed.subject, listed.status) == (number, "A question", "open")
    assert listed.messages == ()
    found = client.tickets.get(number)
    assert [each.message for each in found.messages] == ["How?", "I found it."]
    assert not any(word in repr(found) + repr(found.messages) for word in ("question", "How"))


def test_commissions_and_payments_are_read(client: MijnHostClient) -> None:
    [commission] = client.affiliate.get_commissions()
    assert commission == Commission(901, Decimal("4.50"), date(2026, 10, 5), "approved")
    assert client.affiliate.get_commission(commission.id) == commission
    [payment] = client.affiliate.get_payments()
    assert payment == AffiliatePayment(951, Decimal("4.50"), date(2026, 11, 1), "paid")
    assert client.affiliate.get_payment(payment.id) == payment


# --- Every call, and every argument of it ---

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
ROOMS = {name.partition(".")[0] for name in CALLS}
ODD_ARGUMENTS: list[Any] = [
    *(None, True, False, 0, -1, 1.5, float("nan"), 10**30, "", "  ", "..", ".", "a/b", "../whoami"),
    *("a?b", "a#b", "a%2fb", "a b", "a\nb", "a\\b", "\ud800", "ü", b"bytes", [], ["a"], {}),
    *({"a": "b"}, {1: True}, {"192.0.2.10": None}, {None: "a.nl"}, (), object(), Secret("s")),
]
OPTIONAL = {"search", "unit", "bits", "private_key", "auto_setup_dns", "permissions"}
OPTIONAL |= {"product_type", "product_name", "product_link"}


def invoke(client: MijnHostClient, name: str, arguments: dict[str, Any]) -> object:
    room, _, method = name.partition(".")
    if name == "account.replace_profile" and arguments == CALLS[name]:
        arguments = {"profile": AccountProfile(**PROFILE_FIELDS)}
    found = getattr(getattr(client, room), method)(**arguments)
    return list(found) if isinstance(found, Iterator) else found


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


def test_every_call_is_in_the_table() -> None:
    client = MijnHostClient("key")
    public = {
        f"{room}.{method}"
        for room in ROOMS
        for method in dir(getattr(client, room))
        if not method.startswith("_")
    }
    assert public == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_an_odd_argument_is_refused_or_stays_in_its_place(
    client: MijnHostClient, emulator: Emulator, name: str
) -> None:
    with_result(client, name, CALLS[name])
    usual = emulator.requests[0]
    for argument in CALLS[name]:
        refused = 0
        for odd in ODD_ARGUMENTS:
            emulator.requests.clear()
            error = with_result(client, name, {**CALLS[name], argument: odd})
            if isinstance(error, InvalidInputError):
                assert emulator.requests == [], "nothing was sent"
                assert str(error).startswith((argument, "json, params: ")), (odd, str(error))
                refused += 1
                continue
            assert argument in OPTIONAL or odd is not None
            for request in emulator.requests:
                assert request.method == usual.method
                assert parts(request.path) == parts(usual.path), (argument, odd)
        assert refused >= 10, argument


def parts(path: str) -> int:
    return path.partition("?")[0].count("/")


def with_result(client: MijnHostClient, name: str, arguments: dict[str, Any]) -> object:
    """Call, and return the error if it is one of ours."""
    try:
        invoke(client, name, arguments)
    except MijnHostError as error:
        return error
    return None


def test_a_user_is_not_changed_by_nothing(client: MijnHostClient, emulator: Emulator) -> None:
    with pytest.raises(InvalidInputError, match="Nothing to change"):
        client.users.update(801)
    assert emulator.requests == []


WRITES = [name for name in CALLS if not name.partition(".")[2].startswith("get")]
LOST: dict[str, Fault] = {
    "502 after": Fault.status(502, after=True),
    "reset after": Fault.reset(after=True),
    "truncated": Fault.truncated(),
    "429": Fault.status(429, "Too many requests", {"Retry-After": "0"}),
}
ADVICE = {
    "vps.reset_password": "Reset it.",
    "vps.enable_rescue": "client.vps.get()",
    "vps.reinstall": "Reset it.",
    "certificates.order": "before you order again",
    "users.create": "client.users.get_all()",
    "tickets.create": "client.tickets.get_all()",
    "tickets.reply": "client.tickets.get()",
}


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("name", WRITES)
def test_a_write_is_never_sent_twice_after_it_may_have_worked(
    client: MijnHostClient, emulator: Emulator, name: str, fault: str
) -> None:
    emulator.faults.add(LOST[fault], times=None)
    with pytest.raises(MijnHostError) as caught:
        invoke(client, name, CALLS[name])
    methods = {request.method for request in emulator.requests}
    if fault != "429" or methods & {"POST", "PUT"}:
        assert len(emulator.requests) == 1
    assert caught.value.may_have_taken_effect == (fault != "429")
    assert (ADVICE.get(name, "no advice") in str(caught.value)) == (
        fault != "429" and name in ADVICE
    )


HAZARDS = {
    "vps.set_reverse_dns": "left out",
    "vps.cancel": "deleted",
    "vps.power_off": "lose",
    "vps.reset_password": "stops working",
    "vps.enable_rescue": "not available",
    "vps.disable_rescue": "restart",
    "vps.reinstall": "deletes all data",
    "vps.restore_backup": "replaces all data",
    "certificates.order": "charges the account",
    "certificates.create_csr": "private key",
    "account.replace_profile": "clears",
    "account.set_default_pay_method": "charged",
    "account.set_bank_transfer": "automatically",
    "users.create": "ten new users an hour",
    "users.update": "replaces all permissions",
}


@pytest.mark.parametrize("name", CALLS)
def test_hazards_are_named_where_they_are(name: str) -> None:
    room, _, method = name.partition(".")
    text = getattr(getattr(MijnHostClient("key"), room), method).__doc__
    assert ("**Hazard**" in text) == (name in HAZARDS)
    assert HAZARDS.get(name, "") in " ".join(text.partition("**Hazard**")[2].split())


PERSONAL = {
    *("certificates.create_csr", "certificates.request", "account.replace_profile"),
    *("users.create", "users.update", "tickets.create", "tickets.reply"),
    "account.set_default_pay_method",
}


@pytest.mark.parametrize("name", sorted(PERSONAL))
def test_what_is_sent_shows_in_no_message_and_no_log(
    client: MijnHostClient, emulator: Emulator, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level(logging.DEBUG)
    arguments = {k: v for k, v in CALLS[name].items() if k not in {"id", "number", "department"}}
    if name == "account.replace_profile":
        arguments = dict(PROFILE_FIELDS)
    if name == "account.set_default_pay_method":
        arguments = dict(CALLS[name])
    values = [value for value in arguments.values() if isinstance(value, str) and len(value) > 2]
    values = [" ".join(value.split()) for value in values]
    assert values
    emulator.faults.add(Fault.bad_request(f"Wrong: {' / '.join(reversed(values))}"))
    with pytest.raises(MijnHostError) as caught:
        invoke(client, name, CALLS[name])
    told = "".join(traceback.format_exception(caught.type, caught.value, caught.tb))
    for value in values:
        assert value not in f"{caught.value} {caplog.text} {told}", value


def test_a_line_of_a_private_key_is_masked_too(client: MijnHostClient, emulator: Emulator) -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvgIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----\n"
    emulator.faults.add(Fault.bad_request("Not base64: kqhkiG9w0BAQEF"))
    with pytest.raises(MijnHostError, match=r"Not base64: \*\*\*") as caught:
        invoke(
            client, "certificates.request", {**CALLS["certificates.request"], "private_key": key}
        )
    assert "kqhkiG9w0BAQEF" not in str(caught.value)


# --- Answers of other forms ---

ENTRIES: dict[str, dict[str, Any]] = {
    "vps.get_all": {
        "id": 501,
        "hostname": "a.nl",
        "status": "running",
        "ip-addresses": [{"ip": "192.0.2.1", "reverse": "a.nl"}, "192.0.2.2"],
        "details": {"vps_locked": 1},
    },
    "vps.get_images": {"id": 12, "name": "Debian"},
    "vps.get_backups": {"key": 1, "type": "incremental", "created": "2026-11-01"},
    "certificates.get_all": {
        "id": 6,
        "domain": "a.nl",
        "certificate_status": "ACT",
        "requested": 1,
        "expires": "2027-01-02",
        "certificate": "PEM",
        "intermediate_certificate": "PEM",
    },
    "certificates.get_products": {"product_id": 7, "name": "DV", "prices": {"1": 2}},
    "account.get_pay_methods": {"id": "mdt_1", "name": "Debit", "is_default": True},
    "invoices.get_all": {
        "invoice_nr": 2026,
        "date": "2026-01-02",
        "total": "1.50",
        "payment_status": "paid",
        "payment_url": "https://x.nl/",
    },
    "users.get_all": {
        "id": 8,
        "email": "a@b.nl",
        "firstname": "A",
        "lastname": "B",
        "is_main_user": False,
        "permissions": {"domains": True},
    },
    "tickets.get_all": {
        "ticket_number": 9,
        "subject": "S",
        "status": "open",
        "department": "sales",
        "messages": [{"message": "M", "sender": "A", "created": "2026-01-02"}],
    },
    "affiliate.get_commissions": {"id": 1, "date": "2026-01-02", "amount": 1.5, "status": "ok"},
    "affiliate.get_payments": {"id": 1, "date": "2026-01-02", "amount": "2", "status": "paid"},
}
LISTS = {
    "vps.get_all": "vps",
    "vps.get_images": "images",
    "vps.get_backups": "backups",
    "certificates.get_all": "certificates",
    "certificates.get_products": "products",
    "account.get_pay_methods": "paymethods",
    "invoices.get_all": "invoices",
    "users.get_all": "users",
    "tickets.get_all": "tickets",
    "affiliate.get_commissions": "commissions",
    "affiliate.get_payments": "payments",
}
NUMBERS = {"id", "key", "product_id", "invoice_nr", "ticket_number"}


@pytest.fixture(scope="module")
def fast() -> Iterator[tuple[MijnHostClient, Emulator]]:
    with (
        Emulator(api_key=KEY) as emulator,
        MijnHostClient(KEY, base_url=emulator.api_url) as client,
    ):
        yield client, emulator


def listed(fast: tuple[MijnHostClient, Emulator], name: str, data: str) -> list[Any]:
    """Return what the client reads of a listing; its second page repeats the first."""
    client, emulator = fast
    body = f'{{"status": 200, "status_description": "", "data": {data}}}'
    emulator.faults.clear()
    emulator.faults.add(Fault.raw(body.encode()), times=None)
    arguments = {"id": 501} if name == "vps.get_backups" else {}
    found = invoke(client, name, arguments)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", ENTRIES)
def test_an_odd_field_costs_no_other_entry(
    fast: tuple[MijnHostClient, Emulator],
    name: str,
    odd: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    good = json.dumps(ENTRIES[name])
    [expected] = listed(fast, name, f'{{"{LISTS[name]}": [{good}]}}')
    for path in places(ENTRIES[name]):
        caplog.clear()
        changed = odd_entry(ENTRIES[name], path, odd)
        found = listed(fast, name, f'{{"{LISTS[name]}": [{changed}, {good}]}}')
        assert found[-1] == expected
        if len(found) == 1:
            assert path[0] in NUMBERS, "only the number may cost the entry"
            assert "skipped entry 1 of 2" in caplog.text
        assert [repr(each) for each in found]
    if odd != "missing":
        found = listed(fast, name, f'{{"{LISTS[name]}": [{ODD[odd]}, {good}]}}')
        assert found[-1] == expected
        assert len(found) == 1


@pytest.mark.parametrize("name", ENTRIES)
def test_a_list_is_found_in_each_likely_place(
    fast: tuple[MijnHostClient, Emulator], name: str
) -> None:
    good = json.dumps(ENTRIES[name])
    for data in (f"[{good}]", f'{{"total": 1, "items": [{good}]}}'):
        assert len(listed(fast, name, data)) == 1
    assert listed(fast, name, f'{{"{LISTS[name]}": []}}') == []
    for wrong in ("null", '"x"', "5", "{}", f'{{"{LISTS[name]}": null, "others": []}}'):
        with pytest.raises(InvalidResponseError):
            listed(fast, name, wrong)
    with pytest.raises(InvalidResponseError):
        listed(fast, name, '{"some": [], "others": []}')


SHOWN: dict[str, tuple[str, str]] = {
    "vps.get": ("vps.get_all", "vps"),
    "certificates.get": ("certificates.get_all", "certificate"),
    "invoices.get": ("invoices.get_all", "invoice"),
    "users.get": ("users.get_all", "user"),
    "tickets.get": ("tickets.get_all", "ticket"),
    "affiliate.get_commission": ("affiliate.get_commissions", "commission"),
    "affiliate.get_payment": ("affiliate.get_payments", "payment"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_one_object_is_found_in_each_likely_place(
    fast: tuple[MijnHostClient, Emulator], name: str
) -> None:
    client, emulator = fast
    listing, inner = SHOWN[name]
    entry = ENTRIES[listing]
    without = {key: value for key, value in entry.items() if key not in NUMBERS}
    found = []
    for data in (entry, {inner: entry}, without):
        emulator.faults.clear()
        emulator.faults.add(Fault.envelope({"status": 200, "data": data}))
        found.append(invoke(client, name, CALLS[name]))
    assert found[0] == found[1]
    [number] = CALLS[name].values()
    assert number in dataclasses.astuple(found[2])[:1], "it is the one that was asked for"  # type: ignore[call-overload]
    emulator.faults.clear()
    odd: list[object] = [None, [], "x", 5]
    for wrong in odd:
        emulator.faults.add(Fault.envelope({"status": 200, "data": wrong}))
        with pytest.raises(InvalidResponseError):
            invoke(client, name, CALLS[name])


@pytest.mark.parametrize("shape", ["named", "bare", "items"])
@pytest.mark.parametrize("name", ENTRIES)
def test_every_listing_is_read_in_every_shape(
    client: MijnHostClient, emulator: Emulator, name: str, shape: str
) -> None:
    client.tickets.create("A question", "How?", "support")
    arguments = {"id": 501} if name == "vps.get_backups" else {}
    expected = invoke(client, name, arguments)
    assert expected
    emulator.variants = Variants(listing_shape=shape)
    assert invoke(client, name, arguments) == expected


@pytest.mark.parametrize("variants", [Variants(page_size=1), Variants(page_ignored=True)])
def test_every_entry_is_read_whatever_the_api_makes_of_pages(
    client: MijnHostClient, emulator: Emulator, variants: Variants
) -> None:
    for number in range(3):
        client.users.create(f"u{number}@example.nl", "A", "B", "an-invented-one")
    expected = list(client.users.get_all())
    emulator.variants = variants
    assert list(client.users.get_all()) == expected
    assert len(list(client.invoices.get_all())) == 2


def test_pages_end_with_an_empty_one_not_with_a_short_one(
    client: MijnHostClient, emulator: Emulator
) -> None:
    def page(*numbers: int) -> Fault:
        return Fault.envelope({"status": 200, "data": {"users": [{"id": n} for n in numbers]}})

    for numbers in ([1, 2], [3], []):
        emulator.faults.add(page(*numbers))
    found = client.users.get_all()
    assert emulator.requests == [], "a page is read when it is reached"
    assert next(found).id == 1
    assert [user.id for user in found] == [2, 3]
    assert [request.path.partition("?")[2] for request in emulator.requests] == [
        f"page={number}&limit=100" for number in (1, 2, 3)
    ]


def test_pages_without_end_are_an_error(client: MijnHostClient, emulator: Emulator) -> None:
    for number in range(101):
        emulator.faults.add(
            Fault.envelope({"status": 200, "data": {"users": [{"id": number + 1}]}})
        )
    with pytest.raises(InvalidResponseError, match="more than 100 pages"):
        list(client.users.get_all())
    assert len(emulator.requests) == 100


def test_what_was_created_has_a_number_only_if_the_answer_says_so(
    client: MijnHostClient, emulator: Emulator
) -> None:
    odd: list[object] = [None, {}, [], "x", {"id": None}, {"id": [1]}]
    for data in odd:
        emulator.faults.add(Fault.envelope({"status": 200, "data": data}), times=3)
        assert client.users.create("a@b.nl", "A", "B", "an-invented-one") is None
        assert client.tickets.create("S", "M", "sales") is None
        assert client.certificates.order(71, "1") is None


@pytest.mark.parametrize("inside", [True, False])
def test_refusals_inside_200_are_refusals(
    client: MijnHostClient, emulator: Emulator, inside: bool
) -> None:
    emulator.variants = Variants(errors_inside_200=inside)
    for call in (client.vps.get, client.invoices.get_pdf, client.affiliate.get_payment):
        with pytest.raises(NotFoundError):
            call(1)


def texts_of(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from texts_of(each)
    elif isinstance(value, str):
        yield value


def test_personal_data_is_in_no_repr(client: MijnHostClient) -> None:
    client.tickets.create("A long question", "How do I do this?", "support")
    [ticket] = client.tickets.get_all()
    objects: list[Any] = [
        client.account.get_profile(),
        *client.account.get_pay_methods(),
        *client.users.get_all(),
        client.users.get(801),
        client.tickets.get(ticket.number),
        *client.tickets.get(ticket.number).messages,
        *client.invoices.get_all(),
    ]
    shown_of_it = {"support", "open", "paid", "bank_transfer", "mdt_1", "customer"}
    for each in objects:
        texts = set(texts_of(each.raw)) - shown_of_it
        assert texts
        for text in texts:
            assert text not in repr(each.raw)
            assert text not in repr(each) or each.__class__ is Invoice


MODELS: list[Any] = [
    *(VPS, VPSAddress, VPSBackup, VPSImage, Certificate, CertificateProduct, CSR, AccountProfile),
    *(PayMethod, Invoice, User, Ticket, TicketMessage, Commission, AffiliatePayment),
]
FIELDS = sorted(
    {
        node.value
        for module in ("vps", "certificates", "account", "invoices", "users", "tickets")
        for node in ast.walk(
            ast.parse(
                (Path(response_body.__file__).parent / f"{module}.py").read_text(encoding="utf-8")
            )
        )
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.replace("-", "_").isidentifier()
    }
)


@pytest.mark.parametrize("model", MODELS)
@given(data=st.one_of(any_json, st.dictionaries(st.sampled_from(FIELDS), any_json, max_size=40)))
def test_any_json_gives_a_model_or_an_error_of_the_client(model: Any, data: object) -> None:
    try:
        made = model.from_dict(data)
    except InvalidResponseError:
        return
    assert repr(made)
    json.dumps(made.to_dict())
    assert made == model.from_dict(data)
    if model is CSR:
        assert made.private_key.reveal() not in repr(made.raw).split("'")
    elif model is not VPSAddress or not isinstance(data, str):
        assert made.raw == data
    if model is AccountProfile:
        with_result_of(made.request_body)


def with_result_of(call: Callable[[], object]) -> None:
    try:
        call()
    except InvalidInputError as error:
        assert str(error)  # noqa: PT017  # either outcome is right
