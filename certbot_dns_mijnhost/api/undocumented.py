"""What the resources share whose answers are not documented field by field.

The likely names of a field are tried in order. A listing may be ``data`` itself, the list under one
of its likely names, or the only list in ``data``. An object may be ``data``, or be in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Callable, TypeVar

from certbot_dns_mijnhost.api import validation
from certbot_dns_mijnhost.api.declared import Identifier, identifier
from certbot_dns_mijnhost.api.errors import InvalidInputError, InvalidResponseError
from certbot_dns_mijnhost.api.fields import Fields
from certbot_dns_mijnhost.api.resource import Resource
from certbot_dns_mijnhost.api.responses import Envelope
from certbot_dns_mijnhost.api.types import Raw, Secret

T = TypeVar("T")


class UndocumentedResource(Resource):
    """Base of these resources."""

    def _entries(
        self, path: str, names: tuple[str, ...], params: Mapping[str, str] | None = None
    ) -> list[Any]:
        envelope = self._transport.request("GET", path, params=params)
        data = envelope.get("data")
        if isinstance(data, list):
            return data
        fields = Fields(data, f"the list of {names[0]}")
        lists = [value for value in fields.raw.values() if isinstance(value, list)]
        if len(lists) == 1 and not set(names) & set(fields.raw):
            return lists[0]
        return fields.list_of_objects(fields.first_of(names))

    def _search(
        self,
        path: str,
        names: tuple[str, ...],
        read: Callable[[object], T],
        search: str | None,
    ) -> Iterator[T]:
        """Return an iterator over the entries of all pages, or those that a search finds."""
        params = None if search is None else {"search": validation.short_text("search", search)}
        return self._pages(path, names, read, params)

    def _object(self, path: str, what: str, name: str) -> Raw:
        """Return the object that `data` is, or has under `name`."""
        data = self._data(path, what).raw
        inner = data.get(name)
        return inner if isinstance(inner, Mapping) else data


def path_of(base: str, field: str, value: Identifier, *action: str) -> str:
    """Return the path of an object, or of an action on it.

    :param base: such as ``/vps``.
    :param field: the name of the argument, for messages.
    :raises InvalidInputError: if `value` cannot be one segment of a path.
    """
    return "/".join((base.rstrip("/"), checked_identifier(field, value), *action))


def checked_identifier(field: str, value: object) -> str:
    """Return a number, or a text, as one segment of a path.

    :raises InvalidInputError: if it is neither, or the text cannot be a segment.
    """
    if not isinstance(value, str):
        return str(validation.number(field, value))
    try:
        return validation.segment(value)
    except (InvalidInputError, UnicodeError):
        raise InvalidInputError(
            f"{field}: must be a whole number above 0, or a text without spaces and /\\?#%."
        ) from None


def secret_text(field: str, value: object) -> str:
    """Return the text of a secret that is sent, given as a text or a Secret.

    :raises InvalidInputError: if it is neither, or empty. The message does not show it.
    """
    return validation.text(field, value.reveal() if isinstance(value, Secret) else value)


def new_identifier(envelope: Envelope, *names: str) -> Identifier | None:
    """Return the number of what was just created; None if the answer does not show it."""
    data = envelope.get("data")
    return identifier(Fields(data, "a number"), *names) if isinstance(data, Mapping) else None


def password_of(envelope: Envelope, *names: str) -> Secret:
    """Return the password of an answer that shows it once.

    :param names: its likely names in ``data``. Otherwise, any name that contains ``pass`` counts,
        and ``data`` may be the password itself.
    :raises InvalidResponseError: if there is none.
    """
    data = envelope.get("data")
    found = data if isinstance(data, str) else None
    if isinstance(data, Mapping):
        others = [name for name in data if "pass" in name.lower()]
        found = Fields(data, "a password").first_text(*names, *others)
    if not found:
        raise InvalidResponseError(
            "The API reports success, but its answer has no password. Reset the password again, "
            "with the client or in mijn.host's control panel."
        )
    return Secret(found)
