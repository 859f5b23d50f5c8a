"""Standing authorizations (dns-persist-01): reported, checked, and never changed."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.doctor import State
from certbot_dns_mijnhost.doctor.caa_records import CAARecord, CAARecords
from certbot_dns_mijnhost.doctor.persist import read_authorization

from .runner import DoctorRunner

NOW = datetime(2026, 11, 1, tzinfo=timezone.utc)
PLAIN = "a plain account URL, the format of the first drafts; draft -02 changed it"
AT = "_validation-persist.example.nl."


def until(days: float) -> int:
    return int((NOW + timedelta(days=days)).timestamp())


@pytest.mark.parametrize(
    ("value", "problems"),
    [
        ("ca.example; accounturi=abc", ()),
        ("CA.example ;accounturi=abc; x=1", ()),
        (f"ca.example; accounturi=abc; persistUntil={until(400)}", ()),
        ("ca.example; accounturi=https://ca.example/1", (PLAIN,)),
        ("ca.example; accounturi=abc;", ("malformed: a semicolon at the end",)),
        ("ca.example accounturi=abc", ("malformed",)),
        ("; accounturi=abc", ("malformed",)),
        ("ca.example", ("no accounturi",)),
        (f"ca.example; accounturi=abc; persistUntil={until(-1)}", ("expired on 2026-10-31",)),
        (f"ca.example; accounturi=abc; persistUntil={until(10)}", ("expires in 10 days",)),
        (
            "ca.example; accounturi=abc; persistUntil=soon",
            ("malformed: persistUntil=soon is not a time in seconds",),
        ),
        (
            "ca.example; accounturi=abc; policy=wildcard",
            ("policy=wildcard: it also allows every subdomain",),
        ),
        (
            "https://ca.example/1",
            ("only an account URL, the format of the first drafts; draft -02 has another one",),
        ),
    ],
)
def test_what_is_wrong_with_a_value(value: str, problems: tuple[str, ...]) -> None:
    assert read_authorization(value, None, NOW).problems == problems


@pytest.mark.parametrize(
    ("records", "is_forbidden"),
    [
        (["ca.example"], False),
        (["ca.example; validationmethods=dns-01"], True),
        (["ca.example; validationmethods=dns-01,dns-persist-01"], False),
        (["other.example"], True),
        ([], False),
    ],
)
def test_caa_records_that_forbid_the_method(records: list[str], is_forbidden: bool) -> None:
    caa = CAARecords("example.nl", tuple(CAARecord(0, "issue", value) for value in records))
    found = read_authorization("ca.example; accounturi=abc", caa, NOW)
    expected = ("the CAA records at example.nl do not allow dns-persist-01",)
    assert found.problems == (expected if is_forbidden else ())


@given(st.text(max_size=60))
def test_any_value_is_read(value: str) -> None:
    found = read_authorization(value, None, NOW)
    assert found.issuer or found.problems


def test_a_standing_authorization_is_shown(runner: DoctorRunner) -> None:
    end = int(time.time()) + 400 * 86400
    value = f"ca.example; accounturi=abc; persistUntil={end}"
    runner.emulator.account.add_record("example.nl", "TXT", AT, value)
    persist = runner.run("example.nl").one("persist")
    assert persist.state is State.NOTE
    assert "ca.example for the account abc, the name only, until 20" in persist.message
    assert persist.data["issuer"] == "ca.example"


def test_a_wide_authorization_is_a_warning(runner: DoctorRunner) -> None:
    value = "ca.example; accounturi=abc; policy=wildcard"
    runner.emulator.account.add_record("example.nl", "TXT", AT, value)
    persist = runner.run("example.nl").one("persist")
    assert persist.state is State.WARNING
    assert "subdomains and wildcards, without expiry date" in persist.message
    assert "docs/dns-persist-01.md" in persist.next_step


@pytest.mark.parametrize("value", ["v=spf1 -all", "v=DKIM1; p=abc", "google-site-verification=x.y"])
def test_a_wildcard_txt_record_is_not_an_authorization(runner: DoctorRunner, value: str) -> None:
    runner.emulator.account.add_record("example.nl", "TXT", "*.example.nl.", value)
    assert not [f for f in runner.run("example.nl").findings if f.check == "persist"]


def test_the_doctor_leaves_the_record_alone(runner: DoctorRunner) -> None:
    runner.emulator.account.add_record("example.nl", "TXT", AT, "ca.example; accounturi=abc")
    before = runner.emulator.account.records("example.nl")
    runner.run("example.nl", write=True)
    assert runner.emulator.account.records("example.nl") == before
