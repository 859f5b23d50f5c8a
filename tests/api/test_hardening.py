"""Odd inputs and odd answers that were once handled wrongly, and the messages about them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from decimal import Decimal

import pytest

from certbot_dns_mijnhost.api import (
    Domain,
    Exchange,
    InvalidInputError,
    InvalidResponseError,
    MijnHostClient,
    MijnHostError,
    Prices,
    RetryPolicy,
)
from certbot_dns_mijnhost.emulator import Emulator, Fault

from .conftest import KEY


class Stubborn(RetryPolicy):
    """A policy that would send everything again."""

    def pause(
        self, method: str, error: MijnHostError, attempt: int, elapsed: float
    ) -> float | None:
        del method, error, elapsed
        return 0.0 if attempt < 4 else None


def test_no_policy_makes_an_order_twice(emulator: Emulator) -> None:
    emulator.faults.add(Fault.status(502, after=True), times=None)
    with (
        MijnHostClient(KEY, base_url=emulator.api_url, retry=Stubborn()) as client,
        pytest.raises(MijnHostError),
    ):
        client.orders.register("new.nl")
    assert len(emulator.account.ledger) == 1


def test_a_hook_that_raises_does_not_lose_the_order(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(exchange: Exchange) -> None:
        raise RuntimeError(exchange.path)

    with MijnHostClient(KEY, base_url=emulator.api_url, on_exchange=fail) as client:
        assert client.orders.register("new.nl").domain == "new.nl"
    assert "on_exchange raised RuntimeError" in caplog.text


def test_an_odd_answer_to_an_order_says_that_it_may_have_been_placed(
    client: MijnHostClient, emulator: Emulator
) -> None:
    odd = {"status": 200, "status_description": "OK", "data": [1]}
    emulator.faults.add(Fault.envelope(odd, after=True))
    with pytest.raises(InvalidResponseError, match=r"client\.orders\.get_all"):
        client.orders.register("new.nl")
    assert len(emulator.account.ledger) == 1


def test_exchanges_without_an_answer_are_reported_too(emulator: Emulator) -> None:
    reported: list[Exchange] = []
    emulator.faults.add(Fault.close())
    policy = RetryPolicy(first_pause=0.0)
    with MijnHostClient(
        KEY, base_url=emulator.api_url, on_exchange=reported.append, retry=policy
    ) as client:
        client.whoami()
    assert [(exchange.status, exchange.attempt) for exchange in reported] == [(None, 1), (200, 2)]


@pytest.mark.parametrize("length", range(280, 301, 5))
def test_a_shortened_text_shows_no_part_of_the_key(
    client: MijnHostClient, emulator: Emulator, length: int
) -> None:
    emulator.faults.add(Fault.status(401, "x" * length + KEY))
    with pytest.raises(MijnHostError) as caught:
        client.whoami()
    assert "the-" not in str(caught.value)
    assert KEY.startswith("the-")


def test_a_code_is_masked_in_any_case_and_spacing(
    client: MijnHostClient, emulator: Emulator
) -> None:
    emulator.faults.add(Fault.bad_request("Wrong: SECRET  CODE and secret code"))
    with pytest.raises(MijnHostError) as caught:
        client.orders.transfer("mine.nl", "Secret code")
    assert "Wrong: *** and ***. " in str(caught.value)


MISTAKES: dict[str, Callable[[MijnHostClient], object]] = {
    "one text for a list of tags": lambda c: c.domains.update("x.nl", tags="web"),
    "a number with a fraction": lambda c: c.contacts.delete(1.9),  # type: ignore[arg-type]
    "true for a number": lambda c: c.dns_templates.get(True),
    "no text for a zone": lambda c: c.dns_records.replace_zone_file("x.nl", 5),  # type: ignore[arg-type]
    "what JSON cannot represent": lambda c: c.request("PUT", "/domains/x.nl", {"x": float("nan")}),
    "a set": lambda c: c.request("PUT", "/domains/x.nl", {"x": {1}}),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_an_error_of_the_client_and_nothing_is_sent(
    client: MijnHostClient, emulator: Emulator, name: str
) -> None:
    with pytest.raises(InvalidInputError):
        MISTAKES[name](client)
    assert emulator.requests == []


def test_a_repeated_page_ends_the_list(client: MijnHostClient, emulator: Emulator) -> None:
    page = [{"extension": f"x{number}"} for number in range(100)]
    answer = {"status": 200, "status_description": "OK", "data": {"extensions": page}}
    emulator.faults.add(Fault.envelope(answer), times=None)
    assert len(list(client.extensions.get_all())) == 100
    assert len(emulator.requests) == 2, "a repeated page is the end"
    emulator.faults.clear()


def test_short_pages_are_not_the_end(client: MijnHostClient, emulator: Emulator) -> None:
    for page in ([{"extension": "a"}], [{"extension": "b"}, {"extension": "c"}], []):
        emulator.faults.add(Fault.envelope({"status": 200, "data": {"extensions": page}}))
    assert [each.extension for each in client.extensions.get_all()] == ["a", "b", "c"]
    assert [request.path.split("page=")[1][0] for request in emulator.requests] == ["1", "2", "3"]


def test_pages_without_an_end_are_an_error(client: MijnHostClient, emulator: Emulator) -> None:
    for number in range(101):
        page = [{"extension": f"x{number}"}]
        emulator.faults.add(Fault.envelope({"status": 200, "data": {"extensions": page}}))
    with pytest.raises(InvalidResponseError, match="more than 100 pages"):
        list(client.extensions.get_all())
    assert len(emulator.requests) == 100


def test_long_prices_are_not_rounded(client: MijnHostClient, emulator: Emulator) -> None:
    raw = b'{"status": 200, "data": {"extension": "x", "prices": {"register": 0.1000000000000}}}'
    emulator.faults.add(Fault.raw(raw))
    assert client.extensions.get("x").prices.register == Decimal("0.1")
    assert Prices.from_dict({"register": "1,234"}).register is None


def test_a_date_that_is_none_does_not_break_the_list() -> None:
    assert Domain.from_dict({"domain": "x.nl", "renewal_date": "0000-00-00"}).renewal_date is None


def test_cookies_are_not_kept(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    emulator.faults.add(
        Fault.raw(b'{"status":200,"data":{}}', headers={"Set-Cookie": "session=1"}), times=2
    )
    with MijnHostClient(KEY, base_url=emulator.api_url) as client:
        client.whoami()
        client.whoami()
        assert len(client._transport._session.cookies) == 0
