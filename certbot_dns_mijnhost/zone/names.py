"""One spelling for names, so that they can be compared.

The API may list a name with or without its final dot, in any case, relative to its zone, and an
international name in either spelling.
"""

from __future__ import annotations

import re
import unicodedata

import idna


def canonical(name: str) -> str:
    """Return `name` in lower case, without final dot, its labels in their ASCII spelling."""
    labels = name.strip().replace("\u3002", ".").rstrip(".").split(".")
    return ".".join(_ascii_label(label) for label in labels)


def is_within(name: str, zone: str) -> bool:
    """Return whether `name` is `zone` or is below it; both canonical."""
    return name == zone or name.endswith("." + zone)


def absolute(listed_name: str, zone: str) -> str:
    """Return the canonical absolute name of what a listing of `zone` calls `listed_name`."""
    name = canonical(listed_name)
    if name in {"", "@"}:
        return zone
    # A final dot means absolute; without it, the zone's name decides.
    if listed_name.strip().endswith(".") or is_within(name, zone):
        return name
    return f"{name}.{zone}"


def file_name(zone: str) -> str:
    """Return a name for a file about `zone`, without characters that are special in paths."""
    return re.sub(r"[^a-z0-9._-]", "_", zone).lstrip(".") or "_"


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label.lower()
    try:
        return idna.encode(label, uts46=True).decode("ascii")
    except idna.IDNAError:
        return _punycode(label)


def _punycode(label: str) -> str:
    """Return the A-label of a label that IDNA 2008 refuses, as registries sell them: emoji."""
    try:
        mapped = idna.uts46_remap(label, std3_rules=False, transitional=False)
    except idna.IDNAError:
        mapped = unicodedata.normalize("NFKC", label).lower()
    if not mapped or any(character.isspace() for character in mapped):
        return label.lower()
    return mapped if mapped.isascii() else f"xn--{mapped.encode('punycode').decode('ascii')}"
