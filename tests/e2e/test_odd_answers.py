"""Certificates despite odd answers, and the message if none can be issued."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from certbot_dns_mijnhost.emulator import Fault, Variants
from tests.support.certbot import CertbotUser

pytestmark = pytest.mark.e2e

ODD_DOMAINS: list[object] = [
    None,
    "text",
    5,
    [],
    {},
    {"domain": None},
    {"domain": ["example.nl"]},
    {"domain": "", "renewal_date": 5},
    {"domain": "..", "renewal_date": "soon"},
    {"domain": "\ud800.nl", "tags": None},
    {"domain": "x" * 300, "status": [], "id": {}},
    {"domain": "other.nl", "renewal_date": "31-12-2027", "id": "seven", "tags": "web"},
]
ODD_RECORDS: list[object] = [
    None,
    "text",
    {},
    {"type": None, "name": "x", "value": "y"},
    {"type": "CAA", "name": "other", "value": None, "ttl": None},
    {"type": "TXT", "name": "", "value": ["a", "b"], "ttl": "1h"},
    {"type": "HTTPS", "name": "\ud800", "value": {"priority": 1}, "ttl": -5},
    {"type": "TXT", "name": "..", "value": True, "ttl": 0},
]


@pytest.fixture
def odd(user: CertbotUser) -> Iterator[CertbotUser]:
    yield user
    user.emulator.account.odd_domains = []


def test_a_date_with_the_day_first_costs_no_certificate(user: CertbotUser) -> None:
    other = user.emulator.account.add_domain(f"other-of-{user.domain}")
    other.renewal_date = "31-12-2027"
    before = user.zone
    issued = user.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    assert user.zone == before


def test_odd_entries_in_each_listing_cost_no_certificate(odd: CertbotUser) -> None:
    odd.emulator.account.odd_domains = ODD_DOMAINS
    odd.emulator.account.find(odd.domain).odd_entries.extend(ODD_RECORDS)
    before = odd.zone
    issued = odd.obtain("www", "mail")
    assert issued.exit_code == 0, issued.output
    assert odd.zone == before
    assert odd.emulator.account.find(odd.domain).odd_entries == ODD_RECORDS
    renewed = odd.certbot.renew()
    assert renewed.exit_code == 0, renewed.output


def test_an_odd_entry_of_others_survives_apex_and_wildcard(odd: CertbotUser) -> None:
    """Two values at one name, where PATCH adds: nothing needs a zone rewrite."""
    odd.emulator.variants = Variants(patch="append")
    odd.emulator.account.find(odd.domain).odd_entries.extend(ODD_RECORDS)
    before = odd.zone
    issued = odd.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    assert odd.zone == before


@pytest.mark.parametrize("patch", ["replace", "append"])
def test_values_listed_as_numbers_keep_their_digits(user: CertbotUser, patch: str) -> None:
    for value in ("1.10", "1.0", "-0", "12345678901234567890123"):
        user.emulator.account.add_record(user.domain, "TXT", f"n.{user.domain}.", value, 60)
    user.emulator.variants = Variants(patch=patch, numeric_values=True)
    before = user.zone
    issued = user.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    assert sorted(user.zone) == sorted(before)


@pytest.mark.parametrize(
    "variants",
    [
        Variants(success_status="true", compression="gzip"),
        Variants(success_status="word", compression="raw_deflate"),
        Variants(success_status="float", compression="deflate", day_first_dates=True),
    ],
    ids=["true, gzip", "word, raw deflate", "float, deflate"],
)
def test_other_forms_of_success(user: CertbotUser, variants: Variants) -> None:
    user.emulator.variants = variants
    issued = user.obtain("", "*")
    assert issued.exit_code == 0, issued.output


def test_an_answer_with_two_lengths_hides_a_success(user: CertbotUser) -> None:
    before = user.zone
    for method in ("PATCH", "PUT", "DELETE"):
        user.emulator.faults.add(Fault.two_lengths(), method=method)
    issued = user.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    assert sorted(user.zone) == sorted(before)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_firewall_is_named(user: CertbotUser, status: int) -> None:
    user.emulator.variants = Variants(web_page_status=status)
    failed = user.obtain("www")
    assert failed.exit_code != 0
    host = user.emulator.api_url.split("/")[2]
    output = " ".join(failed.output.split())
    assert f"{host} answered {status} with a web page" in output
    assert "a firewall or proxy is in the way" in output
    assert "is not in the account" not in output
    assert "Traceback" not in output


@pytest.mark.parametrize("status", [403, 404, 405])
def test_a_refusal_of_everything_is_not_a_missing_domain(user: CertbotUser, status: int) -> None:
    user.emulator.faults.add(Fault.status(status, "No"), times=None)
    failed = user.obtain("www")
    assert failed.exit_code != 0
    assert f"answered {status}: No" in " ".join(failed.output.split())
    assert "is not in the account" not in failed.output


def test_a_pause_of_a_day_is_told_and_kept(user: CertbotUser) -> None:
    fault = Fault.status(429, "Too many requests", {"Retry-After": "86400"})
    user.emulator.faults.add(fault, times=None)
    start = len(user.emulator.requests)
    failed = user.obtain("www")
    assert failed.exit_code != 0
    assert "wait for 24 hours: try again after 2" in " ".join(failed.output.split())
    assert len(user.emulator.requests) - start == 1
