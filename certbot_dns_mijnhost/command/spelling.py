"""Records as people type them."""

from __future__ import annotations

import ipaddress

from certbot_dns_mijnhost.api import DNSRecord, InvalidInputError
from certbot_dns_mijnhost.challenge_records import absolute, canonical

HOSTS_LAST = frozenset({"CNAME", "MX", "NS", "PTR", "SRV"})
"""Types whose value ends in a host name, which the API wants with its final dot."""
ADDRESSES = frozenset({"A", "AAAA"})


def absolute_name(name: str, zone: str) -> str:
    """Return the name that was meant, without final dot.

    It is relative to the zone unless it ends in the zone's name or in a dot; ``@`` is the zone.

    :raises InvalidInputError: for an empty name, such as a shell's variable without a value.
    """
    if not canonical(name):
        raise InvalidInputError("The name is empty. Write @ for the domain itself.")
    return absolute(name, canonical(zone))


def record_as_typed(
    type: str,  # noqa: A002  # the API's word
    name: str,
    value: str,
    ttl: int | None,
    *,
    zone: str,
) -> DNSRecord:
    """Return the record that was meant.

    A host name in a value is absolute, with or without its final dot; ``@`` is the zone there too.
    """
    kind = type.upper()
    if kind in HOSTS_LAST and value.split()[-1:] == ["@"]:
        value = f"{value.strip()[:-1]}{canonical(zone)}."
    return DNSRecord(kind, f"{absolute_name(name, zone)}.", value_as_typed(kind, value), ttl)


def value_as_typed(kind: str, value: str) -> str:
    """Return a value in the one spelling that this command sends.

    :param kind: the type, in capitals.
    """
    value = value.strip()
    if kind in HOSTS_LAST and value and not value.endswith("."):
        return f"{value}."
    if kind in ADDRESSES:
        try:
            return str(ipaddress.ip_address(value))
        except ValueError:
            return value  # The client refuses it with the rule that it breaks.
    return value
