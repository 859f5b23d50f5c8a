"""Fixtures for the real Certbot against a real Pebble, with an emulator as the API and as DNS.

Pebble's resolver is fixed when it starts, so one Pebble and its emulator serve all tests of a
worker. Each test gets a domain of its own.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from certbot_dns_mijnhost.emulator import Emulator, Record, Variants
from scripts.local_ca import (
    Certbot,
    Finished,
    Pebble,
    emulator_settings,
    environment,
    write_credentials,
)

from .domains import own_domain

ROOT = Path(__file__).resolve().parent.parent.parent
LAGS = (0.0, 0.1, 0.2)
"""Seconds after which each name server serves a change."""
FIXED_WAIT = "5"
"""Seconds for a wait that asks no name server: a tenth of it is real, and longer than any lag."""


@pytest.fixture(scope="session")
def pebble_emulator() -> Iterator[Emulator]:
    """Return the emulator whose DNS Pebble asks; its clock is the real one."""
    with Emulator(domains=(), lags=LAGS) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def pebble(tmp_path_factory: pytest.TempPathFactory, pebble_emulator: Emulator) -> Iterator[Pebble]:
    """Return this worker's Pebble. Tests that use it have the marker ``pebble``."""
    with Pebble(tmp_path_factory.mktemp("pebble"), pebble_emulator.resolver) as running:
        yield running


class CertbotServer:
    """The process of `tests.support.certbot_server`; a context manager."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.certbot_server"],
                stdin=theirs.fileno(),
                env=environment(),
                cwd=ROOT,
            )

    def __enter__(self) -> CertbotServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._control.close()
        self._process.wait()

    def run(self, arguments: list[str], variables: dict[str, str], cwd: Path) -> tuple[int, str]:
        """Run Certbot; return its exit code and its output."""
        request = {"arguments": arguments, "environment": variables, "cwd": str(cwd)}
        ours, theirs = socket.socketpair()
        reading, writing = os.pipe()
        with ours:
            with theirs:
                socket.send_fds(self._control, [b"."], [theirs.fileno()])
            try:
                socket.send_fds(ours, [json.dumps(request).encode()], [writing])
            finally:
                os.close(writing)
            ours.shutdown(socket.SHUT_WR)
            with os.fdopen(reading, encoding="utf-8") as output:
                text = output.read()
            return int(ours.recv(100)), text


SHORTEN = (
    f"import sys; sys.path.append({str(ROOT)!r})\n"
    "from tests.support.short_pauses import shorten_pauses; shorten_pauses()"
)


@dataclass(frozen=True)
class ServedCertbot(Certbot):
    """Certbot with short pauses: `run` uses the server, and `command` is for a shell."""

    server: CertbotServer

    def command(self, *arguments: str) -> list[str]:
        """Return the whole command line."""
        python, option, program, *rest = super().command(*arguments)
        return [python, option, f"{SHORTEN}\n{program}", *rest]

    def run(
        self, *arguments: str, show: Callable[[str], None] | None = None, cwd: Path | None = None
    ) -> Finished:
        """Run a Certbot command to its end."""
        assert show is None, "the output is shown at the end"
        words = self.command(*arguments)[3:]
        code, output = self.server.run(words, self.environment(), cwd or Path.cwd())
        return self.finished(code, output)


@pytest.fixture(scope="session")
def certbot_server() -> Iterator[CertbotServer]:
    """Return this worker's server of Certbot."""
    with CertbotServer() as server:
        yield server


class CertbotUser:
    """A user with one domain, its credentials file, and Certbot with directories of its own.

    Set `emulator.variants` and `emulator.faults` as the test needs; the fixture resets them.
    """

    def __init__(
        self, emulator: Emulator, pebble: Pebble, server: CertbotServer, directory: Path
    ) -> None:
        self.emulator = emulator
        self.pebble = pebble
        self.directory = directory
        self.domain = own_domain()
        self.emulator.account.add_domain(self.domain)
        self._server = server
        self.certbot = self.another_certbot("certbot")
        self.key = emulator.account.api_key
        self.credentials = self.write()

    def another_certbot(self, folder: str, pebble: Pebble | None = None) -> Certbot:
        """Return Certbot with directories of its own below the user's."""
        return ServedCertbot(self.directory / folder, pebble or self.pebble, self._server)

    def use_real_pauses(self) -> None:
        """Let Certbot and the plugin pause as long as they do for a user."""
        self.certbot = Certbot(self.certbot.directory, self.pebble)

    def write(self, **settings: str) -> Path:
        """Write the credentials file, with further settings or other values."""
        path = self.directory / "mijnhost.ini"
        return write_credentials(path, {**emulator_settings(self.emulator), **settings})

    def obtain(self, *names: str, more: tuple[str, ...] = ()) -> Finished:
        """Obtain a certificate for names below the user's domain; "" is the domain itself."""
        domains = [f"{name}.{self.domain}" if name else self.domain for name in names]
        return self.certbot.obtain(self.credentials, domains, *more)

    @property
    def records(self) -> list[Record]:
        """The records of the user's zone."""
        return self.emulator.account.records(self.domain)

    @property
    def zone(self) -> list[tuple[str, str, str]]:
        """The type, name and value of each record."""
        return [(record.type, record.name, record.value) for record in self.records]


@pytest.fixture
def user(
    pebble_emulator: Emulator, pebble: Pebble, certbot_server: CertbotServer, tmp_path: Path
) -> Iterator[CertbotUser]:
    """Return a user with a domain that no other test has."""
    pebble_emulator.variants = Variants()
    yield CertbotUser(pebble_emulator, pebble, certbot_server, tmp_path)
    pebble_emulator.faults.clear()
    pebble_emulator.variants = Variants()
