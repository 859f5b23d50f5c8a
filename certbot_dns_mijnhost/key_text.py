"""The API key as people paste or store it: cleaned if that is unambiguous, otherwise refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from certbot_dns_mijnhost.text_files import TextFileError, read_text

QUOTES = {'"': '"', "'": "'", "`": "`", "\u201c": "\u201d", "\u201e": "\u201d\u201c"}
QUOTES.update(
    {"\u2018": "\u2019", "\u201a": "\u2019\u2018", "\u201d": "\u201d", "\u2019": "\u2019"}
)
QUOTES.update({"\u00ab": "\u00bb"})
"""Quotation marks that open, and those that close them: of shells and of word processors."""
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
"""Characters without width, which a web page puts into what is copied from it."""
PLACEHOLDER = re.compile(
    r"(your|jouw|uw|my|mijn)?(mijnhost)?(api)?(key|token|sleutel)(here|hier)?|changeme|x{3,}|\*+|\.{3,}"
)
VARIABLE = re.compile(r"\$\{?\w+\}?|\$\(.*\)|%\w+%|\{\{.*\}\}")
NAMED = re.compile(
    r"(?:export\s+)?[\"']?(?:dns[_-])?mijn[_-]?host[_-]api[_-]key[\"']?\s*[=:](?P<key>.*)",
    re.IGNORECASE,
)
"""The key with its name in front, as in a credentials file or a script."""
COPY_AGAIN = "Copy the key again from mijn.host's control panel, on one line"


class KeyTextError(ValueError):
    """A text is not an API key; the message says why and what to do, and never shows the text."""


class CleanKey(NamedTuple):
    """An API key.

    :param key: never show it; empty if the text was.
    :param hint: what was left out, as the end of a sentence that begins with the key's place.
    """

    key: str
    hint: str = ""

    def __repr__(self) -> str:
        return f"CleanKey(hint={self.hint!r})"


def clean_key(text: str) -> CleanKey:
    """Return the API key without white space, invisible characters and quotation marks around it.

    :raises KeyTextError: if it has other characters that no key has.
    """
    key = text.translate(INVISIBLE).strip()
    bare = unquoted(unquoted(key))
    hint = "" if bare == key else "has quotation marks around the key. Remove them"
    _check(bare)
    return CleanKey(bare, hint)


def read_key_file(path: str | Path) -> CleanKey:
    """Return the API key of a file with nothing else, such as Docker's and systemd's secrets.

    An empty file gives an empty key.

    :raises KeyTextError: if the file has other content, or cannot be read; the message continues a
        sentence that names the file, and never shows its content.
    """
    try:
        text = read_text(path)
    except OSError as error:
        raise KeyTextError(
            f"cannot be read: {error.strerror}. It must contain the API key and nothing else, and "
            "be readable for the user who runs the command"
        ) from None
    except TextFileError as error:
        raise KeyTextError(
            f"cannot be read: it {error}. It must contain the API key and nothing else"
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


def check_is_no_placeholder(key: str) -> None:
    """Refuse the placeholder of an example or a template.

    :raises KeyTextError: if it is such a key.
    """
    if VARIABLE.fullmatch(key):
        raise KeyTextError(
            "has a variable instead of the API key: the variable was not replaced by its value. "
            "Write the key itself"
        )
    if PLACEHOLDER.fullmatch(re.sub(r"[-_ <>\[\]{}]", "", key).lower()):
        raise KeyTextError(
            "has the placeholder of an example instead of the API key. Replace it by the key from "
            "mijn.host's control panel"
        )


def unquoted(text: str) -> str:
    """Return `text` without the quotation marks around it; unchanged if there is no pair."""
    if len(text) > 1 and text[-1] in QUOTES.get(text[0], ""):
        return text[1:-1].strip()
    return text


def _check(key: str) -> None:
    if not key or VARIABLE.fullmatch(key):
        return
    marks = {*QUOTES, *"".join(QUOTES.values())}
    if key[0] in marks or key[-1] in marks:
        raise KeyTextError(f"has a quotation mark at only one end of the API key. {COPY_AGAIN}")
    for character in key:
        if character.isspace():
            raise KeyTextError(f"has spaces, line breaks or tabs inside the API key. {COPY_AGAIN}")
        if not (character.isascii() and character.isprintable()):
            raise KeyTextError(
                f"has a character inside the API key that is not allowed (U+{ord(character):04X}). "
                f"{COPY_AGAIN}"
            )
