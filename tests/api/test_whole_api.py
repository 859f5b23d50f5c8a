"""Every call of the client against the emulator, and what is promised about money and secrets."""

from __future__ import annotations

import dataclasses
import logging
import re
import traceback
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from certbot_dns_mijnhost.api import (
    DNSSEC,
    UNSET,
    ContactHandles,
    ContactProfile,
    Exchange,
    Forwarder,
    InvalidInputError,
    MijnHostClient,
    MijnHostError,
    NameserverHost,
    NotFoundError,
    Prices,
    RetryPolicy,
    Secret,
    TemplateRecord,
)
from certbot_dns_mijnhost.emulator import Emulator, Fault
from tests.support.waiting import SILENCE

from .conftest import KEY

PROFILE = ContactProfile(
    firstname="Willemijn",
    lastname="Voorbeeld",
    street="Dorpsstraat",
    street_number="12345",
    zipcode="1234AB",
    city="Ons Dorp",
    country="NL",
    email="willemijn@example.nl",
    phone_country="+31",
    phone_area="20",
    phone_number="5550123",
    passport_number="NX1234567",
    social_security_number=Secret("123456782"),
    birth_date=date(1970, 1, 2),
    defaults={"owner": True},
)
HOST = NameserverHost("ns1.example.net", "192.0.2.53", "2001:db8::53")


def test_a_domain_is_changed_in_part(client: MijnHostClient) -> None:
    client.domains.update("example.nl", tags=["web", "mail"], is_locked=False)
    assert client.domains.get("example.nl").tags == ("web", "mail")
    client.domains.update("example.nl", is_locked=True)
    changed = client.domains.get("example.nl")
    assert changed.tags == ("web", "mail"), "what is left out stays as it is"
    assert changed.is_locked is True
    client.domains.update("example.nl", tags=[])
    assert client.domains.get("example.nl").tags == (), "nothing is something else"


def test_other_name_servers_move_the_dns(client: MijnHostClient) -> None:
    client.domains.update("example.nl", nameservers=["ns1.example.net", HOST])
    changed = client.domains.get("example.nl")
    assert changed.managed_dns is False
    assert [host.hostname for host in changed.nameservers or ()] == ["ns1.example.net"] * 2
    client.domains.update("example.nl", nameserver="default-mijnhost")
    assert client.domains.get("example.nl").managed_dns is True


def test_dnssec_forwarder_and_contacts_are_set(client: MijnHostClient) -> None:
    client.domains.update(
        "example.nl",
        dnssec=DNSSEC(enabled=True, flags=257, alg=13, pub_key="a2V5"),
        forwarder=Forwarder(enabled=True, type=301, url="https://example.com/"),
        profile=ContactHandles(owner=7),
    )
    domain = client.domains.get("example.nl")
    assert domain.dnssec == DNSSEC(enabled=True, flags=257, alg=13, pub_key="a2V5")
    assert domain.forwarder == Forwarder(enabled=True, type=301, url="https://example.com/")
    assert domain.profile == ContactHandles(owner=7)
    client.domains.update("example.nl", dnssec=DNSSEC(enabled=False))
    assert client.domains.get("example.nl").dnssec == DNSSEC(enabled=False)


def test_a_domain_is_cancelled_and_restored(client: MijnHostClient) -> None:
    client.domains.cancel("example.nl")
    assert client.domains.get("example.nl").status == "Cancelled"
    client.domains.restore("example.nl")
    assert client.domains.get("example.nl").status == "Active"


def test_a_transfer_code_shows_only_when_asked_to(client: MijnHostClient) -> None:
    code = client.domains.get_auth_code("example.nl")
    assert code.reveal() == "code-of-example.nl"
    assert "code-of" not in f"{code} {code!r}"
    assert code == Secret("code-of-example.nl")
    assert hash(code) == hash(Secret("code-of-example.nl"))
    assert code != "code-of-example.nl"
    with pytest.raises(TypeError, match="cannot be pickled"):
        code.__reduce__()


def test_a_zone_goes_out_and_back_as_text(client: MijnHostClient) -> None:
    before = client.dns_records.get_all("example.nl")
    text = client.dns_records.get_zone_file("example.nl")
    assert "IN MX 10 mail.example.nl." in text
    client.dns_records.replace_zone_file("example.nl", text)
    assert client.dns_records.get_all("example.nl") == before
    with pytest.raises(InvalidInputError, match=r"^text: "):
        client.dns_records.replace_zone_file("example.nl", " \n")


def test_contacts_are_created_changed_and_deleted(client: MijnHostClient) -> None:
    made = client.contacts.create("us", PROFILE)
    assert made is not None
    assert [contact.id for contact in client.contacts.get_all()] == [made.id]
    client.contacts.update(made.id, city="Elders", street_suffix=None)
    changed = client.contacts.get(made.id)
    assert (changed.city, changed.name, changed.firstname) == ("Elders", "us", "Willemijn")
    assert changed.birth_date == date(1970, 1, 2)
    assert changed.passport_number == Secret("NX1234567")
    assert changed.street_suffix is None
    assert {role for role, is_set in (changed.defaults or {}).items() if is_set} == {"owner"}
    client.contacts.update(made.id, birth_date=None, defaults={"tech": True})
    assert client.contacts.get(made.id).birth_date is None
    client.contacts.delete(made.id)
    with pytest.raises(NotFoundError):
        client.contacts.get(made.id)


def test_name_server_profiles_are_created_changed_and_deleted(client: MijnHostClient) -> None:
    client.nameserver_profiles.create("ours", [HOST], set_as_default=True)
    [found] = client.nameserver_profiles.get_all()
    assert (found.alias, found.nameservers, found.is_default) == ("ours", (HOST,), True)
    other = NameserverHost("ns2.example.net", "192.0.2.54")
    client.nameserver_profiles.update("ours", [other])
    assert client.nameserver_profiles.get("ours").nameservers == (other,)
    client.nameserver_profiles.delete("ours")
    assert client.nameserver_profiles.get_all() == []


def test_templates_are_created_changed_and_deleted(client: MijnHostClient) -> None:
    records = [
        TemplateRecord("A", "192.0.2.1"),
        TemplateRecord("MX", "mail.example.net.", "", 3600, 10),
    ]
    client.dns_templates.create("web", records, default=True)
    [listed] = client.dns_templates.get_all()
    assert listed.id is not None
    assert (listed.alias, listed.is_default, listed.records) == ("web", True, ())
    assert client.dns_templates.get(listed.id).records == tuple(records)
    client.dns_templates.update(listed.id, "web", records[:1])
    assert client.dns_templates.get(listed.id).records == tuple(records[:1])
    client.dns_templates.delete(listed.id)
    assert client.dns_templates.get_all() == []


def test_availability_and_prices_are_exact(client: MijnHostClient) -> None:
    assert client.availability.check("example.nl").status == "taken"
    free = client.availability.check("free.nl")
    assert (free.domain, free.is_premium, free.premium_price) == ("free.nl", False, None)
    premium = client.availability.check("premium.nl").premium_price
    assert premium == Prices(register=Decimal("1234.50"))
    assert client.extensions.get("com").prices.register == Decimal("12.50")
    assert client.extensions.get(".co.uk").prices.transfer == Decimal("0.00")


def test_extensions_are_fetched_as_they_are_reached(
    client: MijnHostClient, emulator: Emulator
) -> None:
    emulator.account.extensions = [f"x{number}" for number in range(250)]
    found = client.extensions.get_all()
    assert emulator.requests == []
    assert next(found).extension == "x0"
    assert len(emulator.requests) == 1
    assert len(list(found)) == 249
    assert len(emulator.requests) == 4, "only an empty page is the end"
    assert [each.extension for each in client.extensions.get_all("x24")][:2] == ["x24", "x240"]


def test_an_order_charges_once_and_is_found_again(
    client: MijnHostClient, emulator: Emulator
) -> None:
    client.dns_templates.create("web", [TemplateRecord("A", "192.0.2.1")])
    template = client.dns_templates.get_all()[0].id
    order = client.orders.register(
        "new.nl",
        nameserver="default-mijnhost",
        dns_template_id=template,
        profile=ContactHandles(owner=7),
    )
    assert order.id is not None
    assert [(charge.domain, charge.amount) for charge in emulator.account.ledger] == [
        ("new.nl", "5.99")
    ]
    assert client.orders.get(order.id) == order
    assert client.orders.get_all() == [order]
    client.orders.update(order.id, 1, nameserver="default-mijnhost", hosting_domain="new.nl")
    assert client.orders.get(order.id).raw["changes"]["cart_id"] == 1


def test_a_transfer_sends_its_code_and_never_shows_it(
    client: MijnHostClient, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client.orders.transfer("mine.nl", Secret("Transfer-Code-9"))
    emulator.faults.add(Fault.bad_request("The code Transfer-Code-9 is wrong"))
    with pytest.raises(MijnHostError, match=r"The code \*\*\* is wrong"):
        client.orders.transfer("mine.nl", "Transfer-Code-9")
    assert "Transfer-Code-9" not in caplog.text
    assert len(emulator.account.ledger) == 1


ORDER_FAULTS = {
    "500": (Fault.status(500), True),
    "502 after": (Fault.status(502, after=True), True),
    "429": (Fault.status(429, "Too many requests", {"Retry-After": "0"}), False),
    "reset": (Fault.reset(), True),
    "reset after": (Fault.reset(after=True), True),
    "hang": (Fault.hang(), True),
    "html": (Fault.html(), True),
    "truncated": (Fault.truncated(), True),
    "400": (Fault.bad_request("Something odd"), False),
    "redirect": (Fault.redirect("https://example.com/"), False),
}


@pytest.mark.parametrize("name", ORDER_FAULTS)
def test_an_order_is_never_sent_twice(emulator: Emulator, name: str) -> None:
    fault, is_unclear = ORDER_FAULTS[name]
    emulator.faults.add(fault, times=None)
    policy = RetryPolicy(sleep=lambda _: None)
    timeout = SILENCE if name == "hang" else 60.0
    with (
        MijnHostClient(KEY, base_url=emulator.api_url, timeout=timeout, retry=policy) as client,
        pytest.raises(MijnHostError) as caught,
    ):
        client.orders.register("new.nl")
    assert [request.method for request in emulator.requests] == ["POST"]
    assert len(emulator.account.ledger) <= 1
    assert caught.value.may_have_taken_effect == is_unclear
    assert ("client.orders.get_all()" in str(caught.value)) == is_unclear


def test_an_order_that_never_left_is_not_sent_again_either() -> None:
    slept: list[float] = []
    policy = RetryPolicy(sleep=slept.append)
    with (
        MijnHostClient(KEY, base_url="http://127.0.0.1:9/", retry=policy) as client,
        pytest.raises(MijnHostError) as caught,
    ):
        client.orders.register("new.nl")
    assert slept == []
    assert "client.orders" not in str(caught.value)


@pytest.mark.parametrize("where", ["create", "update"])
def test_personal_data_is_never_shown(
    client: MijnHostClient, emulator: Emulator, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    caplog.set_level(logging.DEBUG)
    made = client.contacts.create("us", PROFILE)
    assert made is not None
    number = made.id
    changes = {
        entry.name: getattr(PROFILE, entry.name)
        for entry in dataclasses.fields(PROFILE)
        if entry.name not in {"firstname", "lastname", "company_name"}
    }
    calls: dict[str, Callable[[], object]] = {
        "create": lambda: client.contacts.create("us", PROFILE),
        "update": lambda: client.contacts.update(number, **changes),
    }
    sent = PROFILE.to_dict()
    values = [
        value
        for name, value in sent.items()
        if isinstance(value, str) and len(value) > 3 and (where == "create" or name in changes)
    ]
    assert len(values) > 5
    emulator.faults.add(Fault.bad_request(f"Wrong: {', '.join(values)}"))
    with pytest.raises(MijnHostError) as caught:
        calls[where]()
    reported = "".join(traceback.format_exception(caught.type, caught.value, caught.tb))
    shown = [repr(PROFILE), repr(made), repr([made]), caplog.text, str(caught.value), reported]
    for value in values:
        assert not any(value in text for text in shown)


MISTAKES: dict[str, Callable[[MijnHostClient], object]] = {
    "nameserver, nameservers": lambda c: c.domains.update(
        "x.nl", nameserver="a", nameservers=["b"]
    ),
    "Nothing to change": lambda c: c.domains.update("x.nl"),
    "nameservers": lambda c: c.domains.update("x.nl", nameservers=[]),
    "hostname": lambda c: c.domains.update("x.nl", nameservers=["no host"]),
    "ipv4": lambda c: c.domains.update("x.nl", nameservers=[NameserverHost("a.nl", "300.1.1.1")]),
    "ipv6": lambda c: c.domains.update(
        "x.nl", nameservers=[NameserverHost("a.nl", None, "1.2.3.4")]
    ),
    "tags": lambda c: c.domains.update("x.nl", tags=["Upper"]),
    "dnssec.flags": lambda c: c.domains.update("x.nl", dnssec=DNSSEC(enabled=True, flags=1)),
    "dnssec.alg": lambda c: c.domains.update("x.nl", dnssec=DNSSEC(enabled=True, flags=256, alg=1)),
    "dnssec.protocol": lambda c: c.domains.update(
        "x.nl", dnssec=DNSSEC(enabled=True, flags=256, alg=13, pub_key="k", protocol=2)
    ),
    "dnssec.pubKey": lambda c: c.domains.update(
        "x.nl", dnssec=DNSSEC(enabled=True, flags=256, alg=13)
    ),
    "forwarder.type": lambda c: c.domains.update("x.nl", forwarder=Forwarder(enabled=True)),
    "forwarder.url": lambda c: c.domains.update(
        "x.nl", forwarder=Forwarder(enabled=True, type=301, url="ftp://x")
    ),
    "name": lambda c: c.contacts.create("", PROFILE),
    "city": lambda c: c.contacts.create("us", dataclasses.replace(PROFILE, city=" ")),
    "country": lambda c: c.contacts.create("us", dataclasses.replace(PROFILE, country="Nederland")),
    "email": lambda c: c.contacts.create("us", dataclasses.replace(PROFILE, email="nobody")),
    "phone_country": lambda c: c.contacts.update(1, phone_country="0031"),
    "phone_number": lambda c: c.contacts.update(1, phone_number="55 12"),
    "birth_date": lambda c: c.contacts.update(1, birth_date=cast("Any", "1-1-1970")),
    "defaults": lambda c: c.contacts.update(1, defaults={"boss": True}),
    "Nothing to": lambda c: c.contacts.update(1),
    "alias": lambda c: c.nameserver_profiles.create("", [HOST]),
    "nameservers: at": lambda c: c.nameserver_profiles.create("ours", []),
    "hostname: a profile cannot": lambda c: c.nameserver_profiles.create(
        "ours", [NameserverHost("ns1.mijn.host", "192.0.2.1")]
    ),
    "hostname: a profile cannot contain": lambda c: c.nameserver_profiles.create(
        "ours", [NameserverHost("ns1.webhost.company.", "192.0.2.1")]
    ),
    "ipv4: a": lambda c: c.nameserver_profiles.update("ours", [NameserverHost("ns1.example.net")]),
    "name: must": lambda c: c.dns_templates.create("web", [TemplateRecord("A", "x", "www.x.nl.")]),
    "type": lambda c: c.dns_templates.create("web", [TemplateRecord("A B", "x")]),
    "value": lambda c: c.dns_templates.create("web", [TemplateRecord("A", "")]),
    "ttl": lambda c: c.dns_templates.update(1, "web", [TemplateRecord("TXT", "x", ttl=0)]),
    "priority": lambda c: c.dns_templates.create("web", [TemplateRecord("MX", "x", priority=-1)]),
    "domain": lambda c: c.orders.register("no domain"),
    "transfer_code": lambda c: c.orders.transfer("x.nl", ""),
}


@pytest.mark.parametrize("field", MISTAKES)
def test_a_mistake_names_the_field_and_nothing_is_sent(
    client: MijnHostClient, emulator: Emulator, field: str
) -> None:
    with pytest.raises(InvalidInputError, match=f"^{re.escape(field)}") as caught:
        MISTAKES[field](client)
    assert isinstance(caught.value, ValueError)
    assert emulator.requests == []


def test_a_client_reads_its_key_from_the_environment(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("MIJNHOST_API_KEY", "MIJN_HOST_API_KEY")
    for name in names:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    with pytest.raises(InvalidInputError, match="MIJNHOST_API_KEY"):
        MijnHostClient.from_env()
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    for name, value in [(names[1], KEY), (f"{names[1]}_FILE", str(path)), (names[0], KEY)]:
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            with MijnHostClient.from_env(base_url=emulator.api_url) as client:
                assert client.whoami().customer_number == "100001"
    monkeypatch.setenv("MIJNHOST_API_KEY_FILE", str(tmp_path / "missing"))
    with pytest.raises(InvalidInputError, match="No such file"):
        MijnHostClient.from_env()


def test_exchanges_are_reported_without_secrets(emulator: Emulator) -> None:
    reported: list[Exchange] = []
    emulator.faults.add(
        Fault.raw(b'{"status":200,"data":{"domains":[]}}', headers={"X-Request-Id": "r-1"})
    )
    with MijnHostClient(KEY, base_url=emulator.api_url, on_exchange=reported.append) as client:
        client.domains.get_all(tags=["secret-tag"])
        client.whoami()
    assert [(e.method, e.path, e.status, e.request_id) for e in reported] == [
        ("GET", "/domains", 200, "r-1"),
        ("GET", "/whoami", 200, None),
    ]
    assert all(exchange.seconds >= 0 and exchange.bytes_received > 0 for exchange in reported)
    assert KEY not in repr(reported)


def test_unset_is_something_of_its_own() -> None:
    assert repr(UNSET) == "UNSET"
