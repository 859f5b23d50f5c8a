"""Answers in forms that the real API has, or may have."""

from __future__ import annotations

import gzip
import zlib

import pytest
import requests

from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants
from tests.emulator.support import ZONE, Caller, stored


def test_a_web_page_for_everything(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(web_page_status=403)
    for path in ("/domains", ZONE, "/whoami", "/nothing"):
        answer = caller.get(path)
        assert answer.status_code == 403
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.text.startswith("<!DOCTYPE html>")
    assert caller.patch("one").status_code == 403
    assert stored(emulator) == []


@pytest.mark.parametrize(
    ("choice", "status"),
    [("number", "200"), ("float", "200.0"), ("text", '"200"'), ("true", "true")],
)
def test_statuses_of_success(emulator: Emulator, caller: Caller, choice: str, status: str) -> None:
    emulator.variants = Variants(success_status=choice)
    assert caller.get("/domains").text.startswith(f'{{"status": {status}, ')
    emulator.variants = Variants(success_status="word")
    assert caller.get("/domains").json()["status"] == "success"


def test_values_as_numbers_keep_their_digits(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(numeric_values=True)
    for value in ("1.10", "-0", "12345678901234567890", "01", "1e5", "text"):
        emulator.account.add_record("example.nl", "TXT", "n.example.nl.", value, 60)
    listed = caller.get(ZONE).text
    for shown in ("1.10", "-0", "12345678901234567890", "1e5", '"01"', '"text"'):
        assert f'"name": "n.example.nl.", "value": {shown}, ' in listed


def test_dates_with_the_day_first(emulator: Emulator, caller: Caller) -> None:
    emulator.variants = Variants(day_first_dates=True)
    [domain, *_] = caller.get("/domains").json()["data"]["domains"]
    assert domain["renewal_date"] == "01-01-2030"


def test_odd_domains_are_listed_first_and_last(emulator: Emulator, caller: Caller) -> None:
    emulator.account.odd_domains = [None, {"domain": 5}]
    domains = caller.get("/domains").json()["data"]["domains"]
    assert domains[:2] == domains[-2:] == [None, {"domain": 5}]
    assert len(domains) > 4


@pytest.mark.parametrize("compression", ["gzip", "x-gzip", "deflate", "raw_deflate"])
def test_compression(emulator: Emulator, caller: Caller, compression: str) -> None:
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
def test_two_lengths(emulator: Emulator, caller: Caller) -> None:
    emulator.faults.add(Fault.two_lengths())
    with pytest.raises((ValueError, requests.RequestException)):
        caller.patch("one")
    assert stored(emulator) == ["one"]
