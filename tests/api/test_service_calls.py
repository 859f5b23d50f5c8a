"""Each call of these resources with odd arguments and lost answers, and what its docstring says."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import pytest

from certbot_dns_mijnhost.api import InvalidInputError, MijnHostClient, MijnHostError, Secret
from certbot_dns_mijnhost.emulator import Emulator, Fault

from .service_calls import CALLS, PROFILE_FIELDS, RESOURCE_NAMES, invoke, with_result

ODD_ARGUMENTS: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        float("nan"),
        10**30,
        10**5000,
        "",
        "  ",
        "..",
        ".",
        "a/b",
        "../whoami",
    ),
    *(
        "x" * 70_000,
        -(10**5000),
        "a?b",
        "a#b",
        "a%2fb",
        "a b",
        "a\nb",
        "a\\b",
        "\ud800",
        "ü",
        b"bytes",
        [],
        ["a"],
        {},
    ),
    *(
        {"a": "b"},
        {1: True},
        {"192.0.2.10": None},
        {None: "a.nl"},
        {10**5000: "a.nl"},
        (),
        object(),
        Secret("s"),
    ),
]
OPTIONAL = {"search", "unit", "bits", "private_key", "auto_setup_dns", "permissions"}
OPTIONAL |= {"product_type", "product_name", "product_link"}


def test_every_call_is_in_the_table() -> None:
    client = MijnHostClient("key")
    public = {
        f"{resource}.{method}"
        for resource in RESOURCE_NAMES
        for method in dir(getattr(client, resource))
        if not method.startswith("_")
    }
    assert public == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_an_odd_argument_is_refused_or_stays_in_its_place(
    client: MijnHostClient, emulator: Emulator, name: str
) -> None:
    with_result(client, name, CALLS[name])
    usual = emulator.requests[0]
    for argument in CALLS[name]:
        refused = 0
        for odd in ODD_ARGUMENTS:
            emulator.requests.clear()
            error = with_result(client, name, {**CALLS[name], argument: odd})
            if isinstance(error, InvalidInputError):
                assert emulator.requests == [], "nothing was sent"
                assert str(error).startswith((argument, "json, params: ")), (odd, str(error))
                refused += 1
                continue
            assert argument in OPTIONAL or odd is not None
            for request in emulator.requests:
                assert request.method == usual.method
                assert parts(request.path) == parts(usual.path), (argument, odd)
        assert refused >= 10, argument


def parts(path: str) -> int:
    return path.partition("?")[0].count("/")


WRITES = [name for name in CALLS if not name.partition(".")[2].startswith("get")]
LOST: dict[str, Fault] = {
    "502 after": Fault.status(502, after=True),
    "reset after": Fault.reset(after=True),
    "truncated": Fault.truncated(),
    "429": Fault.status(429, "Too many requests", {"Retry-After": "0"}),
}
ADVICE = {
    "vps.reset_password": "Reset it.",
    "vps.enable_rescue": "client.vps.get()",
    "vps.reinstall": "Reset it.",
    "certificates.order": "before you order again",
    "users.create": "client.users.get_all()",
    "tickets.create": "client.tickets.get_all()",
    "tickets.reply": "client.tickets.get()",
}


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("name", WRITES)
def test_a_write_is_never_sent_twice_after_it_may_have_worked(
    client: MijnHostClient, emulator: Emulator, name: str, fault: str
) -> None:
    emulator.faults.add(LOST[fault], times=None)
    with pytest.raises(MijnHostError) as caught:
        invoke(client, name, CALLS[name])
    methods = {request.method for request in emulator.requests}
    if fault != "429" or methods & {"POST", "PUT"}:
        assert len(emulator.requests) == 1
    assert caught.value.may_have_taken_effect == (fault != "429")
    assert (ADVICE.get(name, "no advice") in str(caught.value)) == (
        fault != "429" and name in ADVICE
    )


HAZARDS = {
    "vps.set_reverse_dns": "left out",
    "vps.cancel": "deleted",
    "vps.power_off": "lose",
    "vps.reset_password": "stops working",
    "vps.enable_rescue": "not available",
    "vps.disable_rescue": "restart",
    "vps.reinstall": "deletes all data",
    "vps.restore_backup": "replaces all data",
    "certificates.order": "charges the account",
    "certificates.create_csr": "private key",
    "account.replace_profile": "clears",
    "account.set_default_pay_method": "charged",
    "account.set_bank_transfer": "automatically",
    "users.create": "ten new users an hour",
    "users.update": "replaces all permissions",
}


@pytest.mark.parametrize("name", CALLS)
def test_hazards_are_named_where_they_are(name: str) -> None:
    resource, _, method = name.partition(".")
    text = getattr(getattr(MijnHostClient("key"), resource), method).__doc__
    assert ("**Hazard**" in text) == (name in HAZARDS)
    assert HAZARDS.get(name, "") in " ".join(text.partition("**Hazard**")[2].split())


PERSONAL = {
    *("certificates.create_csr", "certificates.request", "account.replace_profile"),
    *("users.create", "users.update", "tickets.create", "tickets.reply"),
    "account.set_default_pay_method",
}


@pytest.mark.parametrize("name", sorted(PERSONAL))
def test_what_is_sent_shows_in_no_message_and_no_log(
    client: MijnHostClient, emulator: Emulator, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level(logging.DEBUG)
    arguments = {k: v for k, v in CALLS[name].items() if k not in {"id", "number", "department"}}
    if name == "account.replace_profile":
        arguments = dict(PROFILE_FIELDS)
    if name == "account.set_default_pay_method":
        arguments = dict(CALLS[name])
    values = [value for value in arguments.values() if isinstance(value, str) and len(value) > 2]
    values = [" ".join(value.split()) for value in values]
    assert values
    emulator.faults.add(Fault.bad_request(f"Wrong: {' / '.join(reversed(values))}"))
    with pytest.raises(MijnHostError) as caught:
        invoke(client, name, CALLS[name])
    told = "".join(traceback.format_exception(caught.type, caught.value, caught.tb))
    for value in values:
        assert value not in f"{caught.value} {caplog.text} {told}", value


def test_a_line_of_a_private_key_is_masked_too(client: MijnHostClient, emulator: Emulator) -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvgIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----\n"
    emulator.faults.add(Fault.bad_request("Not base64: kqhkiG9w0BAQEF"))
    with pytest.raises(MijnHostError, match=r"Not base64: \*\*\*") as caught:
        invoke(
            client, "certificates.request", {**CALLS["certificates.request"], "private_key": key}
        )
    assert "kqhkiG9w0BAQEF" not in str(caught.value)
