"""How values are stored and listed: normalized, refused or damaged."""

from __future__ import annotations

from typing import Any

import pytest

from certbot_dns_mijnhost.emulator import Emulator, Variants
from tests.emulator.support import ZONE, Caller, txt, txt_values

LONG = "k=rsa; p=" + "Ab+/" * 100
NAME = "www.example.nl."


def put(caller: Caller, *records: dict[str, Any]) -> int:
    return caller.send("PUT", ZONE, {"records": list(records)}).status_code


def record(type_: str, value: str, name: str = NAME) -> dict[str, Any]:
    return {"type": type_, "name": name, "value": value, "ttl": 300}


@pytest.mark.parametrize(
    ("normalizes", "type_", "sent", "listed"),
    [
        ("no", "CNAME", "Mail.Example.NL.", "Mail.Example.NL."),
        ("final_dot", "CNAME", "Mail.Example.NL", "mail.example.nl."),
        ("no_final_dot", "CNAME", "Mail.Example.NL.", "mail.example.nl"),
        ("final_dot", "MX", "010 Mail.Example.NL.", "10 mail.example.nl."),
        ("no_final_dot", "SRV", "0 5  5060 Sip.Example.NL.", "0 5 5060 sip.example.nl"),
        ("final_dot", "AAAA", "2001:DB8:0:0::1", "2001:db8::1"),
        ("final_dot", "TXT", 'a "b"', '"a \\"b\\""'),
        ("final_dot", "TXT", "x" * 300, f'"{"x" * 255}" "{"x" * 45}"'),
    ],
)
def test_variant_normalizes(
    emulator: Emulator, caller: Caller, normalizes: str, type_: str, sent: str, listed: str
) -> None:
    emulator.variants = Variants(normalizes=normalizes)
    assert put(caller, record(type_, sent)) == 200
    assert [each["value"] for each in caller.records()] == [listed]
    assert caller.send("DELETE", ZONE, {"record": record(type_, sent)}).status_code == 200
    assert emulator.account.records("example.nl") == []


def test_variant_refuses_duplicates(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(patch="append", refuses_duplicates=True)
    before = caller.records()
    duplicates = [record("MX", "10 Mail.example.nl."), record("MX", "010 mail.example.nl")]
    assert put(caller, *duplicates) == 400
    assert put(caller, txt("one"), txt("one")) == 400
    assert caller.records() == before
    assert put(caller, duplicates[0], record("MX", "20 mail.example.nl."), txt("one")) == 200
    assert caller.send("PATCH", ZONE, {"record": duplicates[1]}).status_code == 400
    assert caller.patch("one", ttl=300).status_code == 200
    assert caller.patch("two").status_code == 200


@pytest.mark.parametrize(
    ("damage", "made"),
    [
        ("no", LONG),
        ("cut", LONG[:255]),
        ("split", f"{LONG[:255]} {LONG[255:]}"),
        ("escapes", LONG.replace(";", "\\;")),
        ("drops", LONG.replace("+", "")),
    ],
)
def test_variant_damages_txt(emulator: Emulator, caller: Caller, damage: str, made: str) -> None:
    emulator.variants = Variants(damages_txt=damage)
    caller.patch(LONG)
    caller.patch("short; +", NAME)
    assert txt_values(emulator) == [made]
    assert txt_values(emulator, NAME) == ["short; +"]


def test_variant_unicode_domains(emulator: Emulator, caller: Caller) -> None:
    emulator.account.add_domain("xn--53h.nl")
    for variants, listed in (
        (Variants(), "xn--53h.nl"),
        (Variants(unicode_domains=True), "\u2615.nl"),
    ):
        emulator.variants = variants
        domains = caller.get("/domains").json()["data"]["domains"]
        assert listed in [domain["domain"] for domain in domains]
    assert caller.get("/domains/\u2615.nl/dns").status_code == 200


def test_variant_numeric_values(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(patch="append", numeric_values=True)
    for value in ("1.10", "-0", "1e5", "007", "1.10.1", '"\\u0000'):
        caller.patch(value)
    text = caller.get(ZONE).text
    for listed in ("1.10", "-0", "1e5", '"007"', '"1.10.1"'):
        assert f'"value": {listed}, ' in text
