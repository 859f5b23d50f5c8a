"""Answers that are not those of the API, or not in the form that HTTP promises."""

from __future__ import annotations

import gc
import gzip
import itertools
import json
import socket
import tracemalloc
import zlib
from collections.abc import Callable

import pytest

from certbot_dns_mijnhost.api import (
    APIError,
    AuthenticationError,
    BadRequestError,
    DNSNotManagedError,
    DNSRecord,
    InvalidResponseError,
    MethodNotAllowedError,
    MijnHostClient,
    MijnHostError,
    NotFoundError,
    NotTheAPIError,
    RateLimitError,
    RetryPolicy,
    ServerError,
    TransportError,
    response_body,
)
from certbot_dns_mijnhost.api.responses import read_envelope
from certbot_dns_mijnhost.emulator import Emulator, Fault

from .conftest import KEY
from .listener import listening, saying

ONCE = RetryPolicy(tries=1)
OK = b'{"status": 200, "status_description": "OK", "data": {"domains": [{"domain": "x.nl"}]}}'
RECORD = DNSRecord("TXT", "x.example.nl.", "value", 60)
WRITES: dict[str, Callable[[MijnHostClient], object]] = {
    "PATCH": lambda client: client.dns_records.update("example.nl", RECORD),
    "PUT": lambda client: client.dns_records.replace_all("example.nl", [RECORD]),
    "DELETE": lambda client: client.dns_records.delete("example.nl", RECORD),
    "POST": lambda client: client.request("POST", "/domains/order", json={"domain": "x.nl"}),
}


def answer(headers: str, body: bytes = OK, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n".encode("latin-1") + body


# --- Something else than the API ---

PAGE = "<!DOCTYPE html><html><body>Blocked</body></html>"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 407, 410, 418, 451])
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (lambda status: Fault.html(status, PAGE), "with a web page"),
        (lambda status: Fault.raw(b"", status), "with an empty body"),
        (lambda status: Fault.raw(b"Forbidden", status), "with another kind of text"),
        (lambda status: Fault.raw(b'{"message": "Forbidden"}', status), "with other JSON"),
        (lambda status: Fault.raw(b"[]", status), "with other JSON"),
    ],
)
def test_a_refusal_without_the_apis_json_is_not_the_apis(
    emulator: Emulator,
    client: MijnHostClient,
    status: int,
    fault: Callable[[int], Fault],
    words: str,
) -> None:
    emulator.faults.add(fault(status), times=None)
    host = emulator.api_url.split("/")[2]
    with pytest.raises(NotTheAPIError, match="firewall or proxy is in the way") as caught:
        client.domains.get_all()
    assert f"GET /domains: {host} answered {status} {words}" in str(caught.value)
    assert caught.value.status == status
    assert len(emulator.requests) == 1, "it is not asked again"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, AuthenticationError),
        (403, AuthenticationError),
        (404, NotFoundError),
        (405, MethodNotAllowedError),
    ],
)
@pytest.mark.parametrize("body", [{"status": 0}, {"status_description": "No"}])
def test_a_refusal_in_the_apis_json_stays_one(
    emulator: Emulator, status: int, kind: type[APIError], body: dict[str, object]
) -> None:
    emulator.faults.add(Fault.envelope({**body}, status))
    client = MijnHostClient(KEY, base_url=emulator.api_url, retry=ONCE)
    with client, pytest.raises(kind) as caught:
        client.domains.get_all()
    assert not isinstance(caught.value, NotTheAPIError)


def test_a_rate_limit_and_a_server_error_count_in_any_form(
    emulator: Emulator, client: MijnHostClient
) -> None:
    emulator.faults.add(Fault.html(429, PAGE), times=None)
    with pytest.raises(RateLimitError):
        client.domains.get_all()
    emulator.faults.clear()
    emulator.faults.add(Fault.html(502, PAGE), times=None)
    with pytest.raises(ServerError):
        client.domains.get_all()


def test_a_page_with_status_200_names_what_may_be_in_the_way(
    emulator: Emulator, client: MijnHostClient
) -> None:
    emulator.faults.add(Fault.html(200, PAGE), times=None)
    with pytest.raises(InvalidResponseError, match=r"a web page\) is not the API's JSON.*login"):
        client.domains.get_all()


# --- The status in the envelope ---


@pytest.mark.parametrize(
    "status", ["200", "200.0", '"200"', '" 200 "', "true", '"success"', '"OK"', '"Success"']
)
def test_words_and_numbers_of_success(status: str) -> None:
    body = f'{{"status": {status}, "data": {{"a": 1}}}}'.encode()
    assert read_envelope(200, {}, body, request="GET /x")["data"] == {"a": 1}


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("400", BadRequestError),
        ("401.0", AuthenticationError),
        ('"404"', NotFoundError),
        ("false", BadRequestError),
        ("0", APIError),
        ("[]", BadRequestError),
        ('"error"', BadRequestError),
        ('"failed"', BadRequestError),
        ('""', BadRequestError),
        ("null", InvalidResponseError),
        ("9" * 5000, APIError),
    ],
)
def test_anything_else_is_a_refusal(status: str, error: type[MijnHostError]) -> None:
    with pytest.raises(error):
        read_envelope(200, {}, f'{{"status": {status}}}'.encode(), request="GET /x")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Wrong request method", MethodNotAllowedError),
        ("wrong request method.", MethodNotAllowedError),
        ("Method not allowed", MethodNotAllowedError),
        ("DNS records not managed by mijn.host", DNSNotManagedError),
        ("DNS  records not managed by mijn.host.", DNSNotManagedError),
        ("Invalid payment method", BadRequestError),
        ("The payment method is not allowed", BadRequestError),
        ("This invoice is not managed by you", BadRequestError),
    ],
)
def test_only_the_known_words_have_a_meaning(words: str, kind: type[APIError]) -> None:
    body = json.dumps({"status": 400, "status_description": words}).encode()
    with pytest.raises(BadRequestError if kind is DNSNotManagedError else kind) as caught:
        read_envelope(400, {}, body, request="GET /x")
    assert type(caught.value) is kind


# --- After the request was sent ---

UNREADABLE: dict[str, bytes] = {
    "two lengths": answer("Content-Length: 5\r\nContent-Length: 6"),
    "two lengths in one line": answer("Content-Length: 5, 6"),
    "a length in words": answer("Content-Length: many", b""),
    "a bad chunk": answer("Transfer-Encoding: chunked", b"zz\r\n{}\r\n0\r\n\r\n"),
    "a negative chunk": answer("Transfer-Encoding: chunked", b"-5\r\n{}\r\n0\r\n\r\n"),
    "a chunk cut off": answer("Transfer-Encoding: chunked", b"50\r\n{}"),
    "an endless header": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
    "too many headers": b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 500 + b"\r\n",
    "no header at all": b"HTTP/1.1 200 OK\r\n\xff\xfe\x00\r\n\r\n",
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a status in words": b"HTTP/1.1 two hundred\r\n\r\n",
    "a status out of range": b"HTTP/1.1 9999 X\r\n\r\n",
    "nothing": b"",
    "a cut head": b"HTTP/1.1 200",
    "a cut body": answer("Content-Length: 500"),
    "an odd redirect": answer("Location: http://[::1\r\nContent-Length: 0", b"", "302 Found"),
    "an odd cookie": answer("Set-Cookie: \x00=;;; expires=\r\nContent-Length: 2", b"{}"),
    "an odd encoding": answer("Content-Encoding: br\r\nContent-Length: 4", b"abcd"),
    "broken gzip": answer("Content-Encoding: gzip\r\nContent-Length: 4", b"abcd"),
    "only informational": b"HTTP/1.1 100 Continue\r\n\r\n",
}


# urllib3 does not close the socket if the head of an answer cannot be read.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_after_sending_the_effect_is_unknown() -> None:
    for name, method in itertools.product(UNREADABLE, WRITES):
        with listening(saying(UNREADABLE[name])) as listener:
            client = MijnHostClient(KEY, base_url=listener.url, retry=ONCE)
            with client, pytest.raises(MijnHostError) as caught:
                WRITES[method](client)
            assert len(listener.heard) == 1, (name, method)
        is_known = not caught.value.may_have_taken_effect
        assert is_known is (name == "an odd redirect"), (name, method)
        assert "nothing was sent" not in str(caught.value), (name, method)
        assert KEY not in str(caught.value), (name, method)
    del caught
    gc.collect()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_two_lengths_are_read_again_and_reported(retry: RetryPolicy) -> None:
    with listening(saying(UNREADABLE["two lengths"])) as listener:
        client = MijnHostClient(KEY, base_url=listener.url, retry=retry)
        with client, pytest.raises(InvalidResponseError, match="cannot be read"):
            client.domains.get_all()
        assert len(listener.heard) == retry.tries
    gc.collect()


def test_a_server_that_hangs_up_before_it_reads_may_have_read(retry: RetryPolicy) -> None:
    def hang_up(connection: socket.socket) -> None:
        connection.shutdown(socket.SHUT_RDWR)

    with listening(hang_up) as listener:
        client = MijnHostClient(KEY, base_url=listener.url, retry=retry)
        with client, pytest.raises(TransportError) as caught:
            client.dns_records.update("example.nl", RECORD)
        assert len(listener.heard) == 1, "it is not sent again"
    assert caught.value.may_have_taken_effect


# --- Compression that was not asked for ---


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKED: dict[str, tuple[str, bytes]] = {
    "gzip": ("gzip", gzip.compress(OK)),
    "gzip in capitals": ("GZip", gzip.compress(OK)),
    "x-gzip": ("x-gzip", gzip.compress(OK)),
    "gzip in two members": ("gzip", gzip.compress(OK[:30]) + gzip.compress(OK[30:])),
    "gzip with padding": ("gzip", gzip.compress(OK) + b"\0" * 100),
    "deflate": ("deflate", zlib.compress(OK)),
    "deflate without its header": ("deflate", raw_deflate(OK)),
    "identity": ("identity", OK),
    "an empty name": ("", OK),
}


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("name", PACKED)
def test_an_answer_that_was_compressed_is_read(name: str, chunked: bool) -> None:
    encoding, body = PACKED[name]
    headers = f"Content-Encoding: {encoding}\r\n"
    if chunked:
        # One byte in each chunk.
        body = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
        headers += "Transfer-Encoding: chunked"
    else:
        headers += f"Content-Length: {len(body)}"
    with listening(saying(answer(headers, body))) as listener:
        with MijnHostClient(KEY, base_url=listener.url, retry=ONCE) as client:
            assert [domain.domain for domain in client.domains.get_all()] == ["x.nl"]
        assert b"Accept-Encoding: identity" in listener.heard[0]


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, raw_deflate])
def test_a_small_answer_does_not_unfold_into_a_huge_one(
    pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    largest = 2 * 1024 * 1024
    monkeypatch.setattr(response_body, "LARGEST_ANSWER", largest)
    bomb = pack(b" " * (20 * largest))
    encoding = "gzip" if pack is gzip.compress else "deflate"
    headers = f"Content-Encoding: {encoding}\r\nContent-Length: {len(bomb)}"
    with listening(saying(answer(headers, bomb))) as listener:
        client = MijnHostClient(KEY, base_url=listener.url, retry=ONCE)
        tracemalloc.start()
        try:
            with client, pytest.raises(InvalidResponseError, match="larger than"):
                client.domains.get_all()
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 4 * largest


@pytest.mark.parametrize("size", [1, 65535, 65536, 65537, 300_000, 1_000_000])
def test_answers_of_every_size_are_unpacked_to_their_end(size: int) -> None:
    data = b'{"status": 200, "data": {"domains": []}, "x": "' + b"x" * size + b'"}'
    body = gzip.compress(data)
    headers = f"Content-Encoding: gzip\r\nContent-Length: {len(body)}"
    with listening(saying(answer(headers, body))) as listener:
        client = MijnHostClient(KEY, base_url=listener.url, retry=ONCE)
        with client:
            assert len(client.request("GET", "/domains")["x"]) == size


@pytest.mark.parametrize("keep", [1, 2, 10, -9, -1])
@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_a_compressed_answer_that_ends_too_early_is_not_read(
    encoding: str, pack: Callable[[bytes], bytes], keep: int
) -> None:
    body = pack(OK)[:keep]
    headers = f"Content-Encoding: {encoding}\r\nContent-Length: {len(body)}"
    with listening(saying(answer(headers, body))) as listener:
        client = MijnHostClient(KEY, base_url=listener.url, retry=ONCE)
        with client, pytest.raises(InvalidResponseError, match="compressed, and cannot"):
            client.domains.get_all()


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "\xff", "x" * 5000])
def test_another_compression_is_named(encoding: str) -> None:
    headers = f"Content-Encoding: {encoding}\r\nContent-Length: 2"
    with listening(saying(answer(headers, b"{}"))) as listener:
        client = MijnHostClient(KEY, base_url=listener.url, retry=ONCE)
        with client, pytest.raises(InvalidResponseError, match="compressed as") as caught:
            client.domains.get_all()
    assert len(str(caught.value)) < 400
