"""The ACME accounts that Certbot has on this machine: their URLs only, never a key."""

from __future__ import annotations

import json
from pathlib import Path

REGISTRATION = "regr.json"
"""The file that holds an account's URL. The private key is in another one, which is not read."""


def account_urls(config_directory: Path) -> tuple[str, ...] | None:
    """Return the URLs of Certbot's accounts, sorted; None if the folder is not readable.

    :param config_directory: Certbot's ``--config-dir``.
    """
    folder = config_directory / "accounts"
    try:
        folder.stat()
        files = sorted(folder.rglob(REGISTRATION))
    except FileNotFoundError:
        return ()
    except OSError:
        return None
    urls = []
    for file in files:
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # Certbot names such a file itself.
        if isinstance(found, dict) and isinstance(found.get("uri"), str):
            urls.append(found["uri"])
    return tuple(sorted(set(urls)))
