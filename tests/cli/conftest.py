"""Runs the command in this process against an emulator, with a clock that only sleep advances."""

from __future__ import annotations

import json
import logging
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from certbot_dns_mijnhost.cli.main import main
from certbot_dns_mijnhost.emulator import Emulator
from scripts.local_ca import emulator_settings, write_credentials
from tests.support.virtual_time import VirtualTime


@dataclass(frozen=True)
class Result:
    """What a command did."""

    exit_code: int
    out: str
    problems: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


class Shell:
    """Runs commands on an account.

    :param time: the emulator's clock.
    """

    def __init__(
        self,
        emulator: Emulator,
        time: VirtualTime,
        directory: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.emulator = emulator
        self.time = time
        self.directory = directory
        self.credentials = self.write()
        self._capsys = capsys

    def write(self, **settings: str) -> Path:
        needed = emulator_settings(self.emulator)
        return write_credentials(self.directory / "mijnhost.ini", {**needed, **settings})

    def run(self, *arguments: str, sleep: Callable[[float], None] | None = None) -> Result:
        """Run `mijnhost` with the credentials of the account; zone copies are in `directory`."""
        copies = self.directory / "copies"
        # Not this machine's own renewals.
        certbots = ("--config-dir", str(self.directory / "config"))
        return self.run_as_is(
            *arguments,
            *(certbots if arguments[0] == "doctor" else ()),
            *("--credentials", str(self.credentials)),
            *("--backup-directory", str(copies)),
            sleep=sleep,
        )

    def run_as_is(self, *arguments: str, sleep: Callable[[float], None] | None = None) -> Result:
        exit_code = main(arguments, clock=self.time, sleep=sleep or self.time.sleep)
        captured = self._capsys.readouterr()
        return Result(exit_code, captured.out, captured.err)

    def methods(self) -> list[str]:
        """Return the method of each request that the API received."""
        return [request.method for request in self.emulator.requests]

    def values(self, type_: str, name: str, domain: str = "example.nl") -> list[str]:
        """Return the values of an RRset in the account."""
        return [
            record.value
            for record in self.emulator.account.records(domain)
            if (record.type, record.name) == (type_, f"{name}.")
        ]


@pytest.fixture(autouse=True)
def restored_process() -> Iterator[None]:
    """Restore what a command sets for its process."""
    logger = logging.getLogger("certbot_dns_mijnhost")
    level, handlers = logger.level, list(logger.handlers)
    handler = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, handler)
    logger.setLevel(level)
    logger.handlers[:] = handlers


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    time = VirtualTime()
    with Emulator(lags=(0.0, 0.1), clock=time) as emulator:
        yield Shell(emulator, time, tmp_path, capsys)
