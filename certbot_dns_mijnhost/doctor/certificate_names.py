"""Check whether a CA can issue for a name by DNS challenge. No query is sent."""

from __future__ import annotations

import ipaddress
import re

from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.zone import canonical

WILDCARD = "*."
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
LONGEST = 253 - len("_acme-challenge.")
"""Most characters of a name, if the name of its challenge is to fit into DNS."""
RESERVED = frozenset(
    {"alt", "arpa", "example", "home", "internal", "invalid", "lan", "local", "localhost", "onion"}
    | {"test"}
)
"""Top-level domains that are not in the public DNS, or for which no CA issues by DNS challenge."""
SUFFIXES = frozenset(
    f"{second}.{top}"
    for top, seconds in {
        "uk": "co org me ltd plc net sch ac gov nhs police",
        "au": "com net org edu gov id asn",
        "nz": "co net org ac govt geek gen",
        "za": "co net org ac gov web",
        "br": "com net org gov edu",
        "jp": "co ne or ac go ad ed gr lg",
        "kr": "co ne or re go",
        "in": "co net org gen firm ind ac gov",
        "il": "co net org ac gov",
        "tr": "com net org web gen gov edu",
        "mx": "com net org gob edu",
        "ar": "com net org gob edu",
        "cn": "com net org gov edu ac",
        "tw": "com net org edu gov idv",
        "hk": "com net org edu gov idv",
        "sg": "com net org edu gov per",
        "pl": "com net org edu gov",
        "ua": "com net org in gov edu",
        "at": "co or ac gv",
        "id": "co or ac web go",
        "th": "co in or ac go",
    }.items()
    for second in seconds.split()
)
"""Common public suffixes of two labels, below which registries register domains. Not complete: for
a suffix that is missing here, the check ``zone`` fails instead."""


def check_name(name: str, report: Report) -> bool:
    """Return whether a CA can issue for this name; report why not.

    :param name: as in a certificate, wildcards included.
    """
    reason = why_not(name)
    if reason:
        message = f"No CA issues a certificate for {name!r} by a DNS challenge: {reason}."
        step = "Use domain names, such as -d example.nl -d '*.example.nl'."
        report(Finding("name", State.FAILED, message, step, name))
    return not reason


def why_not(name: str) -> str:
    """Return why no CA issues for `name` by a DNS challenge; empty if one may.

    :param name: as in a certificate, in lower case, a wildcard included.
    """
    if _is_address(name):
        return "it is an IP address, and certificates for IP addresses cannot use DNS challenges"
    base = canonical(name.removeprefix(WILDCARD))
    labels = base.split(".")
    if not base or not all(LABEL.fullmatch(label) for label in labels) or labels[-1].isdecimal():
        return "it is not a domain name"
    if len(base) > LONGEST:
        return f"it has more than {LONGEST} characters, so its challenge does not fit into DNS"
    return _why_not_public(base, is_wildcard=name.startswith(WILDCARD))


def _why_not_public(base: str, *, is_wildcard: bool) -> str:
    top = base.rpartition(".")[2]
    if top in RESERVED:
        return f"CAs do not issue for the top-level domain .{top}"
    if base != top and base not in SUFFIXES:
        return ""
    rule = "issue no wildcards for it" if is_wildcard else "issue only for domains below it"
    return f"{base} is a public suffix, and CAs {rule}"


def _is_address(name: str) -> bool:
    text = name.strip("[]").partition("/")[0]
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
