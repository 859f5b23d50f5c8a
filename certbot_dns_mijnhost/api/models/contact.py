"""A contact: personal data, which no repr shows."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.models.fields import Fields, Raw

ROLES = frozenset({"owner", "admin", "tech", "billing", "reseller"})
NEEDED = ("firstname", "lastname", "street", "street_number", "zipcode", "city")
PATTERNS = {
    "country": (re.compile(r"[A-Z]{2}"), "two capital letters"),
    "phone_country": (re.compile(r"\+[0-9]{1,3}"), "a calling code such as +31"),
    "phone_area": (re.compile(r"[0-9]{1,8}"), "digits"),
    "phone_number": (re.compile(r"[0-9]{3,15}"), "digits"),
    "email": (re.compile(r"[^@\s]+@[^@\s]+"), "an e-mail address"),
    "birth_date": (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "a date (YYYY-MM-DD)"),
}
FIXED = frozenset({"company_name", "firstname", "lastname"})
"""What can't be changed later."""


@dataclass(frozen=True, repr=False)
class ContactProfile:
    """Who somebody is; its repr shows nothing of it.

    :param country: two letters, such as ``NL``.
    :param phone_country: calling code, such as ``+31``.
    :param defaults: for which of ``owner``, ``admin``, ``tech``, ``billing`` and ``reseller`` this
        contact is taken where none is named.
    :param birth_date: ``YYYY-MM-DD``.
    """

    firstname: str
    lastname: str
    street: str
    street_number: str
    zipcode: str
    city: str
    country: str
    email: str
    phone_country: str
    phone_area: str
    phone_number: str
    company_name: str | None = None
    vat: str | None = None
    street_suffix: str | None = None
    state: str | None = None
    defaults: dict[str, bool] | None = None
    social_security_number: str | None = None
    passport_number: str | None = None
    company_registration_number: str | None = None
    company_url: str | None = None
    birth_date: str | None = None

    def __repr__(self) -> str:
        return "ContactProfile(***)"

    def to_dict(self) -> dict[str, Any]:
        """Return what is sent for it."""
        named = ((entry.name, getattr(self, entry.name)) for entry in dataclasses.fields(self))
        return {name: value for name, value in named if value is not None}

    def check(self) -> None:
        """Refuse what the API can't mean.

        :raises InvalidInputError: naming the field and the rule, and not the value.
        """
        for name in NEEDED:
            checks.text(name, getattr(self, name))
        check_changes(self.to_dict())


def check_changes(changes: Mapping[str, Any]) -> None:
    """Refuse fields of a profile that break a rule.

    :raises InvalidInputError: naming the field and the rule, and not the value.
    """
    known = {entry.name for entry in dataclasses.fields(ContactProfile)}
    for name, value in changes.items():
        if name not in known:
            raise InvalidInputError(f"{name}: no such field of a contact.")
        if name in PATTERNS and value is not None:
            checks.matches(name, str(value), *PATTERNS[name])
    if set(changes.get("defaults") or ()) - ROLES:
        raise InvalidInputError(f"defaults: only {', '.join(sorted(ROLES))}.")


@dataclass(frozen=True, repr=False)
class Contact:
    """A contact of the account; all that the answer holds is in `raw`, which no repr shows."""

    id: int | None
    raw: Raw = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return f"Contact(id={self.id!r})"

    @classmethod
    def from_dict(cls, data: object) -> Contact:
        """Read a contact from an answer.

        :raises InvalidResponseError: where it is no object or its number is none.
        """
        fields = Fields(data, "a contact")
        return cls(id=fields.optional_integer("id"), raw=fields.raw)

    def get(self, name: str) -> object:
        """Return a field of the contact or of its profile; None where it is missing."""
        profile = self.raw.get("profile")
        if name not in self.raw and isinstance(profile, dict):
            return profile.get(name)
        return self.raw.get(name)
