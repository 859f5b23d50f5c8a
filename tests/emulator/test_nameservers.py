"""The name servers and the resolver, over real sockets."""

from __future__ import annotations

import socket
import struct

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.query
import dns.resolver
import pytest

from certbot_dns_mijnhost.emulator import Emulator, LoggedQuery, Variants
from tests.emulator.support import CHALLENGE, Caller, answers, rcode, send_query
from tests.support.virtual_time import VirtualTime

SOA = "SOA ns1.mijn.host. hostmaster.mijn.host. 1 3600 600 604800 60"


def test_addresses_of_name_servers_and_resolver(emulator: Emulator) -> None:
    [first, second] = [server.split(":") for server in emulator.nameservers]
    assert (first[0], second[0]) == ("127.0.0.1", "127.0.0.2")
    assert first[1] == second[1]
    assert emulator.resolver.startswith("127.0.0.1:")
    assert emulator.resolver != emulator.nameservers[0]


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize(
    ("name", "type_", "expected"),
    [
        ("example.nl", "A", ["A 192.0.2.10"]),
        ("EXAMPLE.nl", "AAAA", ["AAAA 2001:db8::10"]),
        ("example.nl", "MX", ["MX 10 mail.example.nl."]),
        ("example.nl", "TXT", ['TXT "v=spf1 mx -all"']),
        ("example.nl", "NS", ["NS ns1.mijn.host.", "NS ns2.mijn.host."]),
        ("example.nl", "SOA", [SOA]),
        ("www.example.nl", "A", ["A 192.0.2.10", "CNAME example.nl."]),
        ("www.example.nl", "CNAME", ["CNAME example.nl."]),
        ("www.example.nl", "ANY", ["CNAME example.nl."]),
        ("ns2.mijn.host", "A", ["A 127.0.0.2"]),
    ],
)
def test_answers_by_name_and_type(
    emulator: Emulator, name: str, type_: str, expected: list[str], tcp: bool
) -> None:
    emulator.variants = Variants(serial="counter")
    for server in (*emulator.nameservers, emulator.resolver):
        message = send_query(server, name, type_, tcp=tcp)
        assert rcode(message) == "NOERROR"
        assert answers(message) == expected
        from_resolver = server == emulator.resolver
        assert bool(message.flags & dns.flags.AA) is not from_resolver
        assert bool(message.flags & dns.flags.RA) is from_resolver


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("example.nl", "NOERROR"),
        ("b.example.nl", "NOERROR"),
        ("a.b.example.nl", "NOERROR"),
        ("c.example.nl", "NXDOMAIN"),
        ("x.www.example.nl", "NXDOMAIN"),
    ],
)
def test_nodata_and_nxdomain_contain_the_soa(
    emulator: Emulator, clock: VirtualTime, name: str, expected: str
) -> None:
    emulator.account.delete_record("example.nl", "TXT", "@", "v=spf1 mx -all")
    emulator.account.add_record("example.nl", "A", "a.b", "192.0.2.1")
    clock.advance(30.0)
    for server in (*emulator.nameservers, emulator.resolver):
        message = send_query(server, name, "TXT")
        assert rcode(message) == expected
        assert message.answer == []
        assert [rrset.rdtype for rrset in message.authority] == [dns.rdatatype.SOA]


def test_names_outside_the_zones(emulator: Emulator) -> None:
    emulator.account.add_domain("example.com", managed_dns=False)
    for name in ("example.org", "nl", ".", "notexample.nl", "example.com"):
        assert rcode(send_query(emulator.nameservers[0], name)) == "REFUSED"
        assert rcode(send_query(emulator.resolver, name)) == "NXDOMAIN"


def test_the_zone_with_the_longest_name_answers(emulator: Emulator) -> None:
    emulator.account.add_domain("sub.example.nl", records=[("TXT", "a", "inner", 60)])
    emulator.account.add_record("example.nl", "TXT", "a.sub", "outer", 60)
    assert answers(send_query(emulator.nameservers[0], "a.sub.example.nl")) == ['TXT "inner"']


def test_cnames_are_followed_within_the_account(emulator: Emulator, clock: VirtualTime) -> None:
    emulator.account.add_domain("example.com", records=[("TXT", "x", "there", 60)])
    emulator.account.add_record("example.nl", "CNAME", CHALLENGE, "x.example.com.")
    emulator.account.add_record("example.nl", "CNAME", "out", "example.org.")
    emulator.account.add_record("example.nl", "CNAME", "missing", "y.example.com.")
    clock.advance(30.0)
    for server in (*emulator.nameservers, emulator.resolver):
        assert answers(send_query(server, CHALLENGE)) == ["CNAME x.example.com.", 'TXT "there"']
        assert rcode(send_query(server, "missing.example.nl")) == "NXDOMAIN"
        assert answers(send_query(server, "out.example.nl")) == ["CNAME example.org."]


def test_a_wildcard_answers_for_names_that_do_not_exist(
    emulator: Emulator, clock: VirtualTime
) -> None:
    emulator.account.add_record("example.nl", "CNAME", "*", "example.nl.")
    emulator.account.add_record("example.nl", "A", "a.b", "192.0.2.1")
    clock.advance(30.0)
    for server in (*emulator.nameservers, emulator.resolver):
        for name in ("nowhere.example.nl", "x.y.example.nl", "*.example.nl"):
            assert answers(send_query(server, name, "CNAME")) == ["CNAME example.nl."]
            assert answers(send_query(server, name, "ANY")) == ["CNAME example.nl."]
            assert rcode(send_query(server, name, "TXT")) == "NOERROR"
        assert answers(send_query(server, "b.example.nl", "CNAME")) == [], (
            "it exists without records"
        )
        assert rcode(send_query(server, "x.b.example.nl", "CNAME")) == "NXDOMAIN", "b is closer"


def test_a_cname_to_itself_is_not_followed_forever(emulator: Emulator) -> None:
    emulator.account.add_record("example.nl", "CNAME", "loop", "loop.example.nl.")
    assert answers(send_query(emulator.nameservers[0], "loop.example.nl")) == [
        "CNAME loop.example.nl."
    ]


@pytest.mark.parametrize("managed_dns", [True, False])
def test_a_domain_published_at_other_name_servers(emulator: Emulator, managed_dns: bool) -> None:
    emulator.account.add_domain(
        "elsewhere.nl", managed_dns=managed_dns, published_at=["ns1.example.com", "ns2.example.com"]
    )
    published = send_query(emulator.resolver, "elsewhere.nl", "NS")
    assert answers(published) == ["NS ns1.example.com.", "NS ns2.example.com."]
    assert answers(send_query(emulator.resolver, "elsewhere.nl", "A")) == []
    own = send_query(emulator.nameservers[0], "elsewhere.nl", "A")
    assert (rcode(own) == "REFUSED") is not managed_dns


def test_ns_records_at_the_apex_are_not_served(emulator: Emulator) -> None:
    emulator.account.add_record("example.nl", "NS", "@", "ns.example.org.")
    emulator.account.add_record("example.nl", "NS", "sub", "ns.example.org.")
    server = emulator.nameservers[0]
    assert answers(send_query(server, "example.nl", "NS")) == [
        "NS ns1.mijn.host.",
        "NS ns2.mijn.host.",
    ]


@pytest.mark.parametrize("name", ["sub.example.nl", "_acme-challenge.www.sub.example.nl"])
@pytest.mark.parametrize("kind", ["NS", "TXT"])
def test_ns_records_below_the_apex_are_a_delegation(
    emulator: Emulator, clock: VirtualTime, name: str, kind: str
) -> None:
    emulator.account.add_record("example.nl", "NS", "sub", "ns.example.org.")
    emulator.account.add_record("example.nl", "TXT", "_acme-challenge.www.sub", "unseen")
    message = send_query(emulator.nameservers[0], name, kind)
    assert rcode(message) == "NOERROR"
    assert not message.flags & dns.flags.AA
    assert answers(message) == []
    [referral] = message.authority
    assert referral.name.to_text() == "sub.example.nl."
    assert [record.to_text() for record in referral] == ["ns.example.org."]
    clock.advance(30.0)
    assert rcode(send_query(emulator.resolver, name, kind)) == "SERVFAIL", (
        "no server for the subzone"
    )


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [("edns_formerr", "FORMERR"), ("edns_notimp", "NOTIMP"), ("edns_badvers", "BADVERS")],
)
def test_a_server_without_edns_refuses_it(
    emulator: Emulator, behaviour: str, expected: str
) -> None:
    emulator.behave(0, behaviour)
    assert rcode(send_query(emulator.nameservers[0], "example.nl", use_edns=True)) == expected
    message = send_query(emulator.nameservers[0], "example.nl", use_edns=False)
    assert rcode(message) == "NOERROR"
    assert message.flags & dns.flags.AA


def test_a_network_that_drops_edns(emulator: Emulator) -> None:
    emulator.behave(0, "edns_no_answer")
    host, port = emulator.nameservers[0].split(":")
    query = dns.message.make_query("example.nl", "A", use_edns=0)
    with pytest.raises(dns.exception.Timeout):
        dns.query.udp(query, host, port=int(port), timeout=0.1)
    assert rcode(send_query(emulator.nameservers[0], "example.nl", use_edns=False)) == "NOERROR"


@pytest.mark.parametrize(
    ("behaviour", "expected"), [("intercepted", "NOERROR"), ("intercepted_refused", "REFUSED")]
)
def test_a_resolver_that_intercepts_queries(
    emulator: Emulator, behaviour: str, expected: str
) -> None:
    emulator.behave(0, behaviour)
    message = send_query(emulator.nameservers[0], "example.nl", "A")
    assert rcode(message) == expected
    assert message.flags & dns.flags.RA
    assert not message.flags & dns.flags.AA
    assert bool(answers(message)) is (expected == "NOERROR")


def test_each_name_server_publishes_after_its_lag(
    emulator: Emulator, caller: Caller, clock: VirtualTime
) -> None:
    emulator.variants = Variants(serial="counter")
    fast, slow = emulator.nameservers
    caller.patch("one")
    assert answers(send_query(fast, CHALLENGE)) == ['TXT "one"']
    for server in (slow, emulator.resolver):
        message = send_query(server, CHALLENGE)
        assert rcode(message) == "NXDOMAIN"
    clock.advance(30.0)
    for server in (slow, emulator.resolver):
        assert answers(send_query(server, CHALLENGE)) == ['TXT "one"']
    assert (
        "SOA ns1.mijn.host. hostmaster.mijn.host. 2"
        in answers(send_query(slow, "example.nl", "SOA"))[0]
    )


def test_two_values_of_one_name_are_one_rrset(emulator: Emulator) -> None:
    for value, ttl in (("one", 60), ("two", 300)):
        emulator.account.add_record("example.nl", "TXT", CHALLENGE, value, ttl)
    message = send_query(emulator.nameservers[0], CHALLENGE)
    assert answers(message) == ['TXT "one"', 'TXT "two"']
    assert message.answer[0].ttl == 60


def test_relative_and_absolute_names_are_published_together(
    emulator: Emulator, caller: Caller
) -> None:
    caller.patch("one", "_acme-challenge")
    emulator.account.add_record("example.nl", "TXT", CHALLENGE, "two")
    assert answers(send_query(emulator.nameservers[0], CHALLENGE)) == ['TXT "one"', 'TXT "two"']


@pytest.mark.parametrize("length", [0, 255, 256, 700])
def test_long_txt_values_are_split_into_strings(emulator: Emulator, length: int) -> None:
    emulator.account.add_record("example.nl", "TXT", CHALLENGE, "ab" * (length // 2), 60)
    [rrset] = send_query(emulator.nameservers[0], CHALLENGE, tcp=True).answer
    [rdata] = rrset
    assert b"".join(rdata.strings).decode() == "ab" * (length // 2)
    assert max(len(part) for part in rdata.strings) <= 255


def test_an_answer_too_long_for_udp_is_truncated(emulator: Emulator) -> None:
    for number in range(30):
        emulator.account.add_record("example.nl", "TXT", CHALLENGE, f"{number:040}", 60)
    server = emulator.nameservers[0]
    plain = send_query(server, CHALLENGE, use_edns=False)
    assert plain.flags & dns.flags.TC
    assert plain.answer == []
    assert send_query(server, CHALLENGE, use_edns=True, payload=1232).flags & dns.flags.TC
    roomy = send_query(server, CHALLENGE, use_edns=True, payload=4096)
    assert not roomy.flags & dns.flags.TC
    assert len(answers(roomy)) == 30
    assert len(answers(send_query(server, CHALLENGE, tcp=True))) == 30


def test_edns_is_answered_with_edns(emulator: Emulator) -> None:
    assert send_query(emulator.nameservers[0], "example.nl", use_edns=True).edns == 0
    assert send_query(emulator.nameservers[0], "example.nl", use_edns=False).edns == -1


@pytest.mark.parametrize(
    ("behaviour", "expected"), [("refused", "REFUSED"), ("servfail", "SERVFAIL")]
)
def test_a_lame_server(emulator: Emulator, behaviour: str, expected: str) -> None:
    emulator.behave(0, behaviour)
    message = send_query(emulator.nameservers[0], "example.nl")
    assert rcode(message) == expected
    assert not message.flags & dns.flags.AA
    assert rcode(send_query(emulator.nameservers[1], "example.nl")) == "NOERROR"
    emulator.behave(0, "normal")
    assert rcode(send_query(emulator.nameservers[0], "example.nl")) == "NOERROR"


@pytest.mark.parametrize("over", [dns.query.udp, dns.query.tcp])
def test_a_server_that_does_not_answer(emulator: Emulator, over: object) -> None:
    emulator.behave(1, "no_answer")
    host, port = emulator.nameservers[1].split(":")
    query = dns.message.make_query("example.nl", "A")
    assert callable(over)
    with pytest.raises(dns.exception.Timeout):
        over(query, host, port=int(port), timeout=0.1)
    assert emulator.queries == [LoggedQuery(emulator.nameservers[1], "example.nl.", "A")]


def test_the_resolver_asks_the_slowest_working_server(emulator: Emulator, caller: Caller) -> None:
    caller.patch("one")
    assert answers(send_query(emulator.resolver, CHALLENGE)) == []
    emulator.behave(1, "no_answer")
    assert answers(send_query(emulator.resolver, CHALLENGE)) == ['TXT "one"']
    emulator.behave(0, "refused")
    assert rcode(send_query(emulator.resolver, CHALLENGE)) == "SERVFAIL"


def test_an_unknown_behaviour_is_refused(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="servfail"):
        emulator.behave(0, "asleep")


def test_dnspython_finds_the_zone_and_its_name_servers(emulator: Emulator) -> None:
    resolver = dns.resolver.Resolver(configure=False)
    host, port = emulator.resolver.split(":")
    resolver.nameservers, resolver.port = [host], int(port)
    zone = dns.resolver.zone_for_name(CHALLENGE, resolver=resolver)
    assert zone == dns.name.from_text("example.nl.")
    names = sorted(rdata.target.to_text() for rdata in resolver.resolve(zone, "NS"))
    assert names == ["ns1.mijn.host.", "ns2.mijn.host."]
    addresses = [rdata.address for name in names for rdata in resolver.resolve(name, "A")]
    assert [f"{a}:{emulator.nameservers[0].split(':')[1]}" for a in addresses] == (
        emulator.nameservers
    )


def test_queries_are_logged(emulator: Emulator) -> None:
    send_query(emulator.nameservers[1], "www.example.nl", "A")
    send_query(emulator.resolver, "example.nl", "CAA")
    assert emulator.queries == [
        LoggedQuery(emulator.nameservers[1], "www.example.nl.", "A"),
        LoggedQuery(emulator.resolver, "example.nl.", "CAA"),
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [("opcode", "NOTIMP"), ("question", "FORMERR"), ("class", "REFUSED"), ("transfer", "REFUSED")],
)
def test_unsupported_queries_are_refused(emulator: Emulator, change: str, expected: str) -> None:
    query = dns.message.make_query("example.nl", "AXFR" if change == "transfer" else "A")
    if change == "opcode":
        query.set_opcode(dns.opcode.STATUS)
    elif change == "question":
        query.question.clear()
    elif change == "class":
        query = dns.message.make_query("example.nl", "TXT", rdclass="CH")
    for response in (emulator.answer(query, 0), emulator.resolve(query)):
        assert response is not None
        assert rcode(response) == expected


def test_bytes_that_are_not_a_query_get_no_answer(emulator: Emulator) -> None:
    host, port = emulator.nameservers[0].split(":")
    response = dns.message.make_response(dns.message.make_query("example.nl", "A"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.1)
        for data in (b"", b"\x00" * 5, response.to_wire()):
            client.sendto(data, (host, int(port)))
        with pytest.raises(OSError, match="timed out"):
            client.recv(512)
    with socket.create_connection((host, int(port)), 5) as stream:
        stream.sendall(struct.pack("!H", 3) + b"abc")
        assert stream.recv(512) == b""


def test_tcp_queries_may_be_joined_or_split(emulator: Emulator) -> None:
    host, port = emulator.nameservers[0].split(":")
    wire = dns.message.make_query("example.nl", "A").to_wire()
    framed = struct.pack("!H", len(wire)) + wire
    with socket.create_connection((host, int(port)), 5) as stream:
        stream.sendall(framed + framed[:1])
        first = dns.query.receive_tcp(stream)[0]
        stream.sendall(framed[1:7])
        stream.sendall(framed[7:])
        second = dns.query.receive_tcp(stream)[0]
    assert answers(first) == answers(second) == ["A 192.0.2.10"]
