"""Each endpoint of the API has a route, a method, a test, a row of the docs and a fixture."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from certbot_dns_mijnhost.api import APIError, MijnHostClient
from certbot_dns_mijnhost.emulator import Emulator
from certbot_dns_mijnhost.emulator.routes import ROUTES
from tests.support.resources import resources_of

ROOT = Path(__file__).resolve().parent.parent.parent
RESOURCES = resources_of(MijnHostClient("key"))


def public_methods() -> set[str]:
    found = {
        f"{name}.{method}"
        for name, resource in RESOURCES.items()
        for method in dir(resource)
        if not method.startswith("_")
    }
    return found | {"whoami", "request", "close", "from_env"}


def test_every_public_method_has_a_test() -> None:
    called = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute):
                owner = node.value.attr if isinstance(node.value, ast.Attribute) else ""
                called |= {node.attr, f"{owner}.{node.attr}"}
    missing = {name for name in public_methods() if name not in called and name != "close"}
    assert missing == set(), f"untested methods: {sorted(missing)}"


ENDPOINTS = """
GET domains, GET domains/{}, PUT domains/{}, DELETE domains/{}, PUT domains/{}/cancel-delete,
GET domains/{}/auth-code, GET domains/{}/dns, PUT domains/{}/dns, PATCH domains/{}/dns,
DELETE domains/{}/dns, GET domains/{}/dns/zone, PUT domains/{}/dns/zone,
GET domains/availability/{}, GET domains/contacts, POST domains/contacts, GET domains/contacts/{},
PUT domains/contacts/{}, DELETE domains/contacts/{}, GET domains/nameservers,
POST domains/nameservers, GET domains/nameservers/{}, PUT domains/nameservers/{},
DELETE domains/nameservers/{}, GET domains/dns-templates, POST domains/dns-templates,
GET domains/dns-templates/{}, PUT domains/dns-templates/{}, DELETE domains/dns-templates/{},
POST domains/order, GET orders, GET orders/{}, PUT orders/{}, GET domains/extensions,
GET domains/extensions/{}, GET whoami,
GET vps, GET vps/images, GET vps/{}, DELETE vps/{}, PUT vps/{}, PUT vps/{}/cancel-delete,
PUT vps/{}/hostname, POST vps/{}/start, POST vps/{}/stop, POST vps/{}/poweroff,
POST vps/{}/restart, POST vps/{}/reset-password, PUT vps/{}/rescue, POST vps/{}/reinstall,
GET vps/{}/backups, POST vps/{}/backups, PATCH vps/{}/backups,
GET certificates, GET certificates/{}, GET certificates/products, POST certificates/order,
POST certificates/csr, POST certificates/{}/request,
GET account/profile, PUT account/profile, GET account/paymethods, PUT account/paymethods,
GET account/invoices, GET account/invoices/{}, GET account/invoices/{}/pdf,
GET account/users, POST account/users, GET account/users/{}, PUT account/users/{},
GET account/tickets, POST account/tickets, GET account/tickets/{}, POST account/tickets/{}/reply,
GET affiliate/commissions, GET affiliate/commissions/{}, GET affiliate/payments,
GET affiliate/payments/{}
"""
"""The known endpoints of the API, written down apart from the emulator."""


def test_each_known_endpoint_is_served_and_no_other() -> None:
    known = {tuple(each.split()) for each in ENDPOINTS.split(",")}
    served = {(route.method, re.sub(r"\{.*?\}", "{}", route.pattern)) for route in ROUTES}
    assert len(known) == 35 + 42
    assert served == known


@pytest.mark.skipif(not (ROOT / "docs" / "api.md").exists(), reason="a checkout has the table")
def test_the_table_names_every_endpoint_and_method() -> None:
    text = (ROOT / "docs" / "api.md").read_text()
    rows = re.findall(
        r"^\| `(GET|PUT|POST|PATCH|DELETE) (/\S+)` \| `client\.(\S+)`", text, re.MULTILINE
    )
    endpoints = {(method, re.sub(r"\{.*?\}", "{}", path.strip("/"))) for method, path, _ in rows}
    served = {(route.method, re.sub(r"\{.*?\}", "{}", route.pattern)) for route in ROUTES}
    assert endpoints == served
    mentioned = set(re.findall(r"client\.([a-z_]+(?:\.[a-z_]+)?)", text))
    assert public_methods() - {"close", "from_env"} <= mentioned
    assert {name for _, _, name in rows} <= public_methods()


FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.json"))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_the_wire_is_as_the_fixtures_state(
    path: Path, emulator: Emulator, client: MijnHostClient
) -> None:
    """Replay them against the emulator, so that both stay the same; the client reads them."""
    for step in json.loads(path.read_text()):
        address, _, query = step["path"].partition("?")
        params = dict(part.split("=") for part in query.split("&")) if query else None
        if "file" in step:
            number = address.split("/")[3]
            assert client.invoices.get_pdf(number) == step["file"].encode(), step
            continue
        if step["status"] == 200:
            found = client.request(step["method"], address, step.get("body"), params)
            assert found == step["answer"], step
            continue
        with pytest.raises(APIError) as caught:
            client.request(step["method"], address, step.get("body"), params)
        assert caught.value.status == step["status"], step
        assert caught.value.description == step["answer"]["status_description"], step
    assert emulator.requests


def test_every_route_has_a_fixture_of_its_success() -> None:
    stated = [
        (step["method"], step["path"].partition("?")[0].strip("/").split("/"))
        for path in FIXTURES
        for step in json.loads(path.read_text())
        if step["status"] == 200
    ]
    for route in ROUTES:
        assert any(method == route.method and route.matches(path) for method, path in stated), route
