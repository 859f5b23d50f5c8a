"""Answers of other forms for servers, certificates, account and affiliate."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from certbot_dns_mijnhost.api import InvalidResponseError, Invoice, MijnHostClient, NotFoundError
from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants

from .conftest import KEY
from .service_calls import CALLS, invoke
from .test_odd_entries import ODD, alternating, odd_entry, places, skipped_in

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


@pytest.mark.parametrize("name", ENTRIES)
def test_an_odd_field_costs_no_other_entry(
    fast: tuple[MijnHostClient, Emulator], name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    good = json.dumps(ENTRIES[name])
    [expected] = listed(fast, name, f'{{"{LISTS[name]}": [{good}]}}')
    for odd in ODD:
        caplog.clear()
        changed = {odd_entry(ENTRIES[name], path, odd): path for path in places(ENTRIES[name])}
        entries = alternating(good, changed, is_first=True)
        found = listed(fast, name, f'{{"{LISTS[name]}": [{",".join(entries)}]}}')
        skipped = set(skipped_in(caplog.text, entries))
        for number in skipped:
            assert changed[entries[number]][0] in NUMBERS, (odd, "only the number may cost it")
        assert len(found) == len(entries) - len(skipped), odd
        kept = [entry for number, entry in enumerate(entries) if number not in skipped]
        for entry, text in zip(found, kept):
            assert text != good or entry == expected, odd
            assert repr(entry), odd


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_that_is_not_an_object_is_skipped(
    fast: tuple[MijnHostClient, Emulator], name: str
) -> None:
    good = json.dumps(ENTRIES[name])
    [expected] = listed(fast, name, f'{{"{LISTS[name]}": [{good}]}}')
    odd = [text for key, text in ODD.items() if key != "missing"]
    entries = alternating(good, odd, is_first=True)
    found = listed(fast, name, f'{{"{LISTS[name]}": [{",".join(entries)}]}}')
    assert found == [expected] * len(odd)


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
