"""Each scripted fault, as a client meets it."""

from __future__ import annotations

import http.client
import json
import threading
import time

import pytest
import requests

from certbot_dns_mijnhost.emulator import Emulator, Fault
from tests.emulator.support import ZONE, Caller, stored
from tests.support.waiting import wait_until


def test_a_status_with_headers(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.status(429, "Too many requests", {"Retry-After": "2"}))
    answer = caller.patch("one")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
    assert answer.json() == {"status": 429, "status_description": "Too many requests"}
    assert stored(emulator) == []
    assert caller.patch("one").status_code == 200


def test_a_status_after_the_change(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.status(502, after=True))
    assert caller.patch("one").status_code == 502
    assert stored(emulator) == ["one"]


def test_a_spurious_bad_request(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.bad_request("DNS records not managed by mijn.host"))
    answer = caller.get(ZONE)
    assert answer.status_code == 400
    assert answer.json()["status_description"] == "DNS records not managed by mijn.host"


def test_a_web_page(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.html(503))
    answer = caller.get("/domains")
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (503, "text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_any_json_for_an_envelope(emulator: Emulator, caller: Caller) -> None:
    body = {"status": 200, "data": {"records": "none"}}
    emulator.faults.add(Fault.envelope(body))
    assert caller.get(ZONE).json() == body


def test_any_bytes(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.raw(b"\xff\x00", 200, {"X-Odd": "yes"}))
    answer = caller.get("/domains")
    assert (answer.content, answer.headers["X-Odd"]) == (b"\xff\x00", "yes")


def test_truncated_json_after_the_change(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.truncated(10))
    answer = caller.patch("one")
    assert answer.content == b'{"status":'
    assert stored(emulator) == ["one"]


def test_an_answer_that_is_cut_off(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.cut(10))
    with pytest.raises(requests.exceptions.RequestException):
        caller.patch("one")
    assert stored(emulator) == ["one"]
    assert caller.get("/whoami").status_code == 200


@pytest.mark.parametrize("declared", [True, False])
def test_a_huge_body(emulator: Emulator, caller: Caller, declared: bool) -> None:
    emulator.faults.add(Fault.huge(10_000_000, declared=declared))
    with caller.send("GET", "/domains", stream=True) as answer:
        assert ("Content-Length" in answer.headers) is declared
        size = sum(len(piece) for piece in answer.iter_content(65536))
    assert size == emulator.requests[0].bytes_sent
    assert size >= 10_000_000


def test_a_client_may_leave_a_huge_body(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.huge(1_000_000_000))
    caller.send("GET", "/domains", stream=True).close()
    assert caller.get("/whoami").status_code == 200


def test_deep_json(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.deep(200_000))
    answer = caller.get("/domains")
    assert answer.content.count(b"[") == 200_000
    with pytest.raises(RecursionError):
        json.loads(answer.content)


def test_a_delay_after_the_change(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.delay(30.0))
    with pytest.raises(requests.exceptions.ReadTimeout):
        caller.session.patch(
            emulator.api_url + ZONE,
            json={"record": {"type": "TXT", "name": "a", "value": "b", "ttl": 60}},
            timeout=0.1,
        )
    wait_until(lambda: stored(emulator, "a.example.nl.") == ["b"])


def test_a_short_delay_ends_with_the_answer(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.delay(0.05))
    begun = time.monotonic()
    assert caller.get("/whoami").status_code == 200
    assert time.monotonic() - begun >= 0.05


def test_a_hang_without_effect(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.hang())
    with pytest.raises(requests.exceptions.ReadTimeout):
        caller.session.delete(emulator.api_url + ZONE, json={}, timeout=0.1)
    wait_until(lambda: emulator.requests)
    assert emulator.requests[0].status is None


def test_a_slow_drip(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.drip(piece=40, pause=0.01))
    begun = time.monotonic()
    assert caller.get("/whoami").json()["status"] == 200
    assert time.monotonic() - begun >= 0.03


def test_stopping_does_not_wait_for_a_fault() -> None:
    threads = threading.active_count()
    with Emulator() as emulator:
        emulator.faults.add(Fault.hang(3600.0))
        emulator.faults.add(Fault.delay(3600.0))
        emulator.faults.add(Fault.drip(1, 3600.0))
        host = emulator.api_url.split("/")[2]
        clients = [http.client.HTTPConnection(host) for _ in range(3)]
        for client in clients:
            client.request("GET", "/api/v2/whoami")
        wait_until(lambda: len(emulator.requests) == 3)
    assert threading.active_count() == threads
    for client in clients:
        client.close()


@pytest.mark.parametrize(("after", "expected"), [(False, []), (True, ["one"])])
def test_a_reset_before_or_after_the_change(
    emulator: Emulator, caller: Caller, after: bool, expected: list[str]
) -> None:
    emulator.faults.add(Fault.reset(after=after))
    with pytest.raises(requests.exceptions.ConnectionError, match="reset"):
        caller.patch("one")
    assert stored(emulator) == expected
    assert emulator.requests[0].status is None


@pytest.mark.parametrize(("after", "expected"), [(False, []), (True, ["one"])])
def test_a_close_before_or_after_the_change(
    emulator: Emulator, caller: Caller, after: bool, expected: list[str]
) -> None:
    emulator.faults.add(Fault.close(after=after))
    with pytest.raises(requests.exceptions.ConnectionError, match="without response"):
        caller.patch("one")
    assert stored(emulator) == expected


def test_a_redirect(emulator: Emulator, caller: Caller) -> None:
    with Emulator(domains=["example.com"]) as other:
        emulator.faults.add(Fault.redirect(other.api_url + "/domains", 307))
        answer = caller.send("GET", "/domains", allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (307, other.api_url + "/domains")
        assert other.requests == []


def test_faults_choose_their_requests(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.status(500), method="PATCH", path="*/dns", skip=1, times=2)
    statuses = [
        caller.get(ZONE).status_code,
        *(caller.patch("one").status_code for _ in range(4)),
    ]
    assert statuses == [200, 200, 500, 500, 200]
    assert emulator.faults.pending() == []


def test_faults_form_a_script(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.status(500))
    emulator.faults.add(Fault.status(502), times=None)
    statuses = [caller.get("/domains").status_code for _ in range(3)]
    emulator.faults.clear()
    assert [*statuses, caller.get("/domains").status_code] == [500, 502, 502, 200]


def test_a_skipping_fault_lets_later_ones_strike(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.status(500), skip=1)
    emulator.faults.add(Fault.status(502))
    statuses = [caller.get("/domains").status_code for _ in range(3)]
    assert statuses == [502, 500, 200]
