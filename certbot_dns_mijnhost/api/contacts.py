"""The contacts of the account: personal data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.models.contact import Contact, ContactProfile, sendable
from certbot_dns_mijnhost.api.models.fields import Fields
from certbot_dns_mijnhost.api.models.secret import Secret
from certbot_dns_mijnhost.api.transport import Transport
from certbot_dns_mijnhost.api.unset import UNSET, Unset, given

PATH = "/domains/contacts"


class ContactsResource:
    """``client.contacts``, see https://mijn.host/api/doc/.

    What is sent and answered here is personal: no repr shows it, nothing of it is logged, and a
    refusal that repeats it is masked.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_all(self) -> list[Contact]:
        """Return the contacts of the account.

        See https://mijn.host/api/doc/

        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", PATH)
        data = Fields(envelope, "an answer").child("data", "the contacts")
        return data.entries("contacts", Contact.from_dict)

    def get(self, id: int) -> Contact:  # noqa: A002  # the API's word
        """Return one contact.

        See https://mijn.host/api/doc/

        :raises NotFoundError: where there is none.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", _path(id))
        return Contact.from_dict(Fields(envelope, "an answer").child("data", "a contact").raw)

    def create(self, name: str, profile: ContactProfile) -> Contact:
        """Add a contact. Never sent twice: a second one would be added.

        See https://mijn.host/api/doc/

        :param name: how to call it in the account.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        checks.text("name", name)
        if not isinstance(profile, ContactProfile):
            raise InvalidInputError("profile: must be a ContactProfile.")
        body = {"name": name, "profile": profile.to_dict()}
        envelope = self._transport.request("POST", PATH, json=body, is_personal=True)
        return Contact.from_dict(envelope.get("data") or {})

    def update(
        self,
        id: int,  # noqa: A002  # the API's word
        *,
        vat: str | Unset | None = UNSET,
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
    ) -> None:
        """Change what is given of a contact; what is left out stays as it is, None clears it.

        The fields are those of :class:`~certbot_dns_mijnhost.api.ContactProfile`. The names of
        person and company can't be changed: that takes another contact.

        **Hazard**: this changes the contact for each domain that has it.

        See https://mijn.host/api/doc/

        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        changes = given(
            vat=vat,
            street=street,
            street_number=street_number,
            street_suffix=street_suffix,
            zipcode=zipcode,
            city=city,
            state=state,
            country=country,
            email=email,
            phone_country=phone_country,
            phone_area=phone_area,
            phone_number=phone_number,
            defaults=defaults,
            social_security_number=social_security_number,
            passport_number=passport_number,
            company_registration_number=company_registration_number,
            company_url=company_url,
            birth_date=birth_date,
        )
        if not changes:
            raise InvalidInputError("Nothing to change was given.")
        body = {"profile": sendable(changes)}
        self._transport.request("PUT", _path(id), json=body, is_personal=True)

    def delete(self, id: int) -> None:  # noqa: A002  # the API's word
        """Remove a contact.

        See https://mijn.host/api/doc/

        :raises NotFoundError: where there is none.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        self._transport.request("DELETE", _path(id))


def _path(number: int) -> str:
    return f"{PATH}/{checks.number('id', number)}"
