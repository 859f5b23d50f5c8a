"""The emulator without sockets: the same answers, and nothing sleeps."""

from __future__ import annotations

import json
import threading

import dns.message
import pytest

from certbot_dns_mijnhost.emulator import (
    DEFAULT_API_KEY,
    Answer,
    ConnectionLost,
    Emulator,
    Fault,
    Request,
    Variants,
)
from tests.emulator.support import CHALLENGE, answers, txt, txt_values

PATH = "/api/v2/domains/example.nl/dns"


@pytest.fixture
def quiet() -> Emulator:
    return Emulator(serve=False, variants=Variants(patch="append"))


def patch(emulator: Emulator, value: str) -> Answer:
    body = json.dumps({"record": txt(value)}).encode()
    return emulator.application.handle(
        Request("PATCH", PATH, {"api-key": DEFAULT_API_KEY}, body, connection=7)
    )


def test_no_socket_is_opened(quiet: Emulator) -> None:
    before = threading.active_count()
    with quiet:
        assert threading.active_count() == before
        assert quiet.api_url == "http://127.0.0.1:1/api/v2"
        assert quiet.nameservers == ["127.0.0.1:1"]


def test_requests_are_answered_and_logged(quiet: Emulator) -> None:
    answer = patch(quiet, "one")
    assert answer.status == 200
    assert json.loads(answer.body)["status_description"] == "DNS successfully updated"
    assert dict(answer.headers) == {"Content-Type": "application/json"}
    assert quiet.requests[0].connection == 7
    response = quiet.answer(dns.message.make_query(CHALLENGE, "TXT"), 0)
    assert response is not None
    assert answers(response) == ['TXT "one"']
    assert answers(quiet.resolve(dns.message.make_query(CHALLENGE, "TXT"))) == ['TXT "one"']


def test_the_repr_of_a_request_hides_the_key() -> None:
    assert DEFAULT_API_KEY not in repr(Request("GET", PATH, {"API-Key": DEFAULT_API_KEY}))


@pytest.mark.parametrize(("after", "expected"), [(False, []), (True, ["one"])])
def test_a_reset_raises_connection_lost(quiet: Emulator, after: bool, expected: list[str]) -> None:
    quiet.faults.add(Fault.reset(after=after))
    with pytest.raises(ConnectionLost) as lost:
        patch(quiet, "one")
    assert (lost.value.delay, lost.value.reset) == (0.0, True)
    assert txt_values(quiet) == expected


def test_delays_are_in_the_answer_and_nothing_sleeps(quiet: Emulator) -> None:
    quiet.faults.add(Fault.delay(3600.0))
    quiet.faults.add(Fault.hang(1800.0))
    quiet.faults.add(Fault.drip(10, 60.0))
    assert patch(quiet, "one").delay == 3600.0
    with pytest.raises(ConnectionLost) as lost:
        patch(quiet, "two")
    assert lost.value.delay == 1800.0
    dripping = patch(quiet, "three")
    assert (dripping.piece, dripping.pause) == (10, 60.0)
    assert b"".join(dripping.pieces()) == dripping.body
    assert txt_values(quiet) == ["one", "three"]


def test_a_huge_answer_is_generated_lazily(quiet: Emulator) -> None:
    quiet.faults.add(Fault.huge(10**12))
    answer = patch(quiet, "one")
    assert answer.size >= 10**12
    assert len(next(answer.pieces())) == 65536


def test_writes_of_many_threads_are_all_stored(quiet: Emulator) -> None:
    def write(first: int) -> None:
        for number in range(first, first + 25):
            patch(quiet, str(number))

    threads = [threading.Thread(target=write, args=(100 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(txt_values(quiet)) == len(quiet.requests) == 100
