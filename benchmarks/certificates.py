"""Seconds to a certificate, and calls, bytes and connections for many names."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contenders import Contender
from certbot_dns_mijnhost.emulator import Emulator, Variants
from scripts.local_ca import Certbot, Pebble

DOMAIN = "example.nl"
PAIR = (DOMAIN, f"*.{DOMAIN}")
BASE_RUNS = 3
TRUSTING_CA = "PEBBLE_VA_ALWAYS_VALID"


@dataclass(frozen=True)
class Timed:
    """How long a certificate took; `is_issued` is false if there is none."""

    seconds: float
    is_issued: bool


@dataclass(frozen=True)
class Counted:
    """What a certificate cost the API."""

    calls: int
    size: int
    connections: int
    is_issued: bool


@contextmanager
def place(emulator: Emulator) -> Iterator[tuple[Path, Pebble]]:
    """Start the emulator and a CA that believes it."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        directory = Path(name)
        with emulator, Pebble(directory, emulator.resolver) as pebble:
            yield directory, pebble


def seconds_without_plugin() -> float:
    """Return what Certbot and the CA take alone: the median of a few certificates.

    No API and no wait: Certbot's manual authenticator, and a CA that accepts every answer.
    Sets an environment variable of this process, so nothing may run alongside it.

    :raises RuntimeError: if no certificate was issued.
    """
    os.environ[TRUSTING_CA] = "1"
    try:
        return statistics.median(_seconds_of_manual() for _ in range(BASE_RUNS))
    finally:
        del os.environ[TRUSTING_CA]


def _seconds_of_manual() -> float:
    with place(Emulator(domains=(DOMAIN,))) as (directory, pebble):
        started = time.monotonic()
        finished = Certbot(directory / "certbot", pebble).run(
            "certonly",
            *("--manual", "--preferred-challenges", "dns", "--manual-auth-hook", "true"),
            *(word for domain in PAIR for word in ("-d", domain)),
            *("--agree-tos", "--register-unsafely-without-email"),
            cwd=directory,
        )
        seconds = time.monotonic() - started
    if finished.exit_code != 0:
        raise RuntimeError(f"Certbot issued nothing without a plugin:\n{finished.output}")
    return seconds


def seconds_to_certificate(
    contender: Contender, lags: Sequence[float], variants: Variants
) -> Timed:
    """Time a certificate for a domain and its wildcard; name servers lag so many seconds."""
    emulator = Emulator(domains=(DOMAIN,), lags=lags, variants=variants)
    with place(emulator) as (directory, pebble):
        started = time.monotonic()
        is_issued = contender.obtain(directory, emulator, pebble, PAIR, None)
        return Timed(time.monotonic() - started, is_issued)


def cost_of_certificate(
    contender: Contender, names: int, records: int, variants: Variants
) -> Counted:
    """Count what a certificate for so many names costs in a zone of so many records."""
    emulator = Emulator(domains=(), variants=variants)
    emulator.account.add_domain(
        DOMAIN,
        records=[("A", f"host{n}.{DOMAIN}.", "192.0.2.1", 3600) for n in range(records)],
    )
    hosts = tuple(f"www{n}.{DOMAIN}" for n in range(1, names + 1))
    domains = PAIR if names == len(PAIR) else hosts
    with place(emulator) as (directory, pebble):
        is_issued = contender.obtain(
            directory, emulator, pebble, domains, "0" if contender.python else None
        )
        log = list(emulator.requests)
    return Counted(
        len(log),
        sum(line.bytes_received + line.bytes_sent for line in log),
        len({line.connection for line in log}),
        is_issued,
    )
