"""What mijn.host pays the account for customers that it brought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from certbot_dns_mijnhost.api import declared
from certbot_dns_mijnhost.api.declared import DeclaredModel, Identifier
from certbot_dns_mijnhost.api.types import Raw
from certbot_dns_mijnhost.api.undocumented import UndocumentedResource, path_of

COMMISSIONS = "/affiliate/commissions/"
PAYMENTS = "/affiliate/payments/"


@dataclass(frozen=True)
class Commission(DeclaredModel):
    """What one sale earned. What an answer lacks is None.

    :param status: in the API's words.
    """

    id: Identifier = field(metadata=declared.number("id", "commission_id"))
    amount: Decimal | None = declared.money("amount", "commission", "total")
    date: dt.date | None = declared.day("date", "created_at")
    status: str | None = declared.text("status")
    raw: Raw = declared.everything()


@dataclass(frozen=True)
class AffiliatePayment(DeclaredModel):
    """A payment of commissions. What an answer lacks is None.

    :param status: in the API's words.
    """

    id: Identifier = field(metadata=declared.number("id", "payment_id"))
    amount: Decimal | None = declared.money("amount", "total")
    date: dt.date | None = declared.day("date", "paid_at", "created_at")
    status: str | None = declared.text("status")
    raw: Raw = declared.everything()


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
