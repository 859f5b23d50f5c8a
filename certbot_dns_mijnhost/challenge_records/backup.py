"""A copy of a zone on disk before it is written as a whole."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from certbot_dns_mijnhost.challenge_records.listing import Listing
from certbot_dns_mijnhost.challenge_records.names import file_name

KEPT = 5
"""Copies of one zone that are kept; older ones are removed."""


def save(listing: Listing, directory: Path) -> Path:
    """Write the records of `listing` to a new file that only its owner can read; return its path.

    The file holds what the API listed, so it can be written back record by record or as a whole.

    :raises OSError: where it can't be written.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    content = json.dumps(
        {"zone": listing.zone, "records": [record.to_dict() for record in listing.records]},
        indent=1,
    )
    stem = file_name(listing.zone)
    path = _write_new(directory, f"{stem}-{stamp}", content)
    for old in sorted(directory.glob(f"{stem}-????????T??????Z-???.json"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def _write_new(directory: Path, stem: str, content: str) -> Path:
    number = 0
    while True:
        path = directory / f"{stem}-{number:03d}.json"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            number += 1
            continue
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            path.unlink()  # A part of a zone must not be taken for a copy of it.
            raise
        return path
