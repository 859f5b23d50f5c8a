"""The API key as people paste it: cleaned if that is unambiguous, otherwise refused."""

from __future__ import annotations

import re
from typing import NamedTuple

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


def check_is_no_placeholder(key: str) -> None:
    """Refuse the placeholder of an example or a template.

    :raises KeyTextError: if it is such a key.
    """
    if VARIABLE.fullmatch(key):
        raise KeyTextError(
            "has a variable that was not replaced by its value instead of the API key. Write the "
            "key itself"
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
        raise KeyTextError(f"has a quotation mark at one end of the API key only. {COPY_AGAIN}")
    for character in key:
        if character.isspace():
            raise KeyTextError(f"has spaces, line breaks or tabs inside the API key. {COPY_AGAIN}")
        if not (character.isascii() and character.isprintable()):
            raise KeyTextError(
                f"has a character inside the API key that no key has (U+{ord(character):04X}). "
                f"{COPY_AGAIN}"
            )
