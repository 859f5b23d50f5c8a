"""What mijn.host pays the account for customers that it brought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from certbot_dns_mijnhost.api.fields import Fields
from certbot_dns_mijnhost.api.types import Model, Raw
from certbot_dns_mijnhost.api.undocumented import (
    Identifier,
    UndocumentedResource,
    first,
    needed_identifier,
    path_of,
)

COMMISSIONS = "/affiliate/commissions/"
PAYMENTS = "/affiliate/payments/"


@dataclass(frozen=True)
class Commission(Model):
    """What one sale earned. What an answer lacks is None.

    :param status: in the API's words.
    """

    id: Identifier
    amount: Decimal | None = None
    date: dt.date | None = None
    status: str | None = None
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object, id: Identifier | None = None) -> Commission:  # noqa: A002  # the API's word
        """Read a commission from an answer.

        :param id: the one that was requested.
        :raises InvalidResponseError: if it is not an object, or has no number.
        """
        return cls(*_read(Fields(data, "a commission"), id, "commission_id"))


@dataclass(frozen=True)
class AffiliatePayment(Model):
    """A payment of commissions. What an answer lacks is None.

    :param status: in the API's words.
    """

    id: Identifier
    amount: Decimal | None = None
    date: dt.date | None = None
    status: str | None = None
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object, id: Identifier | None = None) -> AffiliatePayment:  # noqa: A002
        """Read a payment from an answer.

        :param id: the one that was requested.
        :raises InvalidResponseError: if it is not an object, or has no number.
        """
        return cls(*_read(Fields(data, "a payment"), id, "payment_id"))


def _read(
    fields: Fields, known: Identifier | None, name: str
) -> tuple[Identifier, Decimal | None, dt.date | None, str | None, Raw]:
    return (
        needed_identifier(fields, known, "id", name),
        first(fields.optional_money, "amount", "commission", "total"),
        first(fields.optional_date, "date", "created_at", "paid_at"),
        fields.optional_text("status"),
        fields.raw,
    )


class AffiliateResource(UndocumentedResource):
    """``client.affiliate``: commissions and their payments."""

    def get_commissions(self, search: str | None = None) -> Iterator[Commission]:
        """Return an iterator over the commissions; each page is requested when it is reached."""
        names = ("commissions",)
        return self._search(COMMISSIONS, names, Commission.from_dict, search)

    def get_commission(self, id: Identifier) -> Commission:  # noqa: A002  # the API's word
        """Return one commission."""
        data = self._object(path_of(COMMISSIONS, "id", id), "a commission", "commission")
        return Commission.from_dict(data, id)

    def get_payments(self, search: str | None = None) -> Iterator[AffiliatePayment]:
        """Return an iterator over the payments; each page is requested when it is reached."""
        names = ("payments",)
        return self._search(PAYMENTS, names, AffiliatePayment.from_dict, search)

    def get_payment(self, id: Identifier) -> AffiliatePayment:  # noqa: A002  # the API's word
        """Return one payment."""
        data = self._object(path_of(PAYMENTS, "id", id), "a payment", "payment")
        return AffiliatePayment.from_dict(data, id)
