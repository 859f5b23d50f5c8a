"""An HTTP and a DNS client for the emulator that share no code with the package."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import requests

from certbot_dns_mijnhost.emulator import DEFAULT_API_KEY, Emulator, Record

TIMEOUT = 60.0
ZONE = "/domains/example.nl/dns"
CHALLENGE = "_acme-challenge.example.nl."


class Caller:
    """An HTTP client with the API key; it keeps its connection open."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self.session = requests.Session()
        self.session.headers["API-Key"] = DEFAULT_API_KEY
        self.session.trust_env = False

    def send(self, method: str, path: str, body: object = None, **more: Any) -> requests.Response:
        return self.session.request(
            method, self._emulator.api_url + path, json=body, timeout=TIMEOUT, **more
        )

    def get(self, path: str) -> requests.Response:
        return self.send("GET", path)

    def records(self) -> list[dict[str, Any]]:
        answer = self.get(ZONE)
        assert answer.status_code == 200, answer.text
        records = answer.json()["data"]["records"]
        assert isinstance(records, list)
        return records

    def values(self, name: str = CHALLENGE) -> list[str]:
        return [record["value"] for record in self.records() if record["name"] == name]

    def patch(self, value: object, name: str = CHALLENGE, ttl: int = 60) -> requests.Response:
        return self.send("PATCH", ZONE, {"record": txt(value, name, ttl)})

    def delete(self, value: str, name: str = CHALLENGE) -> requests.Response:
        return self.send("DELETE", ZONE, {"record": txt(value, name)})


def txt(value: object, name: str = CHALLENGE, ttl: int = 60) -> dict[str, object]:
    return {"type": "TXT", "name": name, "value": value, "ttl": ttl}


def txt_values(emulator: Emulator, name: str = CHALLENGE) -> list[str]:
    """Return the TXT values of a name in the account, not in a listing."""
    records: list[Record] = emulator.account.records("example.nl")
    return [record.value for record in records if (record.type, record.name) == ("TXT", name)]


def send_query(
    server: str, name: str, type_: str = "TXT", *, tcp: bool = False, **options: Any
) -> dns.message.Message:
    """Send one query over a real socket."""
    host, port = server.split(":")
    query = dns.message.make_query(name, type_, **options)
    over: Callable[..., dns.message.Message] = dns.query.tcp if tcp else dns.query.udp
    return over(query, host, port=int(port), timeout=TIMEOUT)


def answers(message: dns.message.Message) -> list[str]:
    """Return the answer section as sorted lines of type and data."""
    return sorted(_lines(message))


def _lines(message: dns.message.Message) -> Iterator[str]:
    for rrset in message.answer:
        for rdata in rrset:
            yield f"{dns.rdatatype.to_text(rrset.rdtype)} {rdata.to_text()}"


def rcode(message: dns.message.Message) -> str:
    return dns.rcode.to_text(message.rcode())
