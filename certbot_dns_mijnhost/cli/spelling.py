"""Records as people type them."""

from __future__ import annotations

import argparse
import ipaddress
from collections.abc import Iterable

from certbot_dns_mijnhost.api import DNSRecord, InvalidInputError
from certbot_dns_mijnhost.domain_names import check_labels, domain_name
from certbot_dns_mijnhost.zone import absolute, canonical

HOSTS_LAST = frozenset({"CNAME", "MX", "NS", "PTR", "SRV"})
"""Types whose value ends in a host name, which the API wants with its final dot."""
ADDRESSES = frozenset({"A", "AAAA"})
TEXTS = ("name", "value", "type", "ca", "nameservers", "resolver")
"""Arguments that are neither domains nor paths."""


def read_arguments(options: argparse.Namespace) -> None:
    """Replace what was typed: domains by their canonical names, bytes of the shell by text.

    :raises InvalidInputError: if a domain is not one.
    """
    for field in TEXTS:
        if isinstance(getattr(options, field, None), str):
            setattr(options, field, _text(getattr(options, field)))
    typed = getattr(options, "domain", None)
    if isinstance(typed, str):
        options.domain = domain_as_typed(typed)
    elif typed is not None:
        options.domain = domains_as_typed(typed)


def domains_as_typed(typed: Iterable[str]) -> list[str]:
    """Return the names of repeated options, each with one or more names, as Certbot reads them.

    :raises InvalidInputError: if one is not a domain name.
    """
    found: dict[str, None] = {}
    for text in typed:
        words = _text(text).replace(",", " ").split()
        if not words:  # No domain would mean all domains.
            raise InvalidInputError("-d names no domain. Write one, or omit the option.")
        found.update(dict.fromkeys(map(domain_as_typed, words)))
    return list(found)


def domain_as_typed(text: str) -> str:
    """Return the canonical name of a domain, in its ASCII form.

    :raises InvalidInputError: if it is not a domain name.
    """
    try:
        name = canonical(domain_name(_text(text)))
        check_labels(name, text)
    except ValueError as error:
        raise InvalidInputError(f"{error}. Correct the name.") from None
    if not name.isascii():
        raise InvalidInputError(
            f"{text!r} is not a domain name: no domain has such letters. Correct the name."
        )
    return name


def _text(typed: str) -> str:
    """Return an argument as text: in an ASCII locale, other letters arrive as bytes."""
    return typed.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def absolute_name(name: str, zone: str) -> str:
    """Return the name that was meant, without final dot.

    It is relative to the zone unless it ends in the zone's name or in a dot; ``@`` is the zone.

    :raises InvalidInputError: for an empty name, such as a shell's variable without a value.
    """
    if not canonical(name):
        raise InvalidInputError("The name is empty. Write @ for the domain itself.")
    found = absolute(name, canonical(zone))
    try:
        check_labels(found, name)
    except ValueError as error:
        raise InvalidInputError(f"{error}. Correct the name.") from None
    return found


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
