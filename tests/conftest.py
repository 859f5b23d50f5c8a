"""What holds for all tests, and what some of them need of the machine.

A test that needs Pebble, root, a package index or a new Debian carries a marker. If that is
missing, the test is skipped with the reason, or fails if ``--require`` names the marker.
"""

from __future__ import annotations

import functools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import hypothesis
import pytest

from certbot_dns_mijnhost.zone import lock
from scripts.local_ca import pebble_command

# A test must not depend on the machine's speed, nor fail by luck on unchanged code.
hypothesis.settings.register_profile(
    "repeatable",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=True,
)
# Ten times the examples, and other ones in each run: `make explore`.
hypothesis.settings.register_profile(
    "explore",
    hypothesis.settings.get_profile("repeatable"),
    derandomize=False,
    max_examples=1000,
    print_blob=True,
)
hypothesis.settings.load_profile("repeatable")


class Need(NamedTuple):
    """Something that not every machine has.

    :param what: the marker's description.
    :param missing: what to do if it is missing.
    """

    what: str
    missing: str
    is_met: Callable[[], bool]


@functools.cache
def has_index() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--retries", "0"]
        command = [*pip, "--dest", folder, "setuptools"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


pytest_plugins = (
    "tests.support.emulated",
    "tests.support.certbot",
    "tests.support.long_first",
)

NEEDS = {
    "pebble": Need(
        "a real Pebble",
        "Pebble was not found: scripts/find-pebble unpacks it, as `make test` does",
        lambda: pebble_command() is not None,
    ),
    "clients": Need(
        "lego, dehydrated and uacme",
        "the clients were not found: scripts/find-clients unpacks them, as `make test` does",
        lambda: bool(os.environ.get("CLIENTS")),
    ),
    "root": Need("root", "only root may do this", lambda: os.geteuid() == 0),
    "network": Need(
        "a package index for pip", "pip cannot download from its package index", has_index
    ),
    "jq": Need("jq", "install jq: apt-get install jq", lambda: shutil.which("jq") is not None),
    "machine": Need(
        "a new Debian to use up",
        "no new Debian was made: `make machine` makes one",
        lambda: bool(os.environ.get("MACHINE")),
    ),
}
MARKERS_OF_FIXTURES = {
    "pebble": "pebble",
    "programs": "clients",
    "wheel": "network",
    "machine_shell": "machine",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require",
        default="",
        metavar="MARKER,...",
        help=f"fail instead of skip if what these tests need is missing: {', '.join(NEEDS)}",
    )


def pytest_configure(config: pytest.Config) -> None:
    for name, need in NEEDS.items():
        config.addinivalue_line("markers", f"{name}: needs {need.what}")
    unknown = required(config) - set(NEEDS)
    if unknown:
        raise pytest.UsageError(f"--require: unknown: {', '.join(sorted(unknown))}")
    heed_sigint()


def heed_sigint() -> None:
    """Heed SIGINT, which a job in the background of a shell ignores, and so would its children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def required(config: pytest.Config) -> set[str]:
    return set(filter(None, config.getoption("--require").split(",")))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests whose fixtures need something, before ``-m`` selects; put long ones first."""
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in MARKERS_OF_FIXTURES:
                item.add_marker(MARKERS_OF_FIXTURES[fixture])
    # Started last, one would keep a single worker busy after all others have ended.
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name, need in NEEDS.items():
        if item.get_closest_marker(name) is None or need.is_met():
            continue
        if name in required(item.config):
            pytest.fail(f"--require {name}: {need.missing}", pytrace=False)
        pytest.skip(f"needs {need.what}: {need.missing}")


@pytest.fixture(autouse=True)
def own_locks(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the locks of zones to this worker: they hold for the whole machine otherwise."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.getbasetemp()))
    monkeypatch.setattr(lock, "SYSTEM_DIRECTORY", Path("/nowhere/locks"))
