"""Records of others that are oddly listed, respelled or damaged, and a certificate for apex and
wildcard, which takes a zone rewrite.
"""

from __future__ import annotations

from typing import Any

import pytest

from certbot_dns_mijnhost.emulator import Variants
from scripts.local_ca import Finished
from tests.support.certbot import CertbotUser

pytestmark = pytest.mark.e2e

MOST_CALLS = 60


def writes(user: CertbotUser) -> list[str]:
    """Return the methods of the calls that changed the test's zone."""
    path = f"/api/v2/domains/{user.domain}/dns"
    methods = [r.method for r in user.emulator.requests if r.path == path]
    assert len(methods) < MOST_CALLS
    return [method for method in methods if method != "GET"]


def entry(user: CertbotUser, value: object, ttl: object = 3600, type_: str = "TXT") -> Any:
    return {"type": type_, "name": f"odd.{user.domain}.", "value": value, "ttl": ttl}


def assert_issued(issued: Finished, user: CertbotUser, *, rewrites: int) -> None:
    assert issued.exit_code == 0, issued.output
    assert writes(user).count("PUT") == rewrites
    assert "missing" not in issued.output


@pytest.mark.parametrize(
    ("value", "ttl", "type_", "shown"),
    [
        (None, 3600, "TXT", "(value: null)"),
        (["10 mail.example.com."], 3600, "MX", '(value: ["10 mail.example.com."])'),
        ("192.0.2.9", "soon", "A", '(ttl: "soon")'),
    ],
)
def test_a_record_that_cannot_be_sent_back(
    user: CertbotUser, value: object, ttl: object, type_: str, shown: str
) -> None:
    odd = entry(user, value, ttl, type_)
    entries = user.emulator.account.find(user.domain).odd_entries
    entries.append(odd)
    before = user.zone

    refused = user.obtain("", "*")
    assert refused.exit_code == 1
    output = " ".join(refused.output.split())
    assert f"Cannot rewrite the zone {user.domain}" in output
    assert f"{type_} odd.{user.domain}. {shown}" in output
    assert "Nothing was written. Correct or delete the record" in output
    assert "Traceback" not in output
    assert "PUT" not in writes(user)
    assert user.zone == before

    # What single-record calls can do goes on, and is enough for one name.
    assert_issued(user.obtain(""), user, rewrites=0)
    assert user.zone == before
    assert entries == [odd]


@pytest.mark.parametrize(
    "oddity",
    [
        {"ttl": 0},
        {"ttl": 2**31},
        {"ttl": None},
        {"name": "", "type": "A", "value": "192.0.2.9"},
        {"type": "URL-FRAME", "value": "https://example.com"},
    ],
)
def test_a_record_that_only_looks_odd_is_sent_back_as_it_is_listed(
    user: CertbotUser, oddity: dict[str, object]
) -> None:
    odd = {**entry(user, "text"), **oddity}
    entries = user.emulator.account.find(user.domain).odd_entries
    entries.append(odd)
    before = user.zone
    assert_issued(user.obtain("", "*"), user, rewrites=1)
    assert user.zone == before
    assert entries == [odd]


def test_values_that_are_listed_as_numbers_keep_their_digits(user: CertbotUser) -> None:
    user.emulator.variants = Variants(numeric_values=True)
    for number, value in enumerate(("1.10", "-0", "1.0")):
        name = f"number{number}.{user.domain}."
        user.emulator.account.add_record(user.domain, "TXT", name, value)
    before = user.zone
    assert_issued(user.obtain("", "*"), user, rewrites=1)
    assert user.zone == before


def test_a_number_whose_digits_are_not_known(user: CertbotUser) -> None:
    user.emulator.variants = Variants(numeric_values=True)
    user.emulator.account.add_record(user.domain, "TXT", f"odd.{user.domain}.", "1e5")
    before = user.zone
    refused = user.obtain("", "*")
    assert refused.exit_code == 1
    assert f"TXT odd.{user.domain}. (value: 1e5)" in " ".join(refused.output.split())
    assert "PUT" not in writes(user)
    assert user.zone == before


@pytest.mark.parametrize("refuses_duplicates", [False, True])
@pytest.mark.parametrize("normalizes", ["final_dot", "no_final_dot"])
def test_a_server_that_respells_values(
    user: CertbotUser, normalizes: str, refuses_duplicates: bool
) -> None:
    user.emulator.variants = Variants(normalizes=normalizes, refuses_duplicates=refuses_duplicates)
    account = user.emulator.account
    account.add_record(user.domain, "CNAME", f"auto.{user.domain}.", "Mail.Example.NL.")
    account.add_record(user.domain, "MX", f"{user.domain}.", "020  MX2.Example.Net")
    account.add_record(user.domain, "AAAA", f"odd.{user.domain}.", "2001:DB8:0:0:0:0:0:7")
    account.add_record(user.domain, "TXT", f"long.{user.domain}.", "x" * 300)
    before = user.zone
    issued = user.obtain("", "*")
    assert_issued(issued, user, rewrites=1)
    assert "other values" not in issued.output
    assert len(user.zone) == len(before)
    stored = {(type_, value.rstrip(".")) for type_, _, value in user.zone}
    assert ("CNAME", "mail.example.nl") in stored
    assert ("MX", "20 mx2.example.net") in stored
    assert ("AAAA", "2001:db8::7") in stored
    assert ("TXT", "x" * 300) in stored


def test_a_server_that_cuts_long_texts(user: CertbotUser) -> None:
    user.emulator.variants = Variants(damages_txt="cut")
    name = f"mail._domainkey.{user.domain}."
    key = "v=DKIM1; k=rsa; p=" + "Ab+/" * 100
    user.emulator.account.add_record(user.domain, "TXT", name, key)
    before = user.zone
    issued = user.obtain("", "*")
    assert issued.exit_code == 0, issued.output
    assert writes(user).count("PUT") == 1
    assert [value for _, at, value in user.zone if at == name] == [key[:255]]
    assert len(user.zone) == len(before)
    output = " ".join(issued.output.split())
    assert f"the API lists other values than were sent: TXT {name.rstrip('.')}" in output
    assert "The values from before are in" in output
