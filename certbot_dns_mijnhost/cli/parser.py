"""The command line."""

from __future__ import annotations

import argparse
import inspect
from pathlib import Path
from typing import Any

from certbot_dns_mijnhost import __version__
from certbot_dns_mijnhost.cli import (
    challenge_values,
    challenges,
    doctor,
    domains,
    hooks,
    records,
    zone,
)

EXIT_CODES = """\
exit codes:
  0    done, or all in order
  1    a problem was found, zones differ, something stays behind, or nobody confirmed
  2    wrong arguments or settings
  3    the API or DNS refused or could not be reached, or the output could not be written
  130  stopped

Without --credentials the key is taken from MIJNHOST_API_KEY, MIJNHOST_API_KEY_FILE, systemd's
credentials, or /etc/letsencrypt/mijnhost.ini.
"""

CERTBOT_DIRECTORY = Path("/etc/letsencrypt")
LONGEST_WAIT = 86_400
VALUE = "MX, SRV: priority first; one that begins with - goes behind --"

Subparsers = Any


def make_parser() -> argparse.ArgumentParser:
    """Return the parser; what it parses names in `run` what to call."""
    parser = argparse.ArgumentParser(
        prog="mijnhost",
        description="The domains and zones of an account at mijn.host, and a doctor for renewals.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"mijnhost {__version__}")
    groups = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_doctor(groups)
    _add_domains(groups)
    _add_records(groups)
    _add_zone(groups)
    _add_challenges(groups)
    _add_hooks(groups)
    return parser


def _add_doctor(groups: Subparsers) -> None:
    parser = _command(groups, "doctor", "check beforehand what a renewal will need", doctor.doctor)
    _domains(parser, metavar="NAME", help_text="names of a certificate")
    parser.add_argument(
        "--no-write", dest="write", action="store_false", help="write no scratch record"
    )
    parser.add_argument(
        "--ca",
        default="letsencrypt.org",
        help="the CA's name in CAA records (default: %(default)s)",
    )
    parser.add_argument(
        "--config-dir",
        type=Path,
        default=CERTBOT_DIRECTORY,
        metavar="FOLDER",
        help="Certbot's folder, whose renewals are looked at (default: %(default)s)",
    )
    _like_certbots(
        parser, "propagation-seconds", metavar="SECONDS", help="to wait for the name servers"
    )
    servers = "HOST[:PORT],..."
    _like_certbots(parser, "nameservers", metavar=servers, help="name servers to ask")
    _like_certbots(parser, "resolver", metavar=servers, help="to find the name servers by")
    # For tests: the emulator's name servers can't have port 53.
    parser.add_argument("--dns-port", type=int, default=53, help=argparse.SUPPRESS)


def _add_domains(groups: Subparsers) -> None:
    _command(groups, "whoami", "show how the API sees this machine", domains.whoami)
    group = _group(groups, "domains", "the account's domains")
    parser = _command(group, "list", "show renewal dates and status", domains.list_domains)
    _repeatable(parser, "--tag", help="only domains with this tag")


def _add_records(groups: Subparsers) -> None:
    group = _group(groups, "records", "the records of a zone")
    parser = _command(group, "list", "show the records", records.list_records)
    parser.add_argument("domain", metavar="DOMAIN")
    parser.add_argument("--type", help="only records of this type")
    parser.add_argument("--name", help="only records of this name")
    parser = _command(group, "add", "add a value beside others", records.add)
    _record(parser)
    _yes(parser)
    parser = _command(group, "set", "make a value the only one", records.set_value)
    _record(parser)
    _yes(parser)
    parser = _command(group, "delete", "remove a value, or all of a name", records.delete)
    _record(parser, value="?")
    _yes(parser)


def _add_zone(groups: Subparsers) -> None:
    group = _group(groups, "zone", "a zone as a whole")
    parser = _command(group, "backup", "copy a zone to a file", zone.back_up)
    parser.add_argument("domain", metavar="DOMAIN")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to; - is the terminal")
    parser = _command(group, "diff", "show how a zone differs from a copy", zone.diff)
    parser.add_argument("domain", metavar="DOMAIN")
    parser.add_argument("file", metavar="FILE")
    parser = _command(group, "restore", "put back what a zone lacks of a copy", zone.restore)
    parser.add_argument("domain", metavar="DOMAIN")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--exact", action="store_true", help="remove what the copy lacks too")
    _yes(parser)


def _add_challenges(groups: Subparsers) -> None:
    group = _group(groups, "challenges", "the TXT records of ACME challenges")
    for name, help_text, run in (
        ("add", "add challenge records and wait for the name servers", challenge_values.add),
        ("remove", "remove challenge records", challenge_values.remove),
    ):
        parser = _command(group, name, help_text, run)
        parser.add_argument(
            "pairs",
            metavar="NAME VALUE",
            nargs="+",
            help="pairs; behind -- if a value begins with -",
        )
        _wait(parser)
    parser = _command(group, "sweep", "list them, and remove those you confirm", challenges.sweep)
    _domains(parser, metavar="DOMAIN", help_text="domains, instead of all")
    parser.add_argument(
        "--wait",
        type=_seconds,
        metavar="SECONDS",
        help="look twice, so long apart, and take only what stands both times; needed with --yes",
    )
    _yes(parser)


def _add_hooks(groups: Subparsers) -> None:
    group = _group(groups, "hook", "the hook of an ACME client")
    for name, run in (
        ("certbot", hooks.certbot),
        ("lego", hooks.lego),
        ("dehydrated", hooks.dehydrated),
        ("uacme", hooks.uacme),
    ):
        parser = _command(group, name, f"called by {name}", run)
        _wait(parser)
        parser.add_argument(
            "arguments",
            nargs=argparse.REMAINDER,
            metavar="ARGUMENT",
            help="as the client gives them; options go before them",
        )


def _wait(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-wait", dest="wait", action="store_false", help="do not wait for the name servers"
    )
    _like_certbots(
        parser,
        "propagation-seconds",
        type=_seconds,
        metavar="SECONDS",
        help="to wait for the name servers at most",
    )


def _group(groups: Subparsers, name: str, help_text: str) -> Subparsers:
    parser = groups.add_parser(name, help=help_text, description=help_text)
    return parser.add_subparsers(metavar="COMMAND", required=True)


def _command(groups: Subparsers, name: str, help_text: str, run: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = groups.add_parser(
        name,
        help=help_text,
        description=inspect.getdoc(run),
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    _like_certbots(parser, "credentials", metavar="FILE", help="file with dns_mijnhost_api_key")
    parser.add_argument("--json", action="store_true", help="write JSON for machines")
    parser.add_argument("-v", "--verbose", action="store_true", help="show each call to the API")
    parser.add_argument(
        "--backup-directory", type=Path, metavar="FOLDER", help="where copies of zones are saved"
    )
    return parser


def _like_certbots(parser: argparse.ArgumentParser, name: str, **more: Any) -> None:
    """Add a flag that Certbot has too, under both names: messages speak of Certbot's."""
    destination = name.replace("-", "_")
    parser.add_argument(f"--{name}", f"--dns-mijnhost-{name}", dest=destination, **more)


def _record(parser: argparse.ArgumentParser, value: str | None = None) -> None:
    parser.add_argument("domain", metavar="DOMAIN")
    parser.add_argument("type", metavar="TYPE", help="such as TXT")
    parser.add_argument("name", metavar="NAME", help="relative to the domain; @ is itself")
    parser.add_argument("value", metavar="VALUE", nargs=value, help=VALUE)
    if value is None:
        parser.add_argument("--ttl", type=int, default=3600, help="seconds (default: %(default)s)")


def _repeatable(parser: argparse.ArgumentParser, *flags: str, **more: Any) -> None:
    parser.add_argument(*flags, action="append", default=[], **more)


def _domains(parser: argparse.ArgumentParser, *, metavar: str, help_text: str) -> None:
    """Add the option that Certbot calls --domains, --domain and -d."""
    _repeatable(
        parser,
        *("-d", "--domain", "--domains"),
        dest="domain",
        metavar=f"{metavar}[,...]",
        help=f"{help_text}, separated by commas or each with its own -d",
    )


def _seconds(text: str) -> int:
    seconds = int(text)
    if not 0 <= seconds <= LONGEST_WAIT:
        raise argparse.ArgumentTypeError(f"must be a whole number within 0 to {LONGEST_WAIT}")
    return seconds


def _yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-y", "--yes", action="store_true", help="ask nothing")
