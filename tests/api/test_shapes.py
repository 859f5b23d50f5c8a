"""Answers in each shape that clients read, and requests in the shapes that they send."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from certbot_dns_mijnhost.api import (
    DNSSEC,
    UNSET,
    BadRequestError,
    Contact,
    ContactHandles,
    ContactProfile,
    Domain,
    Forwarder,
    InvalidInputError,
    MijnHostClient,
    NameserverHost,
    NotAppliedError,
    TemplateRecord,
)
from certbot_dns_mijnhost.emulator import Emulator, Variants
from tests.support.virtual_time import VirtualTime

from .test_whole_api import HOST, PROFILE

KEY_OF_ZONE = DNSSEC(enabled=True, flags=257, alg=13, pub_key="a2V5")
FORWARDER = Forwarder(enabled=True, type=301, url="https://example.com/")
SHAPES = ["handles", "hosts_as_objects", "as_sent"]


def sent_settings(emulator: Emulator) -> dict[str, object]:
    return emulator.account.find("example.nl").settings


@pytest.mark.parametrize("shape", SHAPES)
def test_a_domain_is_read_in_every_shape_and_sent_back_without_a_change(
    client: MijnHostClient, emulator: Emulator, shape: str
) -> None:
    emulator.variants = Variants(domain_shape=shape)
    client.domains.update(
        "example.nl",
        dnssec=KEY_OF_ZONE,
        forwarder=FORWARDER,
        profile=ContactHandles(owner=7, reseller=9),
        nameservers=["ns1.example.net", "ns2.example.net"],
        is_locked=False,
        tags=["web"],
        verify=True,
    )
    domain = client.domains.get("example.nl")
    assert (domain.dnssec, domain.forwarder) == (KEY_OF_ZONE, FORWARDER)
    assert domain.dnssec_enabled is True
    assert domain.profile == ContactHandles(owner=7, reseller=9)
    assert [host.hostname for host in domain.nameservers or ()] == [
        "ns1.example.net",
        "ns2.example.net",
    ]
    if shape != "as_sent":
        assert domain.dnssec_keys == (KEY_OF_ZONE,)
        assert (domain.is_lockable, domain.whitelabel_ns, domain.messages) == (True, False, ())
        assert domain.forwarder_blocked_by_hosting is False
    before = json.dumps(sent_settings(emulator), sort_keys=True)
    assert domain.dnssec is not None
    assert domain.forwarder is not None
    assert domain.profile is not None
    client.domains.update(
        "example.nl", dnssec=domain.dnssec, forwarder=domain.forwarder, profile=domain.profile
    )
    assert json.dumps(sent_settings(emulator), sort_keys=True) == before


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_switched_off_is_read_as_off(
    client: MijnHostClient, emulator: Emulator, shape: str
) -> None:
    emulator.variants = Variants(domain_shape=shape)
    client.domains.update("example.nl", dnssec=KEY_OF_ZONE, forwarder=FORWARDER)
    off = Forwarder(enabled=False, type=301, url="https://example.com/")
    client.domains.update("example.nl", dnssec=DNSSEC(enabled=False), forwarder=off, verify=True)
    domain = client.domains.get("example.nl")
    assert domain.dnssec == DNSSEC(enabled=False)
    assert domain.forwarder == off


TARGET = {"type": 301, "url": "https://example.com/"}
KEY_OBJECT = {"alg": "13", "flags": "257", "pubKey": "a2V5"}


@pytest.mark.parametrize(
    ("fields", "forwarder"),
    [
        ({"forwarder": TARGET, "forwarder_enabled": 1}, FORWARDER),
        ({"forwarder": TARGET, "forwarder_enabled": "1"}, FORWARDER),
        ({"forwarder": TARGET}, FORWARDER),
        ({"forwarder": {**TARGET, "enabled": True}, "forwarder_enabled": 0}, FORWARDER),
        ({"forwarder": {**TARGET, "enabled": "maybe"}}, None),
        ({"forwarder": TARGET, "forwarder_enabled": "maybe"}, None),
        ({"forwarder": TARGET, "forwarder_enabled": []}, None),
        ({"forwarder": None, "forwarder_enabled": 0}, Forwarder(enabled=False)),
        ({"forwarder": None, "forwarder_enabled": 1}, None),
        ({"forwarder": None}, None),
        ({"forwarder": {}}, None),
        ({"forwarder": []}, None),
    ],
)
def test_a_forwarder_is_never_read_as_off_unless_it_is(
    fields: dict[str, Any], forwarder: Forwarder | None
) -> None:
    domain = Domain.from_dict({"domain": "x.nl", **fields})
    assert domain.forwarder == forwarder
    assert domain.raw["forwarder"] == fields["forwarder"]


@pytest.mark.parametrize(
    ("fields", "dnssec", "enabled", "keys"),
    [
        ({"dnssec_enabled": 1, "dnssec_keys": [KEY_OBJECT]}, KEY_OF_ZONE, True, 1),
        ({"dnssec_enabled": 0, "dnssec_keys": []}, DNSSEC(enabled=False), False, 0),
        ({"dnssec_enabled": 1, "dnssec_keys": [KEY_OBJECT, KEY_OBJECT]}, None, True, 2),
        ({"dnssec_enabled": "odd", "dnssec_keys": [KEY_OBJECT]}, None, None, 1),
        ({"dnssec_keys": [KEY_OBJECT]}, None, None, 1),
        ({"dnssec": KEY_OBJECT}, KEY_OF_ZONE, True, 0),
        ({"dnssec": {}}, None, None, 0),
        ({"dnssec": {"enabled": False}}, DNSSEC(enabled=False), False, 0),
    ],
)
def test_dnssec_is_read_in_both_shapes(
    fields: dict[str, Any], dnssec: DNSSEC | None, enabled: bool | None, keys: int
) -> None:
    domain = Domain.from_dict({"domain": "x.nl", **fields})
    assert (domain.dnssec, domain.dnssec_enabled) == (dnssec, enabled)
    assert len(domain.dnssec_keys) == keys


@pytest.mark.parametrize(
    ("fields", "handles"),
    [
        ({"handles": {"owner": {"handle_id": "7", "name": "A"}}}, ContactHandles(owner=7)),
        ({"handles": {"owner": {"id": 7}, "admin": None}}, ContactHandles(owner=7)),
        ({"handles": {"owner": 7, "reseller": 0}}, ContactHandles(owner=7)),
        ({"profile": {"owner": "7", "tech": []}}, ContactHandles(owner=7)),
        ({"profile": None, "handles": {"tech": 3}}, ContactHandles(tech=3)),
        ({"handles": []}, None),
    ],
)
def test_handles_that_an_answer_lacks_are_not_sent_back(
    fields: dict[str, Any], handles: ContactHandles | None
) -> None:
    profile = Domain.from_dict({"domain": "x.nl", **fields}).profile
    assert profile == handles
    assert handles is None or None not in handles.to_dict().values()


@pytest.mark.parametrize(
    ("status", "is_active"),
    [
        ("Active", True),
        ("active", True),
        ("ACTIVE", True),
        ("Active, outgoing transfer pending", True),
        ("pending_transfer", False),
        ("Incoming transfer", False),
        ("Not finished order", False),
        ("Failed", False),
        ("Cancelled", False),
        ("inactive", False),
        ("", False),
        (None, None),
        ([], None),
    ],
)
def test_a_domain_is_active_in_any_case(status: object, is_active: bool | None) -> None:
    assert Domain.from_dict({"domain": "x.nl", "status": status}).is_active is is_active


def test_a_domain_with_a_lower_case_status_is_active(
    client: MijnHostClient, emulator: Emulator
) -> None:
    emulator.variants = Variants(lower_status=True)
    found = client.domains.get("example.nl")
    assert (found.status, found.is_active) == ("active", True)


VERIFIED: dict[str, dict[str, Any]] = {
    "nameservers": {"nameservers": ["ns1.example.net"]},
    "nameserver": {"nameserver": "ours"},
    "tags": {"tags": ["web"]},
    "is_locked": {"is_locked": False},
    "forwarder": {"forwarder": FORWARDER},
    "dnssec": {"dnssec": KEY_OF_ZONE},
    "profile": {"profile": ContactHandles(admin=4)},
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", VERIFIED)
def test_a_change_without_effect_is_found_by_verify(
    client: MijnHostClient, emulator: Emulator, clock: VirtualTime, name: str, shape: str
) -> None:
    client.nameserver_profiles.create("ours", [HOST])
    emulator.variants = Variants(ignored_settings=name, domain_shape=shape)
    client.domains.update("example.nl", **VERIFIED[name])
    with pytest.raises(NotAppliedError, match=f"did not change: {name}") as caught:
        client.domains.update("example.nl", **VERIFIED[name], verify=True)
    assert caught.value.may_have_taken_effect
    assert "PUT /domains/example.nl: the API reported success" in str(caught.value)
    assert len(clock.slept) == 3, "a read may be older than the change"
    emulator.variants = Variants(domain_shape=shape)
    if (name, shape) != ("nameserver", "handles") and name != "nameserver":
        client.domains.update("example.nl", **VERIFIED[name], verify=True)


def test_the_default_name_servers_are_verified_by_managed_dns(
    client: MijnHostClient, emulator: Emulator
) -> None:
    client.domains.update("example.nl", nameservers=["ns1.example.net"], verify=True)
    client.domains.update("example.nl", nameserver="default-mijnhost", verify=True)
    emulator.variants = Variants(ignored_settings="nameserver")
    client.domains.update("example.com", nameserver="default-mijnhost", verify=True)


@pytest.mark.parametrize("contact_list", ["profiles", "contacts"])
@pytest.mark.parametrize("shape", ["profile", "flat"])
def test_contacts_are_read_in_every_shape(
    client: MijnHostClient, emulator: Emulator, contact_list: str, shape: str
) -> None:
    emulator.variants = Variants(
        contact_list=contact_list, contact_shape=shape, contact_defaults=True
    )
    made = client.contacts.create("office", PROFILE)
    [listed] = client.contacts.get_all()
    number: int = listed.id
    contact = client.contacts.get(number)
    assert made == contact
    assert (listed.name, contact.name) == ("office", "office")
    assert (contact.city, contact.company_name, contact.state) == ("Ons Dorp", None, None)
    client.contacts.update(number, name="home", city="Elders", state="", verify=True)
    changed = client.contacts.get(number)
    assert (changed.name, changed.city, changed.state) == ("home", "Elders", None)
    client.contacts.update(number, name="office")
    assert client.contacts.get(number).name == "office"


def test_a_company_has_one_of_two_names() -> None:
    for name in ("company", "company_name"):
        contact = Contact.from_dict({"id": "7", "alias": "x", "profile": {name: "Example"}})
        assert (contact.id, contact.name, contact.company_name) == (7, "x", "Example")
    assert Contact.from_dict({"id": 7, "gender": "F", "vat": ""}).gender == "F"


def test_empty_texts_are_sent_for_optional_fields_only(
    client: MijnHostClient, emulator: Emulator
) -> None:
    profile = ContactProfile(
        **{**vars(PROFILE), "state": "", "vat": "", "company_name": "", "passport_number": ""}
    )
    assert profile.to_dict()["state"] == ""
    assert client.contacts.create("us", profile)
    for name in ("city", "firstname", "email", "phone_area"):
        with pytest.raises(InvalidInputError, match=f"^{name}: "):
            client.contacts.create("us", ContactProfile(**{**vars(PROFILE), name: ""}))
    assert len(emulator.requests) == 1


def test_a_contact_in_use_is_not_deleted(client: MijnHostClient) -> None:
    made = client.contacts.create("us", PROFILE)
    assert made
    client.domains.update("example.nl", profile=ContactHandles(owner=made.id))
    with pytest.raises(BadRequestError, match="in use"):
        client.contacts.delete(made.id)
    assert [contact.id for contact in client.contacts.get_all()] == [made.id]


def test_a_contact_that_did_not_change_is_found_by_verify(
    client: MijnHostClient, emulator: Emulator
) -> None:
    made = client.contacts.create("us", PROFILE)
    assert made
    client.contacts.update(
        made.id,
        city="Elders",
        birth_date=PROFILE.birth_date,
        passport_number="NX1234567",
        defaults={"owner": True},
        verify=True,
    )
    contact = emulator.account.data.contacts[made.id]
    stuck = Stuck(contact["profile"])
    contact["profile"] = stuck
    with pytest.raises(NotAppliedError, match=r"did not change: city\. ") as caught:
        client.contacts.update(made.id, city="Amsterdam", verify=True)
    assert "Amsterdam" not in str(caught.value)


class Stuck(dict[str, Any]):
    """A profile that no update changes."""

    def update(self, *_: Any, **__: Any) -> None:
        """Do nothing."""


def test_profiles_and_templates_are_changed_in_part(
    client: MijnHostClient, emulator: Emulator
) -> None:
    client.nameserver_profiles.create("ours", [HOST], set_as_default=True)
    client.nameserver_profiles.update("ours", set_as_default=False, verify=True)
    found = client.nameserver_profiles.get("ours")
    assert (found.nameservers, found.is_default) == ((HOST,), False)
    other = NameserverHost("ns2.example.net", "192.0.2.54", "")
    client.nameserver_profiles.update("ours", [other], verify=True)
    hosts = emulator.account.data.profiles["ours"]["nameservers"]
    assert hosts == [{"hostname": "ns2.example.net", "ipv4": "192.0.2.54", "ipv6": ""}]
    client.dns_templates.create("web", [TemplateRecord("A", "192.0.2.1")])
    [template] = client.dns_templates.get_all()
    client.dns_templates.update(template.id, default=True, verify=True)
    client.dns_templates.update(template.id, "site", verify=True)
    client.dns_templates.update(template.id, records=[TemplateRecord("TXT", "x")], verify=True)
    changed = client.dns_templates.get(template.id)
    assert (changed.alias, changed.is_default) == ("site", True)
    assert [record.type for record in changed.records] == ["TXT"]
    nothings: list[Callable[[], None]] = [
        lambda: client.dns_templates.update(template.id),
        lambda: client.nameserver_profiles.update("ours"),
        lambda: client.contacts.update(1),
    ]
    for nothing in nothings:
        with pytest.raises(InvalidInputError, match="Nothing to change"):
            nothing()


def test_profiles_and_templates_that_did_not_change_are_found(
    client: MijnHostClient, emulator: Emulator
) -> None:
    client.nameserver_profiles.create("ours", [HOST], set_as_default=False)
    client.dns_templates.create("web", [TemplateRecord("A", "192.0.2.1")])
    [template] = client.dns_templates.get_all()
    data = emulator.account.data
    data.profiles = StuckTable(data.profiles)
    data.templates = StuckTable(data.templates)
    with pytest.raises(NotAppliedError, match="set_as_default"):
        client.nameserver_profiles.update("ours", set_as_default=True, verify=True)
    with pytest.raises(NotAppliedError, match="alias, records"):
        client.dns_templates.update(template.id, "x", [TemplateRecord("TXT", "y")], verify=True)


class StuckTable(dict[Any, Any]):
    """A table in which nothing is replaced."""

    def __setitem__(self, key: Any, value: Any) -> None:
        """Do nothing."""


def test_a_premium_price_is_accepted_by_its_amount(
    client: MijnHostClient, emulator: Emulator
) -> None:
    prices = client.availability.check("premium.nl").premium_price
    assert prices
    with pytest.raises(BadRequestError, match="premium price"):
        client.orders.register("premium.nl")
    with pytest.raises(BadRequestError, match="premium price"):
        client.orders.register("premium.nl", accept_premium_price=Decimal("1234.49"))
    client.orders.register("premium.nl", accept_premium_price=prices.register)
    assert [charge.amount for charge in emulator.account.ledger] == ["1234.50"]


@pytest.mark.parametrize(
    "amount",
    [True, False, 12.5, "12.50", -1, Decimal(-1), Decimal("NaN"), Decimal("Infinity"), 10**12, [1]],
)
def test_what_is_not_an_amount_is_not_sent(
    client: MijnHostClient, emulator: Emulator, amount: Any
) -> None:
    with pytest.raises(InvalidInputError, match=r"^accept_premium_price: must be an amount"):
        client.orders.register("premium.nl", accept_premium_price=amount)
    assert emulator.requests == []


def test_a_reseller_is_removed_by_zero(client: MijnHostClient, emulator: Emulator) -> None:
    client.domains.update("example.nl", profile=ContactHandles(owner=7, reseller=9))
    client.domains.update("example.nl", profile=ContactHandles(reseller=0), verify=True)
    assert sent_settings(emulator)["profile"] == {"owner": 7, "reseller": 0}
    profile = client.domains.get("example.nl").profile
    assert profile
    assert profile.reseller is UNSET
    for role in ("owner", "admin", "tech", "billing"):
        with pytest.raises(InvalidInputError, match=f"^profile.{role}: "):
            client.domains.update("example.nl", profile=ContactHandles(**{role: 0}))
    with pytest.raises(InvalidInputError, match=r"^profile\.reseller: "):
        client.domains.update("example.nl", profile=ContactHandles(reseller=False))


def test_the_soa_and_ns_lines_of_a_zone_file_are_ignored(client: MijnHostClient) -> None:
    before = client.dns_records.get_all("example.nl")
    text = client.dns_records.get_zone_file("example.nl")
    soa = "example.nl. 3600 IN SOA ns1.mijn.host. hostmaster.mijn.host. 1 2 3 4 5\n"
    ns = "example.nl. 3600 IN NS ns1.mijn.host.\n"
    client.dns_records.replace_zone_file("example.nl", soa + ns + text)
    assert client.dns_records.get_all("example.nl") == before
    with pytest.raises(BadRequestError):
        client.dns_records.replace_zone_file("example.nl", f"{text}not a record\n")
    assert client.dns_records.get_all("example.nl") == before


def test_an_extension_shows_what_it_needs(client: MijnHostClient) -> None:
    found = client.extensions.get("nl")
    assert (found.transfer_auth_code_required, found.dnssec_allowed) == (True, True)
