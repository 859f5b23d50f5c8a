"""The emulator of these tests."""

from __future__ import annotations

import pytest

from certbot_dns_mijnhost.emulator import Emulator
from tests.support.emulated import StartEmulator

KEY = "the-invented-key-of-these-tests"


@pytest.fixture
def emulator(start_emulator: StartEmulator) -> Emulator:
    return start_emulator(api_key=KEY, domains=("example.nl", "example.com"))
