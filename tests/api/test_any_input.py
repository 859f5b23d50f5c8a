"""Values of any type, in answers and as arguments, end in a model or in an error of the client."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings

from certbot_dns_mijnhost import api
from certbot_dns_mijnhost.api import (
    CSR,
    DNSSEC,
    VPS,
    AccountProfile,
    AffiliatePayment,
    Availability,
    Certificate,
    CertificateProduct,
    Commission,
    Contact,
    ContactHandles,
    DNSRecord,
    DNSTemplate,
    Domain,
    Extension,
    Forwarder,
    InvalidInputError,
    InvalidResponseError,
    Invoice,
    MijnHostClient,
    MijnHostError,
    NameserverHost,
    NameserverProfile,
    Order,
    PayMethod,
    Prices,
    RetryPolicy,
    TemplateRecord,
    Ticket,
    TicketMessage,
    User,
    VPSAddress,
    VPSBackup,
    VPSImage,
    Whoami,
)
from certbot_dns_mijnhost.emulator import Emulator
from certbot_dns_mijnhost.emulator.routes import ROUTES
from tests.support.examples import examples
from tests.support.json_values import entries_of, json_of, named, words_of
from tests.support.resources import resources_of

from .conftest import KEY
from .test_whole_api import HOST, PROFILE

# --- Answers ---

MODELS: dict[type[Any], Callable[[object], Any]] = {
    Availability: lambda data: Availability.from_dict(data, "x.nl"),
    **{
        model: model.from_dict
        for model in (
            *(AccountProfile, AffiliatePayment, CSR, Certificate, CertificateProduct, Commission),
            *(Contact, ContactHandles, DNSRecord, DNSSEC, DNSTemplate, Domain, Extension),
            *(Forwarder, Invoice, NameserverHost, NameserverProfile, Order, PayMethod, Prices),
            *(TemplateRecord, Ticket, TicketMessage, User, VPS, VPSAddress, VPSBackup, VPSImage),
            Whoami,
        )
    },
}
WORDS = words_of(
    *(import_module(f"{api.__name__}.{module.name}") for module in iter_modules(api.__path__))
)
REQUIRED = {
    **dict.fromkeys(("domain", "type", "name", "alias", "hostname", "extension"), "x"),
    "id": 7,
    "status": "Active",
}
field_values = json_of(*WORDS)
entries = entries_of(field_values)


def test_each_model_gets_its_own_fields() -> None:
    found = {word for model in MODELS for word in fields_of(model)}
    assert found <= set(WORDS)
    names = {"handles", "forwarder_enabled", "dnssec_keys", "pubKey", "premium_price", "reverse"}
    assert names <= found
    assert {"owner", "reseller"} & set(fields_of(ContactHandles))


def test_each_model_is_among_them() -> None:
    public = {each for each in vars(api).values() if hasattr(each, "from_dict")}
    assert public == set(MODELS)


def fields_of(model: type[Any]) -> list[str]:
    return words_of(sys.modules[model.__module__])


@settings(max_examples=examples(200))
@given(value=field_values, entries=entries)
def test_any_json_becomes_a_model_or_an_error_of_the_client(value: object, entries: Any) -> None:
    for model in MODELS:
        fields = named(entries, fields_of(model))
        for data in (value, fields, {**REQUIRED, **fields}):
            try:
                read_and_show(model, data)
            except Exception as error:
                raise AssertionError(f"{model.__name__} from {data!r}") from error


def read_and_show(model: type[Any], data: object) -> None:
    try:
        made = MODELS[model](data)
    except InvalidResponseError as error:
        assert "The answer of the API has" in str(error)  # noqa: PT017  # either outcome is right
        return
    assert isinstance(made, model)
    assert repr(made)
    assert made == MODELS[model](data)
    if model is CSR:
        assert made.private_key.reveal() not in repr(made.raw).split("'")
    elif model is not VPSAddress or not isinstance(data, str):
        assert getattr(made, "raw", data) == data, "the original is kept"
    if getattr(made, "is_exact", True):
        json.dumps(made.to_dict())
    if isinstance(made, AccountProfile):
        with suppress(InvalidInputError):
            made.request_body()


@given(entries=entries)
def test_the_settings_of_any_domain_are_sent_back_or_refused(entries: Any) -> None:
    try:
        domain = Domain.from_dict({**REQUIRED, **named(entries, fields_of(Domain))})
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
    *(
        ("x",),
        {"x"},
        object(),
        Ellipsis,
        10**30,
        10**5000,
        "x" * 70_000,
        [{"hostname": 5}],
        ["a b"],
    ),
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
    resource, method = call.split(".")
    function = getattr(getattr(client, resource), method)
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
