"""Invoices, also as PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from certbot_dns_mijnhost.api.errors import InvalidResponseError
from certbot_dns_mijnhost.api.fields import Fields
from certbot_dns_mijnhost.api.responses import read_envelope
from certbot_dns_mijnhost.api.types import Model, Raw, private
from certbot_dns_mijnhost.api.undocumented import (
    Identifier,
    UndocumentedResource,
    first,
    needed_identifier,
    path_of,
)

PATH = "/account/invoices/"
PDF = "application/pdf"


@dataclass(frozen=True)
class Invoice(Model):
    """An invoice. What an answer lacks is None; its lines and addressee are in `raw`.

    :param number: the number that is printed on the invoice.
    :param total: in euros, including VAT if the API says so.
    :param status: of the payment, in the API's words.
    :param payment_url: where to pay it; who has the address can see the invoice.
    """

    number: Identifier
    date: dt.date | None = None
    total: Decimal | None = None
    status: str | None = None
    payment_url: str | None = field(default=None, repr=False)
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object, number: Identifier | None = None) -> Invoice:
        """Read an invoice from an answer.

        :param number: the one that was requested.
        :raises InvalidResponseError: if it is not an object, or has no number.
        """
        fields = Fields(data, "an invoice")
        return cls(
            number=needed_identifier(fields, number, "invoice_nr", "invoice_number", "number"),
            date=first(fields.optional_date, "date", "invoice_date", "created_at"),
            total=first(fields.optional_money, "total", "total_incl", "amount"),
            status=fields.first_text("payment_status", "status"),
            payment_url=fields.optional_text("payment_url") or None,
            raw=private(fields.raw),
        )


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
