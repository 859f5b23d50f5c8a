"""``python -m certbot_dns_mijnhost.emulator``: run the emulator until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from certbot_dns_mijnhost.emulator import DEFAULT_API_KEY, Emulator
from certbot_dns_mijnhost.emulator.variants import parse


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the emulator.

    :param arguments: None means those of the command line
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        emulator = Emulator(
            api_key=options.api_key,
            domains=options.domain,
            seed=options.seed,
            lags=options.lag or [0.0],
            variants=parse(options.variant),
            port=options.port,
        )
        emulator.start()
    except (ValueError, OSError) as error:
        parser.error(str(error))
    try:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        _show(emulator)
        stop.wait()
    finally:
        emulator.stop()
    return 0


def _show(emulator: Emulator) -> None:
    lines = [
        f"API          {emulator.api_url}",
        f"API key      {emulator.account.api_key}",
        f"Domains      {' '.join(domain.name for domain in emulator.account.domains())}",
        f"Name servers {' '.join(emulator.nameservers)}",
        f"Resolver     {emulator.resolver}",
        "Stop with Ctrl-C.",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m certbot_dns_mijnhost.emulator",
        description="Run mijn.host on this machine: its HTTP API and its DNS, on loopback only.",
    )
    parser.add_argument("--api-key", default=DEFAULT_API_KEY, help="the valid API key")
    parser.add_argument(
        "--domain",
        action="append",
        help="a domain in the account; without it and --seed, example.nl; may be repeated",
    )
    parser.add_argument(
        "--lag",
        action="append",
        type=float,
        metavar="SECONDS",
        help="add a name server with this publication delay; may be repeated",
    )
    parser.add_argument("--seed", type=Path, help="a JSON file with the contents of the account")
    parser.add_argument(
        "--port", type=int, default=0, help="the API's port; without it, a free port"
    )
    parser.add_argument(
        "--variant",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="how the API behaves; see the class Variants; may be repeated",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
