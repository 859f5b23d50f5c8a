"""Fixtures for the real Certbot against a real Pebble, with an emulator as the API and as DNS.

Pebble's resolver is fixed when it starts, so one Pebble and its emulator serve all tests of a
worker. Each test gets a domain of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from certbot_dns_mijnhost.emulator import Emulator, Record, Variants
from scripts.local_ca import Certbot, Finished, Pebble, emulator_settings, write_credentials

from .domains import own_domain

LAGS = (0.0, 0.3, 0.6)
"""Seconds after which each name server serves a change."""


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


class CertbotUser:
    """A user with one domain, its credentials file, and Certbot with directories of its own.

    Set `emulator.variants` and `emulator.faults` as the test needs; the fixture resets them.
    """

    def __init__(self, emulator: Emulator, pebble: Pebble, directory: Path) -> None:
        self.emulator = emulator
        self.pebble = pebble
        self.directory = directory
        self.domain = own_domain()
        self.emulator.account.add_domain(self.domain)
        self.certbot = Certbot(directory / "certbot", pebble)
        self.key = emulator.account.api_key
        self.credentials = self.write()

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
def user(pebble_emulator: Emulator, pebble: Pebble, tmp_path: Path) -> Iterator[CertbotUser]:
    """Return a user with a domain that no other test has."""
    pebble_emulator.variants = Variants()
    yield CertbotUser(pebble_emulator, pebble, tmp_path)
    pebble_emulator.faults.clear()
    pebble_emulator.variants = Variants()
