"""Which records of others may go at any time."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.challenge_records import Identity

DIGEST = "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"


@given(st.binary(max_size=100))
def test_each_value_of_an_acme_client_is_recognised_at_any_name(key_authorization: bytes) -> None:
    digest = hashlib.sha256(key_authorization).digest()
    value = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    identity = Identity("TXT", "acme.example.nl", value)
    assert identity.is_transient
    assert not identity.is_challenge, "its name does not say so, so it is not swept"


@pytest.mark.parametrize(
    "identity",
    [
        Identity("TXT", "example.nl", "v=spf1 mx -all"),
        Identity("TXT", "example.nl", DIGEST[:-1]),
        Identity("TXT", "example.nl", f"{DIGEST}A"),
        Identity("TXT", "example.nl", f"{DIGEST[:-1]}p"),
        Identity("TXT", "example.nl", f"google-site-verification={DIGEST}"),
        Identity("CNAME", "_acme-challenge.example.nl", "acme.example.net"),
        Identity("CNAME", "acme.example.nl", DIGEST),
    ],
)
def test_all_else_lasts(identity: Identity) -> None:
    assert not identity.is_transient


@pytest.mark.parametrize(
    "name",
    ["_acme-challenge.example.nl", "_mijnhost-probe-1a.example.nl", "_mijnhost-doctor-2b.nl"],
)
def test_some_names_say_so_whatever_the_value(name: str) -> None:
    assert Identity("TXT", name, "any value").is_transient
