"""`verify=True` reads a change back, since the API has answered 200 without effect."""

from __future__ import annotations

import dataclasses
import functools
import logging
from collections.abc import Callable
from typing import Any

import pytest

from certbot_dns_mijnhost.api import (
    ContactHandles,
    DNSRecord,
    InvalidInputError,
    MijnHostClient,
    NameserverHost,
    NotAppliedError,
    TemplateRecord,
)
from certbot_dns_mijnhost.api.dns_records import different
from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants
from tests.support.virtual_time import VirtualTime

from .test_whole_api import PROFILE

HOST = NameserverHost("ns1.example.net", "192.0.2.53")
CSR = "-----BEGIN CERTIFICATE REQUEST-----\nexample.nl\n-----END CERTIFICATE REQUEST-----\n"
TICKET = 'Is 2 < 3? He wrote "no" & left.'


@dataclasses.dataclass
class Account:
    """A client of an account, and the numbers of what was added to it."""

    client: MijnHostClient
    contact: int
    order: int
    template: int
    certificate: Any
    user: Any
    ticket: Any


@pytest.fixture
def account(client: MijnHostClient) -> Account:
    contact = client.contacts.create("us", PROFILE)
    order = client.orders.register("new.nl")
    client.nameserver_profiles.create("ours", [HOST])
    client.dns_templates.create("web", [TemplateRecord("A", "192.0.2.1")])
    assert contact
    assert order.id
    return Account(
        client,
        contact.id,
        order.id,
        client.dns_templates.get_all()[0].id,
        client.certificates.order(71, 1),
        client.users.create("jan@example.nl", "Jan", "Jansen", "an-invented-one"),
        client.tickets.create("A question", "How?", "support"),
    )


def replace_profile(made: Account, **fields: Any) -> None:
    profile = dataclasses.replace(made.client.account.get_profile(), **fields)
    made.client.account.replace_profile(profile, verify=True)


def request_certificate(made: Account) -> None:
    made.client.certificates.request(
        made.certificate,
        profile_id=made.contact,
        csr=CSR,
        validation_method="dns",
        approver_email="admin@example.nl",
        verify=True,
    )


def pay_otherwise(made: Account) -> None:
    """Choose the method that is not the default now."""
    methods = made.client.account.get_pay_methods()
    [other] = [each for each in methods if not each.is_default]
    if other.id == "bank_transfer":
        made.client.account.set_bank_transfer(verify=True)
    else:
        made.client.account.set_default_pay_method(other.id, verify=True)


CALLS: dict[str, tuple[Callable[[Account], None], str]] = {
    "domains": (
        lambda made: made.client.domains.update("example.nl", tags=["web"], verify=True),
        "tags",
    ),
    "contacts": (
        lambda made: made.client.contacts.update(made.contact, city="Elders", verify=True),
        "city",
    ),
    "nameserver_profiles": (
        lambda made: made.client.nameserver_profiles.update(
            "ours", set_as_default=True, verify=True
        ),
        "set_as_default",
    ),
    "dns_templates": (
        lambda made: made.client.dns_templates.update(made.template, "site", verify=True),
        "alias",
    ),
    "dns_records": (
        lambda made: made.client.dns_records.update(
            "example.nl", DNSRecord("A", "new.example.nl.", "192.0.2.9", 300), verify=True
        ),
        "record",
    ),
    "orders": (
        lambda made: made.client.orders.update(
            made.order,
            1,
            nameserver="ours",
            dns_template_id=made.template,
            profile=ContactHandles(owner=made.contact),
            hosting_domain="new.nl",
            transfer_code="a-code",
            verify=True,
        ),
        "profile, nameserver, dns_template_id, hosting",
    ),
    "vps.set_reverse_dns": (
        lambda made: made.client.vps.set_reverse_dns(
            501, {"2001:db8::10": "Six.example.nl"}, verify=True
        ),
        "2001:db8::10",
    ),
    "vps.set_hostname": (
        lambda made: made.client.vps.set_hostname(501, "web.example.nl", verify=True),
        "hostname",
    ),
    "account.replace_profile": (
        lambda made: replace_profile(made, city="Utrecht", company_vat_number="NL123456789B01"),
        "city, company_vat_number",
    ),
    "account.set_default_pay_method": (pay_otherwise, "default_paymethod_id"),
    "users": (
        lambda made: made.client.users.update(
            made.user,
            firstname="Johannes",
            permissions={"vps": True, "domains": False},
            verify=True,
        ),
        "firstname, permissions",
    ),
    "tickets.reply": (
        lambda made: made.client.tickets.reply(made.ticket, TICKET, verify=True),
        "message",
    ),
    "certificates.request": (request_certificate, "requested"),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_change_without_effect_is_found(
    account: Account,
    emulator: Emulator,
    clock: VirtualTime,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    call, fields = CALLS[name]
    emulator.variants = Variants(writes_ignored=True)
    emulator.requests.clear()
    with pytest.raises(NotAppliedError) as caught:
        call(account)
    assert f"did not change: {fields}. " in str(caught.value)
    assert caught.value.may_have_taken_effect
    writes = [request for request in emulator.requests if request.method != "GET"]
    assert len(writes) == 1, "it is not sent again"
    path = writes[0].path.replace("/api/v2", "", 1)
    assert str(caught.value).startswith(f"{writes[0].method} {path}: the API reported success")
    assert len(clock.slept) == 3, "a read may be older than the change"
    for value in ("Utrecht", "NL123456789B01", "Johannes", "Elders", "He wrote", "a-code"):
        assert value not in f"{caught.value} {caplog.text}"


@pytest.mark.parametrize("name", CALLS)
def test_a_change_with_effect_passes(account: Account, emulator: Emulator, name: str) -> None:
    emulator.requests.clear()
    CALLS[name][0](account)
    methods = [request.method for request in emulator.requests]
    assert methods[-1] == "GET"
    assert len(methods) - methods.count("GET") == 1


def test_bank_transfer_is_verified(account: Account, emulator: Emulator) -> None:
    pay_otherwise(account)
    emulator.variants = Variants(writes_ignored=True)
    with pytest.raises(NotAppliedError, match=r"did not change: paymethod\."):
        account.client.account.set_bank_transfer(verify=True)
    emulator.variants = Variants()
    account.client.account.set_bank_transfer(verify=True)


def test_a_new_address_for_mail_may_wait_for_its_owner(
    account: Account, emulator: Emulator
) -> None:
    before = account.client.account.get_profile()
    emulator.variants = Variants(writes_ignored=True)
    replace_profile(account, email="new@example.nl")
    assert account.client.account.get_profile() == before


def test_the_same_reply_twice_is_verified_twice(account: Account, emulator: Emulator) -> None:
    account.client.tickets.reply(account.ticket, TICKET, verify=True)
    emulator.variants = Variants(writes_ignored=True)
    with pytest.raises(NotAppliedError, match="before you reply again"):
        account.client.tickets.reply(account.ticket, TICKET, verify=True)


def test_a_reply_is_recognised_in_html(account: Account, emulator: Emulator) -> None:
    shown = "<div><p>Is 2 &lt; 3?<br>He wrote &quot;no&quot; &amp; left.</p></div>"
    for messages in ([], [], [{"message": shown}]):
        data = {"ticket_number": account.ticket, "messages": messages}
        emulator.faults.add(Fault.envelope({"status": 200, "data": data}))
    account.client.tickets.reply(account.ticket, TICKET, verify=True)


def test_a_transfer_code_cannot_be_verified(account: Account, emulator: Emulator) -> None:
    emulator.requests.clear()
    with pytest.raises(InvalidInputError, match=r"^verify: "):
        account.client.orders.update(account.order, 1, transfer_code="a-code", verify=True)
    assert emulator.requests == []


@pytest.mark.parametrize(
    ("data", "is_shown"),
    [
        ({"nameserver": "ours"}, True),
        ({"items": [{"cart_id": "1", "domain": {"nameserver": "ours"}}]}, True),
        ({"items": [{"cart_id": 2, "nameserver": "ours"}, {"cart_id": 1}]}, False),
        ({"nameserver": ["ours"]}, False),
        ({"note": "ours"}, False),
        ({}, False),
    ],
)
def test_an_order_may_show_its_items_anywhere(
    account: Account, emulator: Emulator, data: object, is_shown: bool
) -> None:
    emulator.variants = Variants(writes_ignored=True)
    emulator.faults.add(Fault.envelope({"status": 200, "data": None}))
    emulator.faults.add(Fault.envelope({"status": 200, "data": data}), times=4)
    if is_shown:
        account.client.orders.update(account.order, 1, nameserver="ours", verify=True)
        return
    with pytest.raises(NotAppliedError, match=r"did not change: nameserver\."):
        account.client.orders.update(account.order, 1, nameserver="ours", verify=True)


@pytest.mark.parametrize("name", CALLS)
def test_verify_is_a_truth_value(
    account: Account, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    call = CALLS[name][0]
    resource = getattr(account.client, name.partition(".")[0])
    method = name.partition(".")[2] or "update"
    usual = getattr(resource, method)
    given: list[Any] = [None, 0, 1, "no", [], object()]
    for verify in given:
        emulator.requests.clear()
        other = functools.partial(with_verify, usual, verify)
        monkeypatch.setattr(resource, method, other)
        with pytest.raises(InvalidInputError, match=r"^verify: must be True or False\."):
            call(account)
        assert {request.method for request in emulator.requests} <= {"GET"}, "nothing was sent"


def with_verify(
    usual: Callable[..., object], verify: object, /, *args: Any, **named: Any
) -> object:
    """Call `usual` with another `verify` than the caller gave."""
    return usual(*args, **{**named, "verify": verify})


WRITTEN = DNSRecord("TXT", "x.example.nl.", "some text", 300)


@pytest.mark.parametrize(
    ("listed", "missing"),
    [
        (WRITTEN, []),
        (DNSRecord("txt", "X.example.nl", '"some text"', 300), []),
        (DNSRecord("TXT", "x", '"some " "text"', 300), []),
        (DNSRecord("TXT", "x", "Some text", 300), ["value"]),
        (DNSRecord("TXT", "x", "some text", 60), ["ttl"]),
        (DNSRecord("TXT", "y", "some text", 300), ["record"]),
        (DNSRecord("A", "x", "192.0.2.1", 300), ["record"]),
    ],
)
def test_a_respelled_record_is_the_record(listed: DNSRecord, missing: list[str]) -> None:
    assert different([listed], WRITTEN, "example.nl") == missing
    assert different([], WRITTEN, "example.nl") == ["record"]


@pytest.mark.parametrize(
    ("kind", "sent", "listed"),
    [
        ("CNAME", "Mail.example.nl.", "mail.example.nl"),
        ("MX", "10 mail.example.nl.", "10  mail.example.nl"),
        ("AAAA", "2001:db8:0:0::1", "2001:DB8::1"),
    ],
)
def test_a_respelled_value_is_the_value(kind: str, sent: str, listed: str) -> None:
    record = DNSRecord(kind, "@", sent)
    assert different([DNSRecord(kind, "example.nl.", listed, 60)], record, "example.nl") == []


@pytest.mark.parametrize("variants", [Variants(normalizes="final_dot"), Variants(quoted_txt=True)])
def test_records_are_verified_with_each_spelling(
    client: MijnHostClient, emulator: Emulator, variants: Variants
) -> None:
    emulator.variants = variants
    for record in (
        DNSRecord("TXT", "x.example.nl.", "some text", 300),
        DNSRecord("CNAME", "y.example.nl.", "example.com.", 300),
    ):
        client.dns_records.update("example.nl", record, verify=True)
