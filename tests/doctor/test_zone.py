"""The zone: does mijn.host serve it, and do its name servers answer."""

from __future__ import annotations

import socket

import dns.flags
import dns.message
import dns.rcode

from certbot_dns_mijnhost.doctor import State
from tests.propagation.scripted_server import ScriptedServer, code, zone
from tests.propagation.world import UNROUTED

from .practice import Practice


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
