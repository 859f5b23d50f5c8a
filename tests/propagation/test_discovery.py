"""Finding name servers if resolvers, servers or addresses fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import pytest

from certbot_dns_mijnhost.propagation import (
    DNSView,
    Outcome,
    PropagationChecker,
    PropagationTimeoutError,
    State,
    TXTRecord,
)
from certbot_dns_mijnhost.propagation import resolver as resolver_module
from tests.support.scripted_server import (
    Answer,
    ScriptedServer,
    authoritative,
    code,
    differ_below,
    in_turn,
    refer,
    rrset,
    silence,
    silence_after,
    txt,
    zone,
)
from tests.support.virtual_time import VirtualTime
from tests.support.waiting import SILENCE

NAME = "_acme-challenge.www.example.nl"
MANY = [f"_acme-challenge.host{n}.example.nl" for n in range(60)]
PUBLISHED = (
    ("example.nl.", "NS", "ns1.example.net."),
    ("example.nl.", "NS", "ns2.example.net."),
    ("ns1.example.net.", "A", "127.0.0.2"),
    ("ns2.example.net.", "A", "127.0.0.3"),
    ("ns3.example.net.", "A", "127.0.0.4"),
    ("example.com.", "NS", "ns3.example.net."),
)
RESOLVER = zone(*PUBLISHED)
SOA = "ns1.example.net. hostmaster.example.nl. 1 3600 600 86400 60"


def except_for(name: str, other: Answer) -> Answer:
    return differ_below(name, other, RESOLVER)


class Network:
    """Name servers at 127.0.0.2 and on, on one port, and resolvers at 127.0.0.1."""

    def __init__(self, stack: ExitStack, clock: VirtualTime) -> None:
        self._stack = stack
        self.clock = clock
        self.servers: list[ScriptedServer] = []
        self.resolvers: list[ScriptedServer] = []

    def resolve(self, *answers: Answer) -> None:
        for answer in answers:
            self.resolvers.append(self._stack.enter_context(ScriptedServer(answer)))

    def serve(self, *answers: Answer) -> None:
        for number, answer in enumerate(answers, start=2):
            port = self.servers[0].port if self.servers else 0
            server = ScriptedServer(answer, address=f"127.0.0.{number}", port=port)
            self.servers.append(self._stack.enter_context(server))

    @property
    def silence(self) -> Answer:
        return silence_after(self.clock.advance)

    def wait(self, *names: str, max_seconds: float = 60.0) -> Outcome:
        checker = PropagationChecker(
            DNSView(
                resolvers=[server.endpoint for server in self.resolvers],
                port=self.servers[0].port if self.servers else 1,
                query_timeout=SILENCE,
                clock=self.clock,
            ),
            sleep=self.clock.sleep,
        )
        return checker.wait_for(
            [TXTRecord(name, "value") for name in names or (NAME,)], max_seconds=max_seconds
        )

    def labels_left_out(self, outcome: Outcome) -> list[str]:
        return [status.label for status in outcome.left_out]


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch, clock: VirtualTime) -> Iterator[Network]:
    monkeypatch.setattr(resolver_module, "LIFETIME", 0.3)
    with ExitStack() as stack:
        yield Network(stack, clock)


@pytest.mark.parametrize("failure", [code(dns.rcode.SERVFAIL), silence, code(dns.rcode.NXDOMAIN)])
def test_one_host_without_address_is_left_out(network: Network, failure: Answer) -> None:
    network.resolve(except_for("ns2.example.net.", failure))
    network.serve(txt("value"))
    outcome = network.wait()
    assert outcome.state is State.EVERYWHERE
    assert network.labels_left_out(outcome) == ["ns2.example.net"]


def test_no_host_with_an_address_is_the_reason(network: Network) -> None:
    network.resolve(except_for("example.net.", code(dns.rcode.SERVFAIL)))
    outcome = network.wait()
    assert outcome.state is State.NOT_CHECKED
    assert "ns1.example.net" in outcome.reason
    assert "ns2.example.net" in outcome.reason


def test_a_zone_that_the_resolver_fails_for_does_not_stop_the_others(network: Network) -> None:
    network.resolve(except_for("example.com.", code(dns.rcode.SERVFAIL)))
    network.serve(txt("value"), txt("value"))
    outcome = network.wait("_acme-challenge.example.com", NAME)
    assert outcome.state is State.NOT_CHECKED
    assert "example.com" in outcome.reason
    assert len(outcome.ready) == 2


def test_names_do_not_each_wait_for_an_unreachable_resolver(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver_module, "LIFETIME", 0.1)
    network.resolve(silence)
    outcome = network.wait(*(f"_acme-challenge.example{n}.nl" for n in range(60)))
    assert outcome.state is State.NOT_CHECKED
    assert len(network.resolvers[0].queries) <= 2 * resolver_module.MOST_TIMEOUTS


@pytest.mark.parametrize("works", [0, 1])
@pytest.mark.parametrize("useless", [silence, code(dns.rcode.SERVFAIL)])
def test_resolvers_on_one_address_are_queried_in_turn(
    network: Network, useless: Answer, works: int
) -> None:
    answers = [useless, useless]
    answers[works] = RESOLVER
    network.resolve(*answers)
    network.serve(txt("value"), txt("value"))
    assert network.wait().state is State.EVERYWHERE
    in_vain = network.resolvers[1 - works].queries
    assert len(in_vain) <= 2, "the one that works is queried first from then on"


def test_a_certain_failure_is_raised_although_another_zone_is_silent(
    network: Network,
) -> None:
    network.resolve(RESOLVER)
    network.serve(network.silence, network.silence, code(dns.rcode.NXDOMAIN))
    with pytest.raises(PropagationTimeoutError, match="no such name") as caught:
        network.wait(NAME, "_acme-challenge.example.com")
    assert [status.label for status in caught.value.statuses] == ["ns3.example.net (127.0.0.4)"]
    assert network.clock.now >= 60


def test_a_zone_that_does_not_answer_stays_unknown_if_the_other_is_served(network: Network) -> None:
    network.resolve(RESOLVER)
    network.serve(network.silence, network.silence, txt("value"))
    outcome = network.wait(NAME, "_acme-challenge.example.com")
    assert outcome.state is State.NOT_CHECKED
    assert "ns1.example.net (127.0.0.2): no answer" in outcome.reason
    assert [status.label for status in outcome.ready] == ["ns3.example.net (127.0.0.4)"]


def test_an_unreachable_first_server_costs_its_timeout_once(network: Network) -> None:
    network.resolve(RESOLVER)
    network.serve(silence, txt("value"))
    outcome = network.wait(*MANY)
    assert outcome.state is State.EVERYWHERE
    assert sum(query.type == "NS" for query in network.servers[0].queries) <= 2


def test_finding_counts_as_waiting(network: Network) -> None:
    def slow(query: dns.message.Message) -> dns.message.Message | None:
        network.clock.advance(1.0)
        return txt()(query)

    network.resolve(RESOLVER)
    network.serve(slow)
    with pytest.raises(PropagationTimeoutError):
        network.wait(*MANY, max_seconds=10.0)
    assert sum(query.type == "NS" for query in network.servers[0].queries) <= 10


@pytest.mark.parametrize(
    "lame",
    [
        code(dns.rcode.REFUSED),
        code(dns.rcode.SERVFAIL),
        dns.message.make_response,
        refer(".", ("a.root-servers.net.",), {}),
        refer("example.nl.", ("ns1.example.net.",), {}),
    ],
    ids=["REFUSED", "SERVFAIL", "not authoritative", "to the root", "to itself"],
)
def test_a_lame_first_server_does_not_hide_a_delegation(network: Network, lame: Answer) -> None:
    network.resolve(RESOLVER)
    network.serve(lame, refer(f"{NAME}.", ("ns3.example.net.",), {}), txt("value"))
    outcome = network.wait()
    assert outcome.state is State.EVERYWHERE
    assert [status.label for status in outcome.ready] == ["ns3.example.net (127.0.0.4)"]


def test_addresses_below_a_delegated_challenge_come_with_the_referral(network: Network) -> None:
    hosts = (f"ns1.{NAME}.", f"ns2.{NAME}.")
    delegation = refer(f"{NAME}.", hosts, {hosts[0]: "127.0.0.4"})
    network.resolve(RESOLVER)
    network.serve(delegation, delegation, txt("value"))
    outcome = network.wait()
    assert outcome.state is State.EVERYWHERE
    assert [status.label for status in outcome.ready] == [f"ns1.{NAME} (127.0.0.4)"]
    assert network.labels_left_out(outcome) == [f"ns2.{NAME}"]
    assert not any("_acme-challenge" in name for name in network.resolvers[0].names())


def test_addresses_of_hosts_elsewhere_are_not_taken_from_a_referral(network: Network) -> None:
    delegation = refer(f"{NAME}.", ("ns3.example.net.",), {"ns3.example.net.": "127.0.0.9"})
    network.resolve(RESOLVER)
    network.serve(delegation, delegation, txt("value"))
    outcome = network.wait()
    assert [status.label for status in outcome.ready] == ["ns3.example.net (127.0.0.4)"]


BELOW = "sub.example.nl."
BELOW_NAME = f"_acme-challenge.{BELOW}"
BELOW_SERVERS = ("ns1.example.net.", "ns3.example.net.")


def holder(apex: str, own: Answer, *, is_listed: bool = True) -> Answer:
    """Answer from a zone below on a server that also serves the one above."""

    def answer(query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        if question.rdtype == dns.rdatatype.TXT:
            return own(query)
        if question.name.to_text() == apex and is_listed:
            return authoritative(query, rrset(apex, "NS", *BELOW_SERVERS))
        response = authoritative(query)
        response.authority.append(rrset(apex, "SOA", SOA))
        if question.name.to_text() != apex:
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response

    return answer


@pytest.mark.parametrize("apex", [BELOW, BELOW_NAME], ids=["zone above", "challenge is a zone"])
def test_all_servers_of_a_zone_are_queried_although_one_also_serves_the_zone_above(
    network: Network, apex: str
) -> None:
    late = in_turn([txt()] * 6 + [txt("value")])
    network.resolve(RESOLVER)
    network.serve(holder(apex, txt("value")), refer(apex, BELOW_SERVERS, {}), holder(apex, late))
    outcome = network.wait(BELOW_NAME)
    assert outcome.state is State.EVERYWHERE
    assert [status.label for status in outcome.ready] == [
        "ns1.example.net (127.0.0.2)",
        "ns3.example.net (127.0.0.4)",
    ]
    assert 2 < network.clock.now < 10
    assert not any("_acme-challenge" in name for name in network.resolvers[0].names())


def test_servers_of_both_zones_are_queried_if_those_of_the_lower_are_unknown(
    network: Network,
) -> None:
    both = holder(BELOW, txt("value"), is_listed=False)
    network.resolve(RESOLVER)
    network.serve(both, both)
    outcome = network.wait(BELOW_NAME, f"_acme-challenge.www.{BELOW}")
    assert outcome.state is State.EVERYWHERE
    assert len(outcome.ready) == 2
    assert outcome.left_out == ()


def test_an_address_of_two_hosts_is_queried_once(network: Network) -> None:
    network.resolve(
        zone(
            *PUBLISHED[:3],
            ("ns2.example.net.", "A", "127.0.0.2"),
        )
    )
    network.serve(txt("value"))
    outcome = network.wait()
    assert outcome.state is State.EVERYWHERE
    assert [status.label for status in outcome.ready] == ["ns1.example.net (127.0.0.2)"]


def test_a_host_with_one_unknown_address_is_queried(network: Network) -> None:
    def answer(query: dns.message.Message) -> dns.message.Message | None:
        is_six = query.question[0].rdtype == dns.rdatatype.AAAA
        return code(dns.rcode.SERVFAIL)(query) if is_six else RESOLVER(query)

    network.resolve(answer)
    network.serve(txt("value"), txt("value"))
    outcome = network.wait()
    assert outcome.state is State.EVERYWHERE
    assert len(outcome.ready) == 2


def test_a_zone_of_three_labels_is_found(network: Network) -> None:
    network.resolve(zone(("example.co.nl.", "NS", "ns1.example.net."), *PUBLISHED[2:3]))
    network.serve(txt("value"))
    outcome = network.wait("_acme-challenge.www.example.co.nl")
    assert outcome.state is State.EVERYWHERE
    assert network.resolvers[0].names() == {
        "co.nl.",
        "example.co.nl.",
        "ns1.example.net.",
    }
