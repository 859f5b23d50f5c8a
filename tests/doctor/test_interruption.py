"""The doctor is interrupted during its test, and removes the test record."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from certbot_dns_mijnhost.emulator import Answer, ConnectionLost, Emulator, Fault
from scripts.local_ca import write_credentials
from tests.support.domains import own_domain
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
LONGER_THAN_ANY_TEST = ("--propagation-seconds", "86400")


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(domains=[own_domain()], lags=(3600.0, 3600.0)) as emulator:
        yield emulator


def zone(emulator: Emulator) -> str:
    return emulator.account.domains()[0].name


@contextmanager
def doctor(emulator: Emulator, directory: Path, *flags: str) -> Iterator[subprocess.Popen[str]]:
    credentials = directory / "mijnhost.ini"
    settings = {
        "api_key": emulator.account.api_key,
        "api_url": emulator.api_url,
        "resolver": emulator.resolver,
    }
    write_credentials(credentials, settings)
    port = emulator.nameservers[0].split(":")[1]
    arguments = ["doctor", "-d", zone(emulator), "--credentials", str(credentials), *flags]
    arguments += LONGER_THAN_ANY_TEST
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.quick_mijnhost", *arguments, "--dns-port", port],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        # A caller such as nohup ignores this signal, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        yield process
        process.kill()


@pytest.fixture
def running(emulator: Emulator, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with doctor(emulator, tmp_path) as process:
        yield process


def wait_for(emulator: Emulator, method: str, times: int) -> None:
    wait_until(lambda: [r.method for r in emulator.requests].count(method) >= times)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_after_the_write(
    emulator: Emulator, running: subprocess.Popen[str], number: signal.Signals
) -> None:
    before = emulator.account.records(zone(emulator))
    wait_for(emulator, "PATCH", 1)
    running.send_signal(number)
    output, _ = running.communicate()
    assert emulator.account.records(zone(emulator)) == before
    assert output.endswith("Stopped.\n")
    assert running.returncode == 130


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_second_signal_during_the_removal(
    emulator: Emulator, running: subprocess.Popen[str], number: signal.Signals
) -> None:
    before = emulator.account.records(zone(emulator))
    # The first DELETE only asks whether there is such a call; the second one gets lost.
    begun, released = threading.Event(), threading.Event()

    def lose(answer: Answer | None) -> Answer:  # noqa: ARG001
        begun.set()
        released.wait()
        raise ConnectionLost

    emulator.faults.add(Fault("held", after=False, play=lose), method="DELETE", skip=1)
    wait_for(emulator, "PATCH", 1)
    running.send_signal(signal.SIGINT)
    wait_until(begun.is_set)
    running.send_signal(number)
    assert running.stdout is not None
    output = ""
    while "Removing the test record before stopping.\n" not in output:
        line = running.stdout.readline()
        assert line, output
        output += line
    released.set()
    output += running.communicate()[0]
    assert emulator.account.records(zone(emulator)) == before
    assert "Stopped." in output
    assert running.returncode == 130


def test_json_output_shows_that_the_doctor_was_interrupted(
    emulator: Emulator, tmp_path: Path
) -> None:
    with doctor(emulator, tmp_path, "--json") as running:
        wait_for(emulator, "PATCH", 1)
        running.send_signal(signal.SIGTERM)
        output, _ = running.communicate()
    found = json.loads(output.removesuffix("Stopped.\n"))
    assert (found["complete"], found["in_order"]) == (False, False)
    assert "port-53" in {finding["check"] for finding in found["findings"]}
