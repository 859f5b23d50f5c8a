"""A wildcard certificate from start to end on this machine: no account, no network.

Starts the emulator of mijn.host and Pebble, a small ACME server, on free loopback ports, and lets
the real Certbot obtain and renew a certificate by the plugin. Run it with ``make demo``.

The API's documentation does not say whether a second value in an RRset is kept. With ``make demo
PATCH=replace`` the emulator's API replaces the first value, and the plugin rewrites the zone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509

from certbot_dns_mijnhost.emulator import Emulator, LoggedRequest, Variants
from scripts.local_ca import Certbot, Pebble, emulator_settings, names_of, write_credentials

DOMAINS = ("example.nl", "*.example.nl")
LAGS = (0.0, 1.0, 2.0)
"""Seconds after which each name server serves a change."""
LEFT_OUT = ("- - -", "If you like Certbot", " * Donating", "NEXT STEPS:", "- The certificate will")
"""Lines of Certbot that are not about the demo."""


def main() -> int:
    """Run the demo; 0 if all went well."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--patch",
        choices=("append", "replace"),
        default="append",
        help="what the API does with the first value of an RRset when it gets a second one",
    )
    variants = Variants(patch=parser.parse_args().patch)
    try:
        with tempfile.TemporaryDirectory(prefix="dns-mijnhost-demo-") as directory:
            return _demo(Path(directory), variants)
    except KeyboardInterrupt:
        print("\nStopped.")
        return 130


def _demo(directory: Path, variants: Variants) -> int:
    _head("Starting the emulator of mijn.host and the CA Pebble on this machine")
    with (
        Emulator(domains=DOMAINS[:1], lags=LAGS, variants=variants) as emulator,
        Pebble(directory, emulator.resolver) as pebble,
    ):
        print(f"  the API       {emulator.api_url}")
        for server, lag in zip(emulator.nameservers, LAGS):
            print(f"  name server   {server} (serves a change after {lag:.0f} s)")
        print(f"  the CA        {pebble.url}")
        return _certificates(directory, emulator, Certbot(directory / "certbot", pebble))


def _certificates(directory: Path, emulator: Emulator, certbot: Certbot) -> int:
    before = emulator.account.records(DOMAINS[0])
    credentials = write_credentials(
        directory / "mijnhost.ini",
        emulator_settings(emulator),
    )
    _head(f"certbot certonly --authenticator dns-mijnhost -d {DOMAINS[0]} -d '{DOMAINS[1]}'")
    started = time.monotonic()
    if certbot.obtain(credentials, DOMAINS, show=_show).exit_code != 0:
        return _failed("Certbot did not obtain the certificate; its output is above.")
    print(f"  ({time.monotonic() - started:.1f} s)")
    calls = len(emulator.requests)

    _head("certbot renew --force-renewal")
    first = certbot.certificate(DOMAINS[0])
    if certbot.renew(show=_show).exit_code != 0:
        return _failed("Certbot did not renew the certificate; its output is above.")
    second = certbot.certificate(DOMAINS[0])

    _head("The certificate")
    _describe(second)
    _head("The calls to the API")
    _list_calls(emulator.requests[:calls], "the certificate")
    print(f"  {_count(emulator.requests[calls:])} for the renewal")
    _head("The zone")
    if second.serial_number == first.serial_number or names_of(second) != set(DOMAINS):
        return _failed("The renewed certificate is not a new one for both names.")
    if emulator.account.records(DOMAINS[0]) != before:
        return _failed("The zone is not as it was before.")
    print(f"  the {len(before)} records of before, and no others")
    print("\nDone: issued, renewed, and nothing left behind.")
    return 0


def _describe(certificate: x509.Certificate) -> None:
    print(f"  names    {', '.join(sorted(names_of(certificate)))}")
    print(f"  issuer   {certificate.issuer.rfc4514_string()}")
    # The names with _utc are newer than the oldest cryptography that Certbot is used with.
    start = getattr(certificate, "not_valid_before_utc", None) or certificate.not_valid_before
    end = getattr(certificate, "not_valid_after_utc", None) or certificate.not_valid_after
    print(f"  valid    {start:%Y-%m-%d} to {end:%Y-%m-%d}")


def _list_calls(requests: Sequence[LoggedRequest], purpose: str) -> None:
    for request in requests:
        print(f"  {request.method:<7}{request.path:<40}{request.status}")
    print(f"  {_count(requests)} for {purpose}")


def _count(requests: Sequence[LoggedRequest]) -> str:
    connections = len({request.connection for request in requests})
    return f"{len(requests)} calls over {connections} connection{'s' * (connections != 1)}"


def _head(text: str) -> None:
    print(f"\n== {text}", flush=True)


def _show(line: str) -> None:
    if line.strip() and not line.startswith(LEFT_OUT):
        print(f"  {line}", flush=True)


def _failed(text: str) -> int:
    print(f"\nFAILED: {text}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
