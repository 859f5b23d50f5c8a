"""Invoices and their PDFs, against the emulator."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from certbot_dns_mijnhost.api import (
    InvalidResponseError,
    Invoice,
    MijnHostClient,
    MijnHostError,
    response_body,
)
from certbot_dns_mijnhost.emulator import Emulator, Fault


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
