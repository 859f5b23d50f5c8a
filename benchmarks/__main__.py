"""``python -m benchmarks --vendor PYTHON --bare PYTHON``: this plugin and the vendor's, compared.

Ratios are the statement; seconds are this machine's.
"""

from __future__ import annotations

import argparse
import platform
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

from benchmarks.before import BEFORE
from benchmarks.certificates import (
    Counted,
    Timed,
    cost_of_certificate,
    seconds_to_certificate,
    seconds_without_plugin,
)
from benchmarks.contenders import Contender, contenders
from benchmarks.startup import Environment, import_costs, plugins_ratios, with_this_plugin
from benchmarks.waits import CASES, QUICK_CASES, table
from certbot_dns_mijnhost import __version__
from certbot_dns_mijnhost.emulator import Variants

LAGS: tuple[tuple[float, ...], ...] = ((0.0,), (5.0,), (1.0, 4.0, 9.0), (30.0,), (75.0,))
NAMES = (1, 2, 20, 60)
ZONES = (10, 1000)
QUICK_LAGS = LAGS[:2]
QUICK_NAMES = NAMES[:2]
APPEND = Variants(patch="append")
REPLACE = Variants(patch="replace")
COUNTED_AT_ONCE = 1
"""As root, runs for one domain share a lock, and a shared zone is read more often."""

VERSIONS = """
from importlib.metadata import version
for name in {names}:
    print(name, version(name))
"""
COMPARED = ("certbot", "acme", "requests")


def main() -> int:
    """Run what is asked for and print it as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--vendor", required=True, help="the Python with the vendor's plugin")
    parser.add_argument("--bare", required=True, help="the Python with Certbot and no plugin")
    parser.add_argument("--quick", action="store_true", help="few cases")
    parser.add_argument("--write", type=Path, help="write the tables into this file")
    options = parser.parse_args()
    if options.quick and options.write:
        parser.error("--write keeps the whole benchmark: leave out --quick")
    ours, vendor = contenders(options.vendor)
    bare_python = str(Path(options.bare).absolute())
    parts = [
        heading(vendor.python, bare_python),
        *certificate_times(ours, vendor, QUICK_LAGS if options.quick else LAGS),
        *certificate_costs(ours, vendor, QUICK_NAMES if options.quick else NAMES),
        printed(BEFORE.rstrip("\n")),
        *startup(ours, vendor, bare_python),
        printed(table(QUICK_CASES if options.quick else CASES)).rstrip("\n"),
    ]
    text = "\n".join(parts) + "\n"
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    return 0


def heading(vendor_python: str, bare_python: str) -> str:
    """Return the head: what was compared, where, and by which command."""
    *_, plugin = versions(vendor_python, (*COMPARED, "certbot-dns-mijn-host"))
    same = versions(sys.executable, COMPARED)
    for python in (vendor_python, bare_python):
        found = versions(python, COMPARED)
        if found != same:
            sys.exit(
                f"{python} has {', '.join(found)}; here are {', '.join(same)}: remove its "
                "environment, so that it is made anew with the same."
            )
    return printed(
        "# Benchmarks\n\n"
        f"This plugin ({__version__}) and the vendor's ({plugin}) with the same libraries "
        f"({', '.join(same)}), the same CA (Pebble) and the same emulator, on one machine "
        f"(Python {platform.python_version()}, {datetime.now(timezone.utc):%Y-%m-%d}).\n"
        "Made by `make benchmark`. Compare the ratios: the seconds are rough, because the machine "
        "does other work too.\n"
    )


def versions(python: str, names: tuple[str, ...]) -> list[str]:
    """Return the names and versions of an environment's packages."""
    return Environment(python).output(VERSIONS.format(names=names)).splitlines()


def certificate_times(
    ours: Contender, vendor: Contender, cases: tuple[tuple[float, ...], ...]
) -> list[str]:
    """Compare the seconds to a certificate."""
    base = seconds_without_plugin()
    lines = [
        printed(
            "## Seconds to a certificate for a domain and its wildcard\n\n"
            "The limit is the lag of the slowest name server, plus the time of Certbot and the CA: "
            f"{base:.1f} s, measured without a plugin, an API or a wait. Each plugin has its "
            "defaults (the vendor's waits 60 s). This plugin is timed twice, because the API's "
            "documentation does not say whether a PATCH adds a value to a name or replaces the "
            "other one. In brackets: how many times the limit.\n"
            "\n"
            "| name servers lag | limit | this plugin, PATCH adds | over the limit "
            "| this plugin, PATCH replaces | over the limit | the vendor's "
            "| vendor's / this, adds | vendor's / this, replaces |\n"
            "|---|---|---|---|---|---|---|---|---|"
        )
    ]
    # One lane for each plugin: both mostly wait, and two at a time hardly disturb each other.
    with ThreadPoolExecutor(1) as lane, ThreadPoolExecutor(1) as vendor_lane:
        waited = [
            (
                lags,
                lane.submit(seconds_to_certificate, ours, lags, APPEND),
                lane.submit(seconds_to_certificate, ours, lags, REPLACE),
                vendor_lane.submit(seconds_to_certificate, vendor, lags, REPLACE),
            )
            for lags in cases
        ]
        for lags, adds, replaces, theirs in waited:
            limit = max(lags) + base
            lines.append(
                printed(time_line(lags, limit, adds.result(), replaces.result(), theirs.result()))
            )
    return lines


def time_line(
    lags: tuple[float, ...], limit: float, adds: Timed, replaces: Timed, theirs: Timed
) -> str:
    """Return a line of the table of seconds."""
    cells = [
        ", ".join(f"{lag:.0f} s" for lag in lags),
        f"{limit:.1f} s",
        timed(adds, limit),
        f"{adds.seconds - limit:+.1f} s",
        timed(replaces, limit),
        f"{replaces.seconds - limit:+.1f} s",
        timed(theirs, limit),
        time_ratio(theirs, adds),
        time_ratio(theirs, replaces),
    ]
    return f"| {' | '.join(cells)} |"


def certificate_costs(ours: Contender, vendor: Contender, cases: tuple[int, ...]) -> list[str]:
    """Compare calls, bytes and connections."""
    lines = [
        printed(
            "\n## What a certificate costs the API\n\n"
            "Calls / bytes of bodies / connections, up to the end of the clean-up; 2 names are a "
            "domain and its wildcard, 1, 20 and 60 are subdomains. The vendor's with no wait. The "
            "ratios are the vendor's by this plugin's, where PATCH adds and where it replaces: "
            "above 1, the vendor's needs more.\n\n"
            "| names | records | where PATCH adds | where PATCH replaces | the vendor's "
            "| calls | bytes | connections |\n"
            "|---|---|---|---|---|---|---|---|"
        )
    ]
    with ThreadPoolExecutor(COUNTED_AT_ONCE) as pool:
        counts = [
            (
                names,
                records,
                pool.submit(cost_of_certificate, ours, names, records, APPEND),
                pool.submit(cost_of_certificate, ours, names, records, REPLACE),
                pool.submit(cost_of_certificate, vendor, names, records, REPLACE),
            )
            for records in ZONES
            for names in cases
        ]
        for names, records, adds, replaces, theirs in counts:
            mine = (adds.result(), replaces.result())
            lines.append(printed(cost_line(names, records, mine, theirs.result())))
    return lines


def cost_line(names: int, records: int, mine: tuple[Counted, Counted], theirs: Counted) -> str:
    """Return a line of the table of costs.

    :param mine: where PATCH adds, and where it replaces.
    """
    cells = [
        str(names),
        f"{records:,}",
        *(counted(each) for each in (*mine, theirs)),
        ", ".join(f"{theirs.calls / each.calls:.1f}" for each in mine),
        ", ".join(f"{theirs.size / each.size:.1f}" for each in mine),
        ", ".join(f"{theirs.connections / each.connections:.0f}" for each in mine),
    ]
    return f"| {' | '.join(cells)} |"


def startup(ours: Contender, vendor: Contender, bare_python: str) -> list[str]:
    """Compare what being installed costs each run of Certbot."""
    with with_this_plugin(bare_python) as this:
        theirs = Environment(vendor.python)
        costs = [
            (ours.label, *import_costs(this, ours.module)),
            (vendor.label, *import_costs(theirs, vendor.module)),
        ]
        (mine_ratio, their_ratio), noise = plugins_ratios(
            Environment(bare_python), [(this, ours.authenticator), (theirs, vendor.authenticator)]
        )
    rows = "".join(
        f"| {label} | {plain.milliseconds:.2f} | {plain.mebibytes:.3f} "
        f"| {alongside.milliseconds:.2f} | {alongside.mebibytes:.3f} |\n"
        for label, plain, alongside in costs
    )
    _, mine, _ = costs[0]
    _, other, _ = costs[1]
    return [
        printed(
            "\n## Start-up\n\n"
            "Certbot imports each installed plugin at every run. What the module of the entry "
            "point adds to Certbot's own imports (median, without garbage collection; memory by "
            "tracemalloc), with dnspython not loaded and loaded before:\n\n"
            "| module | milliseconds | MiB | ms alongside dnspython | MiB alongside dnspython |\n"
            "|---|---|---|---|---|\n"
            f"{rows}\n"
            f"The vendor's by this plugin's: {other.milliseconds / mine.milliseconds:.1f} times "
            f"the time and {other.mebibytes / mine.mebibytes:.1f} times the memory.\n\n"
            f"`certbot plugins` takes {mine_ratio:.2f} times as long with this plugin as without "
            f"any, and {their_ratio:.2f} times as long with the vendor's. Two measurements without "
            f"any plugin have the ratio {noise:.2f}, so a difference of this size means nothing."
        )
    ]


def timed(result: Timed, limit: float) -> str:
    """Return a time in words, with its ratio to the limit."""
    if not result.is_issued:
        return f"**no certificate** ({result.seconds:.1f} s)"
    return f"{result.seconds:.1f} s ({result.seconds / limit:.1f})"


def time_ratio(theirs: Timed, mine: Timed) -> str:
    """Return how much longer theirs took; nothing where either has no certificate."""
    both = theirs.is_issued and mine.is_issued
    return f"{theirs.seconds / mine.seconds:.1f}" if both else "-"


def counted(result: Counted) -> str:
    """Return a cost in words."""
    words = f"{result.calls} / {result.size:,} / {result.connections}"
    return words + ("" if result.is_issued else " **failed**")


def printed(text: str) -> str:
    """Print a part at once, and return it."""
    print(text, flush=True)
    return text


if __name__ == "__main__":
    sys.exit(main())
