from __future__ import annotations

from collections.abc import Iterator

import pytest

from certbot_dns_mijnhost.api import MijnHostClient, RetryPolicy
from certbot_dns_mijnhost.emulator import Emulator

KEY = "the-invented-key-of-these-tests"


class VirtualTime:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def retry(time: VirtualTime) -> RetryPolicy:
    return RetryPolicy(sleep=time.sleep, clock=time, chance=lambda: 0.0)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(api_key=KEY, domains=("example.nl", "example.com")) as running:
        yield running


@pytest.fixture
def client(emulator: Emulator, retry: RetryPolicy) -> Iterator[MijnHostClient]:
    with MijnHostClient(KEY, base_url=emulator.api_url, retry=retry) as made:
        yield made
