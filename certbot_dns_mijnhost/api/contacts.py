"""The contacts of the account: personal data, which no repr shows."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from certbot_dns_mijnhost.api import validation
from certbot_dns_mijnhost.api.domain_settings import ROLES
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.fields import Fields
from certbot_dns_mijnhost.api.resource import Resource, optional
from certbot_dns_mijnhost.api.types import UNSET, Model, Raw, Secret, Unset, given, private

PATH = "/domains/contacts"
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
    *("company_name", "vat", "gender", "street_suffix", "state"),
    *("company_registration_number", "company_url"),
)
SECRETS = ("social_security_number", "passport_number")


@dataclass(frozen=True, repr=False)
class ContactProfile:
    """A person or company, as it is sent; its repr shows nothing of it.

    An optional text may be empty, and is then sent as an empty text.

    :param country: two letters, such as ``NL``.
    :param phone_country: calling code, such as ``+31``.
    :param defaults: the roles (``owner``, ``admin``, ``tech``, ``billing``, ``reseller``) for which
        new domains get this contact; those that are left out are sent as false.
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
    gender: str | None = None
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
        """Return what is sent for it: the fields that are not None, secrets included.

        :raises InvalidInputError: naming the field and the rule, and not the value.
        """
        named = ((entry.name, getattr(self, entry.name)) for entry in dataclasses.fields(self))
        fields = {name: value for name, value in named if value is not None or name in NEEDED}
        sent = _sendable(fields)
        return {**sent, "defaults": {**dict.fromkeys(ROLES, False), **sent.get("defaults", {})}}


@dataclass(frozen=True, repr=False)
class Contact(Model):
    """A contact of the account; its repr shows its id only, and the repr of `raw` no value.

    What the answer lacks is None, also a field that the API leaves empty.

    :param name: its name in the account.
    """

    id: int
    name: str | None = None
    company_name: str | None = None
    vat: str | None = None
    gender: str | None = None
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
        """Read a contact from an answer, its fields in a profile or next to its id.

        :raises InvalidResponseError: if it is not an object or has no id.
        """
        fields = Fields(data, "a contact")
        has_profile = isinstance(fields.raw.get("profile"), Mapping)
        profile = fields.child("profile", "a contact's profile") if has_profile else fields
        texts: dict[str, Any] = {name: profile.first_text(name) for name in NEEDED + OPTIONAL}
        for name in SECRETS:
            text = profile.first_text(name)
            texts[name] = Secret(text) if text else None
        texts["company_name"] = profile.first_text("company_name", "company")
        return cls(
            id=fields.integer("id"),
            name=fields.first_text("name", "alias"),
            defaults=_default_roles(profile),
            birth_date=profile.optional_date("birth_date"),
            raw=private(fields.raw),
            **texts,
        )


class ContactsResource(Resource):
    """``client.contacts``: personal data.

    Nothing that is sent or answered here is shown in a repr or logged. If a refusal of the API
    repeats it, it is masked.
    """

    def get_all(self) -> list[Contact]:
        """Return the contacts of the account; the list may have only the id and name of each."""
        return self._list(PATH, ("profiles", "contacts"), Contact.from_dict)

    def get(self, id: int) -> Contact:  # noqa: A002  # the API's word
        """Return one contact.

        :raises NotFoundError: if there is none with this id.
        """
        return self._get(_path(id), Contact.from_dict, "a contact")

    def create(self, name: str, profile: ContactProfile) -> Contact | None:
        """Add a contact. Never sent twice: a second contact would be added.

        :param name: its name in the account.
        :returns: the contact; None if the answer does not show it. It has been added in both cases.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        """
        validation.text("name", name)
        if not isinstance(profile, ContactProfile):
            raise InvalidInputError("profile: must be a ContactProfile.")
        body = {"name": name, "profile": profile.to_dict()}
        envelope = self._send("POST", PATH, body, personal=True)
        return optional(envelope.get("data"), Contact.from_dict)

    def update(
        self,
        id: int,  # noqa: A002  # the API's word
        *,
        name: str | Unset = UNSET,
        vat: str | Unset | None = UNSET,
        gender: str | Unset | None = UNSET,
        street: str | Unset = UNSET,
        street_number: str | Unset = UNSET,
        street_suffix: str | Unset | None = UNSET,
        zipcode: str | Unset = UNSET,
        city: str | Unset = UNSET,
        state: str | Unset | None = UNSET,
        country: str | Unset = UNSET,
        email: str | Unset = UNSET,
        phone_country: str | Unset = UNSET,
        phone_area: str | Unset = UNSET,
        phone_number: str | Unset = UNSET,
        defaults: Mapping[str, bool] | Unset = UNSET,
        social_security_number: str | Secret | Unset | None = UNSET,
        passport_number: str | Secret | Unset | None = UNSET,
        company_registration_number: str | Unset | None = UNSET,
        company_url: str | Unset | None = UNSET,
        birth_date: date | Unset | None = UNSET,
        verify: bool = False,
    ) -> None:
        """Change the given fields of a contact; None or an empty text clears an optional one.

        The fields are those of :class:`~certbot_dns_mijnhost.api.ContactProfile`. The API cannot
        change the names of the person and the company: create another contact for that.

        **Hazard**: this changes the contact of each domain that uses it.

        :param name: its name in the account.
        :param verify: read the contact back, and fail if a field did not change.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises NotAppliedError: if `verify` is true and a field did not change.
        """
        validation.boolean("verify", verify)
        passed = {key: value for key, value in locals().items() if key not in _NOT_PROFILE}
        changes = _sendable(given(**passed))
        body = given(
            name=name if isinstance(name, Unset) else validation.text("name", name),
            profile=changes or UNSET,
        )
        if not body:
            raise InvalidInputError("Nothing to change: give at least one field.")
        path = _path(id)
        self._send("PUT", path, body, personal=True)
        if verify:
            wanted = {**changes, **given(name=name)}
            self._confirm(f"PUT {path}", lambda: _different(self.get(id), wanted))

    def delete(self, id: int) -> None:  # noqa: A002  # the API's word
        """Remove a contact. The API refuses it while a domain uses the contact.

        :raises NotFoundError: if there is none with this id.
        """
        self._send("DELETE", _path(id))


_NOT_PROFILE = {"self", "id", "name", "verify"}


def _different(contact: Contact, wanted: Mapping[str, Any]) -> list[str]:
    """Return the names of the fields whose value is not the wanted one."""
    shown = {name: _comparable(getattr(contact, name)) for name in wanted}
    return [name for name, value in wanted.items() if shown[name] != _comparable(value)]


def _comparable(value: object) -> object:
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return {key: each for key, each in value.items() if each}
    return value.isoformat() if isinstance(value, date) else value or None


def _sendable(changes: Mapping[str, object]) -> dict[str, Any]:
    """Return fields of a profile as they are sent; None clears one."""
    return {name: _field(name, value) for name, value in changes.items()}


def _field(name: str, value: object) -> object:
    if value is None and name not in NEEDED:
        return None
    if name == "defaults":
        return _checked_defaults(value)
    if name == "birth_date":
        if not isinstance(value, date):
            raise InvalidInputError("birth_date: must be a date.")
        return f"{value.year:04}-{value.month:02}-{value.day:02}"
    if isinstance(value, Secret):
        value = value.reveal()
    if value == "" and name not in NEEDED:
        return ""
    validation.text(name, value)
    if name in PATTERNS:
        validation.matches(name, value, *PATTERNS[name])
    return value


def _checked_defaults(value: object) -> dict[str, bool]:
    if not isinstance(value, Mapping) or set(value) - set(ROLES):
        raise InvalidInputError(f"defaults: must be a mapping with the keys {', '.join(ROLES)}.")
    for role, is_default in value.items():
        validation.boolean(f"defaults.{role}", is_default)
    return dict(value)


def _default_roles(profile: Fields) -> dict[str, bool | None] | None:
    if not isinstance(profile.raw.get("defaults"), Mapping):
        return None
    defaults = profile.child("defaults", "a contact's defaults")
    return {role: defaults.optional_boolean(role) for role in ROLES if role in defaults.raw}


def _path(number: int) -> str:
    return f"{PATH}/{validation.number('id', number)}"
