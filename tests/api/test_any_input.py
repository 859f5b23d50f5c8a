"""Values of any type, in answers and as arguments, end in a model or in an error of the client."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.api import (
    DNSSEC,
    Availability,
    Contact,
    ContactHandles,
    DNSRecord,
    DNSTemplate,
    Domain,
    Extension,
    Forwarder,
    InvalidInputError,
    InvalidResponseError,
    MijnHostClient,
    MijnHostError,
    NameserverHost,
    NameserverProfile,
    Order,
    Prices,
    RetryPolicy,
    TemplateRecord,
    Whoami,
)
from certbot_dns_mijnhost.emulator import Emulator
from certbot_dns_mijnhost.emulator.routes import ROUTES
from tests.support.resources import resources_of

from .conftest import KEY
from .test_resources import any_json
from .test_whole_api import HOST, PROFILE

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "certbot_dns_mijnhost" / "api"

# --- Answers ---

MODELS: dict[str, Callable[[object], Any]] = {
    "Availability": lambda data: Availability.from_dict(data, "x.nl"),
    "Contact": Contact.from_dict,
    "ContactHandles": ContactHandles.from_dict,
    "DNSRecord": DNSRecord.from_dict,
    "DNSSEC": DNSSEC.from_dict,
    "DNSTemplate": DNSTemplate.from_dict,
    "Domain": Domain.from_dict,
    "Extension": Extension.from_dict,
    "Forwarder": Forwarder.from_dict,
    "NameserverHost": NameserverHost.from_dict,
    "NameserverProfile": NameserverProfile.from_dict,
    "Order": Order.from_dict,
    "Prices": Prices.from_dict,
    "TemplateRecord": TemplateRecord.from_dict,
    "Whoami": Whoami.from_dict,
}
WORDS = sorted(
    {
        word
        for path in FOLDER.glob("*.py")
        for word in re.findall(r'"([a-z][A-Za-z_]+)"', path.read_text())
    }
)
"""The names of all fields, among others."""
plausible = st.one_of(
    st.sampled_from(["x.nl", "1", "0", "2027-01-02", "Active", "", "a2V5", "true", "12,50"]),
    st.integers(-1, 500),
    any_json,
)
field_values = st.recursive(
    plausible,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    ),
    max_leaves=8,
)
named = st.dictionaries(st.sampled_from(WORDS), field_values, max_size=12)
whole = named.map(
    lambda fields: {
        **dict.fromkeys(("domain", "type", "name", "alias", "hostname", "extension"), "x"),
        "id": 7,
        "status": "Active",
        **fields,
    }
)


def test_the_names_of_the_fields_are_used() -> None:
    assert {"handles", "forwarder_enabled", "dnssec_keys", "pubKey", "premium_price"} <= set(WORDS)


@pytest.mark.parametrize("name", MODELS)
@given(data=st.one_of(any_json, named, whole))
def test_any_json_becomes_a_model_or_an_error_of_the_client(name: str, data: object) -> None:
    try:
        made = MODELS[name](data)
    except InvalidResponseError as error:
        assert "The answer of the API has" in str(error)  # noqa: PT017  # either outcome is right
        return
    assert repr(made)
    assert getattr(made, "raw", data) == data, "the original is kept"
    if getattr(made, "is_exact", True):
        json.dumps(made.to_dict(), default=str)


@given(data=whole)
def test_the_settings_of_any_domain_are_sent_back_or_refused(data: object) -> None:
    try:
        domain = Domain.from_dict(data)
    except InvalidResponseError:
        return
    for setting in (domain.dnssec, domain.forwarder, domain.profile):
        try:
            if setting is not None:
                setting.check()
        except InvalidInputError:
            continue
        sent = {} if setting is None else setting.to_dict()
        assert json.loads(json.dumps(sent)) == sent
    assert domain.is_active in {True, False, None}


# --- Arguments ---

VALID: dict[str, Any] = {
    "domain": "example.nl",
    "id": 1,
    "cart_id": 1,
    "alias": "ours",
    "name": "example.nl.",
    "type": "TXT",
    "record": DNSRecord("TXT", "x.example.nl.", "v", 60),
    "records": [DNSRecord("TXT", "x.example.nl.", "v", 60)],
    "nameservers": [HOST],
    "profile": PROFILE,
    "text": "x.example.nl. 60 IN TXT v",
    "transfer_code": "code",
    "extension": "nl",
}
VALID_OF: dict[str, dict[str, Any]] = {
    "dns_templates.create": {"records": [TemplateRecord("A", "192.0.2.1")]},
    "dns_templates.update": {"records": [TemplateRecord("A", "192.0.2.1")]},
    "orders.register": {"domain": "new.nl", "profile": None},
    "orders.transfer": {"domain": "new.nl", "profile": None},
    "orders.update": {"profile": ContactHandles(owner=1)},
    "domains.update": {
        "tags": ["web"],
        "profile": ContactHandles(owner=1),
        "nameservers": ["a.nl"],
    },
}
WRONG: list[Any] = [
    *(None, True, False, 0, -1, 5, 1.5, float("nan"), "", " ", "..", ".", "a/b", "../whoami"),
    *("a%2fb", "a?b", "a#b", "a\nb", "\u2603", b"bytes", [], [None], [[]], {}, {"a": 1}, {1: 2}),
    *(("x",), {"x"}, object(), Ellipsis, 10**30, "x" * 70_000, [{"hostname": 5}], ["a b"]),
    *(DNSRecord(None, None, None), NameserverHost(None), ContactHandles(owner="x")),  # type: ignore[arg-type]
    *(TemplateRecord(None, None, None), DNSSEC(enabled="x"), Forwarder(enabled=None)),  # type: ignore[arg-type]
    Forwarder(enabled=True, type=301, url=5),  # type: ignore[arg-type]
    DNSSEC(enabled=True, flags=257, alg=13, pub_key=5),  # type: ignore[arg-type]
]


def calls() -> Iterator[tuple[str, str]]:
    for name, resource in resources_of(MijnHostClient("key")).items():
        for method, function in inspect.getmembers(resource, inspect.ismethod):
            if not method.startswith("_"):
                for parameter in inspect.signature(function).parameters:
                    yield f"{name}.{method}", parameter


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[MijnHostClient, Emulator]]:
    once = RetryPolicy(tries=1, sleep=lambda _: None)
    with (
        Emulator(api_key=KEY, domains=("example.nl",)) as emulator,
        MijnHostClient(KEY, base_url=emulator.api_url, retry=once) as client,
    ):
        yield client, emulator


@pytest.mark.parametrize(("call", "parameter"), list(calls()))
def test_a_wrong_argument_never_ends_in_another_error(
    running: tuple[MijnHostClient, Emulator], call: str, parameter: str
) -> None:
    client, emulator = running
    room, method = call.split(".")
    function = getattr(getattr(client, room), method)
    signature = inspect.signature(function)
    valid = {**VALID, **VALID_OF.get(call, {})}
    needed = {
        name: valid.get(name, 1)
        for name, each in signature.parameters.items()
        if each.default is inspect.Parameter.empty or name in VALID_OF.get(call, {})
    }
    for value in WRONG:
        before = len(emulator.requests)
        try:
            result = function(**{**needed, parameter: value})
            if inspect.isgenerator(result):
                list(result)
        except MijnHostError as error:
            kind, message = type(error), str(error)
            assert not issubclass(kind, InvalidResponseError), value
            assert len(message) < 1000
        for request in emulator.requests[before:]:
            path = request.path.partition("?")[0].removeprefix("/api/v2/").rstrip("/")
            segments = [unquote(part) for part in path.split("/")]
            assert not {"..", ".", "", "whoami"} & set(segments), path
            fitting = [route for route in ROUTES if route.matches(segments)]
            assert request.method in {route.method for route in fitting}, path
