"""Record values in one spelling for each type, so that they can be compared as DNS compares them.

A server may store ``Mail.Example.NL.`` as ``mail.example.nl``, or an address in another notation.
Two spellings that DNS treats as the same data get the same comparable value; two values that DNS
distinguishes never do. What this module cannot read is compared as text.

The comparable value is for comparing and for messages. What is sent is the value as it was listed.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

from certbot_dns_mijnhost.zone.names import canonical

QUOTED_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
QUOTED_STRINGS = re.compile(rf"(?:{QUOTED_STRING.pattern}\s*)+", re.DOTALL)
QUOTED_STRING_OR_SPACE = re.compile(rf"{QUOTED_STRING.pattern}|\s+", re.DOTALL)
ESCAPE = re.compile(rb"\\(\d{3}|.)", re.DOTALL)
NUMBER = re.compile(r"[0-9]{1,18}")
HEX = re.compile(r"[0-9a-fA-F]+")
ZONE_FILE_SYNTAX = frozenset(";()")
"""Outside quotes these are comments and line breaks in a zone file, but plain text in a listing."""

TEXTS = frozenset({"TXT", "SPF"})
HOSTS = {"ALIAS": 0, "ANAME": 0, "CNAME": 0, "DNAME": 0, "MX": 1, "NS": 0, "PTR": 0, "SRV": 3}
"""Types whose value is a host name after so many numbers."""
NUMBERS_BEFORE_HEX = {"CDS": 3, "DS": 3, "SMIMEA": 3, "SSHFP": 2, "TLSA": 3}
BOUND_TYPES = frozenset({"HTTPS", "SVCB"})
CA_DOMAINS = frozenset({"issue", "issuemail", "issuevmc", "issuewild"})


@lru_cache(maxsize=10_000)
def comparable_value(kind: str, value: str, zone: str = "") -> str:
    """Return a value in the spelling that equal values of this type share.

    :param kind: the type, in capitals.
    :param zone: canonical name of the zone that a host name of one label is relative to. If it is
        empty, host names without a final dot stay so: equal then means equal however the API reads
        them.
    """
    if kind in TEXTS:
        return text_value(value)
    if kind in {"A", "AAAA"}:
        return _address(kind, value)
    if kind in HOSTS:
        return _numbers_and_host(value, HOSTS[kind], zone)
    if kind in NUMBERS_BEFORE_HEX:
        return _numbers_and_hex(value, NUMBERS_BEFORE_HEX[kind])
    if kind == "CAA":
        return _authorization(value)
    return _parsed(kind, value, zone)


def text_value(listed_value: str) -> str:
    """Return a TXT value without quotes, its strings joined."""
    value = listed_value.strip()
    if not QUOTED_STRINGS.fullmatch(value):
        return value
    octets = "".join(QUOTED_STRING.findall(value)).encode("utf-8", "surrogatepass")
    return ESCAPE.sub(_unescaped, octets).decode("utf-8", "surrogateescape")


def _unescaped(escape: re.Match[bytes]) -> bytes:
    code = escape.group(1)
    return bytes([int(code)]) if len(code) == 3 and int(code) < 256 else code


def _address(kind: str, value: str) -> str:
    value = value.strip()
    try:
        if kind == "A":
            return str(ipaddress.IPv4Address(value)) if _is_decimal(value) else value
        return str(ipaddress.IPv6Address(value)) if "%" not in value else value
    except ValueError:
        return value


def _is_decimal(address: str) -> bool:
    """Return whether no part can be read as octal, as 010 is by some programs and not by others."""
    return not any(len(part) > 1 and part.startswith("0") for part in address.split("."))


def _numbers_and_host(value: str, count: int, zone: str) -> str:
    words = value.split()
    # An API may keep the numbers in fields of their own.
    if len(words) not in {1, count + 1}:
        return _spaced(value)
    return " ".join([*map(_number, words[:-1]), _host(words[-1], zone)])


def _numbers_and_hex(value: str, count: int) -> str:
    words = value.split()
    digest = "".join(words[count:])
    if not HEX.fullmatch(digest):
        return _spaced(value)
    return " ".join([*map(_number, words[:count]), digest.lower()])


def _authorization(value: str) -> str:
    """Return a CAA value: flags, tag, and a text in quotes.

    The domain of a CA is a host name; its parameters, such as an account's URL, are compared
    exactly.
    """
    words = value.split(None, 2)
    if len(words) != 3 or '"' in words[1]:
        return _spaced(value)
    tag = words[1].lower()
    text = text_value(words[2])
    if tag in CA_DOMAINS:
        domain, semicolon, parameters = text.partition(";")
        text = f"{canonical(domain)}{semicolon}{parameters}"
    return f'{_number(words[0])} {tag} "{text}"'


def _parsed(kind: str, value: str, zone: str) -> str:
    """Return a value of a rare type as dnspython writes it; if it cannot read it, as spaced text.

    dnspython is optional and takes long to load, and few zones have such a record.
    """
    words = value.split(None, 2)
    if kind in BOUND_TYPES and len(words) > 1:
        value = " ".join([_number(words[0]), _host(words[1], zone), *words[2:]])
    if ZONE_FILE_SYNTAX.intersection(QUOTED_STRING.sub("", value)):
        return _spaced(value)
    try:
        from certbot_dns_mijnhost.zone import rare_values  # noqa: PLC0415
    except ImportError:
        return _spaced(value)
    return rare_values.as_dnspython_writes_it(kind, value, zone) or _spaced(value)


def _number(word: str) -> str:
    return str(int(word)) if NUMBER.fullmatch(word) else word


def _host(word: str, zone: str) -> str:
    """Return a host name of a value: lower case, A-labels, absolute with a final dot.

    Without a final dot, a name of several labels is absolute and one of a single label relative:
    listings do not say, and few hosts outside a zone have a name of one label.
    """
    name = canonical(word)
    if not zone:
        return f"{name}." if word.endswith(".") else name
    if word == "@":
        return f"{zone}."
    is_absolute = "." in name or word.endswith(".")
    return f"{name}." if is_absolute or not name else f"{name}.{zone}."


def _spaced(value: str) -> str:
    """Return a text with single spaces between words; what is in quotes stays as it is."""
    value = value.strip()
    if '"' in QUOTED_STRING.sub("", value):
        return value
    return QUOTED_STRING_OR_SPACE.sub(lambda found: _space_or_string(found.group()), value)


def _space_or_string(found: str) -> str:
    return found if found.startswith('"') else " "
