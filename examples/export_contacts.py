"""Writes the contacts of the account to a CSV file that only its owner can read.

Set the API key, then run the program::

    export MIJNHOST_API_KEY=...
    python examples/export_contacts.py contacts.csv

The file holds personal data: store it where only those who need it can read it, and delete it when
it is no longer needed. Numbers of passports and social security are not exported.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from certbot_dns_mijnhost.api import MijnHostClient, MijnHostError

COLUMNS = (
    *("id", "name", "company_name", "vat", "company_registration_number", "company_url"),
    *("firstname", "lastname", "street", "street_number", "street_suffix", "zipcode", "city"),
    *("state", "country", "email", "phone_country", "phone_area", "phone_number"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file."""
    options = parser().parse_args(arguments)
    try:
        with MijnHostClient.from_env(base_url=options.api_url) as client:
            # The list may have no more than the id and the name of each contact.
            contacts = [client.contacts.get(each.id) for each in client.contacts.get_all()]
        # The file must not exist: another owner or mode of it would stay.
        handle = os.open(options.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for contact in contacts:
                writer.writerow([getattr(contact, column) for column in COLUMNS])
    except FileExistsError:
        print(f"{options.file} exists already. Name another file.", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Cannot write {options.file}: {error.strerror}.", file=sys.stderr)
        return 1
    except MijnHostError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Wrote {len(contacts)} contacts to {options.file}.")
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments."""
    made = argparse.ArgumentParser(
        description="Write the contacts of the account to a CSV file.",
        epilog="The API key comes from the environment variable MIJNHOST_API_KEY.",
    )
    made.add_argument("file", type=Path, help="CSV file to create")
    made.add_argument("--api-url", metavar="URL", help="URL of another API, such as the emulator")
    return made


if __name__ == "__main__":
    sys.exit(main())
