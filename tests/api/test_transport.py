from __future__ import annotations

import copy
import logging
import math
import pickle
import socket
import ssl
import threading
import time as real_time
import traceback
from pathlib import Path
from typing import Any

import pytest
import requests

from certbot_dns_mijnhost import __version__
from certbot_dns_mijnhost.api import (
    APIError,
    AuthenticationError,
    InvalidInputError,
    InvalidResponseError,
    MijnHostClient,
    MijnHostError,
    RedirectError,
    RequestTimeoutError,
    RetryPolicy,
    ServerError,
    TransportError,
)
from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants
from scripts.local_ca import Pebble
from tests.support.virtual_time import VirtualTime
from tests.support.waiting import SILENCE

from .conftest import KEY
from .listener import listening, saying

OK = b'{"status": 200, "status_description": "OK", "data": {"domains": []}}'
ONCE = RetryPolicy(tries=1)


def http(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}Connection: close\r\n\r\n"
    return head.encode() + body


def test_one_connection_for_many_requests(client: MijnHostClient, emulator: Emulator) -> None:
    for _ in range(5):
        client.domains.get_all()
    assert len({request.connection for request in emulator.requests}) == 1


def test_what_is_sent() -> None:
    with listening(saying(http(OK))) as listener:
        with MijnHostClient(KEY, base_url=f"{listener.url}/api/v2/", retry=ONCE) as client:
            client.domains.get_all(tags=["a", "b"])
        head = listener.heard[0].decode()
    assert head.startswith("GET /api/v2/domains?tags=a%2Cb HTTP/1.1\r\n")
    assert f"API-Key: {KEY}\r\n" in head
    assert f"User-Agent: certbot-dns-mijnhost/{__version__} " in head
    assert "Accept: application/json\r\n" in head
    assert "Authorization" not in head


def test_a_body_says_that_it_is_json() -> None:
    with listening(saying(http(OK))) as listener:
        with MijnHostClient(KEY, base_url=listener.url, retry=ONCE) as client:
            client.request("PUT", "/domains/example.nl", json={"is_locked": True})
        head = listener.heard[0].decode()
    assert "Content-Type: application/json\r\n" in head
    assert '{"is_locked": true}' in head


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (Fault.html(), InvalidResponseError, "not the API's JSON"),
        (Fault.truncated(), InvalidResponseError, "not the API's JSON"),
        (Fault.deep(), InvalidResponseError, "nested too deeply"),
        (Fault.raw(b"\xff\xfe"), InvalidResponseError, "not UTF-8"),
        (Fault.raw(b'{"status": NaN}'), InvalidResponseError, "NaN"),
        (Fault.raw(b"[]"), InvalidResponseError, "not an object"),
        (Fault.raw(b"{}"), InvalidResponseError, "lacks the API's own status"),
        (Fault.raw(b""), InvalidResponseError, "not the API's JSON"),
        (Fault.envelope({"status": 200}), InvalidResponseError, "instead of the list of domains"),
        (
            Fault.envelope({"status": 200, "data": []}),
            InvalidResponseError,
            "has a list instead of",
        ),
        (
            Fault.envelope({"status": 200, "data": {}}),
            InvalidResponseError,
            "has nothing instead of",
        ),
        (Fault.huge(64 * 1024 * 1024), InvalidResponseError, "larger than"),
        (Fault.huge(64 * 1024 * 1024, declared=False), InvalidResponseError, "larger than"),
        (Fault.html(503), ServerError, "no JSON in the answer"),
        (Fault.hang(), RequestTimeoutError, "in time"),
        (Fault.close(), TransportError, "no answer from 127.0.0.1"),
        (Fault.reset(), TransportError, "[Rr]eset|aborted"),
        (Fault.cut(), MijnHostError, "domains"),
        (Fault.redirect("https://example.com/"), RedirectError, "not followed"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_odd_answers_are_errors_of_the_client(
    emulator: Emulator, fault: Fault, error: type[MijnHostError], words: str
) -> None:
    emulator.faults.add(fault, times=None)
    timeout = SILENCE if fault.name == "hang" else 60.0
    with (
        MijnHostClient(KEY, base_url=emulator.api_url, timeout=timeout, retry=ONCE) as client,
        pytest.raises(error, match=words) as caught,
    ):
        client.domains.get_all()
    assert "GET /domains" in str(caught.value) or "answer of the API" in str(caught.value)


def test_a_trickle_is_not_waited_for_without_end(emulator: Emulator) -> None:
    emulator.faults.add(Fault.drip(piece=1, pause=0.05))
    with (
        MijnHostClient(KEY, base_url=emulator.api_url, timeout=0.5, retry=ONCE) as client,
        pytest.raises(RequestTimeoutError, match="too slowly"),
    ):
        client.dns_records.get_all("example.nl")


def test_a_refused_connection_is_reported_with_its_cause(retry: RetryPolicy) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/api/v2"
        with (
            MijnHostClient(KEY, base_url=url, retry=retry) as client,
            pytest.raises(TransportError, match="Connection refused") as caught,
        ):
            client.domains.get_all()
    assert not caught.value.may_have_taken_effect
    assert caught.value.__cause__ is not None


def test_a_certificate_that_is_not_trusted_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pebble = Pebble(tmp_path, resolver="")
    pebble._write_certificate()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pebble.certificate, tmp_path / "pebble.key")
    with listening(saying(http(OK)), tls=context) as listener:
        url = listener.url.replace("http://", "https://")
        with (
            MijnHostClient(KEY, base_url=url, retry=ONCE) as client,
            pytest.raises(TransportError, match="certificate is not trusted"),
        ):
            client.domains.get_all()
        assert listener.heard == []
        # The same certificate, trusted: it is the check that ended it.
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pebble.certificate))
        with MijnHostClient(KEY, base_url=url, retry=ONCE) as client:
            assert client.domains.get_all() == []
        assert len(listener.heard) == 1


def test_a_server_without_tls_gets_no_key() -> None:
    with listening(saying(b"no TLS here")) as listener:
        url = listener.url.replace("http://", "https://")
        with (
            MijnHostClient(KEY, base_url=url, retry=ONCE) as client,
            pytest.raises(TransportError, match=r"(?i)ssl|tls"),
        ):
            client.domains.get_all()
        assert not any(KEY.encode() in heard for heard in listener.heard)


def test_a_redirect_is_not_followed_and_the_key_not_sent_along(
    client: MijnHostClient, emulator: Emulator
) -> None:
    with listening(saying(http(OK))) as elsewhere:
        for status in (301, 302, 303, 307, 308):
            emulator.faults.add(Fault.redirect(f"{elsewhere.url}/api/v2/domains", status))
            with pytest.raises(RedirectError):
                client.domains.get_all()
        assert elsewhere.heard == []
    assert len(emulator.requests) == 5, "a redirect is not tried again"


@pytest.mark.parametrize("location", [b"http://[bad", b"\xff\xfe", b"", b"//"])
def test_a_redirect_to_an_unreadable_address_is_an_error_of_the_client(location: bytes) -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
    with (
        listening(saying(answer)) as listener,
        MijnHostClient(KEY, base_url=listener.url, retry=ONCE) as client,
        pytest.raises(RedirectError),
    ):
        client.domains.get_all()


def test_a_redirect_is_not_read_without_end() -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: https://example.com/\r\n\r\n")
        # Until the client closes the connection, which raises OSError.
        while True:
            # Old versions of urllib3 return after 128 bytes.
            connection.sendall(b"x" * 16)
            real_time.sleep(0.1)

    with (
        listening(drip) as listener,
        MijnHostClient(KEY, base_url=listener.url, timeout=SILENCE, retry=ONCE) as client,
        pytest.raises(MijnHostError),
    ):
        client.domains.get_all()


def test_loopback_without_tls_never_goes_by_a_proxy(
    client: MijnHostClient, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(saying(http(OK))) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        client.domains.get_all()
        assert proxy.heard == []
    assert len(emulator.requests) == 1


@pytest.mark.parametrize(
    "proxy", ["http://user:hunter#2@127.0.0.1:1", "http://user:hunter@[::2/", "user:hunter@"]
)
def test_the_unreadable_address_of_a_proxy_is_not_repeated(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with (
        MijnHostClient(KEY, base_url="https://localhost:1/") as client,
        pytest.raises(InvalidInputError, match="HTTPS_PROXY") as caught,
    ):
        client.domains.get_all()
    shown = "".join(traceback.format_exception(caught.type, caught.value, caught.tb))
    assert "hunter" not in shown


@pytest.mark.parametrize("host", [".example.nl", "*.example.nl", "a..b", "a" * 64])
def test_a_host_that_cannot_exist_is_refused(host: str) -> None:
    with (
        MijnHostClient(KEY, base_url=f"https://{host}/") as client,
        pytest.raises(InvalidInputError, match="the API's URL"),
    ):
        client.domains.get_all()


def test_a_netrc_file_is_not_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password something\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with listening(saying(http(OK))) as listener:
        with MijnHostClient(KEY, base_url=listener.url, retry=ONCE) as client:
            client.domains.get_all()
        assert b"Authorization" not in listener.heard[0]


ECHOES = {
    "description": Fault.status(401, f"Key {KEY} is unknown"),
    "in the envelope": Fault.envelope({"status": "error", "status_description": KEY}),
    "page": Fault.html(500, f"<html>{KEY}</html>"),
    "odd": Fault.raw(f"{KEY}".encode()),
    "wrong place": Fault.envelope({"status": 200, "data": {"domains": {KEY: KEY}}}),
    "wrong data": Fault.envelope({"status": 200, "data": [KEY]}),
}


@pytest.mark.parametrize("echo", ECHOES)
def test_the_key_is_masked_even_if_the_api_repeats_it(
    emulator: Emulator, echo: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    emulator.faults.add(ECHOES[echo], times=None)
    client = MijnHostClient(KEY, base_url=emulator.api_url, retry=ONCE)
    with client, pytest.raises(MijnHostError) as caught:
        client.domains.get_all()
    shown = "".join(traceback.format_exception(caught.type, caught.value, caught.tb))
    texts = [shown, caplog.text, repr(client), repr(vars(client)), str(caught.value.args)]
    assert not any(KEY in text for text in texts)
    if isinstance(caught.value, APIError):
        assert KEY not in caught.value.description


def test_the_key_is_not_pickled_or_copied_into_a_text(client: MijnHostClient) -> None:
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(client)
    with pytest.raises(TypeError, match="cannot be pickled"):
        copy.deepcopy(client)


def _classes(kind: type[MijnHostError]) -> list[type[MijnHostError]]:
    return [kind, *(each for sub in kind.__subclasses__() for each in _classes(sub))]


def test_each_error_can_be_pickled_for_another_process(client: MijnHostClient) -> None:
    with pytest.raises(APIError) as caught:
        client.dns_records.get_all("nowhere.nl")
    errors: list[MijnHostError] = [caught.value]
    for kind in _classes(MijnHostError):
        error = kind.__new__(kind, "what failed: why")
        error.may_have_taken_effect = True
        errors.append(error)
    assert len(errors) > 20
    for error in errors:
        unpickled = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
        for copied in (unpickled, copy.deepcopy(error)):
            assert type(copied) is type(error)
            assert str(copied) == str(error)
            assert vars(copied) == vars(error)


@pytest.mark.parametrize(
    "timeout", [0, -1, True, "5", None, math.nan, math.inf, 10**30, (5,), (5, 0), (1, 2, 3), [1, 2]]
)
def test_a_timeout_that_cannot_be_kept_is_refused_before_anything_is_sent(timeout: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^timeout: must be a number of seconds above 0"):
        MijnHostClient(KEY, timeout=timeout)


@pytest.mark.parametrize("timeout", [5, 0.5, (2, 30.0)])
def test_timeouts_that_are_accepted(emulator: Emulator, timeout: Any) -> None:
    with MijnHostClient(KEY, base_url=emulator.api_url, timeout=timeout) as client:
        assert client.domains.get_all()


def test_a_session_of_the_callers_stays_as_it_was(emulator: Emulator) -> None:
    with requests.Session() as session:
        headers = dict(session.headers)
        with MijnHostClient(KEY, base_url=emulator.api_url, session=session) as client:
            client.domains.get_all()
        assert dict(session.headers) == headers
        assert session.auth is None
        with MijnHostClient(KEY, base_url=emulator.api_url, session=session) as again:
            again.domains.get_all()
    assert len({request.connection for request in emulator.requests}) == 1


@pytest.mark.parametrize("variants", [Variants(errors_inside_200=True), Variants()])
@pytest.mark.parametrize("word", [True, False])
def test_a_wrong_key_in_every_dress(emulator: Emulator, variants: Variants, word: bool) -> None:
    emulator.variants = Variants(
        errors_inside_200=variants.errors_inside_200, error_status_word=word
    )
    with (
        MijnHostClient("another-key", base_url=emulator.api_url) as client,
        pytest.raises(AuthenticationError, match="No valid API key set") as caught,
    ):
        client.domains.get_all()
    assert caught.value.status == 401
    assert len(emulator.requests) == 1


def test_threads_may_share_a_client(client: MijnHostClient) -> None:
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(len(client.domains.get_all())))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [2] * 8


def test_an_answer_without_content_is_a_success(emulator: Emulator, client: MijnHostClient) -> None:
    emulator.faults.add(Fault.raw(b"", 204))
    assert client.request("DELETE", "/domains/example.nl/dns")["status"] == 204


@pytest.mark.parametrize("method", ["get", "TRACE", "GET\r\nX: y", ""])
def test_only_known_methods_are_sent(client: MijnHostClient, method: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^method: must be one of"):
        client.request(method, "/domains")


def test_time_is_bounded_with_a_silent_api(emulator: Emulator, clock: VirtualTime) -> None:
    emulator.faults.add(Fault.close(), times=None)
    policy = RetryPolicy(sleep=clock.sleep, clock=clock)
    with (
        MijnHostClient(KEY, base_url=emulator.api_url, retry=policy) as client,
        pytest.raises(TransportError),
    ):
        client.domains.get_all()
    assert len(emulator.requests) == policy.tries
    assert sum(clock.slept) < policy.total_seconds
