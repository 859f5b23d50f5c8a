"""Text files as people, editors and other systems write them."""

from __future__ import annotations

import codecs
import os
import re
import sys
from pathlib import Path

LARGEST = 1_000_000
"""Bytes. A credentials file has some hundred; a device such as /dev/zero has no end."""
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class TextFileError(ValueError):
    """A file is not text in UTF-8; the message continues a sentence that names the file."""


def read_text(path: str | Path, *, is_lenient: bool = False, largest: int = LARGEST) -> str:
    """Return the text of a file, without a byte order mark, its lines ended by line feeds.

    :param is_lenient: keep bytes that are not UTF-8 as surrogates: they may be in a comment.
    :param largest: bytes that are accepted.
    :raises TextFileError: if it is not text in UTF-8, or too large.
    :raises OSError: if the file cannot be read.
    """
    with Path(usable_path(str(path))).open("rb") as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise TextFileError(f"is larger than {largest} bytes")
    return decode(content, is_lenient=is_lenient)


def decode(content: bytes, *, is_lenient: bool = False) -> str:
    """Return the text of a file's content; see :func:`read_text`.

    :raises TextFileError: if it is not text in UTF-8.
    """
    # PowerShell and Notepad write UTF-16, with a byte order mark or without.
    if content.startswith(UTF_16) or (b"\0" in content and content.count(b"\0") * 3 > len(content)):
        raise TextFileError(
            "is not a text file in UTF-8: it is encoded as UTF-16. Save it as UTF-8"
        )
    if b"\0" in content:
        raise TextFileError("is not a text file in UTF-8")
    try:
        text = content.decode("utf-8-sig", "surrogateescape" if is_lenient else "strict")
    except UnicodeDecodeError:
        raise TextFileError("is not a text file in UTF-8") from None
    return re.sub(r"\r\n?", "\n", text)


def usable_path(path: str) -> str:
    """Return `path` as Python can open it, also if the locale's encoding lacks its letters."""
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogateescape").decode(
            sys.getfilesystemencoding(), "surrogateescape"
        )
    return path
