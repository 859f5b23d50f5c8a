"""The documented API, over real sockets."""

from __future__ import annotations

import dataclasses
import socket
import time
import urllib.request

import pytest
import requests

from certbot_dns_mijnhost.emulator import DEFAULT_API_KEY, Account, Emulator, LoggedRequest, Record
from tests.emulator.support import CHALLENGE, TIMEOUT, ZONE, Caller, txt, txt_values


def test_list_domains_returns_the_documented_fields(emulator: Emulator, caller: Caller) -> None:
    emulator.account.add_domain("example.com", tags=["prod"])
    answer = caller.get("/domains")
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert (body["status"], body["status_description"]) == (200, "Request successful")
    assert [domain["domain"] for domain in body["data"]["domains"]] == ["example.nl", "example.com"]
    assert set(body["data"]["domains"][1]) == {
        "id", "domain", "renewal_date", "status", "status_id", "tags",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "expected"),
    [("a", ["one.example.com"]), ("a,b", ["one.example.com", "two.example.com"]), ("c", [])],
)
def test_list_domains_by_tags(
    emulator: Emulator, caller: Caller, tags: str, expected: list[str]
) -> None:
    emulator.account.add_domain("one.example.com", tags=["a"])
    emulator.account.add_domain("two.example.com", tags=["b"])
    domains = caller.get(f"/domains?tags={tags}").json()["data"]["domains"]
    assert [domain["domain"] for domain in domains] == expected


def test_get_domain_shows_managed_dns(emulator: Emulator, caller: Caller) -> None:
    emulator.account.add_domain("example.com", managed_dns=False)
    assert caller.get("/domains/example.nl").json()["data"]["managed_dns"] is True
    assert caller.get("/domains/example.com").json()["data"]["managed_dns"] is False


def test_a_new_domain_has_a_small_zone(caller: Caller) -> None:
    body = caller.get(ZONE).json()
    assert body["data"]["domain"] == "example.nl"
    kinds = {record["type"] for record in body["data"]["records"]}
    assert kinds == {"A", "AAAA", "MX", "TXT", "CNAME"}
    assert all(record["name"].endswith("example.nl.") for record in body["data"]["records"])


def test_patch_creates_one_value_and_delete_removes_only_that(
    emulator: Emulator, caller: Caller
) -> None:
    before = emulator.account.records("example.nl")
    answer = caller.patch("one")
    assert answer.json() == {"status": 200, "status_description": "DNS successfully updated"}
    emulator.account.add_record("example.nl", "TXT", CHALLENGE, "two", 60)
    assert caller.values() == ["one", "two"]
    assert caller.delete("one").status_code == 200
    assert caller.values() == ["two"]
    caller.delete("two")
    assert emulator.account.records("example.nl") == before


def test_patch_accepts_relative_names_in_any_case(emulator: Emulator, caller: Caller) -> None:
    caller.patch("one", "_ACME-challenge")
    assert txt_values(emulator) == ["one"]
    caller.patch("two", "_acme-challenge.example.NL")
    assert txt_values(emulator) == ["two"]
    assert caller.delete("two", "_acme-challenge").status_code == 200
    assert txt_values(emulator) == []


def test_patch_accepts_an_at_sign_as_the_apex(emulator: Emulator, caller: Caller) -> None:
    caller.patch("v=spf1 -all", "@")
    assert txt_values(emulator, "example.nl.") == ["v=spf1 -all"]


def test_put_replaces_the_whole_zone(emulator: Emulator, caller: Caller) -> None:
    answer = caller.send("PUT", ZONE, {"records": [txt("one"), txt("two")]})
    assert answer.json()["status_description"] == "DNS successfully updated"
    assert emulator.account.records("example.nl") == [
        Record("TXT", CHALLENGE, "one", 60),
        Record("TXT", CHALLENGE, "two", 60),
    ]


BAD_RECORDS = [
    {},
    {"record": []},
    {"record": {"type": "TXT", "name": CHALLENGE}},
    {"record": {**txt("a"), "ttl": 0}},
    {"record": {**txt("a"), "ttl": 2147483648}},
    {"record": {**txt("a"), "ttl": True}},
    {"record": {**txt("a"), "ttl": "60"}},
    {"record": {**txt("a"), "type": "BOGUS"}},
    {"record": {**txt("a"), "type": "A"}},
    {"record": {**txt("10"), "type": "MX"}},
    {"record": txt(5)},
    {"record": txt("a", "www.example.com.")},
    {"record": txt("a", "a..b")},
    {"record": txt("a", "x" * 64)},
    {"records": [txt("a")]},
    [],
    "text",
]


@pytest.mark.parametrize("body", BAD_RECORDS)
def test_patch_of_an_invalid_record_is_refused(
    emulator: Emulator, caller: Caller, body: object
) -> None:
    before = emulator.account.records("example.nl")
    answer = caller.send("PATCH", ZONE, body)
    assert answer.status_code == 400
    assert answer.json()["status"] == 400
    assert emulator.account.records("example.nl") == before


@pytest.mark.parametrize(
    "body",
    [
        {"records": []},
        {"records": {}},
        {"records": [txt("a"), txt("b", "_acme-challenge.example.nl")]},
        {"records": [txt("a"), 5]},
        {},
    ],
)
def test_put_of_an_invalid_zone_is_refused(
    emulator: Emulator, caller: Caller, body: object
) -> None:
    before = emulator.account.records("example.nl")
    assert caller.send("PUT", ZONE, body).status_code == 400
    assert emulator.account.records("example.nl") == before


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_not_json_is_refused(caller: Caller, data: bytes) -> None:
    assert caller.send("PATCH", ZONE, data=data).status_code == 400


@pytest.mark.parametrize("ttl", [1, 2147483647])
def test_the_lowest_and_highest_ttl_are_accepted(
    emulator: Emulator, caller: Caller, ttl: int
) -> None:
    assert caller.patch("a", ttl=ttl).status_code == 200
    assert Record("TXT", CHALLENGE, "a", ttl) in emulator.account.records("example.nl")


def test_international_names_are_listed_as_a_labels(emulator: Emulator, caller: Caller) -> None:
    emulator.account.add_domain("bücher.example.com", records=[])
    zone = "/domains/xn--bcher-kva.example.com/dns"
    record = {"type": "TXT", "name": "Café.Bücher.example.com.", "value": "a", "ttl": 60}
    assert caller.send("PATCH", zone, {"record": record}).status_code == 200
    [shown] = caller.get("/domains/bücher.example.com/dns").json()["data"]["records"]
    assert shown["name"] == "xn--caf-dma.xn--bcher-kva.example.com."


@pytest.mark.parametrize("key", [None, "", "another-key", DEFAULT_API_KEY + "x"])
def test_a_wrong_key_is_refused(emulator: Emulator, key: str | None) -> None:
    headers = {} if key is None else {"API-Key": key}
    answer = requests.get(emulator.api_url + "/domains", headers=headers, timeout=TIMEOUT)
    assert answer.status_code == 401
    assert answer.json() == {"status": 401, "status_description": "No valid API key set"}


def test_whoami_returns_the_address_and_customer_number(caller: Caller) -> None:
    data = caller.get("/whoami").json()["data"]
    assert data["ip"] == "127.0.0.1"
    assert data["customer_number"]


@pytest.mark.parametrize(
    "path", ["/domains/example.com", "/domains/example.com/dns", "/domains/.."]
)
def test_a_domain_outside_the_account_is_refused(caller: Caller, path: str) -> None:
    answer = caller.get(path.replace("..", "%2e%2e"))
    assert answer.status_code == 400
    assert answer.json()["status_description"] == "You have no access to this resource."


def test_records_of_a_domain_with_other_name_servers_are_refused(
    emulator: Emulator, caller: Caller
) -> None:
    emulator.account.add_domain("example.com", managed_dns=False)
    for method, body in [("GET", None), ("PATCH", {"record": txt("a")})]:
        answer = caller.send(method, "/domains/example.com/dns", body)
        assert answer.status_code == 400
        assert answer.json()["status_description"] == "DNS records not managed by mijn.host"


def test_a_wrong_method_is_refused(caller: Caller) -> None:
    for method, path in [("POST", ZONE), ("PATCH", "/domains"), ("OPTIONS", "/whoami")]:
        answer = caller.send(method, path)
        assert answer.status_code == 400
        assert answer.json()["status_description"] == "Wrong request method"


@pytest.mark.parametrize("path", ["/nothing", "/domains/example.nl/nothing", "/domains/a/b/c", "/"])
def test_an_unknown_path_is_not_found(caller: Caller, path: str) -> None:
    assert caller.get(path).status_code == 404


def test_a_path_outside_the_api_is_not_found(emulator: Emulator, caller: Caller) -> None:
    url = emulator.api_url.replace("/api/v2", "/api/v1/domains")
    assert caller.session.get(url, timeout=TIMEOUT).status_code == 404


def test_a_slash_at_the_end_of_a_path_is_ignored(caller: Caller) -> None:
    assert caller.get("/domains/").json() == caller.get("/domains").json()


def test_requests_are_logged_without_the_key(emulator: Emulator, caller: Caller) -> None:
    answer = caller.get("/domains?tags=a")
    caller.patch("one")
    assert emulator.requests[0] == LoggedRequest(
        "GET", "/api/v2/domains?tags=a", 200, 0, len(answer.content), 1
    )
    assert emulator.requests[1].bytes_received > 0
    assert DEFAULT_API_KEY not in repr(emulator.requests)


def test_connections_are_kept_alive_and_numbered(emulator: Emulator, caller: Caller) -> None:
    for _ in range(3):
        caller.get("/whoami")
    caller.session.close()
    caller.get("/whoami")
    assert [line.connection for line in emulator.requests] == [1, 1, 1, 2]


def test_head_and_body_are_sent_in_one_write(emulator: Emulator) -> None:
    """Two writes would cost 40 ms each time: Nagle's algorithm meets delayed acknowledgements."""
    host, port = emulator.api_url.split("/")[2].split(":")
    with socket.create_connection((host, int(port)), TIMEOUT) as client:
        for _ in range(20):
            client.sendall(b"GET /api/v2/whoami HTTP/1.1\r\nHost: a\r\n\r\n")
            received = client.recv(65536)
            assert received.startswith(b"HTTP/1.1 401 Unauthorized\r\n")
            assert received.endswith(b"}")


def test_urllib_works(emulator: Emulator) -> None:
    request = urllib.request.Request(  # noqa: S310 - a loopback address
        emulator.api_url + "/whoami", headers={"API-Key": DEFAULT_API_KEY}
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
        assert answer.status == 200


@pytest.mark.parametrize("header", ["Content-Length: many", "Transfer-Encoding: chunked"])
def test_a_body_of_unknown_length_is_refused(emulator: Emulator, header: str) -> None:
    host, port = emulator.api_url.split("/")[2].split(":")
    with socket.create_connection((host, int(port)), TIMEOUT) as client:
        client.sendall(f"PATCH /api/v2{ZONE} HTTP/1.1\r\nHost: a\r\n{header}\r\n\r\n".encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 411 ")


def test_add_and_delete_a_record_in_the_control_panel(emulator: Emulator) -> None:
    account = emulator.account
    before = account.records("example.nl")
    account.add_record("example.nl", "TXT", "@", '"quoted"')
    assert Record("TXT", "example.nl.", "quoted") in account.records("example.nl")
    account.delete_record("example.nl", "TXT", "example.nl", "quoted")
    assert account.records("example.nl") == before
    with pytest.raises(LookupError):
        account.delete_record("example.nl", "TXT", "example.nl", "quoted")
    with pytest.raises(ValueError, match="does not fit"):
        account.add_record("example.nl", "A", "@", "no address")


def test_add_domain_accepts_records_as_tuples() -> None:
    account = Account()
    account.add_domain("example.nl", records=[("A", "@", "192.0.2.1", 300)])
    assert account.records("example.nl") == [Record("A", "example.nl.", "192.0.2.1", 300)]


@pytest.mark.parametrize("domain", ["example.nl", "EXAMPLE.NL.", "", "a..nl"])
def test_an_invalid_or_existing_domain_is_refused(emulator: Emulator, domain: str) -> None:
    with pytest.raises(ValueError, match=r"in the account|name"):
        emulator.account.add_domain(domain)


def test_the_emulator_accepts_an_existing_account() -> None:
    account = Account("some-key")
    account.add_domain("example.com")
    with Emulator(account=account) as emulator:
        answer = requests.get(
            emulator.api_url + "/domains", headers={"API-Key": "some-key"}, timeout=TIMEOUT
        )
    assert [domain["domain"] for domain in answer.json()["data"]["domains"]] == ["example.com"]
    with pytest.raises(ValueError, match="clock"):
        Emulator(account=account, clock=time.monotonic)


def test_log_entries_are_dataclasses(emulator: Emulator, caller: Caller) -> None:
    caller.get("/whoami")
    assert set(dataclasses.asdict(emulator.requests[0])) == {
        "method", "path", "status", "bytes_received", "bytes_sent", "connection",
    }  # fmt: skip
