"""Whether an answer shows what was written.

The service may respell names and values. :mod:`certbot_dns_mijnhost.zone` compares records as DNS
does; this is enough to notice that a write had no effect.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from certbot_dns_mijnhost.api.dns_record import DNSRecord

STRINGS = re.compile(r'(?<!\\)"\s*"')
"""Between two strings of a TXT record."""


def different(listed: Iterable[DNSRecord], record: DNSRecord, zone: str) -> list[str]:
    """Return the names of the fields that no listed record of this type and name has.

    Returns ``record`` if there is no such record. A TTL counts only if it was given.
    """
    wanted = _kind_and_name(record, zone)
    same_name = [each for each in listed if _kind_and_name(each, zone) == wanted]
    if not same_name:
        return ["record"]
    found = [each for each in same_name if _value(each) == _value(record)]
    if not found:
        return ["value"]
    return [] if record.ttl is None or record.ttl in {each.ttl for each in found} else ["ttl"]


def _kind_and_name(record: DNSRecord, zone: str) -> tuple[str, str]:
    name, apex = record.name.strip().lower(), zone.lower().rstrip(".")
    if name in {"", "@"}:
        name = apex
    elif not name.endswith(".") and name != apex and not name.endswith(f".{apex}"):
        name = f"{name}.{apex}"
    return record.type.upper(), name.rstrip(".")


def _value(record: DNSRecord) -> str:
    if record.type.upper() == "TXT":
        text = record.value
        is_quoted = len(text) > 1 and text[0] == text[-1] == '"'
        return STRINGS.sub("", text)[1:-1] if is_quoted else text
    return plain(record.value)


def plain(value: str | None) -> str:
    """Return an IP address, a host name or another value in one spelling; empty if it is None."""
    try:
        return str(ipaddress.ip_address((value or "").strip()))
    except ValueError:
        return " ".join((value or "").lower().split()).rstrip(".")
