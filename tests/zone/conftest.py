from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from certbot_dns_mijnhost.api import MijnHostClient, RetryPolicy
from certbot_dns_mijnhost.emulator import Emulator, Variants
from certbot_dns_mijnhost.zone import ChallengeRecords, TXTRecord

APEX = "_acme-challenge.example.nl"
ONE = TXTRecord(APEX, "one")
TWO = TXTRecord(APEX, "two")


class VirtualTime:
    """A clock that only sleeping moves; the emulator's too."""

    def __init__(self) -> None:
        self.now = 5000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class World:
    """An emulated account and the challenge records of one run in it."""

    def __init__(self, stack: ExitStack, directory: Path) -> None:
        self._stack = stack
        self.directory = directory
        self.time = VirtualTime()
        self.retry = RetryPolicy(sleep=self.time.sleep, clock=self.time, chance=lambda: 0.0)
        self.emulator = Emulator()

    def start(self, variants: Variants | None = None, *domains: str) -> Emulator:
        self.emulator = Emulator(
            variants=variants, domains=domains or ("example.nl",), clock=self.time
        )
        return self._stack.enter_context(self.emulator)

    def records(self, **options: Any) -> ChallengeRecords:
        client = MijnHostClient(
            self.emulator.account.api_key,
            base_url=self.emulator.api_url,
            retry=self.retry,
        )
        self._stack.enter_context(client)
        return ChallengeRecords(
            client,
            backup_directory=self.directory / "backups",
            lock_directory=self.directory / "locks",
            retry=self.retry,
            **options,
        )

    def values(self, name: str = APEX, domain: str = "example.nl") -> set[str]:
        return {
            record.value
            for record in self.emulator.account.records(domain)
            if record.type == "TXT" and record.name.rstrip(".") == name
        }

    def calls(self, method: str | None = None) -> list[str]:
        return [
            f"{request.method} {request.path.removeprefix('/api/v2')}"
            for request in self.emulator.requests
            if method in {None, request.method}
        ]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(stack, tmp_path)


Start = Callable[..., Emulator]
