"""The names of certificates: whether they are valid, their zones, and CNAME records."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.doctor import State
from certbot_dns_mijnhost.doctor.certificate_names import why_not
from certbot_dns_mijnhost.emulator import Variants
from certbot_dns_mijnhost.propagation import resolver as resolver_module
from certbot_dns_mijnhost.propagation.endpoints import Endpoint

from .runner import DoctorRunner


def test_a_domain_that_is_not_in_the_account(runner: DoctorRunner) -> None:
    found = runner.run("exmaple.nl")
    zone = found.one("zone")
    assert zone.state is State.FAILED
    assert "similar domains in it: example.nl" in zone.message
    assert "Check the spelling" in zone.message


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "*",
            "nl",
            "localhost",
            "192.0.2.1",
            "2001:db8::1",
            "http://example.nl",
            "exa mple.nl",
        ),
        *("*.*.example.nl", "www.*.example.nl", ".example.nl", "a..example.nl", "-a.example.nl"),
        *("_a.example.nl", "a" * 64 + ".example.nl", ".".join(["a" * 60] * 4) + ".nl"),
    ],
)
def test_a_name_that_no_certificate_can_have(runner: DoctorRunner, name: str) -> None:
    found = runner.run(name, "example.nl")
    [failed] = found.failed()
    assert failed.check == "name"
    assert repr(name) in failed.message
    assert found.one("zone").domain == "example.nl", "the others are checked all the same"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("192.0.2.1", "certificates for IP addresses cannot use DNS challenges"),
        ("2001:db8::1", "certificates for IP addresses cannot use DNS challenges"),
        ("[2001:db8::1]", "certificates for IP addresses cannot use DNS challenges"),
        ("192.0.2.0/24", "certificates for IP addresses cannot use DNS challenges"),
        ("nl", "nl is a public suffix, and CAs issue only for domains below it"),
        ("*.nl", "nl is a public suffix, and CAs issue no wildcards for it"),
        ("co.uk", "co.uk is a public suffix, and CAs issue only for domains below it"),
        ("*.com.au", "com.au is a public suffix, and CAs issue no wildcards for it"),
        ("printer.local", "CAs do not issue for the top-level domain .local"),
        ("exa mple.nl", "it is not a domain name"),
        (".".join(["a" * 60] * 4) + ".nl", "its challenge does not fit into DNS"),
    ],
)
def test_why_no_ca_issues_for_a_name(name: str, words: str) -> None:
    assert words in why_not(name)


@given(st.text(max_size=80))
def test_any_name_is_checked(name: str) -> None:
    assert why_not(name) == "" or len(why_not(name)) > 10


@pytest.mark.parametrize("name", ["EXAMPLE.nl.", "www.b\u00fccher.example.nl", "xn--a.example.nl"])
def test_a_name_in_another_spelling(runner: DoctorRunner, name: str) -> None:
    assert not runner.run(name).has_failed


def test_the_setting_for_zones_lacks_the_domain(runner: DoctorRunner) -> None:
    runner.emulator.account.add_domain("other.nl")
    runner.settings["zone"] = "other.nl"
    [zone] = runner.run("example.nl").failed()
    assert zone.message == (
        "No domain of dns_mijnhost_zone (other.nl) contains _acme-challenge.example.nl."
    )
    assert "Add the domain to dns_mijnhost_zone" in zone.next_step


def test_the_setting_for_zones_has_a_domain_of_another_account(runner: DoctorRunner) -> None:
    runner.settings["zone"] = "nl"
    [zone] = runner.run("example.nl").failed()
    assert zone.message == "dns_mijnhost_zone has nl, which is not in this account."
    assert "Correct or remove dns_mijnhost_zone" in zone.next_step


def test_without_names_and_a_list_the_zones_of_the_setting_are_checked(
    runner: DoctorRunner,
) -> None:
    runner.emulator.variants = Variants(listing_forbidden=True)
    runner.settings["zone"] = "example.nl"
    found = runner.run()
    assert found.one("key").state is State.NOTE, "what was advised is done"
    assert "the zone example.nl of dns_mijnhost_zone" in found.one("zone").message
    assert found.one("managed").state is State.OK


def test_without_a_checked_domain_the_doctor_fails(runner: DoctorRunner) -> None:
    runner.emulator.variants = Variants(listing_forbidden=True)
    [name] = runner.run().failed()
    assert "No domain was checked" in name.message
    assert "-d example.nl" in name.next_step


def test_a_delegation_by_cname(runner: DoctorRunner) -> None:
    runner.emulator.account.add_domain("challenges.nl")
    runner.emulator.account.add_record(
        "example.nl", "CNAME", "_acme-challenge.example.nl.", "one.challenges.nl."
    )
    found = runner.run("example.nl")
    chain = "_acme-challenge.example.nl -> one.challenges.nl"
    assert chain in found.one("delegation").message
    assert found.one("zone").data["zone"] == "challenges.nl"
    assert found.states() <= {State.OK, State.NOTE}


def test_a_delegation_that_is_not_followed(runner: DoctorRunner) -> None:
    runner.settings["follow_cname"] = "false"
    found = runner.run("example.nl")
    assert not found.has_failed
    runner.emulator.account.add_record(
        "example.nl", "CNAME", "_acme-challenge.example.nl.", "one.challenges.nl."
    )
    found = runner.run("example.nl")
    assert found.one("zone").data["zone"] == "example.nl"
    [delegation] = found.failed()
    assert "is a CNAME to one.challenges.nl" in delegation.message
    assert "Set dns_mijnhost_follow_cname = true" in delegation.next_step


def test_a_wildcard_cname_gives_way_to_the_challenge(runner: DoctorRunner) -> None:
    runner.settings["follow_cname"] = "false"
    account = runner.emulator.account
    account.add_record("example.nl", "CNAME", "*.example.nl.", "shop.example.org.")
    assert not runner.run("example.nl").has_failed


def test_a_delegation_to_a_domain_that_does_not_exist(runner: DoctorRunner) -> None:
    runner.emulator.account.add_record(
        "example.nl", "CNAME", "_acme-challenge.example.nl.", "one.chalenges.nl."
    )
    found = runner.run("example.nl")
    delegation = found.one("delegation")
    assert delegation.state is State.WARNING
    assert "is delegated: _acme-challenge.example.nl -> one.chalenges.nl" in delegation.message
    assert "Check that one.chalenges.nl is spelled correctly" in delegation.next_step
    zone = found.one("zone")
    assert "is a CNAME to one.chalenges.nl, which is not in the account" in zone.message
    step = zone.next_step
    assert "(mijnhost records delete example.nl CNAME _acme-challenge.example.nl)" in step
    assert "use an API key of the account that has one.chalenges.nl" in step


def test_a_challenge_that_is_a_zone_of_its_own(runner: DoctorRunner) -> None:
    runner.emulator.account.add_record(
        "example.nl", "NS", "_acme-challenge.www.example.nl.", "ns1.mijn.host."
    )
    assert not runner.run("example.nl").has_failed
    [subzone] = runner.run("www.example.nl").failed()
    assert subzone.check == "subzone"
    assert "delegate _acme-challenge.www.example.nl to other name" in subzone.message
    assert subzone.next_step == (
        "Remove the NS records at _acme-challenge.www.example.nl from example.nl."
    )


def test_a_subzone_is_found_in_the_listing_if_dns_does_not_answer(runner: DoctorRunner) -> None:
    runner.emulator.account.add_record(
        "example.nl", "NS", "_acme-challenge.example.nl.", "ns1.other.example."
    )
    runner.settings["resolver"] = "127.0.0.1:1"  # nothing listens there
    found = runner.run("example.nl")
    assert "_acme-challenge.example.nl" in found.one("subzone").message
    assert found.one("subzone").state is State.FAILED


@pytest.mark.parametrize("behaviour", ["intercepted", "intercepted_refused"])
def test_an_intercepted_port_is_named_and_a_delegation_still_seen(
    runner: DoctorRunner, behaviour: str
) -> None:
    runner.emulator.account.add_domain("challenges.nl")
    runner.emulator.account.add_record(
        "example.nl", "CNAME", "_acme-challenge.example.nl.", "one.challenges.nl."
    )
    for index in range(len(runner.emulator.nameservers)):
        runner.emulator.behave(index, behaviour)
    runner.clock.advance(60.0)  # so that the name servers have published it
    found = runner.run("example.nl")
    delegation = found.one("delegation")
    assert delegation.state is State.OK
    assert "_acme-challenge.example.nl -> one.challenges.nl" in delegation.message
    assert "This is the resolver's answer" in delegation.message
    assert found.one("zone").data["zone"] == "challenges.nl"
    assert "Port 53 is intercepted" in found.one("port-53").message


@pytest.mark.parametrize("content", [b"nameserver localhost\n", b"\xff\0nameserver\n", None])
def test_an_odd_resolv_conf_is_a_warning(
    runner: DoctorRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    # A machine may have a resolver at libc's default; nothing listens at this address.
    monkeypatch.setattr(resolver_module, "DEFAULT", Endpoint("127.0.0.1", 1))
    path = tmp_path / "resolv.conf"
    if content is not None:
        path.write_bytes(content)
    runner.settings["resolver"] = str(path)
    found = runner.run("example.nl")
    for check in ("delegation", "nameservers", "port-53"):
        assert found.one(check).state is State.WARNING
        assert str(path) in found.one(check).message


def test_a_wildcard_is_not_a_delegation(runner: DoctorRunner) -> None:
    runner.emulator.account.add_record("example.nl", "CNAME", "*.example.nl.", "example.org.")
    found = runner.run("example.nl")
    assert found.one("delegation").state is State.OK
    assert "only because of a wildcard record" in found.one("delegation").message
    assert found.one("zone").data["zone"] == "example.nl"


def test_a_delegation_in_a_circle(runner: DoctorRunner) -> None:
    runner.emulator.account.add_record(
        "example.nl", "CNAME", "_acme-challenge.example.nl.", "_acme-challenge.example.nl."
    )
    delegation = runner.run("example.nl").one("delegation")
    assert delegation.state is State.FAILED
    assert "form a loop" in delegation.message
    assert "Correct the CNAME records" in delegation.next_step


def test_a_delegation_to_a_zone_of_another_account(runner: DoctorRunner) -> None:
    runner.emulator.account.add_record(
        "example.nl", "CNAME", "_acme-challenge.example.nl.", "one.example.org."
    )
    found = runner.run("example.nl")
    assert found.one("zone").state is State.FAILED
    assert "one.example.org" in found.one("zone").message
