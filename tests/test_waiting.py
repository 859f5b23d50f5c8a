from __future__ import annotations

import fcntl
import io
import logging
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from certbot_dns_mijnhost.emulator import Emulator
from certbot_dns_mijnhost.propagation import Progress, PropagationTimeoutError, ServerStatus
from certbot_dns_mijnhost.settings import Settings
from certbot_dns_mijnhost.waiting import DNSWait, NotPropagatedError, columns_of, not_propagated
from certbot_dns_mijnhost.zone import TXTRecord
from tests.support.virtual_time import VirtualTime

RECORD = TXTRecord("_acme-challenge.example.nl", "value")


class Output:
    """What a user sees and what is slept."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.time = VirtualTime()
        self.terminal = io.StringIO()

    def wait(self, settings: Settings, *, live: bool = False) -> DNSWait:
        return DNSWait(
            settings,
            notify=self.lines.append,
            live=self.terminal if live else None,
            sleep=self.time.sleep,
            clock=self.time,
        )


@pytest.fixture
def output() -> Output:
    return Output()


def settings(emulator: Emulator, seconds: int = 300) -> Settings:
    return Settings("key", propagation_seconds=seconds, nameservers=tuple(emulator.nameservers))


def publish(emulator: Emulator) -> None:
    emulator.account.add_record("example.nl", "TXT", RECORD.name + ".", RECORD.value, 60)


def test_one_line_reports_that_all_serve_the_records(output: Output) -> None:
    with Emulator(lags=(0.0, 0.0)) as emulator:
        publish(emulator)
        wait = output.wait(settings(emulator))
        wait.wait_for([RECORD])
    assert output.lines == ["2 name servers served the challenge records after 0 s."]
    assert wait.seen == output.lines[0]


def test_a_terminal_gets_a_line_that_changes_and_goes(output: Output) -> None:
    with Emulator() as emulator:
        publish(emulator)
        output.wait(settings(emulator), live=True).wait_for([RECORD])
    shown = output.terminal.getvalue()
    assert "Waiting for DNS, 0 s: 1 of 1 name servers" in shown
    assert shown.endswith("\r")
    assert "\n" not in shown


@pytest.mark.parametrize("columns", [30, 80, 100, 200])
def test_the_progress_line_never_wraps(columns: int) -> None:
    main, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    lagging = ServerStatus("ns1.mijn.host (2001:db8::1)", f"no such name for {RECORD.name}." * 3)
    with os.fdopen(terminal, "w") as live, os.fdopen(main, "rb", buffering=0) as screen:
        wait = DNSWait(Settings("key"), notify=print, live=live)
        wait.show(Progress(12.0, 1, 2, (lagging,)))
        shown = screen.read(1000).decode()
    assert shown.startswith("\rWaiting for DNS")
    assert len(shown) == columns, "the carriage return, and all columns but the last"


def test_other_streams_have_the_width_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    with Path(os.devnull).open("w") as stream:
        assert columns_of(stream) == 50
    assert columns_of(stream) == 50, "a closed stream is not an error"


def test_servers_that_lag_are_named_and_the_run_continues(
    output: Output, caplog: pytest.LogCaptureFixture
) -> None:
    with Emulator(lags=(0.0, 3600.0)) as emulator:
        publish(emulator)
        wait = DNSWait(settings(emulator, 2), notify=output.lines.append)
        wait.wait_for([RECORD])
        lagging = emulator.nameservers[1]
    assert "Continuing, although some name servers do not serve the records yet" in caplog.text
    assert f"{lagging}: no such name" in caplog.text
    assert lagging in wait.seen


def test_if_no_server_serves_them_the_ca_is_not_asked() -> None:
    with Emulator() as emulator, pytest.raises(NotPropagatedError) as caught:
        DNSWait(settings(emulator, 1), notify=print).wait_for([RECORD])
    message = str(caught.value)
    assert f"{emulator.nameservers[0]}: no such name" in message
    assert "dns_mijnhost_propagation_seconds" in message


def test_a_misspelt_server_is_named() -> None:
    wrong = Settings("key", nameservers=("ns1.example.net:dns",))
    with pytest.raises(NotPropagatedError, match=r"'ns1\.example\.net:dns' is not a host\[:port\]"):
        DNSWait(wrong, notify=print).wait_for([RECORD])


def test_a_server_that_refuses_is_left_out_with_a_warning(
    output: Output, caplog: pytest.LogCaptureFixture
) -> None:
    with Emulator(lags=(0.0, 0.0)) as emulator:
        publish(emulator)
        emulator.behave(1, "refused")
        output.wait(settings(emulator)).wait_for([RECORD])
        lame = emulator.nameservers[1]
    assert f"The DNS check left out a name server: {lame}: REFUSED" in caplog.text
    assert output.lines == ["1 name server served the challenge records after 2 s."]


@pytest.mark.parametrize(("ceiling", "seconds"), [(300, 120.0), (20, 20.0)])
def test_if_dns_cannot_be_queried_a_fixed_time_is_waited(
    output: Output, caplog: pytest.LogCaptureFixture, ceiling: int, seconds: float
) -> None:
    blocked = Settings("key", propagation_seconds=ceiling, nameservers=("host.invalid",))
    wait = output.wait(blocked)
    wait.wait_for([RECORD])
    assert output.time.slept[-1] == seconds
    assert caplog.text.count("Cannot query the name servers") == 1
    assert f"{seconds:.0f} s." in wait.seen


def test_an_intercepted_port_is_named(output: Output, caplog: pytest.LogCaptureFixture) -> None:
    with Emulator(lags=(0.0, 0.0)) as emulator:
        publish(emulator)
        for index in range(2):
            emulator.behave(index, "intercepted")
        wait = output.wait(settings(emulator, 2))
        wait.wait_for([RECORD])
    assert "port 53 is intercepted" in caplog.text
    assert output.time.slept[-1] == 2.0
    assert "port 53 is intercepted" in wait.seen


@pytest.mark.parametrize("behaviour", ["edns_formerr", "edns_notimp", "edns_badvers"])
def test_servers_without_edns_are_queried(output: Output, behaviour: str) -> None:
    with Emulator(lags=(0.0, 0.0)) as emulator:
        publish(emulator)
        for index in range(2):
            emulator.behave(index, behaviour)
        output.wait(settings(emulator)).wait_for([RECORD])
    assert output.lines == ["2 name servers served the challenge records after 0 s."]


def test_addresses_of_a_family_that_is_missing_cause_one_debug_line(
    output: Output, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "certbot_dns_mijnhost.waiting")
    with Emulator() as emulator:
        publish(emulator)
        unrouted = ("[fe80::53%lo]:5353", "[fe80::54%lo]:5353")
        both = Settings("key", nameservers=(*emulator.nameservers, *unrouted))
        output.wait(both).wait_for([RECORD])
    [line] = [r for r in caplog.records if r.name == "certbot_dns_mijnhost.waiting"]
    assert line.levelno == logging.DEBUG
    assert line.getMessage() == (
        "Left out, because this machine has no route to them: "
        "[fe80::53%lo]:5353, [fe80::54%lo]:5353"
    )
    assert output.lines == ["1 name server served the challenge records after 0 s."]


def test_an_internal_view_of_the_zone_is_named_with_the_next_step() -> None:
    internal = (ServerStatus("ns1.internal.example (10.0.0.5)", "no such name"),)
    error = PropagationTimeoutError("Late", are_published=True, internal=internal)
    message = not_propagated(error)
    assert "internal view of the zone (split DNS)" in message
    assert "ns1.internal.example (10.0.0.5)" in message
    assert "set dns_mijnhost_resolver to a resolver outside your network" in message


@pytest.mark.parametrize("are_published", [True, False])
def test_split_dns_is_suggested_only_for_published_name_servers(are_published: bool) -> None:
    message = not_propagated(PropagationTimeoutError("Late", are_published=are_published))
    assert ("dns_mijnhost_resolver" in message) is are_published
    assert "dns_mijnhost_propagation_seconds" in message


def test_zero_seconds_query_nothing_and_do_not_wait(
    output: Output, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "certbot_dns_mijnhost")
    with Emulator() as emulator:
        output.wait(settings(emulator, 0)).wait_for([RECORD])
        assert emulator.queries == []
    assert output.time.slept == []
    assert output.lines == []
    assert "certbot_dns_mijnhost" not in caplog.text


def test_without_dnspython_it_waits_a_fixed_time() -> None:
    program = (
        "import sys, logging\n"
        "sys.modules['dns'] = None\n"
        "logging.basicConfig(stream=sys.stdout)\n"
        "from certbot_dns_mijnhost.waiting import DNSWait\n"
        "from certbot_dns_mijnhost.settings import Settings\n"
        "from certbot_dns_mijnhost.zone import TXTRecord\n"
        "slept = []\n"
        "wait = DNSWait(Settings('k'), notify=print, sleep=slept.append)\n"
        "wait.wait_for([TXTRecord('_acme-challenge.example.nl', 'v')])\n"
        "print(slept)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "the library dnspython is missing" in result.stdout
    assert "[120.0]" in result.stdout
