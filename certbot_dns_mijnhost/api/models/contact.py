"""A contact: personal data, which no repr shows."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.models.domain_changes import ROLES
from certbot_dns_mijnhost.api.models.fields import Fields, Raw
from certbot_dns_mijnhost.api.models.secret import Secret

NEEDED = (
    *("firstname", "lastname", "street", "street_number", "zipcode", "city", "country", "email"),
    *("phone_country", "phone_area", "phone_number"),
)
PATTERNS = {
    "country": (re.compile(r"[A-Z]{2}"), "two capital letters"),
    "phone_country": (re.compile(r"\+[0-9]{1,3}"), "a calling code such as +31"),
    "phone_area": (re.compile(r"[0-9]{1,8}"), "digits"),
    "phone_number": (re.compile(r"[0-9]{3,15}"), "digits"),
    "email": (re.compile(r"[^@\s]+@[^@\s]+"), "an e-mail address"),
}
OPTIONAL = (
    *("company_name", "vat", "street_suffix", "state"),
    *("company_registration_number", "company_url"),
)
TEXTS = NEEDED + OPTIONAL
SECRETS = ("social_security_number", "passport_number")


@dataclass(frozen=True, repr=False)
class ContactProfile:
    """Who somebody is; its repr shows nothing of it.

    :param country: two letters, such as ``NL``.
    :param phone_country: calling code, such as ``+31``.
    :param defaults: for which of ``owner``, ``admin``, ``tech``, ``billing`` and ``reseller`` this
        contact is taken where none is named.
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
    defaults: Mapping[str, bool] | None = None
    social_security_number: str | Secret | None = None
    passport_number: str | Secret | None = None
    company_registration_number: str | None = None
    company_url: str | None = None
    birth_date: date | None = None

    def __repr__(self) -> str:
        return "ContactProfile(***)"

    def to_dict(self) -> dict[str, Any]:
        """Return what is sent for it: the fields that are not None.

        :raises InvalidInputError: naming the field and the rule, and not the value.
        """
        named = ((entry.name, getattr(self, entry.name)) for entry in dataclasses.fields(self))
        needed = {name: getattr(self, name) for name in NEEDED}
        return sendable({**{name: value for name, value in named if value is not None}, **needed})


def sendable(changes: Mapping[str, object]) -> dict[str, Any]:
    """Return fields of a profile as they are sent; None clears one.

    :raises InvalidInputError: naming the field and the rule, and not the value.
    """
    return {name: _sendable(name, value) for name, value in changes.items()}


def _sendable(name: str, value: object) -> object:
    if value is None and name not in NEEDED:
        return None
    if name == "defaults":
        return _defaults(value)
    if name == "birth_date":
        if not isinstance(value, date):
            raise InvalidInputError("birth_date: must be a date.")
        return f"{value.year:04}-{value.month:02}-{value.day:02}"
    if isinstance(value, Secret):
        value = value.reveal()
    checks.text(name, value)
    if name in PATTERNS:
        checks.matches(name, value, *PATTERNS[name])
    return value


def _defaults(value: object) -> dict[str, bool]:
    if not isinstance(value, Mapping) or set(value) - set(ROLES):
        raise InvalidInputError(f"defaults: must map {', '.join(ROLES)} only.")
    for role, is_default in value.items():
        checks.boolean(f"defaults.{role}", is_default)
    return dict(value)


@dataclass(frozen=True, repr=False)
class Contact:
    """A contact of the account; no repr shows more than its number.

    What the answer lacks is None, also a field that the API leaves empty.

    :param name: how it is called in the account.
    """

    id: int | None = None
    name: str | None = None
    company_name: str | None = None
    vat: str | None = None
    firstname: str | None = None
    lastname: str | None = None
    street: str | None = None
    street_number: str | None = None
    street_suffix: str | None = None
    zipcode: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    email: str | None = None
    phone_country: str | None = None
    phone_area: str | None = None
    phone_number: str | None = None
    defaults: Mapping[str, bool | None] | None = None
    social_security_number: Secret | None = None
    passport_number: Secret | None = None
    company_registration_number: str | None = None
    company_url: str | None = None
    birth_date: date | None = None
    raw: Raw = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return f"Contact(id={self.id!r})"

    @classmethod
    def from_dict(cls, data: object) -> Contact:
        """Read a contact from an answer, its profile beside its name or in an object of its own.

        :raises InvalidResponseError: if it is not an object.
        """
        fields = Fields(data, "a contact")
        has_profile = isinstance(fields.raw.get("profile"), Mapping)
        profile = fields.child("profile", "a contact's profile") if has_profile else fields
        texts: dict[str, Any] = {name: profile.optional_text(name) or None for name in TEXTS}
        for name in SECRETS:
            text = profile.optional_text(name)
            texts[name] = Secret(text) if text else None
        return cls(
            id=fields.optional_integer("id"),
            name=fields.optional_text("name"),
            defaults=_default_roles(profile),
            birth_date=profile.optional_date("birth_date"),
            raw=fields.raw,
            **texts,
        )


def _default_roles(profile: Fields) -> dict[str, bool | None] | None:
    if not isinstance(profile.raw.get("defaults"), Mapping):
        return None
    defaults = profile.child("defaults", "a contact's defaults")
    return {role: defaults.optional_boolean(role) for role in ROLES if role in defaults.raw}
