"""Fixtures around an emulator whose clock, like the client's, only sleeping moves.

A package that needs another emulator overrides `emulator` in its ``conftest.py`` and starts it with
`start_emulator`; all other fixtures then use that one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from certbot_dns_mijnhost.api import MijnHostClient, RetryPolicy
from certbot_dns_mijnhost.emulator import Emulator

from .virtual_time import VirtualTime

StartEmulator = Callable[..., Emulator]
"""Takes the options of `Emulator`, and starts one that stops at the end of the test."""


@pytest.fixture
def clock() -> VirtualTime:
    """Return the clock of this test's emulator and of its client."""
    return VirtualTime(now=1000.0)


@pytest.fixture
def start_emulator(clock: VirtualTime) -> Iterator[StartEmulator]:
    """Start emulators by the test's clock."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(Emulator(**{"clock": clock, **options}))


@pytest.fixture
def emulator(start_emulator: StartEmulator) -> Emulator:
    """Return a running emulator with the domain example.nl."""
    return start_emulator()


@pytest.fixture
def retry(clock: VirtualTime) -> RetryPolicy:
    """Return a policy whose pauses take no real time and have no random part."""
    return RetryPolicy(sleep=clock.sleep, clock=clock, chance=lambda: 0.0)


@pytest.fixture
def client(emulator: Emulator, retry: RetryPolicy) -> Iterator[MijnHostClient]:
    """Return a client of the emulator."""
    key = emulator.account.api_key
    with MijnHostClient(key, base_url=emulator.api_url, retry=retry) as made:
        yield made
