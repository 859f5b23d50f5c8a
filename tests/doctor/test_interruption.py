"""The doctor is ended in the middle of its trial, and leaves nothing behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from certbot_dns_mijnhost.emulator import Emulator, Fault
from examples.local_ca import write_credentials

PATIENCE = 120.0


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(lags=(3600.0, 3600.0)) as emulator:
        yield emulator


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
    arguments = ["doctor", "-d", "example.nl", "--credentials", str(credentials), *flags]
    with subprocess.Popen(
        [sys.executable, "-m", "certbot_dns_mijnhost.command", *arguments, "--dns-port", port],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield process
        process.kill()


@pytest.fixture
def running(emulator: Emulator, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with doctor(emulator, tmp_path) as process:
        yield process


def wait_for(emulator: Emulator, method: str, times: int) -> None:
    ends = time.monotonic() + PATIENCE
    while [request.method for request in emulator.requests].count(method) < times:
        assert time.monotonic() < ends, f"no {method} came"
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_after_the_write(
    emulator: Emulator, running: subprocess.Popen[str], number: signal.Signals
) -> None:
    before = emulator.account.records("example.nl")
    wait_for(emulator, "PATCH", 1)
    running.send_signal(number)
    output, _ = running.communicate(timeout=PATIENCE)
    assert emulator.account.records("example.nl") == before
    assert output.endswith("Stopped.\n")
    assert running.returncode == 130


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_second_signal_during_the_removal(
    emulator: Emulator, running: subprocess.Popen[str], number: signal.Signals
) -> None:
    before = emulator.account.records("example.nl")
    # The first DELETE only asks whether there is such a call; the second one gets lost.
    emulator.faults.add(Fault.hang(0.5), method="DELETE", skip=1)
    wait_for(emulator, "PATCH", 1)
    running.send_signal(signal.SIGINT)
    wait_for(emulator, "DELETE", 2)
    running.send_signal(number)
    output, _ = running.communicate(timeout=PATIENCE)
    assert emulator.account.records("example.nl") == before
    assert "The scratch record is removed first." in output
    assert running.returncode == 130


def test_an_end_before_time_is_told_to_machines(emulator: Emulator, tmp_path: Path) -> None:
    with doctor(emulator, tmp_path, "--json") as running:
        wait_for(emulator, "PATCH", 1)
        running.send_signal(signal.SIGTERM)
        output, _ = running.communicate(timeout=PATIENCE)
    found = json.loads(output.removesuffix("Stopped.\n"))
    assert (found["complete"], found["in_order"]) == (False, False)
    assert "port-53" in {finding["check"] for finding in found["findings"]}
