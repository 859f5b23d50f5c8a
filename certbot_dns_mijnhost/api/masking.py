"""Keeping what was sent out of what is said about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

MASK = "***"
SHORTEST = 3
"""Shorter texts would mask half of every sentence."""

Hide = Callable[[str], str]


def mask(text: str, secrets: Iterable[str]) -> str:
    """Return `text` without any of `secrets`, in whichever case and with whichever white space.

    An API may say an e-mail address in small letters, or a name with its spaces made one.
    """
    longest_first = sorted({secret.strip() for secret in secrets}, key=len, reverse=True)
    patterns = [r"\s+".join(map(re.escape, secret.split())) for secret in longest_first]
    if not any(patterns):
        return text
    return re.sub("|".join(filter(None, patterns)), MASK, text, flags=re.IGNORECASE)


def texts_in(body: object) -> Iterator[str]:
    """Yield the texts and numbers of a body that are long enough to be told apart, without keys."""
    if isinstance(body, Mapping):
        for value in body.values():
            yield from texts_in(value)
    elif isinstance(body, (list, tuple)):
        for value in body:
            yield from texts_in(value)
    elif body is not None and not isinstance(body, bool) and len(str(body).strip()) >= SHORTEST:
        yield str(body)
