"""Files that contain only the API key, such as Docker's and systemd's secrets."""

from __future__ import annotations

import re
from pathlib import Path

from certbot_dns_mijnhost.key_text import CleanKey, KeyTextError, clean_key
from certbot_dns_mijnhost.text_files import TextFileError, read_text

NAMED = re.compile(
    r"(?:export\s+)?[\"']?(?:dns[_-])?mijn[_-]?host[_-]api[_-]key[\"']?\s*[=:](?P<key>.*)",
    re.IGNORECASE,
)
"""The key with its name in front, as in a credentials file or a script."""


def read_key_file(path: str | Path) -> CleanKey:
    """Return the API key of a file; an empty key if the file is empty.

    :raises KeyTextError: if the file has other content, or cannot be read; the message continues a
        sentence that names the file, and never shows its content.
    """
    try:
        text = read_text(path)
    except OSError as error:
        raise KeyTextError(
            f"cannot be read: {error.strerror}. Write the API key to it, and make it readable for "
            "the user who runs this"
        ) from None
    except TextFileError as error:
        raise KeyTextError(
            f"cannot be read: it {error}. Write the API key to it, and make it readable for the "
            "user who runs this"
        ) from None
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith("#")]
    if not lines:
        return CleanKey("")
    if lines[0].lstrip().startswith(("{", "[")):
        raise KeyTextError("is a JSON or INI file. Write only the API key to it")
    if len(lines) > 1:
        raise KeyTextError(
            f"has {len(lines)} lines with text. Write only the API key to it, on one line"
        )
    named = NAMED.fullmatch(lines[0].strip())
    if named is None:
        return clean_key(lines[0])
    key, _ = clean_key(named["key"])
    return CleanKey(key, "has a name in front of the key. Remove the name")
