"""Makes a zone equal to a YAML file.

Set the API key, look at the changes, then make them::

    export MIJNHOST_API_KEY=...
    python examples/sync_zone.py example.nl example.nl.yaml --dry-run
    python examples/sync_zone.py example.nl example.nl.yaml

The file maps names below the domain to their RRsets, as octoDNS writes it. The empty name is the
domain itself::

    '':
      - {type: A, value: 192.0.2.1}
      - {type: MX, values: ["10 mail.example.nl."], ttl: 3600}
    www:
      type: CNAME
      value: example.nl.

Records that are not in the file are removed; challenge records stay. This needs PyYAML:
``pip install pyyaml``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from certbot_dns_mijnhost.api import DNSRecord, InvalidInputError, MijnHostClient, MijnHostError
from certbot_dns_mijnhost.zone import ZoneEditor

try:
    import yaml
except ImportError:
    sys.exit("This program needs PyYAML. Run: pip install pyyaml")

DEFAULT_TTL = 3600


class FileError(Exception):
    """The file does not describe a zone."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the changes, and make them unless it is a dry run."""
    options = parser().parse_args(arguments)
    domain = options.domain.rstrip(".")
    try:
        records = list(read(options.file, domain))
        with MijnHostClient.from_env(base_url=options.api_url) as client:
            plan = ZoneEditor(client, domain).apply(records, dry_run=options.dry_run)
    except (FileError, MijnHostError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print("The zone equals the file." if plan.is_empty else plan)
    return 0


def read(path: Path, domain: str) -> Iterator[DNSRecord]:
    """Yield the records of a file.

    :raises FileError: if it does not describe a zone.
    :raises OSError: if it cannot be read.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeError) as error:
        raise FileError(f"{path} is not a YAML file: {error}") from error
    if not isinstance(content, dict) or not content:
        raise FileError(f"{path} must map names to records, and must not be empty.")
    for name, rrsets in content.items():
        absolute = f"{domain}." if name in {"", "@"} else f"{name}.{domain}."
        for rrset in rrsets if isinstance(rrsets, list) else [rrsets]:
            yield from records_of(rrset, absolute, domain, f"{path}: {name!r}")


def records_of(rrset: object, name: str, zone: str, place: str) -> Iterator[DNSRecord]:
    """Yield the records of one RRset.

    :raises FileError: if it lacks a type or values, or breaks a rule of the API.
    """
    if not isinstance(rrset, dict) or set(rrset) - {"type", "ttl", "value", "values"}:
        raise FileError(f"{place}: an RRset has type, value or values, and ttl.")
    values = rrset.get("values", [rrset.get("value")])
    ttl = rrset.get("ttl", DEFAULT_TTL)
    if not isinstance(rrset.get("type"), str) or not isinstance(values, list) or not values:
        raise FileError(f"{place}: give a type, and a value or a list of values.")
    if not all(isinstance(value, str) for value in values) or not isinstance(ttl, int):
        raise FileError(f"{place}: a value must be a text (use quotes), and a ttl a number.")
    for value in values:
        record = DNSRecord(rrset["type"], name, value, ttl)
        try:
            record.check(zone)
        except InvalidInputError as error:
            raise FileError(f"{place}: {error}") from error
        yield record


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    made = argparse.ArgumentParser(
        description="Make a zone equal to a YAML file.",
        epilog="The API key comes from the environment variable MIJNHOST_API_KEY.",
    )
    made.add_argument("domain", help="domain of the account, such as example.nl")
    made.add_argument("file", type=Path, help="YAML file with all records of the zone")
    made.add_argument("--dry-run", action="store_true", help="show the changes only")
    made.add_argument("--api-url", metavar="URL", help="URL of another API, such as the emulator")
    return made


if __name__ == "__main__":
    sys.exit(main())
