"""Odd resolv.conf files: what libc skips is skipped, and none of them fails a run."""

from __future__ import annotations

import socket
from pathlib import Path

import dns.rcode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.propagation import (
    AliasFollower,
    DNSView,
    InvalidEndpointError,
    PropagationChecker,
    State,
    TXTRecord,
)
from certbot_dns_mijnhost.propagation import resolver as resolver_module
from certbot_dns_mijnhost.propagation.endpoints import Endpoint, is_address
from certbot_dns_mijnhost.propagation.resolver import parse_resolv_conf, read_resolv_conf
from tests.support.scripted_server import ScriptedServer, code, zone
from tests.support.virtual_time import VirtualTime
from tests.support.waiting import ALL_ARE_SILENT, SILENCE

from .test_finding import NAME, RESOLVER, SERVED

PARSED = {
    "plain": (b"nameserver 192.0.2.1\nnameserver 2001:db8::1\n", ["192.0.2.1", "2001:db8::1"]),
    "no final newline": (b"nameserver 192.0.2.1", ["192.0.2.1"]),
    "CRLF": (b"search example.nl\r\nnameserver 192.0.2.1\r\n", ["192.0.2.1"]),
    "tabs": (b"nameserver\t \t192.0.2.1\t\n", ["192.0.2.1"]),
    "a host name": (b"nameserver localhost\nnameserver 192.0.2.1\n", ["192.0.2.1"]),
    "a port as systemd-resolved writes it": (b"nameserver 127.0.0.53#53\n", ["127.0.0.53"]),
    "comments": (b"# one\n; two\n#nameserver 192.0.2.9\nnameserver 192.0.2.1 # x\n", ["192.0.2.1"]),
    "a comment without a space": (b"nameserver 192.0.2.1;x\n", ["192.0.2.1"]),
    "unknown options": (
        b"options edns0 trust-ad bogus:1 timeout:x\nfamily inet6\nlookup file\n",
        [],
    ),
    "not UTF-8": (b"search caf\xe9\nnameserver \xff\xfe\nnameserver 192.0.2.1\n", ["192.0.2.1"]),
    "NUL": (b"name\0server 192.0.2.9\nnameserver 192.0.2.1\0x\n\0\0", ["192.0.2.1"]),
    "scope id": (b"nameserver fe80::1%eth0\n", ["fe80::1%eth0"]),
    "without address": (b"nameserver\nnameserver \nnameserver192.0.2.9\n", []),
    "another word": (b"nameservers 192.0.2.9\nNAMESERVER 192.0.2.9\n", []),
    "indented": (b"  nameserver 192.0.2.9\n", []),
    "two on a line": (b"nameserver 192.0.2.1 192.0.2.2\n", ["192.0.2.1"]),
    "out of range": (b"nameserver 192.0.2.256\nnameserver 2001:db8::g\n", []),
    "shortened": (b"nameserver 127.1\n", ["127.0.0.1"]),
    "octal": (b"nameserver 010.0.0.1\n", ["8.0.0.1"]),
    "this host": (b"nameserver 0.0.0.0\nnameserver ::\n", ["127.0.0.1", "::1"]),
    "a URL": (b"nameserver https://dns.example/dns-query\nnameserver tls://192.0.2.1\n", []),
}


@pytest.mark.parametrize("case", PARSED)
def test_lines_are_read_as_libc_reads_them(case: str) -> None:
    content, hosts = PARSED[case]
    assert parse_resolv_conf(content) == [Endpoint(host) for host in hosts]


def test_a_port_is_read_in_the_form_of_openbsd() -> None:
    content = b"nameserver [192.0.2.1]:5353\nnameserver [::1]:99999\nnameserver [x]:53\n"
    assert parse_resolv_conf(content) == [Endpoint("192.0.2.1", 5353)]


@given(
    st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([c for c, _ in PARSED.values()])))
)
def test_any_content_gives_addresses_only(lines: list[bytes]) -> None:
    for server in parse_resolv_conf(b"\n".join(lines)):
        assert is_address(server.host)
        assert 1 <= server.port <= 65535


def test_only_the_first_three_servers_count(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text("".join(f"nameserver 192.0.2.{n}\n" for n in range(1, 6)))
    read = read_resolv_conf(str(path))
    assert [server.host for server in read.servers] == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    assert read.problem == ""


def test_without_a_usable_server_libcs_default_is_queried(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    for path, words in (
        (empty, "names no usable server"),
        (tmp_path / "missing", "No such file"),
        (tmp_path, "Is a directory"),
        # No user can read this file from its start, not even root.
        (Path("/proc/self/mem"), "cannot be read: Input/output error"),
    ):
        read = read_resolv_conf(str(path))
        assert read.servers == (Endpoint("127.0.0.1"),)
        assert str(path) in read.problem
        assert words in read.problem
        assert "127.0.0.1 was queried" in read.problem


@pytest.mark.parametrize("case", PARSED)
def test_a_usable_line_among_odd_ones_is_enough(
    case: str, tmp_path: Path, clock: VirtualTime
) -> None:
    path = tmp_path / "resolv.conf"
    with (
        ScriptedServer(zone(*RESOLVER), address="127.0.0.1") as resolver,
        ScriptedServer(SERVED, address="127.0.0.2") as first,
        ScriptedServer(SERVED, address="127.0.0.3", port=first.port),
    ):
        host, port = resolver.endpoint.split(":")
        # In front, so that servers of the example that do not exist are not waited for.
        path.write_bytes(f"nameserver [{host}]:{port}\n".encode() + PARSED[case][0])
        checker = PropagationChecker(
            DNSView(resolvers=[str(path)], port=first.port, query_timeout=SILENCE, clock=clock),
            sleep=clock.sleep,
        )
        outcome = checker.wait_for([TXTRecord(NAME, "value")], max_seconds=60.0)
    assert outcome.state is State.EVERYWHERE
    assert len(outcome.ready) == 2


def test_a_scope_that_does_not_exist_costs_no_run(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    with ScriptedServer(zone(*RESOLVER), address="127.0.0.1") as resolver:
        host, port = resolver.endpoint.split(":")
        path.write_text(f"nameserver fe80::1%nowhere0\nnameserver [{host}]:{port}\n")
        found = AliasFollower(
            DNSView(resolvers=[str(path)], port=1, query_timeout=ALL_ARE_SILENT)
        ).follow(NAME)
        assert resolver.queries, "the next one is queried"
    assert found.target == NAME


def test_an_unreadable_file_is_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A machine may have a resolver at libc's default; nothing listens at this address.
    monkeypatch.setattr(resolver_module, "DEFAULT", Endpoint("127.0.0.1", 1))
    path = tmp_path / "resolv.conf"
    outcome = PropagationChecker(DNSView(resolvers=[str(path)])).wait_for(
        [TXTRecord(NAME, "value")], max_seconds=60.0
    )
    assert outcome.state is State.NOT_CHECKED
    assert f"{path} cannot be read: No such file or directory" in outcome.reason


def test_a_resolver_that_is_not_running_costs_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver_module, "LIFETIME", 3600.0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        host, port = closed.getsockname()
    found = AliasFollower(DNSView(resolvers=[f"{host}:{port}"])).follow(NAME)
    assert f"no recursive resolver is usable ({host}:{port}: connection refused)" in found.reason


def test_the_systems_file_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "resolv.conf"
    monkeypatch.setattr(resolver_module, "SYSTEM_FILE", str(path))
    with ScriptedServer(code(dns.rcode.NXDOMAIN)) as resolver:
        path.write_text(f"nameserver [{resolver.endpoint.replace(':', ']:')}\n")
        found = AliasFollower(DNSView()).follow(NAME)
        assert resolver.queries
    assert "no name servers are published for" in found.reason


def test_a_relative_path_is_no_resolver() -> None:
    with pytest.raises(InvalidEndpointError, match="resolv/conf"):
        PropagationChecker(DNSView(resolvers=["resolv/conf"]))


def test_unreachable_servers_of_a_file_cost_their_timeout_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver_module, "LIFETIME", 0.3)
    path = tmp_path / "resolv.conf"
    with (
        ScriptedServer(lambda _: None, address="127.0.0.1") as silent,
        ScriptedServer(code(dns.rcode.NXDOMAIN), address="127.0.0.2") as alive,
    ):
        lines = [server.endpoint.replace(":", "]:") for server in (silent, alive)]
        path.write_text("".join(f"nameserver [{line}\n" for line in lines))
        follower = AliasFollower(DNSView(resolvers=[str(path)], port=1, query_timeout=SILENCE))
        for number in range(20):
            follower.follow(f"_acme-challenge.www{number}.example{number}.nl")
        assert len(silent.queries) == 1
        assert len(alive.queries) >= 20
