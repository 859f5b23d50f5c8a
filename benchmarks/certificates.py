"""Seconds to a certificate, and calls, bytes and connections for many names."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contenders import Contender
from certbot_dns_mijnhost.emulator import Emulator, Variants
from examples.local_ca import Pebble

DOMAIN = "example.nl"
PAIR = (DOMAIN, f"*.{DOMAIN}")


@dataclass(frozen=True)
class Timed:
    """How long a certificate took; `is_issued` tells whether there is one."""

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


def seconds_to_certificate(
    contender: Contender, lags: Sequence[float], seconds: str | None = None
) -> Timed:
    """Time a certificate for a domain and its wildcard; name servers lag so many seconds."""
    emulator = Emulator(domains=(DOMAIN,), lags=lags)
    with place(emulator) as (directory, pebble):
        started = time.monotonic()
        is_issued = contender.obtain(directory, emulator, pebble, PAIR, seconds)
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
    hosts = tuple(f"www{n}.{DOMAIN}" for n in range(names))
    domains = {1: hosts[:1], 2: PAIR}.get(names, hosts)
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
