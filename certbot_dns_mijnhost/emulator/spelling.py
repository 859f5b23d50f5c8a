"""What a server makes of a value that it stores: another spelling of it, or another value.

Assumed, all of it: whether the real API does any of this is unknown; servers of other providers do.
"""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from certbot_dns_mijnhost.emulator.variants import Variants
from certbot_dns_mijnhost.emulator.zone import Record, rdata

HOST_TYPES = ("CNAME", "MX", "NS", "PTR", "SRV")
LONGEST_STRING = 255
"""Octets of one character string of a TXT record."""


def respelled(record: Record, variants: Variants) -> Record:
    """Spell a value as this server stores it; DNS treats both as the same data."""
    if variants.respells == "no":
        return record
    value = record.value
    if record.type in HOST_TYPES:
        value = rdata(record).to_text().lower()
        value = value if variants.respells == "final_dot" else value.rstrip(".")
    elif record.type in {"A", "AAAA"}:
        value = str(ipaddress.ip_address(value))
    return replace(record, name=record.name.lower(), value=value or record.value)


def mangled(record: Record, variants: Variants) -> Record:
    """Damage a long TXT value as this server does; all else stays."""
    if record.type != "TXT" or len(record.value.encode()) <= LONGEST_STRING:
        return record
    value = record.value
    if variants.mangles_txt == "cut":
        value = value[:LONGEST_STRING]
    elif variants.mangles_txt == "split":
        value = " ".join(
            value[i : i + LONGEST_STRING] for i in range(0, len(value), LONGEST_STRING)
        )
    elif variants.mangles_txt == "escapes":
        value = value.replace(";", "\\;")
    elif variants.mangles_txt == "drops":
        value = value.replace("+", "")
    return replace(record, value=value)


def in_strings(value: str) -> str:
    """Write a TXT value as quoted strings of at most 255 characters, as zone files do."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    pieces = [escaped[i : i + LONGEST_STRING] for i in range(0, len(escaped), LONGEST_STRING)]
    return " ".join(f'"{piece}"' for piece in pieces or [""])


def is_same_data(one: Record, other: Record) -> bool:
    """Tell whether two records of one name and type hold the same data, whatever the spelling."""
    if one.type == "TXT":
        return one.value == other.value
    return bool(rdata(one) == rdata(other))
