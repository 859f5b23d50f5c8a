"""One Pebble for all tests of a worker, and an emulator that each test can set as it likes.

Pebble's resolver is fixed when it starts, so the emulator lives as long; each test gets a domain of
its own.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from certbot_dns_mijnhost.emulator import Emulator, Record, Variants
from scripts.local_ca import Certbot, Finished, Pebble, write_credentials

from .machine import Machine
from .newcomer import ROOT, Newcomer, NewcomerOnANewMachine

LAGS = (0.0, 0.3, 0.6)
numbers = itertools.count(1)


@dataclass(frozen=True)
class Place:
    """What runs behind the tests."""

    emulator: Emulator
    pebble: Pebble


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    emulator = Emulator(domains=(), lags=LAGS)
    with emulator, Pebble(tmp_path_factory.mktemp("pebble"), emulator.resolver) as pebble:
        yield Place(emulator, pebble)


class Site:
    """One test's domain, its Certbot and its credentials file."""

    def __init__(self, place: Place, directory: Path) -> None:
        self.place = place
        self.directory = directory
        # Of this process alone: a zone's lock holds for the whole machine.
        self.domain = f"site{next(numbers)}-{os.getpid()}.nl"
        self.emulator = place.emulator
        self.emulator.account.add_domain(self.domain)
        self.certbot = Certbot(directory / "certbot", place.pebble)
        self.key = self.emulator.account.api_key
        self.credentials = self.write()

    def write(self, **settings: str) -> Path:
        """Write the credentials file; what is given is added to what is needed."""
        needed = {
            "api_key": self.key,
            "api_url": self.emulator.api_url,
            "nameservers": ", ".join(self.emulator.nameservers),
            "resolver": self.emulator.resolver,
        }
        return write_credentials(self.directory / "mijnhost.ini", {**needed, **settings})

    def obtain(self, *names: str, more: tuple[str, ...] = ()) -> Finished:
        """Obtain a certificate for names below this test's domain; empty is the domain itself."""
        domains = [f"{name}.{self.domain}" if name else self.domain for name in names]
        return self.certbot.obtain(self.credentials, domains, *more)

    @property
    def records(self) -> list[Record]:
        return self.emulator.account.records(self.domain)

    @property
    def zone(self) -> list[tuple[str, str, str]]:
        return [(record.type, record.name, record.value) for record in self.records]


@pytest.fixture
def site(place: Place, tmp_path: Path) -> Iterator[Site]:
    place.emulator.variants = Variants()
    yield Site(place, tmp_path)
    place.emulator.faults.clear()
    place.emulator.variants = Variants()


@pytest.fixture(scope="session")
def programs() -> Path:
    """Return the directory of lego, dehydrated and uacme."""
    return Path(os.environ["CLIENTS"])


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / ".git").exists():
        pytest.skip("the wheel is built in a checkout")
    source = tmp_path_factory.mktemp("source")
    for name in ("certbot_dns_mijnhost", "setup.py", "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(source / "dist")]
    subprocess.run([*command, str(source)], check=True, capture_output=True)
    [built] = (source / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="session")
def debian_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the package of the last commit; `make deb` also checks it."""
    directory = tmp_path_factory.mktemp("debian")
    command = [sys.executable, "-m", "scripts.build_deb", str(directory)]
    subprocess.run(command, check=True, cwd=ROOT)
    [built] = directory.glob("*.deb")
    return built


@pytest.fixture
def newcomer(site: Site, tmp_path: Path, wheel: Path) -> Newcomer:
    return Newcomer(site, tmp_path / "root", wheel)


@pytest.fixture
def on_a_new_machine(
    site: Site, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, wheel: Path
) -> Iterator[NewcomerOnANewMachine]:
    with Machine(tmp_path / "machine", tmp_path_factory.getbasetemp()) as machine:
        yield NewcomerOnANewMachine(site, machine, wheel)
