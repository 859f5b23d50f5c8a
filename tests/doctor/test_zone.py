"""The zone: whether mijn.host serves it, and whether its name servers answer."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack

import dns.flags
import dns.message
import dns.rcode
import pytest

from certbot_dns_mijnhost.doctor import Finding, State
from certbot_dns_mijnhost.doctor.queries import Reply
from certbot_dns_mijnhost.doctor.server_answers import missing_families
from certbot_dns_mijnhost.doctor.servers import PUBLISHING
from certbot_dns_mijnhost.propagation import resolver as resolver_module
from certbot_dns_mijnhost.propagation.endpoints import Endpoint
from certbot_dns_mijnhost.propagation.query import Server
from tests.support.scripted_server import UNROUTED, Answer, ScriptedServer, code, zone
from tests.support.waiting import ALL_ARE_SILENT

from .dns_tree import refusing_edns
from .runner import DoctorRunner


def test_a_domain_with_dns_at_another_provider(runner: DoctorRunner) -> None:
    runner.emulator.account.add_domain(
        "elsewhere.nl", managed_dns=False, published_at=["ns1.example.com"]
    )
    found = runner.run("elsewhere.nl", write=True)
    assert found.one("managed").state is State.FAILED
    assert "default-mijnhost" in found.one("managed").next_step
    assert "CNAME" in found.one("managed").next_step
    assert found.one("write").state is State.SKIPPED
    assert {request.method for request in runner.emulator.requests} == {"GET"}


def test_a_domain_with_other_name_servers_at_the_registry(runner: DoctorRunner) -> None:
    runner.emulator.account.add_domain("moved.nl", published_at=["ns1.example.com"])
    found = runner.run("moved.nl")
    assert found.one("managed").state is State.OK
    assert "ns1.example.com" in found.one("nameservers").message
    servers = found.one("port-53")
    assert servers.state is State.WARNING
    assert "ns1.example.com" in servers.message


def test_one_name_server_of_another_provider_that_does_not_serve_it(
    runner: DoctorRunner,
) -> None:
    runner.emulator.account.add_domain(
        "mixed.nl", published_at=["ns1.mijn.host", "ns1.example.com"]
    )
    servers = runner.run("mixed.nl").one("port-53")
    assert servers.state is State.WARNING
    assert "ns1.example.com" in servers.message


@pytest.mark.parametrize("host", ["ns1.webhost.company", "ns1.reseller.example"])
def test_name_servers_are_not_recognised_by_their_names(runner: DoctorRunner, host: str) -> None:
    known = zone(("example.nl", "NS", f"{host}."), (host, "A", "127.0.0.1"))
    with ScriptedServer(known) as resolver:
        runner.settings["resolver"] = resolver.endpoint
        found = runner.run("example.nl")
    assert found.states() <= {State.OK, State.NOTE}
    assert found.one("nameservers").data["nameservers"] == [host]


def serving(serial: int) -> Answer:
    return zone(("example.nl", "SOA", f"ns1.example.nl. a. {serial} 2 3 4 5"))


def with_serials(runner: DoctorRunner, *serials: Answer) -> list[Finding]:
    with ExitStack() as stack:
        servers = [
            stack.enter_context(ScriptedServer(each, address=f"127.0.0.{number}"))
            for number, each in enumerate(serials, start=11)
        ]
        runner.settings["nameservers"] = ", ".join(server.endpoint for server in servers)
        found = runner.run("example.nl").findings
        return [each for each in found if each.check == "serial"]


def test_a_server_that_is_behind_is_named_with_its_time(runner: DoctorRunner) -> None:
    newest = int(time.time()) - 600
    [serial] = with_serials(runner, serving(newest), serving(newest - 3600))
    assert serial.state is State.WARNING
    assert "3600 s behind" in serial.message
    assert "127.0.0.12" in serial.message
    assert "127.0.0.11" not in serial.message
    assert runner.clock.now < PUBLISHING, "the last change was long ago, so nothing is waited for"


def test_a_change_that_is_being_published_is_waited_for(runner: DoctorRunner) -> None:
    newest = int(time.time()) - 5
    published: list[float] = []

    def late(query: dns.message.Message) -> dns.message.Message | None:
        is_published = runner.clock.now >= PUBLISHING / 2
        published.append(runner.clock.now)
        return serving(newest if is_published else newest - 60)(query)

    [serial] = with_serials(runner, serving(newest), late)
    assert serial.state is State.OK
    assert PUBLISHING / 2 <= published[-1] < PUBLISHING, "no longer than needed"


def test_counters_that_differ_are_compared_again(runner: DoctorRunner) -> None:
    [serial] = with_serials(runner, serving(7), serving(5))
    assert serial.state is State.WARNING
    assert "serial 5 instead of 7" in serial.message


def test_a_server_without_tcp_is_named(runner: DoctorRunner) -> None:
    with (
        ScriptedServer(serving(1), address="127.0.0.11") as sound,
        ScriptedServer(serving(1), address="127.0.0.12", serves_tcp=False) as udp_only,
    ):
        runner.settings["nameservers"] = f"{sound.endpoint}, {udp_only.endpoint}"
        tcp = runner.run("example.nl").one("tcp")
    assert tcp.state is State.WARNING
    assert tcp.data["servers"] == [udp_only.endpoint]
    assert "TCP port 53" in tcp.next_step


def test_a_server_that_refuses_edns_is_reported(runner: DoctorRunner) -> None:
    with ScriptedServer(refusing_edns(serving(1)), address="127.0.0.11") as old:
        runner.settings["nameservers"] = old.endpoint
        edns = runner.run("example.nl").one("edns")
    assert edns.state is State.WARNING
    assert "RFC 6891" in edns.next_step


def test_ipv6_without_a_route_gives_no_warning() -> None:
    def asked(host: str) -> Server:
        return Server(host, Endpoint(host))

    silent, answered = Reply(error="no answer"), Reply(dns.message.Message())
    unroutable = Reply(error="no route", is_unroutable=True)
    servers = [asked("192.0.2.1"), asked("2001:db8::1"), asked("2001:db8::2")]
    assert missing_families(servers, [answered, silent, silent]) == {"IPv6"}
    assert missing_families(servers, [unroutable, answered, silent]) == {"IPv4"}
    assert missing_families(servers, [answered, answered, silent]) == set()
    assert missing_families(servers, [silent, silent, silent]) == set(), "then all are named"
    assert missing_families(servers[:2], [answered, silent]) == set(), "it may be unreachable"


def test_a_cancelled_domain(runner: DoctorRunner) -> None:
    runner.emulator.account.domains()[0].status = "Cancelled"
    status = runner.run("example.nl").one("status")
    assert status.state is State.WARNING
    assert "2030-01-01" in status.message


def test_one_silent_name_server(runner: DoctorRunner) -> None:
    runner.emulator.behave(1, "no_answer")
    port = runner.run("example.nl").one("port-53")
    assert port.state is State.WARNING
    assert "ns2.mijn.host (127.0.0.2): no answer" in port.message
    assert port.data["silent"] == ["ns2.mijn.host (127.0.0.2)"]


def test_a_closed_port_53(runner: DoctorRunner) -> None:
    runner.query_timeout = ALL_ARE_SILENT
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        runner.settings["nameservers"] = f"127.0.0.1:{silent.getsockname()[1]}"
        port = runner.run("example.nl").one("port-53")
    assert port.state is State.WARNING
    assert "waits a fixed time instead" in port.message
    assert "Open port 53" in port.next_step


def test_lame_name_servers(runner: DoctorRunner) -> None:
    runner.settings["nameservers"] = ", ".join(runner.emulator.nameservers)
    for index in range(2):
        runner.emulator.behave(index, "refused")
    port = runner.run("example.nl").one("port-53")
    assert port.state is State.FAILED
    assert "REFUSED" in port.message
    assert "registry" in port.next_step


def test_signatures_that_do_not_hold(runner: DoctorRunner) -> None:
    known = zone(("example.nl", "NS", "ns1.mijn.host."))

    def checking(query: dns.message.Message) -> dns.message.Message | None:
        is_unchecked = query.flags & dns.flags.CD
        return known(query) if is_unchecked else code(dns.rcode.SERVFAIL)(query)

    runner.settings["nameservers"] = ", ".join(runner.emulator.nameservers)
    with ScriptedServer(checking) as resolver:
        runner.settings["resolver"] = resolver.endpoint
        [dnssec] = runner.run("example.nl").failed()
    assert dnssec.check == "resolver"
    assert "are not valid" in dnssec.message
    assert "the check dnssec" in dnssec.next_step.lower()


def test_one_lame_name_server(runner: DoctorRunner) -> None:
    runner.emulator.behave(1, "refused")
    port = runner.run("example.nl").one("port-53")
    assert port.state is State.WARNING
    assert "1 of 2 name servers of example.nl serve it" in port.message
    assert "The CA may query any of them" in port.next_step
    assert "registry" in port.next_step


def test_a_machine_without_ipv6(runner: DoctorRunner) -> None:
    runner.settings["nameservers"] = ", ".join([*runner.emulator.nameservers, UNROUTED])
    port = runner.run("example.nl").one("port-53")
    assert port.state is State.OK
    assert "this machine has no IPv6" in port.message
    for index in range(2):
        runner.emulator.behave(index, "no_answer")
    runner.query_timeout = ALL_ARE_SILENT
    port = runner.run("example.nl").one("port-53")
    assert port.state is State.WARNING
    assert len(port.data["silent"]) == 3


def test_a_resolver_that_is_silent(runner: DoctorRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver_module, "LIFETIME", ALL_ARE_SILENT)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
        unused.bind(("127.0.0.1", 0))
        runner.settings["resolver"] = f"127.0.0.1:{unused.getsockname()[1]}"
        runner.settings["nameservers"] = ", ".join(runner.emulator.nameservers)
        nameservers = runner.run("example.nl").one("nameservers")
    assert nameservers.state is State.WARNING
    assert "dns_mijnhost_resolver" in nameservers.next_step


def test_records_that_cannot_be_sent_back(runner: DoctorRunner) -> None:
    entries = runner.emulator.account.find("example.nl").odd_entries
    assert "records" not in {f.check for f in runner.run("example.nl").findings}
    entries.append({"type": "TXT", "name": "odd.example.nl.", "value": None, "ttl": 60})
    entries.append("no record")
    found = runner.run("example.nl")
    records = found.one("records")
    assert records.state is State.WARNING
    assert "TXT odd.example.nl. (value: null)" in records.message
    assert "skipped entry 2" in records.message
    assert "control panel" in records.next_step
    assert not found.has_failed
