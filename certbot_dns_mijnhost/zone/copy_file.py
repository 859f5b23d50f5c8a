"""The file format of a saved zone copy: reading it, and writing it once."""

from __future__ import annotations

import os
from pathlib import Path

from certbot_dns_mijnhost.api import DNSRecord, InvalidResponseError
from certbot_dns_mijnhost.api.exact_json import dumps, loads
from certbot_dns_mijnhost.text_files import TextFileError, read_text
from certbot_dns_mijnhost.zone.errors import ZoneCopyError
from certbot_dns_mijnhost.zone.listing import Listing
from certbot_dns_mijnhost.zone.names import canonical

LARGEST = 100_000_000
"""Bytes: more than any zone has."""


def copy_text(listing: Listing) -> str:
    """Return the copy of a zone, with all that the API listed of each record, in ASCII."""
    return dumps(listing.to_dict(), indent=1)


def write_new(path: Path, text: str) -> None:
    """Write a new file that only its owner can read.

    :raises FileExistsError: if it exists.
    :raises OSError: if it cannot be written; no part of it remains.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)  # Part of a zone must not look like a copy of it.
        raise


def read_copy(path: Path, domain: str) -> Listing:
    """Return the zone of a saved copy.

    :param domain: the zone that it must be a copy of.
    :raises ZoneCopyError: if it cannot be read, is not a copy, or is a copy of another zone.
    """
    try:
        content = loads(read_text(path, largest=LARGEST))
        zone, records = content["zone"], [DNSRecord.from_dict(each) for each in content["records"]]
        for record in records:
            record.check()
    except OSError as error:
        raise ZoneCopyError(
            f"Cannot read the zone copy {path}: {error.strerror}. Check the path."
        ) from error
    except TextFileError as error:
        raise ZoneCopyError(
            f"Cannot read the zone copy {path}: it {error}. Check the path."
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError, InvalidResponseError) as error:
        raise ZoneCopyError(
            f"{path} is not a zone copy: it is not JSON, or lacks records. Use a file that "
            "`mijnhost zone backup` or the plugin wrote."
        ) from error
    if canonical(str(zone)) != canonical(domain):
        raise ZoneCopyError(f"{path} is a copy of {zone}, not of {domain}. Use the right domain.")
    if not records:
        raise ZoneCopyError(f"The zone copy {path} has no records. Use another copy.")
    return Listing(canonical(domain), records)
