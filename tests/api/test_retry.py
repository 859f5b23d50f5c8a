from __future__ import annotations

import contextlib
import email.utils
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.api import (
    BadRequestError,
    DNSRecord,
    MijnHostClient,
    MijnHostError,
    NotFoundError,
    RateLimitError,
    RetryPolicy,
    ServerError,
    TransportError,
)
from certbot_dns_mijnhost.api.refusals import refusal
from certbot_dns_mijnhost.emulator import Emulator, Fault
from tests.support.virtual_time import VirtualTime

RECORD = DNSRecord("TXT", "x.example.nl.", "value", 60)
CALLS: dict[str, Callable[[MijnHostClient], object]] = {
    "GET": lambda client: client.dns_records.get_all("example.nl"),
    "PUT": lambda client: client.dns_records.replace_all("example.nl", [RECORD]),
    "PATCH": lambda client: client.dns_records.update("example.nl", RECORD),
    "DELETE": lambda client: client.dns_records.delete("example.nl", RECORD),
    "POST": lambda client: client.request("POST", "/domains/order", json={"domain": "x.nl"}),
}
LIMITED = Fault.status(429, "Too many requests")
FAULTS = {
    "429": LIMITED,
    "500": Fault.status(500),
    "502": Fault.status(502, after=True),
    "reset": Fault.reset(after=True),
    "close": Fault.close(),
    "html": Fault.html(),
    "400": Fault.bad_request("Something odd"),
    "401": Fault.status(401, "No valid API key set"),
}


def attempts(emulator: Emulator, client: MijnHostClient, method: str, fault: Fault) -> int:
    emulator.faults.add(fault, times=None)
    with pytest.raises(MijnHostError):
        CALLS[method](client)
    return len(emulator.requests)


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("method", CALLS)
def test_what_is_sent_again(
    emulator: Emulator, client: MijnHostClient, method: str, name: str
) -> None:
    reading = method == "GET" and name not in {"400", "401"}
    undone = name == "429" and method in {"GET", "PATCH", "DELETE"}
    expected = 5 if reading or undone else 1
    assert attempts(emulator, client, method, FAULTS[name]) == expected


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_costs_is_never_sent_again_even_if_nothing_can_have_happened(
    method: str, retry: RetryPolicy
) -> None:
    never_left = TransportError("refused", may_have_taken_effect=False)
    assert retry.pause(method, never_left, 1, 0.0) is None
    assert retry.pause("PATCH", never_left, 1, 0.0) is not None


def test_pauses_grow(emulator: Emulator, client: MijnHostClient, clock: VirtualTime) -> None:
    attempts(emulator, client, "GET", Fault.status(500))
    assert clock.slept == [0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("header", "pause"), [("2", 2.0), ("0", 0.0), ("80", 80.0), ("soon", 4.8), ("-5", 4.8)]
)
def test_the_api_may_ask_for_a_pause(
    emulator: Emulator, client: MijnHostClient, clock: VirtualTime, header: str, pause: float
) -> None:
    emulator.faults.add(Fault.status(429, "Too many requests", {"Retry-After": header}))
    client.domains.get_all()
    assert clock.slept == [pause]


@pytest.mark.parametrize("words", ["Too many requests", "Rate limit exceeded."])
def test_a_rate_limit_inside_200_is_recognised_by_its_words(
    emulator: Emulator, client: MijnHostClient, clock: VirtualTime, words: str
) -> None:
    body = {"status": "error", "status_description": words}
    emulator.faults.add(Fault.envelope(body), method="DELETE", times=2)
    emulator.account.add_record("example.nl", "TXT", "x", "one")
    client.dns_records.delete("example.nl", DNSRecord("TXT", "x.example.nl.", "one"))
    assert clock.slept == pytest.approx([4.8, 9.6])
    assert client.rate_limited_at is not None


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("method", CALLS)
def test_a_pause_of_a_day_is_reported_and_kept(
    emulator: Emulator, client: MijnHostClient, clock: VirtualTime, method: str, status: int
) -> None:
    day = Fault.status(status, "Slow down", {"Retry-After": "86400"})
    emulator.faults.add(day, times=None)
    with pytest.raises((RateLimitError, ServerError)) as caught:
        CALLS[method](client)
    until = time.strftime("%Y-%m-%d ", time.gmtime(time.time() + 86_400))
    assert f"wait for 24 hours: try again after {until}" in str(caught.value)
    assert str(caught.value).endswith(" UTC.")
    for _ in range(3):
        clock.sleep(20)
        with pytest.raises(RateLimitError, match=r"not sent, .* try again after \d{4}-") as again:
            CALLS[method](client)
        assert not again.value.may_have_taken_effect
    assert len(emulator.requests) == 1, "no further call within the pause"
    emulator.faults.clear()
    assert client.availability.check("new.nl").status, "other endpoints are not affected"
    clock.sleep(86_400)
    with contextlib.suppress(BadRequestError, NotFoundError):
        CALLS[method](client)
    assert len(emulator.requests) == 3, "then it is sent"


def test_it_may_name_a_date_by_its_own_clock() -> None:
    now = time.time() - 86_400
    headers = {
        "Date": email.utils.formatdate(now, usegmt=True),
        "Retry-After": email.utils.formatdate(now + 7, usegmt=True),
    }
    error = refusal("GET /domains", 429, "Too many requests", headers)
    assert isinstance(error, RateLimitError)
    assert error.retry_after == 7.0


def test_a_date_in_the_past_means_now() -> None:
    headers = {"Retry-After": email.utils.formatdate(0, usegmt=True)}
    error = refusal("GET /domains", 503, "", headers)
    assert isinstance(error, ServerError)
    assert error.retry_after == 0.0


@given(
    st.integers(1, 10),
    st.floats(0, 1),
    st.one_of(st.none(), st.floats(0, 1e9)),
    st.floats(0, 200),
)
def test_number_and_time_are_bounded(
    attempt: int, chance: float, retry_after: float | None, elapsed: float
) -> None:
    policy = RetryPolicy(chance=lambda: chance)
    error = RateLimitError("", status=429, description="", retry_after=retry_after)
    pause = policy.pause("GET", error, attempt, elapsed)
    if attempt >= policy.tries:
        assert pause is None
    if pause is not None:
        assert pause >= (retry_after or 0.0)
        assert retry_after is not None or pause <= policy.longest_pause * (1 + policy.jitter)
        assert elapsed + pause <= policy.total_seconds


def test_a_policy_can_be_replaced(emulator: Emulator) -> None:
    policy = RetryPolicy(tries=2, first_pause=0.0)
    with MijnHostClient("k", base_url=emulator.api_url, retry=policy) as client:
        assert attempts(emulator, client, "GET", Fault.status(500)) == 2
