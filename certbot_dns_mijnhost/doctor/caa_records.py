"""CAA records: which CAs may issue, and by which method (RFC 8659, RFC 8657)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

CRITICAL = 128 | 1
"""RFC 8659 defines 128. Many records have 1 instead, which Let's Encrypt treats the same."""
KNOWN_TAGS = frozenset({"issue", "issuewild", "iodef", "issuemail"})
"""Tags that Let's Encrypt supports; ``contactemail`` and ``contactphone`` are not among them."""
METHOD = "dns-01"
ONCE = ("accounturi", "validationmethods")
"""Parameters that no CA can satisfy if they occur twice."""
LABEL = r"[A-Za-z0-9](?:-*[A-Za-z0-9])*"
ISSUER = re.compile(rf"(?:{LABEL}(?:\.{LABEL})*)?")
PARAMETER = re.compile(rf"({LABEL})[ \t]*=[ \t]*([!-:<-~]*)")


@dataclass(frozen=True)
class CAARecord:
    """One CAA record.

    :param flags: 128 marks a tag that a CA must support to issue.
    """

    flags: int
    tag: str
    value: str

    @property
    def is_readable(self) -> bool:
        """Whether the value of an ``issue`` or ``issuewild`` follows the grammar."""
        return self._read() is not None

    @property
    def issuer(self) -> str:
        """The CA that an ``issue`` or ``issuewild`` names; empty if it forbids all.

        A value that violates the grammar forbids all, too.
        """
        read = self._read()
        return "" if read is None else read[0]

    @property
    def parameters(self) -> dict[str, str]:
        """What follows the CA, such as ``validationmethods``."""
        read = self._read()
        return {} if read is None else read[1]

    def _read(self) -> tuple[str, dict[str, str]] | None:
        issuer, *given = [part.strip(" \t") for part in self.value.split(";")]
        found = [PARAMETER.fullmatch(each) for each in ([] if given == [""] else given)]
        pairs = [(each[1].lower(), each[2]) for each in found if each is not None]
        names = [name for name, _ in pairs]
        is_twice = any(names.count(name) > 1 for name in ONCE)
        issuer = issuer[:-1] if self.has_final_dot else issuer
        if ISSUER.fullmatch(issuer) is None or None in found or is_twice:
            return None
        return issuer.lower(), dict(pairs)

    @property
    def has_final_dot(self) -> bool:
        """Whether the CA's name ends in a dot: the grammar has none, and some CAs ignore it."""
        return self.value.split(";")[0].strip(" \t").endswith(".")

    def __str__(self) -> str:
        return f'{self.flags} {self.tag} "{self.value}"'


@dataclass(frozen=True)
class CAARecords:
    """The CAA records that apply to a name.

    :param name: where they are: the name itself, its nearest ancestor with CAA records, or the
        target of a CNAME at one of these.
    """

    name: str
    records: tuple[CAARecord, ...]

    @property
    def unknown(self) -> tuple[CAARecord, ...]:
        """Critical records with an unsupported tag: they forbid CAs to issue."""
        return tuple(r for r in self.records if r.flags & CRITICAL and r.tag not in KNOWN_TAGS)

    def objection(self, ca: str, *, is_wildcard: bool) -> str:
        """Return why `ca` may not issue by a TXT record; empty if it may.

        :param ca: the name that the CA uses in CAA records, such as ``letsencrypt.org``.
        """
        if self.unknown:
            listed = _listed(self.unknown)
            return f"{listed} is critical, and a CA that does not support this tag must not issue"
        applicable = self._applicable(is_wildcard=is_wildcard)
        if not applicable or self._permits(ca, is_wildcard=is_wildcard):
            return ""
        unreadable = [record for record in applicable if not record.is_readable]
        if unreadable:
            return f"{_listed(unreadable)} violates the CAA grammar, which forbids all CAs"
        naming = [record for record in applicable if record.issuer == _host(ca)]
        if naming:
            return f"{_listed(naming)} does not allow {METHOD}"
        return f"{_listed(applicable)} does not name {ca}"

    def tag(self, *, is_wildcard: bool) -> str:
        """Return the tag of the records that apply; a new record needs the same."""
        applicable = self._applicable(is_wildcard=is_wildcard)
        return applicable[0].tag if applicable else "issue"

    def needs_final_dot(self, ca: str, *, is_wildcard: bool) -> bool:
        """Return whether `ca` may issue only if it ignores the final dot of its name."""
        permits = self._permits(ca, is_wildcard=is_wildcard)
        return bool(permits) and all(record.has_final_dot for record in permits)

    def accounts(self, ca: str, *, is_wildcard: bool) -> tuple[str, ...]:
        """Return the ACME accounts that alone may issue by a TXT record; empty if all may."""
        permits = self._permits(ca, is_wildcard=is_wildcard)
        accounts = [record.parameters.get("accounturi", "") for record in permits]
        return tuple(dict.fromkeys(accounts)) if all(accounts) else ()

    def _permits(self, ca: str, *, is_wildcard: bool) -> list[CAARecord]:
        applicable = self._applicable(is_wildcard=is_wildcard)
        return [r for r in applicable if r.issuer == _host(ca) and _permits_method(r)]

    def _applicable(self, *, is_wildcard: bool) -> list[CAARecord]:
        for tag in ("issuewild", "issue") if is_wildcard else ("issue",):
            found = [record for record in self.records if record.tag == tag]
            if found:
                return found
        return []


def _host(name: str) -> str:
    return name.strip().lower().rstrip(".")


def _permits_method(record: CAARecord) -> bool:
    methods = record.parameters.get("validationmethods")
    return methods is None or METHOD in methods.split(",")


def _listed(records: Iterable[CAARecord]) -> str:
    return ", ".join(map(str, records))
