"""Copies of zones in files: those of ``mijnhost zone backup``, and those that the plugin saves."""

from __future__ import annotations

import os
from pathlib import Path

from certbot_dns_mijnhost.api import DNSRecord, InvalidResponseError
from certbot_dns_mijnhost.api.exact_json import dumps, loads
from certbot_dns_mijnhost.settings import SettingError
from certbot_dns_mijnhost.text_files import TextFileError, read_text
from certbot_dns_mijnhost.zone import Listing, canonical

LARGEST = 100_000_000
"""Bytes: more than any zone has."""


def as_text(listing: Listing) -> str:
    """Return the copy of a zone, with all that the API told of each record, as ASCII."""
    return dumps(listing.to_dict(), indent=1)


def write(text: str, path: Path) -> None:
    """Write a copy to a new file that only its owner can read.

    :raises SettingError: where it exists already, or can't be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise SettingError(f"{path} exists already. Name another file.") from error
    except OSError as error:
        raise SettingError(f"{path} can't be written: {error.strerror}. Name another.") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        # Half a copy would be taken for one.
        path.unlink(missing_ok=True)
        raise SettingError(f"{path} can't be written: {error.strerror}. Name another.") from error


def read(path: Path, domain: str) -> Listing:
    """Return the zone of a copy.

    :raises SettingError: where it can't be read, is no copy, or is one of another zone.
    """
    try:
        content = loads(read_text(path, largest=LARGEST))
        zone, records = content["zone"], [DNSRecord.from_dict(each) for each in content["records"]]
        for record in records:
            record.check()
    except OSError as error:
        raise SettingError(f"{path} can't be read: {error.strerror}. Name a copy.") from error
    except TextFileError as error:
        raise SettingError(f"{path} {error}. Name a copy.") from error
    except (ValueError, KeyError, TypeError, RecursionError, InvalidResponseError) as error:
        raise SettingError(
            f"{path} is no copy of a zone ({type(error).__name__}). Name a file that "
            "`mijnhost zone backup` or the plugin wrote."
        ) from error
    if canonical(str(zone)) != canonical(domain):
        raise SettingError(
            f"{path} is a copy of {zone}, not of {domain}. Name the zone that it is of."
        )
    if not records:
        raise SettingError(f"{path} holds no records. Name another copy.")
    return Listing(canonical(domain), records)
