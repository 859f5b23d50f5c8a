"""The arguments of the command, and its help."""

from __future__ import annotations

import argparse
import functools
import inspect
from pathlib import Path
from typing import Any

from certbot_dns_mijnhost import __version__
from certbot_dns_mijnhost.cli import (
    account,
    challenges,
    doctor,
    hooks,
    records,
    zone,
)
from certbot_dns_mijnhost.defaults import CA, RECORD_TTL

EXIT_CODES = """\
exit codes:
  0    done
  1    problems found, zones differ, or a change was not made or not confirmed
  2    wrong arguments or settings
  3    the API, DNS or the output failed
  130  interrupted

Without --credentials, the key is read from MIJNHOST_API_KEY,
MIJNHOST_API_KEY_FILE, systemd's credentials, or
/etc/letsencrypt/mijnhost.ini.
"""

CERTBOT_DIRECTORY = Path("/etc/letsencrypt")
LONGEST_WAIT = 86_400
VALUE = "for MX and SRV with the priority first; write -- before a value that begins with -"

Subparsers = Any


@functools.cache
def make_parser() -> argparse.ArgumentParser:
    """Return the parser, always the same one. Its result has the function to call in `run`."""
    parser = argparse.ArgumentParser(
        prog="mijnhost",
        description="Manage domains and zones at mijn.host, and check what renewals need.",
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
    parser = _command(groups, "doctor", "check what a renewal needs", doctor.doctor)
    _domains(parser, metavar="NAME", help_text="names of a certificate")
    parser.add_argument(
        "--no-write", dest="write", action="store_false", help="create no test record"
    )
    parser.add_argument(
        "--ca",
        default=CA,
        help="the CA's name in CAA records (default: %(default)s)",
    )
    parser.add_argument(
        "--config-dir",
        type=Path,
        default=CERTBOT_DIRECTORY,
        metavar="DIRECTORY",
        help="Certbot's configuration directory (default: %(default)s)",
    )
    _add_shared_flag(
        parser, "propagation-seconds", metavar="SECONDS", help="longest wait for the name servers"
    )
    servers = "HOST[:PORT],..."
    _add_shared_flag(
        parser,
        "nameservers",
        metavar=servers,
        help="name servers to query instead of the published ones",
    )
    _add_shared_flag(
        parser, "resolver", metavar=servers, help="recursive resolvers for finding the name servers"
    )
    # For tests: the emulator's name servers cannot use port 53.
    parser.add_argument("--dns-port", type=int, help=argparse.SUPPRESS)


def _add_domains(groups: Subparsers) -> None:
    _command(
        groups,
        "whoami",
        "show this machine's address and the customer number",
        account.whoami,
    )
    group = _group(groups, "domains", "show the domains of the account")
    parser = _command(group, "list", "show renewal dates and status", account.list_domains)
    _repeatable(parser, "--tag", help="only domains with this tag")


def _add_records(groups: Subparsers) -> None:
    group = _group(groups, "records", "show and change the records of a zone")
    parser = _command(group, "list", "show the records", records.list_records)
    parser.add_argument("domain", metavar="DOMAIN")
    parser.add_argument("--type", help="only records of this type")
    parser.add_argument("--name", help="only records of this name")
    parser = _command(group, "add", "add a value to an RRset", records.add)
    _record(parser)
    _yes(parser)
    parser = _command(group, "set", "make a value the only one of its RRset", records.set_value)
    _record(parser)
    _yes(parser)
    parser = _command(group, "delete", "delete a value, or a whole RRset", records.delete)
    _record(parser, value="?")
    _yes(parser)


def _add_zone(groups: Subparsers) -> None:
    group = _group(groups, "zone", "save, compare and restore a zone")
    parser = _command(group, "backup", "save a copy of a zone", zone.back_up)
    parser.add_argument("domain", metavar="DOMAIN")
    parser.add_argument("-o", "--output", metavar="FILE", help="the new file; - is standard output")
    parser = _command(group, "diff", "show how a zone differs from a copy", zone.diff)
    parser.add_argument("domain", metavar="DOMAIN")
    parser.add_argument("file", metavar="FILE")
    parser = _command(group, "restore", "restore records from a copy", zone.restore)
    parser.add_argument("domain", metavar="DOMAIN")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--exact", action="store_true", help="also delete new records")
    _yes(parser)


def _add_challenges(groups: Subparsers) -> None:
    group = _group(groups, "challenges", "add and remove the TXT records of ACME challenges")
    for name, help_text, run in (
        ("add", "add challenge records and wait for the name servers", challenges.add),
        ("remove", "remove challenge records", challenges.remove),
    ):
        parser = _command(group, name, help_text, run)
        parser.add_argument(
            "pairs",
            metavar="NAME VALUE",
            nargs="+",
            help="pairs; write -- before them if a value begins with -",
        )
        _wait(parser)
    parser = _command(group, "sweep", "remove leftover challenge records", challenges.sweep)
    _domains(parser, metavar="DOMAIN", help_text="domains (default: all)")
    parser.add_argument(
        "--wait",
        type=_seconds,
        metavar="SECONDS",
        help="read the zones twice, SECONDS apart, and remove only records that exist both times; "
        "--yes requires it",
    )
    _yes(parser)


def _add_hooks(groups: Subparsers) -> None:
    group = _group(groups, "hook", "the hooks of ACME clients")
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
            help="arguments of the client; options of mijnhost go before them",
        )


def _wait(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-wait", dest="wait", action="store_false", help="do not wait for the name servers"
    )
    _add_shared_flag(
        parser,
        "propagation-seconds",
        type=_seconds,
        metavar="SECONDS",
        help="longest wait for the name servers",
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
    _add_shared_flag(parser, "credentials", metavar="FILE", help="file with dns_mijnhost_api_key")
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.add_argument("-v", "--verbose", action="store_true", help="show each API call")
    parser.add_argument(
        "--backup-directory", type=Path, metavar="DIRECTORY", help="where to save copies of zones"
    )
    return parser


def _add_shared_flag(parser: argparse.ArgumentParser, name: str, **more: Any) -> None:
    """Add a flag that Certbot has too, under both names: messages use Certbot's."""
    destination = name.replace("-", "_")
    parser.add_argument(f"--{name}", f"--dns-mijnhost-{name}", dest=destination, **more)


def _record(parser: argparse.ArgumentParser, value: str | None = None) -> None:
    parser.add_argument("domain", metavar="DOMAIN")
    parser.add_argument("type", metavar="TYPE", help="for example TXT")
    parser.add_argument("name", metavar="NAME", help="relative to the domain; @ for the domain")
    parser.add_argument("value", metavar="VALUE", nargs=value, help=VALUE)
    if value is None:
        parser.add_argument(
            "--ttl",
            type=int,
            help=f"seconds (default: that of the RRset; of a new RRset {RECORD_TTL})",
        )


def _repeatable(parser: argparse.ArgumentParser, *flags: str, **more: Any) -> None:
    parser.add_argument(*flags, action="append", default=[], **more)


def _domains(parser: argparse.ArgumentParser, *, metavar: str, help_text: str) -> None:
    """Add the option that Certbot calls --domains, --domain and -d."""
    _repeatable(
        parser,
        *("-d", "--domain", "--domains"),
        dest="domains",
        metavar=f"{metavar}[,...]",
        help=f"{help_text}, separated by commas or each with its own -d",
    )


def _seconds(text: str) -> int:
    if not text.isdecimal() or int(text) > LONGEST_WAIT:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to {LONGEST_WAIT}")
    return int(text)


def _yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask for confirmation")
