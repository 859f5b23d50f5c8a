"""What being installed costs each run of Certbot."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from benchmarks.contenders import Contender

RUNS = 15

# Certbot's own imports first: they are there with or without a plugin.
IMPORT = """
import sys, time, tracemalloc
import certbot.main
from certbot.plugins import dns_common
if {with_dns}:
    import dns.message, dns.query, dns.resolver
tracemalloc.start()
before = tracemalloc.get_traced_memory()[0]
import {module}
memory = tracemalloc.get_traced_memory()[0] - before
print(memory)
"""
TIME = """
import time
import certbot.main
from certbot.plugins import dns_common
if {with_dns}:
    import dns.message, dns.query, dns.resolver
started = time.perf_counter()
import {module}
print(time.perf_counter() - started)
"""


@dataclass(frozen=True)
class Import:
    """What importing the entry point's module adds to Certbot's own imports.

    :param milliseconds: median of several runs.
    :param mebibytes: traced by tracemalloc.
    """

    milliseconds: float
    mebibytes: float


def import_cost(contender: Contender, *, with_dns: bool = False) -> Import:
    """Measure the import of a plugin's module in fresh interpreters."""
    python = contender.python or sys.executable
    program = TIME.format(module=contender.module, with_dns=with_dns)
    _output(python, program)
    times = [float(_output(python, program)) for _ in range(RUNS)]
    memory = float(_output(python, IMPORT.format(module=contender.module, with_dns=with_dns)))
    return Import(statistics.median(times) * 1000, memory / 2**20)


def plugins_seconds(python: str) -> float:
    """Return the median of the seconds that ``certbot plugins`` takes."""
    program = "import sys; from certbot.main import main; sys.exit(main())"
    times = []
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        folders = [f"--{name}-dir={folder}/{name}" for name in ("config", "work", "logs")]
        for _ in range(RUNS // 2):
            started = time.perf_counter()
            _output(python, program, "plugins", *folders)
            times.append(time.perf_counter() - started)
    return statistics.median(times)


def _output(python: str, program: str, *arguments: str) -> str:
    # Compiled modules are kept, as they are where plugins are installed.
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    finished = subprocess.run(  # noqa: S603
        [python, "-c", program, *arguments], capture_output=True, text=True, check=True, env=kept
    )
    return finished.stdout.strip()
