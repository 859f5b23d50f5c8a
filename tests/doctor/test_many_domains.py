"""A run over many signed domains: the queries are bounded and spaced, and progress is shown."""

from __future__ import annotations

import io
import re
from collections import Counter
from contextlib import ExitStack

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from certbot_dns_mijnhost.cli.output import Terminal
from certbot_dns_mijnhost.doctor import State
from certbot_dns_mijnhost.doctor.queries import INTERVAL, Queries
from certbot_dns_mijnhost.propagation.endpoints import Endpoint
from tests.support.scripted_server import ScriptedServer, authoritative, zone
from tests.support.virtual_time import VirtualTime

from .runner import DoctorRunner
from .signed_zone import Key, SignedZone

DOMAINS = [f"d{number}.nl" for number in range(30)]
KEY = Key.make("ED25519")
MINUTE = 60.0
MOST_QUERIES = 20
"""To one server for one domain."""


def of_apex(name: str) -> list[tuple[str, str, str]]:
    soa = f"ns1.{name}. hostmaster.{name}. 1700000000 3600 600 604800 60"
    return [("", "SOA", soa), ("", "NS", "ns1.host.example."), ("", "NS", "ns2.host.example.")]


ZONES = {name: SignedZone(name, key=KEY, records=of_apex(name)) for name in DOMAINS}


def serve(query: dns.message.Message) -> dns.message.Message:
    labels = query.question[0].name.to_text(omit_final_dot=True).split(".")
    return ZONES[".".join(labels[-2:])](query)


def resolve(query: dns.message.Message) -> dns.message.Message | None:
    question = query.question[0]
    if question.rdtype == dns.rdatatype.DS:
        ds = KEY.ds(question.name.to_text())
        return authoritative(query, dns.rrset.from_rdata_list(question.name, 60, [ds]))
    hosts = [(name, "NS", f"ns{i}.host.example.") for name in DOMAINS for i in (1, 2)]
    addresses = [(f"ns{i}.host.example", "A", f"127.0.0.{i + 10}") for i in (1, 2)]
    soa = [(name, "SOA", "ns1.host.example. a. 1 2 3 4 5") for name in DOMAINS]
    answer = zone(*hosts, *addresses, *soa)(query)
    if answer is not None:
        answer.flags |= dns.flags.AD
    return answer


def test_thirty_signed_domains(runner: DoctorRunner) -> None:
    for name in DOMAINS:
        runner.emulator.account.add_domain(name)
    port = int(runner.emulator.nameservers[0].split(":")[1])
    with ExitStack() as stack:
        servers = [
            stack.enter_context(ScriptedServer(serve, address=f"127.0.0.{number}", port=port))
            for number in (11, 12)
        ]
        resolver = stack.enter_context(ScriptedServer(resolve))
        runner.settings["resolver"] = resolver.endpoint
        found = runner.run(*DOMAINS)
    assert found.states() <= {State.OK, State.NOTE}, found.failed()
    signed = [each for each in found.findings if each.check == "dnssec"]
    assert len(signed) == 30
    assert all(each.data["signed"] for each in signed)
    for server in servers:
        counts = Counter(re.findall(r"d\d+\.nl", " ".join(q.name for q in server.queries)))
        assert len(counts) == 30
        assert max(counts.values()) <= MOST_QUERIES
    # Only the pauses between queries move this clock: on a fast network nothing else takes time.
    assert runner.clock.now < MINUTE
    assert runner.progress[0] == "1 of 30: d0.nl"
    assert runner.progress[-1] == "zone 30 of 30: d29.nl"


def test_each_server_is_queried_at_intervals() -> None:
    clock = VirtualTime(overshoot=0.0)
    queries = Queries(clock=clock, sleep=clock.sleep)
    one, other = Endpoint("192.0.2.1"), Endpoint("192.0.2.2")
    for server in (one, other, one, one):
        queries.wait_for_turn(server)
    assert clock.slept == [pytest.approx(INTERVAL)] * 2


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "is_json", "shown"),
    [(Screen(), False, "Checking d1.nl"), (Screen(), True, ""), (io.StringIO(), False, "")],
)
def test_progress_is_shown_on_a_terminal_only(
    stream: io.StringIO, is_json: bool, shown: str
) -> None:
    Terminal(is_json=is_json, out=io.StringIO(), problems=stream).progress("Checking d1.nl")
    assert shown in stream.getvalue()
    assert bool(stream.getvalue()) is bool(shown)
