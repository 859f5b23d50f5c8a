"""Answers in unusual forms, and listings with entries that are not proper records."""

from __future__ import annotations

import gzip
import zlib

import pytest
import requests

from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants
from tests.emulator.support import ZONE, Caller, txt, txt_values


def test_variant_web_page_status(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(web_page_status=403)
    for path in ("/domains", ZONE, "/whoami", "/nothing"):
        answer = caller.get(path)
        assert answer.status_code == 403
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.text.startswith("<!DOCTYPE html>")
    assert caller.patch("one").status_code == 403
    assert txt_values(emulator) == []


@pytest.mark.parametrize(
    ("choice", "status"),
    [("number", "200"), ("float", "200.0"), ("text", '"200"'), ("true", "true")],
)
def test_variant_success_status(
    emulator: Emulator, caller: Caller, choice: str, status: str
) -> None:
    emulator.variants = Variants(success_status=choice)
    assert caller.get("/domains").text.startswith(f'{{"status": {status}, ')
    emulator.variants = Variants(success_status="word")
    assert caller.get("/domains").json()["status"] == "success"


def test_variant_numeric_values_keeps_the_digits(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(numeric_values=True)
    for value in ("1.10", "-0", "12345678901234567890", "01", "1e5", "text"):
        emulator.account.add_record("example.nl", "TXT", "n.example.nl.", value, 60)
    listed = caller.get(ZONE).text
    for shown in ("1.10", "-0", "12345678901234567890", "1e5", '"01"', '"text"'):
        assert f'"name": "n.example.nl.", "value": {shown}, ' in listed


def test_variant_day_first_dates(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(day_first_dates=True)
    [domain, *_] = caller.get("/domains").json()["data"]["domains"]
    assert domain["renewal_date"] == "01-01-2030"


def test_odd_domains_are_listed_first_and_last(emulator: Emulator, caller: Caller) -> None:
    emulator.account.odd_domains = [None, {"domain": 5}]
    domains = caller.get("/domains").json()["data"]["domains"]
    assert domains[:2] == domains[-2:] == [None, {"domain": 5}]
    assert len(domains) > 4


@pytest.mark.parametrize("compression", ["gzip", "x-gzip", "deflate", "raw_deflate"])
def test_variant_compression(emulator: Emulator, caller: Caller, compression: str) -> None:
    plain = caller.get("/domains").content
    emulator.variants = Variants(compression=compression)
    headers = {"API-Key": emulator.account.api_key}
    url = f"{emulator.api_url}/domains"
    with requests.get(url, headers=headers, stream=True, timeout=5) as answer:
        body = answer.raw.read()
        assert answer.headers["Content-Encoding"] == compression.replace("raw_", "")
    if "gzip" in compression:
        assert gzip.decompress(body) == plain
    else:
        assert (
            zlib.decompress(body, zlib.MAX_WBITS * (1 if compression == "deflate" else -1)) == plain
        )


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_fault_two_lengths(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.two_lengths())
    with pytest.raises((ValueError, requests.RequestException)):
        caller.patch("one")
    assert txt_values(emulator) == ["one"]


ODD_RECORD = {"type": "TXT", "name": "odd.example.nl.", "value": None, "ttl": 0}


@pytest.mark.parametrize("entry", [ODD_RECORD, None, "text", 5, [], {}])
def test_an_odd_entry_is_listed_and_removed_by_a_put_without_it(
    emulator: Emulator, caller: Caller, entry: object
) -> None:
    domain = emulator.account.find("example.nl")
    domain.odd_entries.append(entry)
    listed = caller.records()
    assert listed[0] == entry
    assert caller.patch("one").status_code == 200
    assert caller.send("PUT", ZONE, {"records": caller.records()}).status_code == 200
    assert domain.odd_entries == [entry]
    assert caller.records()[1:] == [*listed[1:], txt("one")]
    assert caller.send("PUT", ZONE, {"records": [txt("one")]}).status_code == 200
    assert domain.odd_entries == []


def test_a_refused_put_keeps_odd_entries(emulator: Emulator, caller: Caller) -> None:
    domain = emulator.account.find("example.nl")
    domain.odd_entries.append(ODD_RECORD)
    assert caller.send("PUT", ZONE, {"records": [txt("one", ttl=-5)]}).status_code == 400
    assert domain.odd_entries == [ODD_RECORD]


def test_an_empty_listing_has_no_odd_entries(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(short_reads=1)
    emulator.account.find("example.nl").odd_entries.append(ODD_RECORD)
    caller.patch("one")
    assert caller.records() == []
    assert caller.records()[0] == ODD_RECORD
