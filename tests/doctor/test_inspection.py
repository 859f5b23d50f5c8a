"""The doctor's DNS look-ups, over real packets."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.rcode
import pytest

from certbot_dns_mijnhost.doctor.inspection import Inspector
from certbot_dns_mijnhost.doctor.queries import BrokenDNSSECError, InspectionError
from certbot_dns_mijnhost.doctor.server_answers import ask_servers
from certbot_dns_mijnhost.emulator import Emulator
from tests.support.scripted_server import (
    NO_RESOLVER,
    UNROUTED,
    ScriptedServer,
    code,
    differ_below,
    refer,
    silence,
    zone,
)
from tests.support.waiting import ALL_ARE_SILENT, SILENCE

ZONE = zone(
    ("example.nl", "SOA", "ns1.example.nl. a. 1 2 3 4 5"),
    ("example.nl", "CAA", '0 issue "letsencrypt.org"'),
    ("sub.example.nl", "A", "192.0.2.1"),
    ("own.example.nl", "CAA", '0 issue ";"'),
    # Flags 0, tag "issue", and a value of one byte that is not UTF-8.
    ("bytes.example.nl", "CAA", "\\# 8 00056973737565ff"),
    ("alias.example.nl", "CNAME", "own.example.nl."),
    ("loop.example.nl", "CNAME", "loop.example.nl."),
)


def inspector(*servers: ScriptedServer, query_timeout: float = SILENCE) -> Inspector:
    return Inspector(
        nameservers=[server.endpoint for server in servers],
        resolvers=[NO_RESOLVER],
        query_timeout=query_timeout,
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("example.nl", ("example.nl", ['0 issue "letsencrypt.org"'])),
        ("www.sub.example.nl.", ("example.nl", ['0 issue "letsencrypt.org"'])),
        ("own.example.nl", ("own.example.nl", ['0 issue ";"'])),
        ("x.own.example.nl", ("own.example.nl", ['0 issue ";"'])),
        ("alias.example.nl", ("own.example.nl", ['0 issue ";"'])),
        ("bytes.example.nl", ("bytes.example.nl", ['0 issue "\ufffd"'])),
        ("example.com", ("example.com", [])),
    ],
)
def test_the_nearest_caa_records_count(name: str, expected: tuple[str, list[str]]) -> None:
    with ScriptedServer(ZONE) as server:
        found = inspector(server).caa(name)
        assert (found.name, [str(record) for record in found.records]) == expected
        assert "nl." not in server.names(), "top-level domains are not asked"


@pytest.mark.parametrize("answer", [silence, code(dns.rcode.SERVFAIL)], ids=["silence", "SERVFAIL"])
def test_caa_queries_that_fail_are_reported(answer: object) -> None:
    query_timeout = ALL_ARE_SILENT if answer is silence else SILENCE
    with (
        ScriptedServer(answer) as server,  # type: ignore[arg-type]
        pytest.raises(InspectionError, match=r"cannot query the CAA records of example.nl"),
    ):
        inspector(server, query_timeout=query_timeout).caa("example.nl")


def test_a_cname_loop_is_reported() -> None:
    with ScriptedServer(ZONE) as server, pytest.raises(InspectionError, match="form a loop"):
        inspector(server).caa("loop.example.nl")


def test_servers_are_sorted_by_how_they_answer() -> None:
    refused = code(dns.rcode.REFUSED)
    with (
        ScriptedServer(ZONE) as good,
        ScriptedServer(silence, address="127.0.0.2") as silent,
        ScriptedServer(refused, address="127.0.0.3") as lame,
    ):
        found = ask_servers(inspector(good, silent, lame), "example.nl")
        assert [status.label for status in found.answering] == [good.endpoint]
        assert [str(status) for status in found.silent] == [f"{silent.endpoint}: no answer"]
        assert [str(status) for status in found.lame] == [f"{lame.endpoint}: REFUSED"]


def test_an_unroutable_ipv6_address_is_not_a_silent_server() -> None:
    with ScriptedServer(ZONE) as server:
        found = ask_servers(
            Inspector(nameservers=[server.endpoint, UNROUTED], query_timeout=SILENCE), "example.nl"
        )
    assert [status.label for status in found.unroutable] == [f"[{UNROUTED}]:53"]
    assert found.silent == ()


def test_a_silent_server_is_not_waited_for_zone_by_zone() -> None:
    with ScriptedServer(silence) as silent, ScriptedServer(ZONE, address="127.0.0.2") as good:
        asked = inspector(silent, good)
        found = [ask_servers(asked, f"d{number}.nl") for number in range(20)]
        assert all(each.silent and each.answering for each in found)
        assert len(silent.queries) == 3
        assert len(good.queries) == 21, "over TCP once"


def test_one_lost_packet_makes_no_server_silent() -> None:
    lost: list[dns.message.Message] = []

    def first_lost(query: dns.message.Message) -> dns.message.Message | None:
        lost.append(query)
        return None if len(lost) == 1 else ZONE(query)

    with ScriptedServer(first_lost) as server:
        found = ask_servers(inspector(server), "example.nl")
    assert len(found.answering) == 1
    assert found.silent == ()


def test_the_published_name_servers_and_their_answers() -> None:
    with Emulator(lags=(0.0, 0.0)) as emulator:
        emulator.behave(1, "no_answer")
        port = int(emulator.resolver.split(":")[1])
        servers_port = int(emulator.nameservers[0].split(":")[1])
        assert port != servers_port
        by_name = Inspector(resolvers=[emulator.resolver], port=servers_port, query_timeout=SILENCE)
        hosts = by_name.published_nameservers("example.nl")
        assert hosts == ("ns1.mijn.host", "ns2.mijn.host")
        found = ask_servers(by_name, "example.nl")
        assert [status.label for status in found.answering] == ["ns1.mijn.host (127.0.0.1)"]
        assert [status.label for status in found.silent] == ["ns2.mijn.host (127.0.0.2)"]


def test_the_zone_that_dns_has_a_name_in() -> None:
    published = zone(
        ("example.nl", "NS", "ns1.example.net."),
        ("ns1.example.net", "A", "127.0.0.2"),
    )
    apex = zone(("example.nl", "NS", "ns1.example.net."), ("example.nl", "A", "192.0.2.1"))
    down = refer("sub.example.nl.", ("ns.sub.example.nl.",), {"ns.sub.example.nl.": "127.0.0.3"})
    with (
        ScriptedServer(published) as resolver,
        ScriptedServer(differ_below("sub.example.nl", down, apex), address="127.0.0.2") as upper,
        ScriptedServer(zone(), address="127.0.0.3", port=upper.port),
    ):
        by_name = Inspector(resolvers=[resolver.endpoint], port=upper.port, query_timeout=SILENCE)
        assert by_name.zone_of("_acme-challenge.sub.example.nl") == "sub.example.nl"
        assert by_name.zone_of("_acme-challenge.example.nl") == "example.nl"
        with pytest.raises(InspectionError, match=r"are published for x\.example\.org"):
            by_name.zone_of("x.example.org")
    assert Inspector(nameservers=["127.0.0.1:1"]).zone_of("example.nl") == ""


def test_a_zone_at_another_provider() -> None:
    with Emulator(domains=()) as emulator:
        hosts = ("ns1.example.com", "ns2.example.com")
        emulator.account.add_domain("example.nl", published_at=hosts)
        inspector = Inspector(resolvers=[emulator.resolver], port=1, query_timeout=SILENCE)
        assert inspector.published_nameservers("example.nl") == hosts
        with pytest.raises(InspectionError):
            ask_servers(inspector, "example.nl")


def test_invalid_signatures_are_reported() -> None:
    known = zone(("example.nl", "NS", "ns1.example.net."))

    def checking(query: dns.message.Message) -> dns.message.Message | None:
        is_unchecked = query.flags & dns.flags.CD
        return known(query) if is_unchecked else code(dns.rcode.SERVFAIL)(query)

    with ScriptedServer(checking) as resolver:
        inspector = Inspector(resolvers=[resolver.endpoint])
        with pytest.raises(BrokenDNSSECError, match=r"cannot look up example\.nl"):
            inspector.published_nameservers("example.nl")


def test_a_message_does_not_show_the_doctors_own_label() -> None:
    with ScriptedServer(zone()) as resolver:
        inspector = Inspector(resolvers=[resolver.endpoint])
        for ask in (inspector.authority, inspector.caa):
            with pytest.raises(InspectionError, match=r"are published for example\.nl"):
                ask("example.nl")


def test_an_unreachable_resolver_is_reported() -> None:
    with ScriptedServer(code(dns.rcode.SERVFAIL)) as resolver:
        inspector = Inspector(resolvers=[resolver.endpoint])
        with pytest.raises(InspectionError, match=r"cannot look up example.nl") as raised:
            inspector.published_nameservers("example.nl")
        assert not isinstance(raised.value, BrokenDNSSECError)
