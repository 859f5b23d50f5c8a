"""People who may sign in to the account."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from certbot_dns_mijnhost.api import declared, validation
from certbot_dns_mijnhost.api.contacts import PATTERNS
from certbot_dns_mijnhost.api.declared import DeclaredModel, Identifier
from certbot_dns_mijnhost.api.errors import InvalidInputError, next_step_if_unclear
from certbot_dns_mijnhost.api.fields import Fields
from certbot_dns_mijnhost.api.types import UNSET, Raw, Secret, Unset, given
from certbot_dns_mijnhost.api.undocumented import (
    UndocumentedResource,
    new_identifier,
    path_of,
    secret_text,
)

PATH = "/account/users/"
PERMISSION = re.compile(r"[a-z0-9_-]+")


def _permissions(fields: Fields) -> dict[str, bool | None] | None:
    found = fields.optional_object("permissions", lambda data: Fields(data, "permissions"))
    return None if found is None else {name: found.optional_boolean(name) for name in found.raw}


@dataclass(frozen=True)
class User(DeclaredModel):
    """A person who may sign in; the repr shows no name and no address.

    :param is_main_user: has all permissions, which cannot be changed.
    :param permissions: such as ``{"domains": True, "account-invoices": False}``; None if the
        answer lacks them, as a listing may.
    """

    id: Identifier = field(metadata=declared.number("id", "user_id"))
    email: str | None = declared.text("email", "username", in_repr=False)
    firstname: str | None = declared.text("firstname", in_repr=False)
    lastname: str | None = declared.text("lastname", in_repr=False)
    is_main_user: bool | None = declared.truth("is_main_user")
    permissions: Mapping[str, bool | None] | None = declared.read_by(
        _permissions, None, in_repr=False
    )
    raw: Raw = declared.everything(is_private=True)


class UsersResource(UndocumentedResource):
    """``client.users``: people who may sign in to the account. Personal data.

    Nothing that is sent or answered here is shown in a repr or logged. If a refusal of the API
    repeats it, it is masked.
    """

    def get_all(self, search: str | None = None) -> Iterator[User]:
        """Return an iterator over the users; each page is requested when it is reached.

        :param search: only users whose name or e-mail address contains this text.
        """
        return self._search(PATH, ("users",), User.from_dict, search)

    def get(self, id: Identifier) -> User:  # noqa: A002  # the API's word
        """Return one user with the permissions."""
        data = self._object(path_of(PATH, "id", id), "a user", "user")
        return User.from_dict(data, id)

    def create(
        self,
        email: str,
        firstname: str,
        lastname: str,
        password: str | Secret,
        permissions: Mapping[str, bool] | None = None,
    ) -> Identifier | None:
        """Add a user and return the number. Never sent twice.

        **Hazard**: gives access to the account. The API accepts ten new users an hour at most.

        :param email: to sign in with; no other customer of mijn.host may have it.
        :param permissions: see :class:`User`.
        :returns: None if the answer does not show the number; :meth:`get_all` lists it.
        :raises RateLimitError: after ten new users within an hour.
        """
        validation.matches("email", email, *PATTERNS["email"])
        validation.text("firstname", firstname)
        validation.text("lastname", lastname)
        body: dict[str, object] = {"email": email, "firstname": firstname, "lastname": lastname}
        body["password"] = secret_text("password", password)
        if permissions is not None:
            body["permissions"] = _checked(permissions)
        with next_step_if_unclear("Look at client.users.get_all() before you add the user again."):
            envelope = self._send("POST", PATH, body, personal=True)
        return new_identifier(envelope, "id", "user_id")

    def update(
        self,
        id: Identifier,  # noqa: A002  # the API's word
        *,
        firstname: str | Unset = UNSET,
        lastname: str | Unset = UNSET,
        permissions: Mapping[str, bool] | Unset = UNSET,
        verify: bool = False,
    ) -> None:
        """Change what is given of a user; what you leave out stays as it is.

        **Hazard**: `permissions` replaces all permissions of the user: those that are left out are
        withdrawn.

        :param verify: read the user back, and fail if a field did not change.
        :raises NotAppliedError: if `verify` is true and a field did not change.
        """
        validation.boolean("verify", verify)
        path = path_of(PATH, "id", id)
        names = given(firstname=firstname, lastname=lastname)
        for name, value in names.items():
            validation.text(name, value)
        changes = given(
            **names, permissions=UNSET if permissions is UNSET else _checked(permissions)
        )
        if not changes:
            raise InvalidInputError("Nothing to change was given.")
        self._send("PUT", path, changes, personal=True)
        if verify:
            self._confirm(f"PUT {path}", lambda: _different(self.get(id), changes))


def _different(user: User, changes: Mapping[str, Any]) -> list[str]:
    """Return the names of the fields that do not have the values of `changes`."""
    shown = {**vars(user), "permissions": _granted(user.permissions)}
    wanted = dict(changes)
    if "permissions" in wanted:
        wanted["permissions"] = _granted(wanted["permissions"])
    return [name for name, value in wanted.items() if shown[name] != value]


def _granted(permissions: Mapping[str, bool | None] | None) -> set[str] | None:
    """Return the names of the permissions that are true."""
    return None if permissions is None else {name for name, has in permissions.items() if has}


def _checked(permissions: object) -> dict[str, bool]:
    if not isinstance(permissions, Mapping):
        raise InvalidInputError("permissions: must map names to True or False.")
    for name, value in permissions.items():
        validation.matches("permissions", name, PERMISSION, "names such as account-invoices")
        validation.boolean(f"permissions.{name}", value)
    return dict(permissions)
