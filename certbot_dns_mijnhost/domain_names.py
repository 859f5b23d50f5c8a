"""Domain names as people type them.

A module of its own, because the settings and the command both use it, and the settings import
little.
"""

from __future__ import annotations

import re

LONGEST_LABEL = 63
LONGEST_NAME = 253
DOTS = str.maketrans({"\u3002": ".", "\uff0e": ".", "\uff61": "."})
"""The dots of Chinese and Japanese keyboards, which IDNA 2008 (RFC 5895) treats as dots."""
NO_DOMAIN = re.compile(r"[\x00-)+,/:-@\[-^`{-\x7f]")
"""ASCII characters that no domain has: all but letters, digits, ``-``, ``_``, ``*`` and dots."""


def domain_name(text: str) -> str:
    """Return a name in lower case, without white space and final dots.

    :raises ValueError: if it is not a domain name, saying why.
    """
    name = text.strip().translate(DOTS).rstrip(".").lower()
    if "://" in name:
        raise ValueError(
            f"{text!r} is a URL. Write only the domain, without {name.split('//')[0]}//"
        )
    if not name:
        raise ValueError(f"{text!r} is not a domain name: it is empty")
    check_labels(name, text)
    if found := NO_DOMAIN.search(name):
        raise ValueError(f"{text!r} is not a domain name: it contains {found.group()!r}")
    return name


def check_labels(name: str, text: str) -> None:
    """Check the labels of a name, between its dots.

    :param text: the name as it was typed.
    :raises ValueError: if one is empty or too long, saying which.
    """
    labels = name.removesuffix(".").split(".")
    if "" in labels:
        where = "it begins with a dot" if not labels[0] else "it has two dots in a row"
        raise ValueError(f"{text!r} is not a domain name: {where}")
    longest = max(labels, key=len)
    if len(longest) > LONGEST_LABEL:
        raise ValueError(
            f"{text!r} is not a domain name: {longest!r} is longer than {LONGEST_LABEL} characters"
        )
    if len(".".join(labels)) > LONGEST_NAME:
        raise ValueError(
            f"{text!r} is not a domain name: it is longer than {LONGEST_NAME} characters"
        )
