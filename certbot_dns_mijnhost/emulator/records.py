"""Records: how names and values are stored, compared, listed and turned into DNS data."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from dns.rdtypes.ANY.TXT import TXT

from certbot_dns_mijnhost.emulator.variants import Variants

DEFAULT_TTL = 3600
RECORD_TYPES = (
    "A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SRV", "SSHFP",
    "SVCB", "TLSA", "TXT",
)  # fmt: skip
HOST_TYPES = ("CNAME", "MX", "NS", "PTR", "SRV")
LONGEST_STRING = 255
"""Octets of one character string of a TXT record."""


@dataclass(frozen=True, order=True)
class Record:
    """One DNS record as the account stores it.

    :param type: record type in capitals
    :param name: absolute with a final dot; relative only with the variant ``keeps_relative_names``
    :param value: a TXT value without quotes; MX and SRV with their priority
    :param ttl: seconds
    """

    type: str
    name: str
    value: str
    ttl: int = DEFAULT_TTL


Records = tuple[Record, ...]


# Names.


def domain_name(text: str) -> str:
    """Return the one form of a domain name: lower case, A-labels, no final dot.

    :raises ValueError: if it is not a domain name
    """
    name = absolute_name(text.rstrip("."), ".").rstrip(".")
    if not name:
        raise ValueError("a domain needs a name")
    return name


def absolute_name(name: str, apex: str) -> str:
    """Return the form of a record's name in which names are compared.

    It is in lower case and A-labels, absolute, with a final dot. Assumed: a name without a final
    dot is absolute if it ends in the zone's name, and otherwise relative to the zone.

    :raises ValueError: if it is not a domain name
    """
    return _a_labels(_absolute(name, apex)).lower()


def _absolute(name: str, apex: str) -> str:
    if name in {"", "@"}:
        return apex
    if name.endswith("."):
        return name
    return f"{name}.{apex}" if is_relative(name, apex) else f"{name}."


def is_relative(name: str, apex: str) -> bool:
    """Return whether a name is relative to the zone."""
    if name in {"", "@"} or name.endswith(".") or apex == ".":
        return False
    return not is_inside(f"{name}.".lower(), apex)


@lru_cache(maxsize=10_000)
def _a_labels(name: str) -> str:
    """Check a name and convert it to A-labels; a name without a final dot stays relative."""
    try:
        try:
            return dns.name.from_text(name, None).to_text()
        except dns.name.IDNAException:
            # Emoji: IDNA 2008 refuses them, but registries sold such names by the older rules.
            return dns.name.from_text(name, None, dns.name.IDNA_2003).to_text()
    except (dns.exception.DNSException, UnicodeError) as error:
        raise ValueError(f"{name!r} is not a domain name") from error


def is_inside(name: str, apex: str) -> bool:
    """Return whether an absolute name is the zone's apex or below it."""
    return f".{name}".endswith(f".{apex}")


def stored_name(name: str, apex: str, *, keep_relative: bool) -> str:
    """Return the stored form of a name that was sent.

    :raises ValueError: if it is not a domain name
    """
    keep = keep_relative and is_relative(name, apex)
    return _a_labels(name if keep else _absolute(name, apex))


# Storing and comparing.


def stored(record: Record, apex: str, *, keep_relative: bool) -> Record:
    """Return the stored form of a record that was sent; the case of the name is kept.

    :param keep_relative: a relative name stays relative
    :raises ValueError: if the zone cannot contain this name or value
    """
    if not is_inside(absolute_name(record.name, apex), apex):
        raise ValueError(f"{record.name!r} is not in the zone {apex}")
    name = stored_name(record.name, apex, keep_relative=keep_relative)
    made = replace(record, type=record.type.upper(), name=name)
    if made.type == "TXT":
        made = replace(made, value=unquoted(made.value))
    rdata(made)
    return made


def with_absolute_name(record: Record, apex: str) -> Record:
    """Return the record with the form of its name in which names are compared."""
    name = absolute_name(record.name, apex)
    return record if name == record.name else replace(record, name=name)


def normalized(record: Record, variants: Variants) -> Record:
    """Return the notation that the server stores; to DNS it is the same data.

    Assumed: whether the real API normalizes values is unknown; other providers do.
    """
    if variants.normalizes == "no":
        return record
    value = record.value
    if record.type in HOST_TYPES:
        value = rdata(record).to_text().lower()
        value = value if variants.normalizes == "final_dot" else value.rstrip(".")
    elif record.type in {"A", "AAAA"}:
        value = str(ipaddress.ip_address(value))
    return replace(record, name=record.name.lower(), value=value or record.value)


def damaged(record: Record, variants: Variants) -> Record:
    """Return the record with its long TXT value damaged, if the variants ask for it (assumed)."""
    if record.type != "TXT" or len(record.value.encode()) <= LONGEST_STRING:
        return record
    value = record.value
    if variants.damages_txt == "cut":
        value = value[:LONGEST_STRING]
    elif variants.damages_txt == "split":
        value = " ".join(
            value[i : i + LONGEST_STRING] for i in range(0, len(value), LONGEST_STRING)
        )
    elif variants.damages_txt == "escapes":
        value = value.replace(";", "\\;")
    elif variants.damages_txt == "drops":
        value = value.replace("+", "")
    return replace(record, value=value)


def is_same_data(one: Record, other: Record) -> bool:
    """Return whether two records of one name and type have the same data in any notation."""
    if one.type == "TXT":
        return one.value == other.value
    return bool(rdata(one) == rdata(other))


# Listing.


def listed(record: Record, variants: Variants) -> Record:
    """Return a record as the listing shows it.

    Seen in practice: absolute names, usually with a final dot; TXT values without quotes.
    """
    name = record.name
    if not variants.final_dot:
        name = name.rstrip(".")
    if variants.name_case == "upper":
        name = name.upper()
    elif variants.name_case == "mixed":
        name = "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(name))
    value = record.value
    if variants.quoted_txt and record.type == "TXT":
        value = quoted(value)
    elif variants.normalizes != "no" and record.type == "TXT":
        value = in_strings(value)
    if (name, value) == (record.name, record.value):
        return record
    return replace(record, name=name, value=value)


def unquoted(value: str) -> str:
    """Remove the quotes of a TXT value; several quoted strings are joined (assumed)."""
    if len(value) < 2 or not value.startswith('"') or not value.endswith('"'):
        return value
    try:
        parsed = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.TXT, value)
    except dns.exception.DNSException:
        return value
    return b"".join(cast(TXT, parsed).strings).decode("utf-8", "replace")


def quoted(value: str) -> str:
    """Quote a TXT value as one string of any length (assumed)."""
    return f'"{_escaped(value)}"'


def in_strings(value: str) -> str:
    """Write a TXT value as quoted strings of at most 255 characters, as in a zone file."""
    escaped = _escaped(value)
    pieces = [escaped[i : i + LONGEST_STRING] for i in range(0, len(escaped), LONGEST_STRING)]
    return " ".join(f'"{piece}"' for piece in pieces or [""])


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


# DNS data.


@lru_cache(maxsize=10_000)
def rdata(record: Record) -> dns.rdata.Rdata:
    """Return the record's value as DNS data. Assumed: a host name in it is absolute.

    :raises ValueError: if the value does not fit the type
    """
    if record.type not in RECORD_TYPES:
        raise ValueError(f"this API does not have the record type {record.type!r}")
    text = record.value
    if record.type == "TXT":
        octets = text.encode()
        pieces = [
            octets[start : start + LONGEST_STRING]
            for start in range(0, len(octets), LONGEST_STRING)
        ] or [b""]
        text = " ".join('"' + "".join(f"\\{byte:03d}" for byte in piece) + '"' for piece in pieces)
    try:
        return dns.rdata.from_text(
            dns.rdataclass.IN,
            dns.rdatatype.from_text(record.type),
            text,
            origin=dns.name.root,
            relativize=False,
        )
    except (dns.exception.DNSException, UnicodeError, ValueError) as error:
        raise ValueError(f"{record.value!r} does not fit the type {record.type}") from error
