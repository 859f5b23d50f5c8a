"""The contacts of the account: personal data."""

from __future__ import annotations

from typing import Any

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.models.contact import FIXED, Contact, ContactProfile, check_changes
from certbot_dns_mijnhost.api.models.fields import Fields
from certbot_dns_mijnhost.api.transport import Transport

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

        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", PATH)
        data = Fields(envelope, "an answer").child("data", "the contacts")
        return [Contact.from_dict(entry) for entry in data.list_of_objects("contacts")]

    def get(self, id: int) -> Contact:  # noqa: A002  # the API's word
        """Return one contact.

        :raises NotFoundError: where there is none.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", f"{PATH}/{int(id)}")
        return Contact.from_dict(Fields(envelope, "an answer").child("data", "a contact").raw)

    def create(self, name: str, profile: ContactProfile) -> Contact:
        """Add a contact. Never sent twice: a second one would be added.

        :param name: how to call it in the account.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        checks.text("name", name)
        profile.check()
        body = {"name": name, "profile": profile.to_dict()}
        envelope = self._transport.request("POST", PATH, json=body, is_personal=True)
        return Contact.from_dict(envelope.get("data") or {})

    def update(self, id: int, **changes: Any) -> None:  # noqa: A002  # the API's word
        """Change fields of a contact's profile; what is left out stays as it is.

        :param changes: fields of :class:`ContactProfile`; None clears one. The names of person and
            company can't be changed.
        :raises InvalidInputError: naming the field and the rule; nothing was sent.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        if not changes:
            raise InvalidInputError("Nothing to change was given.")
        for name in sorted(FIXED & set(changes)):
            raise InvalidInputError(f"{name}: can't be changed; create another contact.")
        check_changes(changes)
        path = f"{PATH}/{int(id)}"
        self._transport.request("PUT", path, json={"profile": changes}, is_personal=True)

    def delete(self, id: int) -> None:  # noqa: A002  # the API's word
        """Remove a contact.

        :raises NotFoundError: where there is none.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        self._transport.request("DELETE", f"{PATH}/{int(id)}")
