"""What being installed costs each run of Certbot."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import certbot_dns_mijnhost

IMPORT_RUNS = 15
PLUGINS_RUNS = 11

# Certbot's own imports first: they are there with or without a plugin.
MEMORY = """
import tracemalloc
import certbot.main
from certbot.plugins import dns_common
if {with_dns}:
    import dns.message, dns.query, dns.resolver
tracemalloc.start()
before = tracemalloc.get_traced_memory()[0]
import {module}
print(tracemalloc.get_traced_memory()[0] - before)
"""
# Whether a collection of garbage falls into the import is chance, and costs more than the import.
TIME = """
import gc, time
import certbot.main
from certbot.plugins import dns_common
if {with_dns}:
    import dns.message, dns.query, dns.resolver
gc.collect()
gc.disable()
started = time.perf_counter()
import {module}
print(time.perf_counter() - started)
"""
PLUGINS = "import sys; from certbot.main import main; sys.exit(main())"


@dataclass(frozen=True)
class Environment:
    """A Python with Certbot, and a folder of additional modules.

    :param python: an absolute path, since it is started in an empty folder.
    """

    python: str
    folder: str = ""

    def output(self, program: str, *arguments: str) -> str:
        """Run a program in a fresh interpreter.

        It starts in an empty folder: `python -c` finds the plugins of the one that it starts in.

        :raises subprocess.CalledProcessError: if it fails.
        """
        # Compiled modules are kept, as they are where plugins are installed.
        left_out = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}
        kept = {k: v for k, v in os.environ.items() if k not in left_out}
        if self.folder:
            kept["PYTHONPATH"] = self.folder
        with tempfile.TemporaryDirectory(prefix="benchmark-") as empty:
            finished = subprocess.run(  # noqa: S603
                [self.python, "-c", program, *arguments],
                capture_output=True,
                text=True,
                check=True,
                env=kept,
                cwd=empty,
            )
        return finished.stdout.strip()


@dataclass(frozen=True)
class Import:
    """What importing the entry point's module adds to Certbot's own imports.

    :param milliseconds: median of several runs.
    :param mebibytes: traced by tracemalloc.
    """

    milliseconds: float
    mebibytes: float


@contextmanager
def with_this_plugin(bare_python: str) -> Iterator[Environment]:
    """Let an environment without plugins find this one, and nothing else of the environment here.

    The number of installed packages changes what `certbot plugins` takes, so that the environment
    of the tests would not compare.
    """
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        package = Path(certbot_dns_mijnhost.__file__).parent
        (Path(name) / package.name).symlink_to(package)
        metadata = Path(name) / f"{package.name}-{certbot_dns_mijnhost.__version__}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: certbot-dns-mijnhost\n"
            f"Version: {certbot_dns_mijnhost.__version__}\n"
        )
        entry_points = distribution("certbot-dns-mijnhost").read_text("entry_points.txt")
        (metadata / "entry_points.txt").write_text(entry_points or "")
        yield Environment(bare_python, name)


def import_costs(environment: Environment, module: str) -> tuple[Import, Import]:
    """Measure the import of a plugin's module in fresh interpreters.

    :return: without dnspython, and where dnspython was imported before.
    """
    return (
        _import_cost(environment, module, with_dns=False),
        _import_cost(environment, module, with_dns=True),
    )


def _import_cost(environment: Environment, module: str, *, with_dns: bool) -> Import:
    program = TIME.format(module=module, with_dns=with_dns)
    environment.output(program)
    times = [float(environment.output(program)) for _ in range(IMPORT_RUNS)]
    memory = float(environment.output(MEMORY.format(module=module, with_dns=with_dns)))
    return Import(statistics.median(times) * 1000, memory / 2**20)


def plugins_ratios(
    bare: Environment, others: Sequence[tuple[Environment, str]]
) -> tuple[list[float], float]:
    """Compare what `certbot plugins` takes with and without each plugin.

    They take turns, so that a machine that grows busy grows busy for all.

    :param others: with the authenticator that each has to list.
    :return: the median of each one's ratio to the bare one; then that of the bare one to itself,
        which tells how much of a ratio is noise.
    :raises RuntimeError: if an environment lists other plugins than it should.
    """
    compared = [*(environment for environment, _ in others), bare]
    _check_lists(bare, others)
    rounds = [
        (_plugins_seconds(bare), [_plugins_seconds(each) for each in compared])
        for _ in range(PLUGINS_RUNS)
    ]
    *ratios, noise = (
        statistics.median(times[number] / base for base, times in rounds)
        for number in range(len(compared))
    )
    return ratios, noise


def _check_lists(bare: Environment, others: Sequence[tuple[Environment, str]]) -> None:
    names = [authenticator for _, authenticator in others]
    for environment, wanted in [(bare, ""), *others]:
        lines = _plugins(environment).splitlines()
        listed = [name for name in names if f"* {name}" in lines]
        if listed != [name for name in names if name == wanted]:
            raise RuntimeError(f"{environment.python} lists {listed} instead of {wanted or 'none'}")


def _plugins_seconds(environment: Environment) -> float:
    started = time.perf_counter()
    _plugins(environment)
    return time.perf_counter() - started


def _plugins(environment: Environment) -> str:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        folders = [f"--{name}-dir={folder}/{name}" for name in ("config", "work", "logs")]
        return environment.output(PLUGINS, "plugins", *folders)
