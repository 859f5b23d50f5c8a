"""``python -m benchmarks --vendor PYTHON``: this plugin and the vendor's, side by side.

Ratios are the statement; seconds are this machine's.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import certbot

from benchmarks.certificates import Counted, Timed, cost_of_certificate, seconds_to_certificate
from benchmarks.contenders import Contender, contenders
from benchmarks.startup import import_cost, plugins_seconds
from certbot_dns_mijnhost import __version__
from certbot_dns_mijnhost.emulator import Variants

LAGS: tuple[tuple[float, ...], ...] = ((0.0,), (5.0,), (1.0, 4.0, 9.0), (30.0,), (75.0,))
NAMES = (1, 2, 20, 60)
ZONES = (10, 1000)
QUICK_LAGS = LAGS[:2]
QUICK_NAMES = NAMES[:2]


def main() -> int:
    """Run what is asked for and print it as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--vendor", required=True, help="the Python with the vendor's plugin")
    parser.add_argument("--bare", required=True, help="the Python with Certbot and no plugin")
    parser.add_argument("--quick", action="store_true", help="few cases")
    parser.add_argument("--write", type=Path, help="write the tables into this file")
    options = parser.parse_args()
    ours, vendor = contenders(options.vendor)
    parts = [
        heading(options.vendor),
        *certificate_times(ours, vendor, QUICK_LAGS if options.quick else LAGS),
        *certificate_costs(ours, vendor, QUICK_NAMES if options.quick else NAMES),
        *startup(ours, vendor, options.bare),
    ]
    text = "\n".join(parts) + "\n"
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    return 0


def heading(vendor_python: str) -> str:
    """Return the head: what was compared, where, and by which command."""
    vendor = subprocess.run(  # noqa: S603
        [
            vendor_python,
            "-c",
            "from importlib.metadata import version; print(version('certbot-dns-mijn-host'))",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return said(
        "# Benchmarks\n\n"
        f"This plugin ({__version__}) and the vendor's `certbot-dns-mijn-host` {vendor}: the same "
        f"Certbot ({certbot.__version__}), the same CA (Pebble), the same emulator, one after the "
        f"other on one machine (Python {platform.python_version()}, "
        f"{datetime.now(timezone.utc):%Y-%m-%d}).\n"
        "Made by `make benchmark`. The ratios are the statement; seconds are this machine's.\n"
    )


def certificate_times(
    ours: Contender, vendor: Contender, cases: tuple[tuple[float, ...], ...]
) -> list[str]:
    """Compare the seconds to a certificate."""
    base = seconds_to_certificate(ours, (0.0,), "0").seconds
    lines = [
        said(
            "## Seconds to a certificate for a domain and its wildcard\n\n"
            "The limit is the slowest name server's lag and what Certbot, the CA and the calls to "
            f"the API take by themselves ({base:.1f} s, measured without any wait). Each plugin "
            "with its defaults; where PATCH replaces, which is the likelier behaviour.\n\n"
            "| name servers lag | limit | this plugin | over the limit | the vendor's | ratio |\n"
            "|---|---|---|---|---|---|"
        )
    ]
    for lags in cases:
        limit = max(lags) + base
        mine, theirs = (seconds_to_certificate(each, lags) for each in (ours, vendor))
        lag = ", ".join(f"{lag:.0f} s" for lag in lags)
        lines.append(
            said(
                f"| {lag} | {limit:.1f} s | {timed(mine)} | {mine.seconds - limit:+.1f} s "
                f"| {timed(theirs)} | {ratio(theirs.seconds, mine.seconds)} |"
            )
        )
    return lines


def certificate_costs(ours: Contender, vendor: Contender, cases: tuple[int, ...]) -> list[str]:
    """Compare calls, bytes and connections."""
    lines = [
        said(
            "\n## What a certificate costs the API\n\n"
            "Calls / bytes of bodies / connections, up to the end of the clean-up; 2 names are a "
            "domain and its wildcard, more are subdomains. The vendor's with no wait.\n\n"
            "| names | records | where PATCH adds | where PATCH replaces | the vendor's "
            "| ratio of calls | ratio of bytes |\n"
            "|---|---|---|---|---|---|---|"
        )
    ]
    for records in ZONES:
        for names in cases:
            adds = cost_of_certificate(ours, names, records, Variants(patch="append"))
            replaces = cost_of_certificate(ours, names, records, Variants())
            theirs = cost_of_certificate(vendor, names, records, Variants())
            lines.append(
                said(
                    f"| {names} | {records:,} | {counted(adds)} | {counted(replaces)} "
                    f"| {counted(theirs)} | {ratio(theirs.calls, adds.calls)} "
                    f"| {ratio(theirs.size, adds.size)} |"
                )
            )
    return lines


def startup(ours: Contender, vendor: Contender, bare_python: str) -> list[str]:
    """Compare what being installed costs each run of Certbot."""
    mine, theirs = import_cost(ours), import_cost(vendor)
    beside = import_cost(ours, with_dns=True)
    lines = [
        said(
            "\n## Start-up\n\n"
            "Certbot imports each installed plugin at every run. What the module of the entry "
            "point adds to Certbot's own imports (median; memory by tracemalloc):\n\n"
            "| module | milliseconds | MiB |\n|---|---|---|\n"
            f"| this plugin | {mine.milliseconds:.2f} | {mine.mebibytes:.3f} |\n"
            f"| this plugin, dnspython loaded before | {beside.milliseconds:.2f} "
            f"| {beside.mebibytes:.3f} |\n"
            f"| the vendor's | {theirs.milliseconds:.2f} | {theirs.mebibytes:.3f} |\n"
        )
    ]
    bare = plugins_seconds(bare_python)
    ratios = [plugins_seconds(each) / bare for each in (sys.executable, vendor.python)]
    lines.append(
        said(
            f"`certbot plugins` takes {ratios[0]:.2f} times as long with this plugin as without "
            f"any, and {ratios[1]:.2f} times as long with the vendor's."
        )
    )
    return lines


def timed(result: Timed) -> str:
    """Return a time in words."""
    return f"{result.seconds:.1f} s" + ("" if result.is_issued else " and **no certificate**")


def counted(result: Counted) -> str:
    """Return a cost in words."""
    words = f"{result.calls} / {result.size:,} / {result.connections}"
    return words + ("" if result.is_issued else " **failed**")


def ratio(theirs: float, mine: float) -> str:
    """Return how much more theirs is."""
    return f"{theirs / mine:.1f}" if mine else "-"


def said(text: str) -> str:
    """Print a part at once, and return it."""
    print(text, flush=True)
    return text


if __name__ == "__main__":
    sys.exit(main())
