"""Each scripted fault, as a client sees it."""

from __future__ import annotations

import http.client
import json
import threading
import time

import pytest
import requests

from certbot_dns_mijnhost.emulator import Emulator, Fault
from tests.emulator.support import ZONE, Caller, txt_values
from tests.support.waiting import wait_until


def test_fault_status_with_headers(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.status(429, "Too many requests", {"Retry-After": "2"}))
    answer = caller.patch("one")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
    assert answer.json() == {"status": 429, "status_description": "Too many requests"}
    assert txt_values(emulator) == []
    assert caller.patch("one").status_code == 200


def test_fault_status_after_the_effect(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.status(502, after=True))
    assert caller.patch("one").status_code == 502
    assert txt_values(emulator) == ["one"]


def test_fault_bad_request(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.bad_request("DNS records not managed by mijn.host"))
    answer = caller.get(ZONE)
    assert answer.status_code == 400
    assert answer.json()["status_description"] == "DNS records not managed by mijn.host"


def test_fault_html(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.html(503))
    answer = caller.get("/domains")
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (503, "text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_fault_envelope(emulator: Emulator, caller: Caller) -> None:
    body = {"status": 200, "data": {"records": "none"}}
    emulator.faults.add(Fault.envelope(body))
    assert caller.get(ZONE).json() == body


def test_fault_raw(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.raw(b"\xff\x00", 200, {"X-Odd": "yes"}))
    answer = caller.get("/domains")
    assert (answer.content, answer.headers["X-Odd"]) == (b"\xff\x00", "yes")


def test_fault_truncated(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.truncated(10))
    answer = caller.patch("one")
    assert answer.content == b'{"status":'
    assert txt_values(emulator) == ["one"]


def test_fault_cut(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.cut(10))
    with pytest.raises(requests.exceptions.RequestException):
        caller.patch("one")
    assert txt_values(emulator) == ["one"]
    assert caller.get("/whoami").status_code == 200


@pytest.mark.parametrize("declared", [True, False])
def test_fault_huge(emulator: Emulator, caller: Caller, declared: bool) -> None:
    emulator.faults.add(Fault.huge(10_000_000, declared=declared))
    with caller.send("GET", "/domains", stream=True) as answer:
        assert ("Content-Length" in answer.headers) is declared
        size = sum(len(piece) for piece in answer.iter_content(65536))
    assert size == emulator.requests[0].bytes_sent
    assert size >= 10_000_000


def test_fault_huge_ends_if_the_client_disconnects(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.huge(1_000_000_000))
    caller.send("GET", "/domains", stream=True).close()
    assert caller.get("/whoami").status_code == 200


def test_fault_deep(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.deep(200_000))
    answer = caller.get("/domains")
    assert answer.content.count(b"[") == 200_000
    with pytest.raises(RecursionError):
        json.loads(answer.content)


def test_fault_delay_longer_than_the_clients_timeout(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.delay(30.0))
    with pytest.raises(requests.exceptions.ReadTimeout):
        caller.session.patch(
            emulator.api_url + ZONE,
            json={"record": {"type": "TXT", "name": "a", "value": "b", "ttl": 60}},
            timeout=0.1,
        )
    wait_until(lambda: txt_values(emulator, "a.example.nl.") == ["b"])


def test_fault_delay_ends_with_the_answer(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.delay(0.05))
    begun = time.monotonic()
    assert caller.get("/whoami").status_code == 200
    assert time.monotonic() - begun >= 0.05


def test_fault_hang_has_no_effect(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.hang())
    with pytest.raises(requests.exceptions.ReadTimeout):
        caller.session.delete(emulator.api_url + ZONE, json={}, timeout=0.1)
    wait_until(lambda: emulator.requests)
    assert emulator.requests[0].status is None


def test_fault_drip(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.drip(piece=40, pause=0.01))
    begun = time.monotonic()
    assert caller.get("/whoami").json()["status"] == 200
    assert time.monotonic() - begun >= 0.03


def test_stop_does_not_wait_for_faults() -> None:
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
def test_fault_reset_before_or_after_the_effect(
    emulator: Emulator, caller: Caller, after: bool, expected: list[str]
) -> None:
    emulator.faults.add(Fault.reset(after=after))
    with pytest.raises(requests.exceptions.ConnectionError, match="reset"):
        caller.patch("one")
    assert txt_values(emulator) == expected
    assert emulator.requests[0].status is None


@pytest.mark.parametrize(("after", "expected"), [(False, []), (True, ["one"])])
def test_fault_close_before_or_after_the_effect(
    emulator: Emulator, caller: Caller, after: bool, expected: list[str]
) -> None:
    emulator.faults.add(Fault.close(after=after))
    with pytest.raises(requests.exceptions.ConnectionError, match="without response"):
        caller.patch("one")
    assert txt_values(emulator) == expected


def test_fault_redirect(emulator: Emulator, caller: Caller) -> None:
    with Emulator(domains=["example.com"]) as other:
        emulator.faults.add(Fault.redirect(other.api_url + "/domains", 307))
        answer = caller.send("GET", "/domains", allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (307, other.api_url + "/domains")
        assert other.requests == []


def test_faults_apply_to_matching_requests_only(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.status(500), method="PATCH", path="*/dns", skip=1, times=2)
    statuses = [
        caller.get(ZONE).status_code,
        *(caller.patch("one").status_code for _ in range(4)),
    ]
    assert statuses == [200, 200, 500, 500, 200]
    assert emulator.faults.pending() == []


def test_faults_apply_in_order(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.status(500))
    emulator.faults.add(Fault.status(502), times=None)
    statuses = [caller.get("/domains").status_code for _ in range(3)]
    emulator.faults.clear()
    assert [*statuses, caller.get("/domains").status_code] == [500, 502, 502, 200]


def test_a_fault_that_skips_requests_leaves_them_to_later_faults(
    emulator: Emulator, caller: Caller
) -> None:
    emulator.faults.add(Fault.status(500), skip=1)
    emulator.faults.add(Fault.status(502))
    statuses = [caller.get("/domains").status_code for _ in range(3)]
    assert statuses == [502, 500, 200]
