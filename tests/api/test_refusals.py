"""Refusals of the API: their details, the next step, and rate limits without a status."""

from __future__ import annotations

import json

import pytest

from certbot_dns_mijnhost.api import BadRequestError, MijnHostClient, NotFoundError, RateLimitError
from certbot_dns_mijnhost.api.responses import read_envelope
from certbot_dns_mijnhost.emulator import Emulator, Variants

from .conftest import KEY
from .test_whole_api import PROFILE


def test_details_of_a_refusal_are_kept_without_secrets(
    client: MijnHostClient, emulator: Emulator
) -> None:
    emulator.variants = Variants(error_details=True)
    with pytest.raises(BadRequestError) as caught:
        client.request("PUT", "/domains/example.nl", {"forwarder": {"enabled": f"no {KEY}"}})
    details = caught.value.details
    assert set(details) == {"errors", "data"}
    assert "forwarder" in details["data"]["sent"]
    assert KEY not in json.dumps(details)
    changes = {
        name: value
        for name, value in vars(PROFILE).items()
        if value is not None and name not in {"firstname", "lastname"}
    }
    with pytest.raises(NotFoundError) as missing:
        client.contacts.update(999, **changes)
    shown = json.dumps(missing.value.details)
    assert "***" in shown
    for name in changes:
        value = PROFILE.to_dict()[name]
        assert not isinstance(value, str) or len(value) < 3 or value not in shown, name
    assert repr(missing.value.details) == "{'errors': ***, 'data': ***}"


def test_details_of_any_form_are_kept() -> None:
    body = {
        "status": 400,
        "status_description": "No",
        "errors": {"zipcode": ["wrong", 1234567, True, None]},
        "data": [],
    }
    with pytest.raises(BadRequestError) as caught:
        read_envelope(
            400,
            {},
            json.dumps(body).encode(),
            request="POST /x",
            hide=lambda text: text.replace("1234567", "***"),
        )
    assert caught.value.details == {"errors": {"zipcode": ["wrong", "***", True, None]}}
    assert "wrong" not in repr(caught.value.details)


@pytest.mark.parametrize(
    ("request_line", "hint"),
    [
        ("GET /domains/example.nl", "Check that the domain is in this key's account"),
        ("PATCH /domains/example.nl/dns", "Check that the domain is in this key's account"),
        ("POST /domains/contacts", "Check the values that were sent"),
        ("PUT /domains/contacts/7", "Check the values that were sent"),
        ("POST /domains/nameservers", "Check the values that were sent"),
        ("PUT /domains/dns-templates/1", "Check the values that were sent"),
        ("POST /domains/order", "Check the values that were sent"),
        ("GET /domains/availability/x.nl", "Check the values that were sent"),
        ("GET /domains", "Check the values that were sent"),
        ("PUT /account/profile/", "Check the values that were sent"),
    ],
)
def test_the_hint_fits_the_call(request_line: str, hint: str) -> None:
    body = b'{"status": 400, "status_description": "No"}'
    with pytest.raises(BadRequestError, match=hint):
        read_envelope(400, {}, body, request=request_line)


@pytest.mark.parametrize("inside", [False, True])
def test_a_rate_limit_without_a_status_is_one(
    client: MijnHostClient, emulator: Emulator, inside: bool
) -> None:
    emulator.variants = Variants(
        rate_limit=1,
        rate_seconds=86_400.0,
        statusless_rate_limit=True,
        errors_inside_200=inside,
        rate_retry_after=False,
    )
    client.whoami()
    with pytest.raises(RateLimitError):
        client.whoami()
