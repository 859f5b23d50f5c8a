"""The profile, pay methods, users, tickets and commissions, against the emulator."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

import pytest

from certbot_dns_mijnhost.api import (
    AccountProfile,
    AffiliatePayment,
    Commission,
    InvalidInputError,
    MijnHostClient,
    RateLimitError,
    Secret,
)
from certbot_dns_mijnhost.emulator import Emulator


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


def test_a_user_is_not_changed_by_nothing(client: MijnHostClient, emulator: Emulator) -> None:
    with pytest.raises(InvalidInputError, match="Nothing to change"):
        client.users.update(801)
    assert emulator.requests == []
