"""Moves a zone from another host to mijn.host by its zone file.

Export the zone file at the other host, set the API key, look at the changes, then make them::

    export MIJNHOST_API_KEY=...
    python examples/move_zone.py example.nl example.nl.zone --dry-run
    python examples/move_zone.py example.nl example.nl.zone

The zone at mijn.host gets exactly the records of the file. The SOA record and the NS records of the
domain itself are left out, because they name the other host's servers. DNSSEC records are left out,
because mijn.host signs the zone itself. Before anything changes, the zone is saved to a file, and
the program prints the command that restores it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import dns.exception
import dns.name
import dns.rdata
import dns.rdatatype
import dns.zone
from dns.rdtypes.ANY.TXT import TXT

from certbot_dns_mijnhost.api import DNSRecord, MijnHostClient, MijnHostError
from certbot_dns_mijnhost.zone import ZoneEditor

SIGNATURES = {"CDNSKEY", "CDS", "DNSKEY", "NSEC", "NSEC3", "NSEC3PARAM", "RRSIG"}


class FileError(Exception):
    """The file is not a zone file of the domain."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the changes; save a copy and make them, unless it is a dry run."""
    options = parser().parse_args(arguments)
    domain = options.domain.rstrip(".")
    try:
        records = list(read(options.file, domain))
        with MijnHostClient.from_env(base_url=options.api_url) as client:
            editor = ZoneEditor(client, domain, backup_directory=options.backup_directory)
            if not options.dry_run:
                copy = editor.save(editor.read())
                print(f"To undo: mijnhost zone restore {domain} {copy} --exact")
            plan = editor.apply(records, dry_run=options.dry_run)
    except (FileError, MijnHostError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print("The zone equals the file." if plan.is_empty else plan)
    return 0


def read(path: Path, domain: str) -> Iterator[DNSRecord]:
    """Yield the records of a zone file, their names absolute.

    dnspython resolves ``$ORIGIN``, ``$TTL``, ``@``, relative names, classes and line breaks.

    :raises FileError: if it is not a zone file, or not of this domain.
    :raises OSError: if it cannot be read.
    """
    origin = dns.name.from_text(domain)
    try:
        text = path.read_text(encoding="utf-8")
        zone = dns.zone.from_text(text, origin=origin, relativize=False, check_origin=False)
        found = list(zone.iterate_rdatas())
        for outside in names_outside(text, origin):
            print(f"Left out: {outside} is outside {domain}", file=sys.stderr)
    except (dns.exception.DNSException, ValueError) as error:
        raise FileError(f"Cannot read {path} as a zone file of {domain}: {error}") from error
    if not found:
        raise FileError(f"{path} has no records of {domain}. Give a zone file of this domain.")
    for name, ttl, rdata in found:
        kind = dns.rdatatype.to_text(rdata.rdtype)
        if kind in SIGNATURES or kind == "SOA" or (kind == "NS" and name == origin):
            print(f"Left out: {name} {kind}", file=sys.stderr)
            continue
        yield DNSRecord(kind, name.to_text(), value_of(rdata), max(ttl, 1))


def names_outside(text: str, origin: dns.name.Name) -> Iterator[dns.name.Name]:
    """Yield the names outside the zone, which dnspython skips without a word."""
    current = origin
    for line in text.splitlines():
        words = line.split()
        if not words or line[0] in ' \t;"()':
            continue
        if words[0].upper() == "$ORIGIN":
            current = dns.name.from_text(words[1], current)
        elif not words[0].startswith("$"):
            name = dns.name.from_text(words[0], current)
            if not name.is_subdomain(origin):
                yield name


def value_of(rdata: dns.rdata.Rdata) -> str:
    """Return the value as the API takes it: a text without quotes, its strings joined.

    :raises FileError: if a text is not UTF-8.
    """
    if rdata.rdtype != dns.rdatatype.TXT:
        return rdata.to_text()
    try:
        return b"".join(cast(TXT, rdata).strings).decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileError(f"A TXT record is not UTF-8: {rdata.to_text()}") from error


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    made = argparse.ArgumentParser(
        description="Give a zone at mijn.host the records of a zone file of another host.",
        epilog="The API key comes from the environment variable MIJNHOST_API_KEY.",
    )
    made.add_argument("domain", help="domain of the account, such as example.nl")
    made.add_argument("file", type=Path, help="zone file of the other host")
    made.add_argument(
        "--backup-directory", type=Path, metavar="DIRECTORY", help="where to save the copy"
    )
    made.add_argument("--dry-run", action="store_true", help="show the changes only")
    made.add_argument("--api-url", metavar="URL", help="URL of another API, such as the emulator")
    return made


if __name__ == "__main__":
    sys.exit(main())
