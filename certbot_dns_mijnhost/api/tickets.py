"""Support tickets."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from certbot_dns_mijnhost.api import declared, validation
from certbot_dns_mijnhost.api.declared import DeclaredModel, Identifier
from certbot_dns_mijnhost.api.errors import next_step_if_unclear
from certbot_dns_mijnhost.api.types import Raw, present
from certbot_dns_mijnhost.api.undocumented import UndocumentedResource, new_identifier, path_of

PATH = "/account/tickets/"
NUMBER = ("ticket_number", "number", "ticket_nr", "id")
TAG = re.compile(r"<[^<>]*>")
DEPARTMENTS = ("support", "administration", "sales", "public_cloud", "microsoft_365")


@dataclass(frozen=True, repr=False)
class TicketMessage(DeclaredModel):
    """A message of a ticket; its repr shows nothing of it.

    :param message: HTML.
    """

    message: str | None = declared.text("message", "body", "text")
    sender: str | None = declared.text("sender", "from", "author", "name")
    created: str | None = declared.text("created", "created_at", "date")
    raw: Raw = declared.everything(is_private=True)

    def __repr__(self) -> str:
        return "TicketMessage(***)"


@dataclass(frozen=True)
class Ticket(DeclaredModel):
    """A support ticket; its repr shows nothing of what was written.

    :param status: in the API's words.
    :param messages: empty in a listing.
    """

    number: Identifier = field(metadata=declared.number(*NUMBER))
    subject: str | None = declared.text("subject", in_repr=False)
    status: str | None = declared.text("status")
    department: str | None = declared.text("department")
    messages: tuple[TicketMessage, ...] = declared.entries(
        TicketMessage.from_dict, "messages", "thread", "replies", in_repr=False
    )
    raw: Raw = declared.everything(is_private=True)


class TicketsResource(UndocumentedResource):
    """``client.tickets``: support tickets. Personal data.

    Nothing that is sent or answered here is shown in a repr or logged. If a refusal of the API
    repeats it, it is masked.
    """

    def get_all(self, search: str | None = None) -> Iterator[Ticket]:
        """Return an iterator over the tickets, the latest first, without their messages.

        :param search: only tickets whose subject or number contains this text.
        """
        return self._search(PATH, ("tickets",), Ticket.from_dict, search)

    def get(self, number: Identifier) -> Ticket:
        """Return one ticket with its messages."""
        data = self._object(path_of(PATH, "number", number), "a ticket", "ticket")
        return Ticket.from_dict(data, number)

    def create(
        self,
        subject: str,
        message: str,
        department: str,
        *,
        product_type: str | None = None,
        product_name: str | None = None,
        product_link: str | None = None,
    ) -> Identifier | None:
        """Open a ticket and return its number. Never sent twice: people read it.

        :param message: plain text or HTML.
        :param department: ``support``, ``administration``, ``sales``, ``public_cloud`` or
            ``microsoft_365``.
        :returns: None if the answer does not show the number; :meth:`get_all` lists it.
        """
        validation.one_word_of("department", department, DEPARTMENTS)
        body = present(
            {
                "subject": subject,
                "message": message,
                "department": department,
                "product_type": product_type,
                "product_name": product_name,
                "product_link": product_link,
            }
        )
        for name, value in {"subject": subject, "message": message, **body}.items():
            validation.text(name, value)
        with next_step_if_unclear("Look at client.tickets.get_all() before you open it again."):
            envelope = self._send("POST", PATH, body, personal=True)
        return new_identifier(envelope, *NUMBER)

    def reply(self, number: Identifier, message: str, *, verify: bool = False) -> None:
        """Add a message to a ticket. Never sent twice: people read it.

        :param message: plain text.
        :param verify: read the ticket before and after, and fail if the message is not in it.
        :raises NotAppliedError: if `verify` is true and the message is not in the ticket.
        """
        validation.boolean("verify", verify)
        path = path_of(PATH, "number", number, "reply")
        validation.text("message", message)
        before = self._count(number, message) if verify else 0
        with next_step_if_unclear("Look at client.tickets.get() before you reply again."):
            self._send("POST", path, {"message": message}, personal=True)
            if verify:
                self._confirm(
                    f"POST {path}",
                    lambda: [] if self._count(number, message) > before else ["message"],
                )

    def _count(self, number: Identifier, message: str) -> int:
        """Return how many messages of a ticket contain a text; the service returns HTML."""
        shown = [_letters(each.message or "") for each in self.get(number).messages]
        return sum(_letters(message) in text for text in shown)


def _letters(message: str) -> str:
    """Return the letters and digits of a message, without HTML."""
    return "".join(filter(str.isalnum, TAG.sub(" ", html.unescape(message))))
