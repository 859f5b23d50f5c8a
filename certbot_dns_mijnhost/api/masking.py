"""Keeping what was sent out of what is said about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

MASK = "***"
SHORTEST = 3
"""Shorter texts would mask half of every sentence."""


def mask(text: str, secrets: Iterable[str]) -> str:
    """Return `text` without any of `secrets`."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def texts_in(body: object) -> Iterator[str]:
    """Yield the texts of a body that are long enough to be told apart, keys left out."""
    if isinstance(body, str) and len(body) >= SHORTEST:
        yield body
    elif isinstance(body, Mapping):
        for value in body.values():
            yield from texts_in(value)
    elif isinstance(body, (list, tuple)):
        for value in body:
            yield from texts_in(value)
