"""Emulated zones for each test, and the names and values that most of them use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from certbot_dns_mijnhost.api import MijnHostClient, RetryPolicy
from certbot_dns_mijnhost.emulator import Emulator, Variants
from certbot_dns_mijnhost.zone import ChallengeRecords, TXTRecord
from tests.support.emulated import StartEmulator
from tests.support.virtual_time import VirtualTime

APEX = "_acme-challenge.example.nl"
ONE = TXTRecord(APEX, "one")
TWO = TXTRecord(APEX, "two")


class EmulatedZones:
    """Zones in an emulated account, and the challenge records of one run in them.

    Call `start` first.
    """

    def __init__(
        self,
        stack: ExitStack,
        start_emulator: StartEmulator,
        directory: Path,
        clock: VirtualTime,
        retry: RetryPolicy,
    ) -> None:
        self._stack = stack
        self._start_emulator = start_emulator
        self.directory = directory
        self.clock = clock
        self.retry = retry
        self.emulator: Emulator

    def start(self, variants: Variants | None = None, *domains: str) -> Emulator:
        """Start the emulator, with the domain example.nl or others."""
        self.emulator = self._start_emulator(variants=variants, domains=domains or ("example.nl",))
        return self.emulator

    def challenge_records(self, **options: Any) -> ChallengeRecords:
        """Return what publishes and removes the records of one run, with its own client."""
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
        """Return the TXT values of a name in the account."""
        return {
            record.value
            for record in self.emulator.account.records(domain)
            if record.type == "TXT" and record.name.rstrip(".") == name
        }

    def calls(self, method: str | None = None) -> list[str]:
        """Return the method and path of each request that the API received."""
        return [
            f"{request.method} {request.path.removeprefix('/api/v2')}"
            for request in self.emulator.requests
            if method in {None, request.method}
        ]


@pytest.fixture
def zones(
    tmp_path: Path, start_emulator: StartEmulator, clock: VirtualTime, retry: RetryPolicy
) -> Iterator[EmulatedZones]:
    with ExitStack() as stack:
        yield EmulatedZones(stack, start_emulator, tmp_path, clock, retry)
