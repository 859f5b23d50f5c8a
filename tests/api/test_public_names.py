"""What help(), an editor and a repr show of the client."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
import pkgutil
import pydoc
import re
import typing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import certbot_dns_mijnhost.api as package
from certbot_dns_mijnhost.api import (
    Availability,
    Contact,
    ContactHandles,
    Domain,
    InvalidInputError,
    MijnHostClient,
    Order,
    Prices,
)
from certbot_dns_mijnhost.api.resource import Resource
from certbot_dns_mijnhost.api.types import MASK, Model, Secret
from certbot_dns_mijnhost.emulator import Emulator
from tests.support.resources import resources_of

from .conftest import KEY
from .listener import listening, saying
from .test_odd_entries import ENTRIES, PROFILE

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "certbot_dns_mijnhost" / "api"
CLIENT = MijnHostClient("key")
PUBLIC = resources_of(CLIENT)
for found in pkgutil.iter_modules([str(FOLDER)]):
    importlib.import_module(f"{package.__name__}.{found.name}")


def classes(base: type[Any]) -> list[type[Any]]:
    below = base.__subclasses__()
    return [*below, *(each for made in below for each in classes(made))]


def test_help_describes_each_resource() -> None:
    text = pydoc.plain(pydoc.render_doc(MijnHostClient))
    assert len(PUBLIC) == 15
    assert {type(each) for each in PUBLIC.values()} == {
        each for each in classes(Resource) if each.__name__ in package.__all__
    }
    for name, resource in PUBLIC.items():
        found = inspect.getattr_static(MijnHostClient, name)
        assert typing.get_type_hints(found.fget)["return"] is type(resource)
        assert f":attr:`{name}`" in text, name
        assert re.search(
            rf"^ \|  {name}\n \|      {re.escape(found.__doc__)}$", text, re.MULTILINE
        ), name
        assert found.__doc__.endswith("."), name


def test_a_resource_is_the_same_object_each_time() -> None:
    for name, resource in PUBLIC.items():
        assert getattr(CLIENT, name) is resource
        with pytest.raises(AttributeError):
            setattr(CLIENT, name, resource)


def test_each_resource_model_and_error_is_exported() -> None:
    internal = {"DeclaredModel", "UndocumentedResource", "WhoamiResource", "_PausingError"}
    for made in [*classes(Resource), *classes(Model), *classes(package.MijnHostError)]:
        if made.__module__.startswith(package.__name__) and made.__name__ not in internal:
            assert getattr(package, made.__name__, None) is made, made


def test_each_public_method_is_documented_and_typed() -> None:
    for resource in PUBLIC.values():
        for name, method in inspect.getmembers(resource, inspect.ismethod):
            if not name.startswith("_"):
                assert (method.__doc__ or "").strip().endswith((".", ")")), name
                assert "return" in method.__annotations__, name


def test_each_error_of_a_method_says_when() -> None:
    for path in FOLDER.glob("*.py"):
        assert "MijnHostError: see" not in path.read_text(), path


def test_modules_have_a_readable_size() -> None:
    for path in FOLDER.glob("*.py"):
        lines = len(path.read_text().splitlines())
        assert lines <= 300, path
        assert lines >= 50, path


def test_each_default_has_one_definition() -> None:
    files = {
        path.relative_to(ROOT).as_posix(): path.read_text()
        for path in (ROOT / "certbot_dns_mijnhost").rglob("*.py")
        if "emulator" not in path.parts
    }
    for value in ('"https://mijn.host/api/v2"', "2**31", "2147483647\n"):
        found = [name for name, text in files.items() if value in text]
        assert found in ([], ["certbot_dns_mijnhost/defaults.py"]), value
    assert package.DEFAULT_BASE_URL == "https://mijn.host/api/v2"
    assert package.DEFAULT_TIMEOUT == 30.0


# --- to_dict ---

MODELS: list[tuple[type[Any], str]] = [
    (package.Domain, "domains"),
    (package.Contact, "contacts"),
    (package.Contact, "contacts, flat"),
    (package.NameserverProfile, "profiles"),
    (package.DNSTemplate, "templates"),
    (package.Order, "orders"),
    (package.Extension, "extensions"),
]


@pytest.mark.parametrize(("model", "entry"), MODELS)
def test_a_model_becomes_json(model: Any, entry: str) -> None:
    made = model.from_dict(ENTRIES[entry])
    fields = made.to_dict()
    names = {each.name for each in dataclasses.fields(made)} - {"raw"}
    assert set(fields) == names
    assert json.loads(json.dumps(fields)) == fields
    assert "123456782" not in json.dumps(fields), "secrets are masked"


def test_a_model_becomes_json_with_each_kind_of_value() -> None:
    domain = Domain.from_dict({**ENTRIES["domains"], "profile": {"owner": 1}}).to_dict()
    assert domain["renewal_date"] == "2027-12-31"
    assert domain["profile"] == {"owner": 1}
    assert domain["nameservers"] == [{"hostname": "ns1.mijn.host"}]
    assert domain["forwarder"]["url"] == "https://example.com/"
    contact = Contact.from_dict(ENTRIES["contacts"]).to_dict()
    assert (contact["birth_date"], contact["passport_number"]) == ("1980-01-02", MASK)
    free = Availability("x.nl", "free", premium_price=Prices(register=Decimal("1.50")))
    assert free.to_dict()["premium_price"]["register"] == "1.50"
    assert Order(1).to_dict() == {"id": 1, "domain": None, "status": None}
    assert ContactHandles(owner=1).to_dict() == {"owner": 1}


# --- Personal data ---


@pytest.mark.parametrize("entry", ["contacts", "contacts, flat"])
def test_no_repr_shows_a_contact(entry: str) -> None:
    contact = Contact.from_dict(ENTRIES[entry])
    raw = contact.raw
    inner = raw.get("profile", raw)
    shown = [repr(contact), repr(raw), str(raw), f"{raw}", repr(inner), repr(inner["defaults"])]
    shown += [repr([contact]), repr(list(raw.items())) if entry == "contacts" else ""]
    for value in PROFILE.values():
        if isinstance(value, str) and len(value) > 2:
            assert not any(value in text for text in shown), value
    assert raw == ENTRIES[entry]
    assert inner["email"] == "a@example.nl"
    assert "email" in repr(inner)
    assert repr(Contact.from_dict({"id": 1, "notes": ["text"]}).raw["notes"]) == "[*** x 1]"
    assert repr(Secret("x")) == "Secret(***)"


# --- User-Agent ---

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"status": 200}'


def test_an_application_adds_its_name_to_the_user_agent() -> None:
    with listening(saying(OK)) as listener:
        with MijnHostClient(KEY, base_url=listener.url, user_agent=" my-app/1.0 ") as client:
            client.request("GET", "/domains")
        [head] = listener.heard
    [line] = [line for line in head.split(b"\r\n") if line.lower().startswith(b"user-agent:")]
    assert re.fullmatch(
        rb"User-Agent: certbot-dns-mijnhost/\S+ Python/\S+ requests/\S+ my-app/1\.0", line
    )


@pytest.mark.parametrize(
    "name",
    ["", "  ", "a\r\nX-Evil: 1", "a\nb", "a\x00", "\u00e9", "a" * 201, b"a", 5, ["a"], "a\x7f"],
)
def test_a_name_that_a_header_cannot_have_is_refused(name: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^user_agent: must be printable ASCII"):
        MijnHostClient(KEY, user_agent=name)


def test_the_environment_makes_a_client_with_a_name(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIJNHOST_API_KEY", KEY)
    with MijnHostClient.from_env(base_url=emulator.api_url, user_agent="x/1") as client:
        assert client.whoami().ip_address == "127.0.0.1"
