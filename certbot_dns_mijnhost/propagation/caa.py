"""CAA records: which CAs may issue, and by which method (RFC 8659, RFC 8657)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CRITICAL = 128
KNOWN_TAGS = frozenset({"issue", "issuewild", "iodef", "contactemail", "contactphone", "issuemail"})
METHOD = "dns-01"


@dataclass(frozen=True)
class CAARecord:
    """One CAA record.

    :param flags: 128 marks a tag that a CA has to understand.
    """

    flags: int
    tag: str
    value: str

    @property
    def issuer(self) -> str:
        """The CA that an ``issue`` or ``issuewild`` names; empty forbids all."""
        return self.value.split(";")[0].strip().lower()

    @property
    def parameters(self) -> dict[str, str]:
        """What follows the CA, such as ``validationmethods``."""
        pairs = [part.partition("=") for part in self.value.split(";")[1:]]
        return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}

    def __str__(self) -> str:
        return f'{self.flags} {self.tag} "{self.value}"'


@dataclass(frozen=True)
class CAARecords:
    """The CAA records that count for a name.

    :param name: where they stand: the name itself, or the nearest one above that has any.
    """

    name: str
    records: tuple[CAARecord, ...]

    def objection(self, ca: str, *, is_wildcard: bool) -> str:
        """Return why `ca` may not issue by a TXT record; empty where it may.

        :param ca: the name that the CA uses in CAA records, such as ``letsencrypt.org``.
        """
        unknown = [r for r in self.records if r.flags & CRITICAL and r.tag not in KNOWN_TAGS]
        if unknown:
            return f"the record {unknown[0]} is critical, and no CA that does not know it may issue"
        counting = self._counting(is_wildcard=is_wildcard)
        if not counting:
            return ""
        permits = [record for record in counting if record.issuer == ca.lower()]
        if not permits:
            return f"{_listed(counting)} does not name {ca}"
        if not any(_permits_method(record) for record in permits):
            return f"{_listed(permits)} does not allow {METHOD}"
        return ""

    def account(self, ca: str, *, is_wildcard: bool) -> str:
        """Return the ACME account that alone may issue; empty where any may."""
        counting = [r for r in self._counting(is_wildcard=is_wildcard) if r.issuer == ca.lower()]
        accounts = [record.parameters.get("accounturi", "") for record in counting]
        return accounts[0] if accounts and all(accounts) else ""

    def _counting(self, *, is_wildcard: bool) -> list[CAARecord]:
        for tag in ("issuewild", "issue") if is_wildcard else ("issue",):
            found = [record for record in self.records if record.tag == tag]
            if found:
                return found
        return []


def _permits_method(record: CAARecord) -> bool:
    methods = record.parameters.get("validationmethods")
    return methods is None or METHOD in [method.strip() for method in methods.split(",")]


def _listed(records: Iterable[CAARecord]) -> str:
    return ", ".join(map(str, records))
