"""Each failure that the doctor is for, produced in the emulator, and named with its cure."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import pytest

from certbot_dns_mijnhost.api import RetryPolicy
from certbot_dns_mijnhost.doctor import Doctor, Finding, State
from certbot_dns_mijnhost.emulator import Emulator, Fault, Variants
from examples.local_ca import write_credentials
from tests.propagation.scripted_server import ScriptedServer, code, zone
from tests.propagation.world import UNROUTED

BOTH = ("example.nl", "*.example.nl")


@dataclass
class Practice:
    """A doctor, and an account at hand."""

    emulator: Emulator
    path: Path
    settings: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)
    now: float = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        # A little more, as any sleep takes: what is left of a wait may be too little to add.
        self.now += seconds + 0.001

    def examine(self, *names: str, write: bool = False, path: str | None = "") -> Examined:
        needed = {
            "api_key": self.emulator.account.api_key,
            "api_url": self.emulator.api_url,
            "resolver": self.emulator.resolver,
        }
        if not self.path.exists():
            write_credentials(self.path, {**needed, **self.settings})
        doctor = Doctor(
            lambda _: None,
            port=int(self.emulator.nameservers[0].split(":")[1]),
            query_timeout=0.2,
            retry=RetryPolicy(tries=2, sleep=self.sleep, clock=self.clock),
        )
        doctor.run(
            names,
            path=str(self.path) if path == "" else path,
            flags=self.flags,
            environment=self.environment,
            config_directory=self.path.parent / "config",
            write=write,
        )
        return Examined(doctor)

    @property
    def domain(self) -> str:
        return self.emulator.account.domains()[0].name


class Examined:
    """What was found."""

    def __init__(self, doctor: Doctor) -> None:
        self.findings = doctor.findings
        self.has_failed = doctor.has_failed

    def one(self, check: str) -> Finding:
        [found] = [finding for finding in self.findings if finding.check == check]
        return found

    def states(self) -> set[State]:
        return {finding.state for finding in self.findings}

    def failed(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.state is State.FAILED]


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    practice = Practice(Emulator(serve=False), tmp_path / "mijnhost.ini")
    practice.emulator = Emulator(lags=(0.0, 0.3), clock=practice.clock)
    with practice.emulator:
        yield practice


def test_in_order(practice: Practice) -> None:
    before = practice.emulator.account.records("example.nl")
    found = practice.examine(*BOTH)
    assert not found.has_failed
    assert found.states() == {State.OK, State.NOTE}
    assert [finding.check for finding in found.findings] == [
        *("credentials", "permissions", "key", "whitelist", "expiry"),
        *("delegation", "zone", "caa", "caa", "managed", "nameservers", "port-53"),
    ]
    assert practice.emulator.account.records("example.nl") == before
    assert {request.method for request in practice.emulator.requests} == {"GET"}


def test_without_names_all_domains_are_looked_at_and_nothing_is_written(
    practice: Practice,
) -> None:
    practice.emulator.account.add_domain("example.com")
    found = practice.examine(write=True)
    zones = [finding.data["zone"] for finding in found.findings if finding.check == "zone"]
    assert zones == ["example.nl", "example.com"]
    assert {request.method for request in practice.emulator.requests} == {"GET"}
    assert "name domains with -d" in found.one("write").message


def test_no_credentials_at_all(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certbot_dns_mijnhost.credentials.USUAL_PATH", "/nowhere/mijnhost.ini")
    found = practice.examine("example.nl", path=None)
    assert "No API key was found" in found.one("credentials").message
    assert "--credentials FILE" in found.one("credentials").message
    assert found.has_failed


def test_a_file_that_is_missing(practice: Practice) -> None:
    found = practice.examine("example.nl", path="/nowhere/mijnhost.ini")
    assert "does not exist" in found.one("credentials").message
    assert found.has_failed


@pytest.mark.parametrize(
    ("mode", "who"), [(0o644, "its group and everybody"), (0o640, "its group")]
)
def test_a_file_that_others_can_read(practice: Practice, mode: int, who: str) -> None:
    practice.examine()
    practice.path.chmod(mode)
    found = practice.examine()
    permissions = found.one("permissions")
    assert permissions.state is State.WARNING
    assert f"open to {who} (mode {mode:04o})" in permissions.message
    assert permissions.next_step == f"Close it: chmod 600 {practice.path}"


def test_a_file_with_the_key_that_others_can_read(practice: Practice, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(practice.emulator.account.api_key)
    secret.chmod(0o644)
    practice.examine()
    key = f"dns_mijnhost_api_key = {practice.emulator.account.api_key}"
    text = practice.path.read_text().replace(key, "dns_mijnhost_api_key_file = secret")
    practice.path.write_text(text)
    found = [f for f in practice.examine().findings if f.check == "permissions"]
    assert [finding.state for finding in found] == [State.OK, State.WARNING]
    assert found[1].next_step == f"Close it: chmod 600 {secret}"


def test_the_vendors_name_of_the_key(practice: Practice) -> None:
    practice.examine()
    text = practice.path.read_text().replace("dns_mijnhost_api_key", "dns_mijn_host_api_key")
    practice.path.write_text(text)
    found = practice.examine()
    assert found.one("credentials").state is State.WARNING
    assert "rename it to dns_mijnhost_api_key" in found.one("credentials").message
    assert found.one("key").state is State.OK


def test_the_environment_gives_the_key(practice: Practice, tmp_path: Path) -> None:
    practice.examine()
    practice.environment["CREDENTIALS_DIRECTORY"] = str(tmp_path)
    found = practice.examine("example.nl", path=None)
    assert str(practice.path) in found.one("credentials").message
    assert not found.has_failed


def test_a_wrong_key(practice: Practice) -> None:
    practice.settings["api_key"] = "a-wrong-key"
    found = practice.examine("example.nl")
    [key] = found.failed()
    assert key.message == "The API refuses the key: No valid API key set."
    assert "Make a new one" in key.next_step
    assert "a-wrong-key" not in str(found.findings)


def test_an_expired_key(practice: Practice) -> None:
    practice.emulator.variants = Variants(key_expired=True)
    [key] = practice.examine("example.nl").failed()
    assert key.check == "key"
    assert "expired" in key.next_step


def test_a_key_that_no_header_can_hold(practice: Practice) -> None:
    practice.settings["api_key"] = "two words"
    [key] = practice.examine("example.nl").failed()
    assert key.check == "key"
    assert "spaces" in key.message


@pytest.mark.parametrize("whoami_refused", [False, True])
def test_an_address_that_is_not_on_the_whitelist(practice: Practice, whoami_refused: bool) -> None:
    practice.emulator.variants = Variants(whitelist_refused=True, whoami_refused=whoami_refused)
    [whitelist] = practice.examine("example.nl").failed()
    assert whitelist.check == "whitelist"
    address = "this machine's public address" if whoami_refused else "127.0.0.1"
    expected = f"Add {address} to the key's whitelist in mijn.host's control panel."
    assert whitelist.next_step == expected


@pytest.mark.parametrize("days", [-3, 5, 200])
def test_a_key_whose_last_day_shows(practice: Practice, days: int) -> None:
    last_day = date.today() + timedelta(days=days)  # noqa: DTZ011  # as the doctor does
    practice.emulator.variants = Variants(key_expires=last_day.isoformat())
    expiry = practice.examine().one("expiry")
    assert expiry.state is (State.OK if days > 30 else State.WARNING)
    assert str(last_day) in expiry.message
    assert ("last day was" in expiry.message) is (days < 0)
    assert ("Make a new key" in expiry.next_step) is (days <= 30)


def test_a_date_that_can_not_be_read_is_no_date(practice: Practice) -> None:
    practice.emulator.variants = Variants(key_expires="soon")
    assert practice.examine().one("expiry").state is State.NOTE


@pytest.mark.parametrize("how", [True, "bad_request"])
def test_a_key_that_may_not_list_domains(practice: Practice, how: bool | str) -> None:
    practice.emulator.variants = Variants(listing_forbidden=how)
    found = practice.examine("example.nl")
    assert found.one("key").state is State.WARNING
    assert "dns_mijnhost_zone" in found.one("key").next_step
    assert found.one("zone").state is State.OK


def test_an_api_that_can_not_be_reached(practice: Practice) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        practice.settings["api_url"] = f"http://127.0.0.1:{closed.getsockname()[1]}/api/v2"
        [api] = practice.examine("example.nl").failed()
    assert api.check == "api"
    assert "Connection refused" in api.message


def test_an_api_that_answers_nonsense(practice: Practice) -> None:
    practice.emulator.faults.add(Fault.html(), times=None)
    [api] = practice.examine("example.nl").failed()
    assert "not the API's JSON" in api.message


@pytest.mark.parametrize("path", ["*/domains", "*/domains/example.nl", "*/dns"])
@pytest.mark.parametrize("words", ["Bad request", "DNS records not managed by mijn.host"])
def test_a_400_that_passes_is_no_finding(practice: Practice, path: str, words: str) -> None:
    practice.emulator.faults.add(Fault.bad_request(words), method="GET", path=path)
    found = practice.examine("example.nl", write=True)
    assert found.states() == {State.OK, State.NOTE}


def test_an_api_that_had_too_many_requests_is_not_asked_for_each_domain(
    practice: Practice,
) -> None:
    for number in range(20):
        practice.emulator.account.add_domain(f"d{number}.nl")
    practice.emulator.faults.add(Fault.status(429), path="*/domains/*", skip=5, times=None)
    found = practice.examine()
    managed = [finding.state for finding in found.findings if finding.check == "managed"]
    assert managed == [State.OK] * 5 + [State.FAILED] + [State.SKIPPED] * 15
    asked = [request.path for request in practice.emulator.requests if ".nl" in request.path]
    assert len(asked) == 7, "the sixth is asked for twice"


def test_an_api_that_fails_is_not_said_to_refuse(practice: Practice) -> None:
    practice.emulator.account.domains()[0].published_at = ("ns1.example.com",)
    practice.emulator.faults.add(Fault.status(500), path="*/domains/example.nl", times=None)
    found = practice.examine("example.nl", write=True)
    assert [finding.check for finding in found.failed()] == ["managed"]
    assert "did not answer well" in found.one("write").message


def test_a_domain_that_is_not_in_the_account(practice: Practice) -> None:
    found = practice.examine("exmaple.nl")
    zone = found.one("zone")
    assert zone.state is State.FAILED
    assert "it has example.nl" in zone.message
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
def test_a_name_that_no_certificate_can_have(practice: Practice, name: str) -> None:
    found = practice.examine(name, "example.nl")
    [failed] = found.failed()
    assert failed.check == "name"
    assert repr(name) in failed.message
    assert found.one("zone").domain == "example.nl", "the others are checked all the same"


@pytest.mark.parametrize("name", ["EXAMPLE.nl.", "www.b\u00fccher.example.nl", "xn--a.example.nl"])
def test_a_name_in_another_spelling(practice: Practice, name: str) -> None:
    assert not practice.examine(name).has_failed


def test_the_setting_for_zones_leaves_the_domain_out(practice: Practice) -> None:
    practice.emulator.account.add_domain("other.nl")
    practice.settings["zone"] = "other.nl"
    [zone] = practice.examine("example.nl").failed()
    assert zone.message == (
        "dns_mijnhost_zone has no domain that holds _acme-challenge.example.nl: other.nl."
    )
    assert "Add the domain there" in zone.next_step


def test_the_setting_for_zones_has_a_domain_of_somebody_else(practice: Practice) -> None:
    practice.settings["zone"] = "nl"
    [zone] = practice.examine("example.nl").failed()
    assert zone.message == "dns_mijnhost_zone has nl, which is no domain of this account."
    assert "Correct dns_mijnhost_zone" in zone.next_step


def test_without_names_and_a_list_the_setting_for_zones_tells_what_to_look_at(
    practice: Practice,
) -> None:
    practice.emulator.variants = Variants(listing_forbidden=True)
    practice.settings["zone"] = "example.nl"
    found = practice.examine()
    assert found.one("key").state is State.NOTE, "what was advised is done"
    assert "the zone example.nl of dns_mijnhost_zone" in found.one("zone").message
    assert found.one("managed").state is State.OK


def test_that_nothing_was_looked_at_is_not_in_order(practice: Practice) -> None:
    practice.emulator.variants = Variants(listing_forbidden=True)
    [name] = practice.examine().failed()
    assert "No domain was checked" in name.message
    assert "-d example.nl" in name.next_step


def test_a_domain_whose_dns_is_elsewhere(practice: Practice) -> None:
    practice.emulator.account.add_domain(
        "elsewhere.nl", managed_dns=False, published_at=["ns1.example.com"]
    )
    found = practice.examine("elsewhere.nl", write=True)
    for check in ("managed", "nameservers"):
        assert found.one(check).state is State.FAILED
        assert "default-mijnhost" in found.one(check).next_step
        assert "CNAME" in found.one(check).next_step
    assert found.one("write").state is State.SKIPPED
    assert {request.method for request in practice.emulator.requests} == {"GET"}


def test_a_domain_that_was_delegated_elsewhere_at_the_registry(practice: Practice) -> None:
    practice.emulator.account.add_domain("moved.nl", published_at=["ns1.example.com"])
    found = practice.examine("moved.nl")
    assert found.one("managed").state is State.OK
    nameservers = found.one("nameservers")
    assert nameservers.state is State.WARNING
    assert "are not mijn.host's: ns1.example.com" in nameservers.message
    assert "default-mijnhost" in nameservers.next_step


def test_one_name_server_of_somebody_else(practice: Practice) -> None:
    practice.emulator.account.add_domain(
        "mixed.nl", published_at=["ns1.mijn.host", "ns1.example.com"]
    )
    nameservers = practice.examine("mixed.nl").one("nameservers")
    assert "Some published name servers" in nameservers.message
    assert "ns1.example.com" in nameservers.message


def test_a_host_that_only_looks_like_mijn_hosts(practice: Practice) -> None:
    practice.emulator.account.add_domain(
        "fake.nl", managed_dns=False, published_at=["ns1.notmijn.host"]
    )
    assert practice.examine("fake.nl").one("nameservers").state is State.FAILED


def test_a_cancelled_domain(practice: Practice) -> None:
    practice.emulator.account.domains()[0].status = "Cancelled"
    status = practice.examine("example.nl").one("status")
    assert status.state is State.WARNING
    assert "2030-01-01" in status.message


@pytest.mark.parametrize(
    ("value", "forbidden"),
    [
        ('0 issue "ca.example"', {"example.nl", "*.example.nl"}),
        ('0 issuewild ";"', {"*.example.nl"}),
        ('0 issue "letsencrypt.org; validationmethods=http-01"', {"example.nl", "*.example.nl"}),
        ('0 issue "letsencrypt.org"', set()),
    ],
)
def test_caa_records_that_forbid_the_ca(
    practice: Practice, value: str, forbidden: set[str]
) -> None:
    practice.emulator.account.add_record("example.nl", "CAA", "example.nl.", value)
    found = practice.examine(*BOTH)
    failed = found.failed()
    assert {finding.domain for finding in failed} == forbidden
    assert all(finding.check == "caa" and "CAA 0 issue" in finding.next_step for finding in failed)


def test_caa_records_bound_to_an_account(practice: Practice) -> None:
    practice.emulator.account.add_record(
        "example.nl", "CAA", "example.nl.", '0 issue "letsencrypt.org; accounturi=https://ca/1"'
    )
    caa = practice.examine("example.nl").one("caa")
    assert caa.state is State.NOTE
    assert "https://ca/1" in caa.message


def test_a_critical_caa_record_is_to_be_removed(practice: Practice) -> None:
    practice.emulator.account.add_record(
        "example.nl", "CAA", "example.nl.", '128 contactemail "a@example.nl"'
    )
    [caa] = practice.examine("example.nl").failed()
    assert "128 contactemail" in caa.message
    assert caa.next_step.startswith("Remove that record at example.nl")


def test_one_caa_record_permits_a_domain_and_its_wildcard(practice: Practice) -> None:
    account = practice.emulator.account
    account.add_record("example.nl", "CAA", "example.nl.", '0 issue "ca.example"')
    steps = {finding.next_step.split(";")[0] for finding in practice.examine(*BOTH).failed()}
    assert steps == {'Add the record: example.nl. CAA 0 issue "letsencrypt.org"'}
    account.add_record("example.nl", "CAA", "example.nl.", '0 issue "letsencrypt.org"')
    assert not practice.examine(*BOTH).has_failed


def test_caa_records_behind_a_cname_are_to_be_changed_where_they_stand(practice: Practice) -> None:
    account = practice.emulator.account
    account.add_domain("target.nl")
    account.add_record("target.nl", "CAA", "host.target.nl.", '0 issue ";"')
    account.add_record("example.nl", "CNAME", "alias.example.nl.", "host.target.nl.")
    [caa] = practice.examine("alias.example.nl").failed()
    assert "at host.target.nl forbid letsencrypt.org to issue alias.example.nl" in caa.message
    assert caa.next_step.startswith("Add the record: host.target.nl. CAA")


def test_a_delegation_by_cname(practice: Practice) -> None:
    practice.emulator.account.add_domain("challenges.nl")
    practice.emulator.account.add_record(
        "example.nl", "CNAME", "_acme-challenge.example.nl.", "one.challenges.nl."
    )
    found = practice.examine("example.nl")
    chain = "_acme-challenge.example.nl -> one.challenges.nl"
    assert chain in found.one("delegation").message
    assert found.one("zone").data["zone"] == "challenges.nl"


def test_a_delegation_that_is_not_followed(practice: Practice) -> None:
    practice.settings["follow_cname"] = "false"
    found = practice.examine("example.nl")
    assert not found.has_failed
    practice.emulator.account.add_record(
        "example.nl", "CNAME", "_acme-challenge.example.nl.", "one.challenges.nl."
    )
    found = practice.examine("example.nl")
    assert found.one("zone").data["zone"] == "example.nl"
    [delegation] = found.failed()
    assert "is a CNAME to one.challenges.nl" in delegation.message
    assert "Set dns_mijnhost_follow_cname = true" in delegation.next_step


def test_a_wildcard_cname_gives_way_to_the_challenge(practice: Practice) -> None:
    practice.settings["follow_cname"] = "false"
    account = practice.emulator.account
    account.add_record("example.nl", "CNAME", "*.example.nl.", "shop.example.org.")
    assert not practice.examine("example.nl").has_failed


def test_a_delegation_to_a_domain_that_does_not_exist(practice: Practice) -> None:
    practice.emulator.account.add_record(
        "example.nl", "CNAME", "_acme-challenge.example.nl.", "one.chalenges.nl."
    )
    found = practice.examine("example.nl")
    delegation = found.one("delegation")
    assert delegation.state is State.WARNING
    assert "is delegated: _acme-challenge.example.nl -> one.chalenges.nl" in delegation.message
    assert "Check that one.chalenges.nl is spelt right" in delegation.next_step
    assert "A CNAME leads the challenge there" in found.one("zone").next_step


def test_a_challenge_that_is_a_zone_of_its_own(practice: Practice) -> None:
    practice.emulator.account.add_record(
        "example.nl", "NS", "_acme-challenge.www.example.nl.", "ns1.mijn.host."
    )
    assert not practice.examine("example.nl").has_failed
    [subzone] = practice.examine("www.example.nl").failed()
    assert subzone.check == "subzone"
    assert "in a zone of its own, _acme-challenge.www.example.nl" in subzone.message
    assert subzone.next_step == (
        "Remove the NS records at _acme-challenge.www.example.nl from example.nl."
    )


def test_a_wildcard_is_no_delegation(practice: Practice) -> None:
    practice.emulator.account.add_record("example.nl", "CNAME", "*.example.nl.", "example.org.")
    found = practice.examine("example.nl")
    assert found.one("delegation").state is State.OK
    assert "by a wildcard only" in found.one("delegation").message
    assert found.one("zone").data["zone"] == "example.nl"


def test_a_delegation_in_a_circle(practice: Practice) -> None:
    practice.emulator.account.add_record(
        "example.nl", "CNAME", "_acme-challenge.example.nl.", "_acme-challenge.example.nl."
    )
    delegation = practice.examine("example.nl").one("delegation")
    assert delegation.state is State.FAILED
    assert "in a circle" in delegation.message
    assert "Correct the CNAME records" in delegation.next_step


def test_a_delegation_to_a_zone_of_somebody_else(practice: Practice) -> None:
    practice.emulator.account.add_record(
        "example.nl", "CNAME", "_acme-challenge.example.nl.", "one.example.org."
    )
    found = practice.examine("example.nl")
    assert found.one("zone").state is State.FAILED
    assert "one.example.org" in found.one("zone").message


def test_one_dead_name_server(practice: Practice) -> None:
    practice.emulator.behave(1, "dead")
    port = practice.examine("example.nl").one("port-53")
    assert port.state is State.WARNING
    assert "ns2.mijn.host (127.0.0.2): no answer" in port.message
    assert port.data["silent"] == ["ns2.mijn.host (127.0.0.2)"]


def test_a_closed_port_53(practice: Practice) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        practice.settings["nameservers"] = f"127.0.0.1:{silent.getsockname()[1]}"
        port = practice.examine("example.nl").one("port-53")
    assert port.state is State.WARNING
    assert "waits a fixed time instead" in port.message
    assert "Open port 53" in port.next_step


def test_lame_name_servers(practice: Practice) -> None:
    practice.settings["nameservers"] = ", ".join(practice.emulator.nameservers)
    for index in range(2):
        practice.emulator.behave(index, "refused")
    port = practice.examine("example.nl").one("port-53")
    assert port.state is State.FAILED
    assert "REFUSED" in port.message
    assert "registry" in port.next_step


def test_signatures_that_do_not_hold(practice: Practice) -> None:
    known = zone(("example.nl", "NS", "ns1.mijn.host."))

    def checking(query: dns.message.Message) -> dns.message.Message | None:
        is_unchecked = query.flags & dns.flags.CD
        return known(query) if is_unchecked else code(dns.rcode.SERVFAIL)(query)

    practice.settings["nameservers"] = ", ".join(practice.emulator.nameservers)
    with ScriptedServer(checking) as resolver:
        practice.settings["resolver"] = resolver.endpoint
        [dnssec] = practice.examine("example.nl").failed()
    assert dnssec.check == "dnssec"
    assert "the signatures don't hold" in dnssec.message
    assert "DS record" in dnssec.next_step


def test_one_lame_name_server(practice: Practice) -> None:
    practice.emulator.behave(1, "refused")
    port = practice.examine("example.nl").one("port-53")
    assert port.state is State.WARNING
    assert "1 of 2 name servers of example.nl serve it" in port.message
    assert "The CA may ask any of them" in port.next_step
    assert "registry" in port.next_step


def test_a_machine_without_ipv6(practice: Practice) -> None:
    practice.settings["nameservers"] = ", ".join([*practice.emulator.nameservers, UNROUTED])
    port = practice.examine("example.nl").one("port-53")
    assert port.state is State.OK
    assert "this machine has no IPv6" in port.message
    for index in range(2):
        practice.emulator.behave(index, "dead")
    port = practice.examine("example.nl").one("port-53")
    assert port.state is State.WARNING
    assert len(port.data["silent"]) == 3


def test_a_resolver_that_is_dead(practice: Practice) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dead:
        dead.bind(("127.0.0.1", 0))
        practice.settings["resolver"] = f"127.0.0.1:{dead.getsockname()[1]}"
        practice.settings["nameservers"] = ", ".join(practice.emulator.nameservers)
        nameservers = practice.examine("example.nl").one("nameservers")
    assert nameservers.state is State.WARNING
    assert "dns_mijnhost_resolver" in nameservers.next_step


def test_a_setting_that_can_not_be_read(practice: Practice) -> None:
    practice.settings["nameservers"] = "not a server!"
    assert "is no host[:port]" in practice.examine("example.nl").one("settings").message


def test_the_key_shows_nowhere(practice: Practice, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    found = practice.examine(*BOTH, write=True)
    assert practice.emulator.account.api_key not in caplog.text
    assert practice.emulator.account.api_key not in str(found.findings)
