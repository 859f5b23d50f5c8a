"""Which records of others may go at any time."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.zone import RecordKey

DIGEST = "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"


@given(st.binary(max_size=100))
def test_each_value_of_an_acme_client_is_recognised_at_any_name(key_authorization: bytes) -> None:
    digest = hashlib.sha256(key_authorization).digest()
    value = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    key = RecordKey("TXT", "acme.example.nl", value)
    assert key.is_transient
    assert not key.is_challenge, "its name does not say so, so it is not swept"


@pytest.mark.parametrize(
    "key",
    [
        RecordKey("TXT", "example.nl", "v=spf1 mx -all"),
        RecordKey("TXT", "example.nl", DIGEST[:-1]),
        RecordKey("TXT", "example.nl", f"{DIGEST}A"),
        RecordKey("TXT", "example.nl", f"{DIGEST[:-1]}p"),
        RecordKey("TXT", "example.nl", f"google-site-verification={DIGEST}"),
        RecordKey("CNAME", "_acme-challenge.example.nl", "acme.example.net"),
        RecordKey("CNAME", "acme.example.nl", DIGEST),
    ],
)
def test_all_else_lasts(key: RecordKey) -> None:
    assert not key.is_transient


@pytest.mark.parametrize(
    "name",
    ["_acme-challenge.example.nl", "_mijnhost-probe-1a.example.nl", "_mijnhost-doctor-2b.nl"],
)
def test_some_names_say_so_whatever_the_value(name: str) -> None:
    assert RecordKey("TXT", name, "any value").is_transient
