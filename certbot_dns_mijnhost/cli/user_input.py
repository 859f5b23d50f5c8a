"""Parse what users and ACME clients give: domains, names, values and challenge records."""

from __future__ import annotations

import argparse
import ipaddress
import re
from collections.abc import Iterable, Sequence

from certbot_dns_mijnhost.api import DNSRecord, InvalidInputError
from certbot_dns_mijnhost.domain_names import check_labels, domain_name
from certbot_dns_mijnhost.settings import SettingError
from certbot_dns_mijnhost.zone import TXTRecord, absolute, canonical
from certbot_dns_mijnhost.zone.listing import CHALLENGE_LABEL

HOST_TYPES = frozenset({"CNAME", "MX", "NS", "PTR", "SRV"})
"""Types whose value ends in a host name, which the API expects with a final dot."""
ADDRESSES = frozenset({"A", "AAAA"})
LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
VALUE = re.compile(r"[!#-\[\]-~]{1,255}")
DIGEST = re.compile(r"[A-Za-z0-9_-]{43}")
"""The value of an ACME challenge."""
TEXT_ARGUMENTS = ("name", "value", "type", "ca", "nameservers", "resolver")
"""Arguments that are neither domains nor paths."""
LISTS = ("domains", "tag", "pairs", "arguments")
"""Arguments with any number of values."""


def read_arguments(options: argparse.Namespace) -> None:
    """Normalise arguments in place: domains become canonical names, bytes of the shell text.

    :raises InvalidInputError: if a domain is not one, or an argument is not text.
    """
    # Before Python 3.13, argparse reads a -- in the place of a value as an empty list.
    if any([] in (value if field in LISTS else [value]) for field, value in vars(options).items()):
        raise InvalidInputError("-- was given instead of a value. Write the value after it.")
    for field in TEXT_ARGUMENTS:
        if isinstance(getattr(options, field, None), str):
            setattr(options, field, _text(getattr(options, field)))
    if hasattr(options, "domain"):
        options.domain = parse_domain(options.domain)
    if hasattr(options, "domains"):
        options.domains = parse_domains(options.domains)
    if hasattr(options, "tag"):
        options.tag = [_text(tag) for tag in options.tag]


def parse_domains(typed: Iterable[str]) -> list[str]:
    """Return the names of repeated options, each with one or more names, as Certbot reads them.

    :raises InvalidInputError: if one is not a domain name.
    """
    found: dict[str, None] = {}
    for text in typed:
        words = _text(text).replace(",", " ").split()
        if not words:  # No domain would mean all domains.
            raise InvalidInputError("-d has no domain. Add one, or omit the option.")
        found.update(dict.fromkeys(map(parse_domain, words)))
    return list(found)


def parse_domain(text: str) -> str:
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
            f"{text!r} is not a domain name: it contains letters that domain names cannot have. "
            "Correct the name."
        )
    return name


def _text(typed: str) -> str:
    """Return an argument as text: in an ASCII locale, other letters arrive as bytes.

    :raises InvalidInputError: if it is not text: with other letters it would be another argument.
    """
    try:
        return typed.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        raise InvalidInputError(
            f"{typed!a} is not text in UTF-8. Use a terminal or a script that writes UTF-8."
        ) from None


def absolute_name(name: str, zone: str) -> str:
    """Return an absolute name without final dot.

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


def parse_record(
    type: str,  # noqa: A002  # the API's word
    name: str,
    value: str,
    ttl: int | None,
    *,
    zone: str,
) -> DNSRecord:
    """Return the record that was typed.

    A host name in a value is absolute, with or without its final dot; ``@`` is the zone there too.
    """
    kind = type.upper()
    if kind in HOST_TYPES and value.split()[-1:] == ["@"]:
        value = f"{value.strip()[:-1]}{canonical(zone)}."
    return DNSRecord(kind, f"{absolute_name(name, zone)}.", normalised_value(kind, value), ttl)


def normalised_value(kind: str, value: str) -> str:
    """Return a value as it is sent.

    :param kind: the type, in capitals.
    """
    value = value.strip()
    if kind in HOST_TYPES and value and not value.endswith("."):
        return f"{value}."
    if kind in ADDRESSES:
        try:
            return str(ipaddress.ip_address(value))
        except ValueError:
            return value  # The client refuses it with the rule that it breaks.
    return value


def parse_challenges(arguments: Sequence[str]) -> list[TXTRecord]:
    """Return the records of NAME VALUE NAME VALUE ..., each once.

    :raises SettingError: if a value is missing, or a name or value breaks a rule.
    """
    if not arguments or len(arguments) % 2:
        raise SettingError(
            f"NAME VALUE pairs are needed, but {len(arguments)} arguments were given. Give a value "
            "after each name."
        )
    records = [checked_challenge(TXTRecord(*pair)) for pair in zip(arguments[::2], arguments[1::2])]
    for name, value in records:
        if CHALLENGE_LABEL not in name.split(".") and not DIGEST.fullmatch(value):
            raise SettingError(
                f"{name} is not a name for ACME challenges, and its value is not the value of a "
                f"challenge. Give a name such as {CHALLENGE_LABEL}.example.nl; for other records, "
                "run `mijnhost records`."
            )
    return list(dict.fromkeys(records))


def checked_challenge(record: TXTRecord) -> TXTRecord:
    """Return a record with its canonical name.

    :raises SettingError: if the name is not a domain name, or the value is not that of a challenge.
    """
    name = canonical(record.name)
    if len(name) > 253 or "." not in name or not all(map(LABEL.fullmatch, name.split("."))):
        raise SettingError(
            f"{record.name!r} is not a domain name. Give the full name of the record, such as "
            f"{CHALLENGE_LABEL}.example.nl."
        )
    if not VALUE.fullmatch(record.value):
        raise SettingError(
            f"The value {record.value!r} for {name} is not the value of a challenge: it must be 1 "
            "to 255 letters, digits and signs, without spaces, quotes and backslashes. Pass it on "
            "as the ACME client gave it."
        )
    return TXTRecord(name, record.value)
