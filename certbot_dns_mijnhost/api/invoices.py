"""Invoices, also as PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from certbot_dns_mijnhost.api import declared
from certbot_dns_mijnhost.api.declared import DeclaredModel, Identifier
from certbot_dns_mijnhost.api.errors import InvalidResponseError
from certbot_dns_mijnhost.api.responses import read_envelope
from certbot_dns_mijnhost.api.types import Raw
from certbot_dns_mijnhost.api.undocumented import UndocumentedResource, path_of

PATH = "/account/invoices/"
NUMBER = ("invoice_nr", "invoice_number", "number")
PDF = "application/pdf"


@dataclass(frozen=True)
class Invoice(DeclaredModel):
    """An invoice. What an answer lacks is None; its lines and addressee are in `raw`.

    :param number: the number that is printed on the invoice.
    :param total: in euros, including VAT if the API says so.
    :param status: of the payment, in the API's words.
    :param payment_url: where to pay it; who has the address can see the invoice.
    """

    number: Identifier = field(metadata=declared.number(*NUMBER))
    date: dt.date | None = declared.day("date", "invoice_date", "created_at")
    total: Decimal | None = declared.money("total", "total_incl", "amount")
    status: str | None = declared.text("payment_status", "status")
    payment_url: str | None = declared.text("payment_url", in_repr=False)
    raw: Raw = declared.everything(is_private=True)


class InvoicesResource(UndocumentedResource):
    """``client.invoices``: invoices, also as PDF."""

    def get_all(self, search: str | None = None) -> Iterator[Invoice]:
        """Return an iterator over the invoices; each page is requested when it is reached.

        :param search: only invoices whose number contains this text.
        """
        return self._search(PATH, ("invoices",), Invoice.from_dict, search)

    def get(self, number: Identifier) -> Invoice:
        """Return one invoice."""
        data = self._object(path_of(PATH, "number", number), "an invoice", "invoice")
        return Invoice.from_dict(data, number)

    def get_pdf(self, number: Identifier) -> bytes:
        """Return an invoice as the bytes of a PDF, at most 16 MiB.

        :raises InvalidResponseError: if the answer is not a PDF, or larger.
        """
        path = path_of(PATH, "number", number, "pdf")
        return self._transport.get_file(path, PDF, _read_pdf)


def _read_pdf(
    status: int, headers: Mapping[str, str], body: bytes, *, request: str, **names: Any
) -> bytes:
    if status == 200 and body.lstrip().startswith(b"%PDF-"):
        return body
    read_envelope(status, headers, body, request=request, **names)
    raise InvalidResponseError(
        f"{request}: the answer is JSON instead of a PDF. Try again later, or download the invoice "
        "in mijn.host's control panel."
    )
