"""Virtual private servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from certbot_dns_mijnhost.api import declared, validation
from certbot_dns_mijnhost.api.declared import DeclaredModel, Identifier
from certbot_dns_mijnhost.api.errors import InvalidInputError, next_step_if_unclear
from certbot_dns_mijnhost.api.fields import Fields
from certbot_dns_mijnhost.api.resource import plain
from certbot_dns_mijnhost.api.types import Raw, Secret
from certbot_dns_mijnhost.api.undocumented import (
    UndocumentedResource,
    checked_identifier,
    password_of,
    path_of,
)

ANSWER_LOST = "The password may have changed, and the answer that shows it is lost. Reset it."
CHECK_THE_SERVER = "Look at client.vps.get() before you send this again."


@dataclass(frozen=True)
class VPSAddress(DeclaredModel):
    """An IP address of a server.

    :param reverse: its host name in reverse DNS.
    """

    ip: str = field(metadata=declared.needed_text("ip", "address", "ip_address"))
    reverse: str | None = declared.text("reverse", "reverse_dns", "ptr", "rdns")
    raw: Raw = declared.everything()

    @classmethod
    def from_dict(cls, data: object, known: Identifier | None = None) -> VPSAddress:
        """Read an address, given as an object or as a text."""
        return super().from_dict({"ip": data} if isinstance(data, str) else data, known)


def _is_locked(fields: Fields) -> bool | None:
    """Read the flag of a server, or that of its details."""
    details = fields.optional_object("details", lambda value: Fields(value, "details"))
    places = [each.optional_boolean for each in (fields, details) if each is not None]
    locks = [declared.first(read, "vps_locked", "is_locked", "locked") for read in places]
    return next((locked for locked in locks if locked is not None), None)


@dataclass(frozen=True)
class VPS(DeclaredModel):
    """A server. What an answer lacks is None; its specifications and tasks are in `raw`.

    :param status: in the API's words.
    :param is_locked: a task such as a backup or a reinstallation is running.
    """

    id: Identifier = field(metadata=declared.number("id", "vps_id"))
    hostname: str | None = declared.text("hostname", "name", "domain")
    status: str | None = declared.text("status", "state")
    is_locked: bool | None = declared.read_by(_is_locked, None)
    addresses: tuple[VPSAddress, ...] = declared.entries(
        VPSAddress.from_dict, "ip-addresses", "ip_addresses", "addresses", "ips"
    )
    raw: Raw = declared.everything()


@dataclass(frozen=True)
class VPSImage(DeclaredModel):
    """An operating system that a server can be reinstalled with."""

    id: Identifier = field(metadata=declared.number("id", "image_id"))
    name: str | None = declared.text("name", "label", "description")
    raw: Raw = declared.everything()


@dataclass(frozen=True)
class VPSBackup(DeclaredModel):
    """A backup of a server.

    :param type: in the API's words; ``incremental`` for a backup that was made automatically.
    :param created: when it was made, in the API's notation.
    """

    key: Identifier = field(metadata=declared.number("key"))
    type: str | None = declared.text("type")
    created: str | None = declared.text("created", "created_at", "date", "timestamp")
    raw: Raw = declared.everything()


class VPSResource(UndocumentedResource):
    """``client.vps``: virtual private servers.

    Methods raise NotFoundError or BadRequestError if the account has no such server. A write is
    not sent again if it may have been carried out.
    """

    def get_all(self) -> list[VPS]:
        """Return the servers of the account."""
        return self._list("/vps", ("vps", "servers"), VPS.from_dict)

    def get(self, id: Identifier) -> VPS:  # noqa: A002  # the API's word
        """Return one server with its specifications, network and running tasks."""
        return VPS.from_dict(self._object(_path(id), "a VPS", "vps"), id)

    def get_images(self) -> list[VPSImage]:
        """Return the operating systems for :meth:`reinstall`."""
        return self._list("/vps/images", ("images",), VPSImage.from_dict)

    def set_reverse_dns(
        self,
        id: Identifier,  # noqa: A002
        names: Mapping[str, str],
        *,
        verify: bool = False,
    ) -> None:
        """Set the host names of IP addresses in reverse DNS.

        **Hazard**: it is not known whether addresses that are left out keep their names. Give all.

        :param names: a host name for each IP address of the server.
        :param verify: read the server back, and fail if an address has another name.
        :raises NotAppliedError: if `verify` is true and an address has another name.
        """
        validation.boolean("verify", verify)
        path, checked = _path(id), _checked_names(names)
        sent = [{"ip": ip, "reverse": name} for ip, name in checked]
        self._send("PUT", path, {"ip-addresses": sent})
        if verify:
            self._confirm(f"PUT {path}", lambda: _different_names(self.get(id), checked))

    def set_hostname(
        self,
        id: Identifier,  # noqa: A002
        hostname: str,
        *,
        verify: bool = False,
    ) -> None:
        """Change the host name of the server.

        :param verify: read the server back, and fail if it has another name.
        :raises NotAppliedError: if `verify` is true and the server has another name.
        """
        validation.boolean("verify", verify)
        validation.host_name("hostname", hostname)
        path = _path(id, "hostname")
        self._send("PUT", path, {"hostname": hostname})
        if verify:
            self._confirm(f"PUT {path}", lambda: _different_host(self.get(id), hostname))

    def cancel(self, id: Identifier) -> None:  # noqa: A002
        """Cancel the server at the end of its billing period; :meth:`restore` undoes it until then.

        **Hazard**: a server that is cancelled and not restored is deleted, with its data.
        """
        self._send("DELETE", _path(id))

    def restore(self, id: Identifier) -> None:  # noqa: A002
        """Undo a pending cancellation."""
        self._send("PUT", _path(id, "cancel-delete"))

    def start(self, id: Identifier) -> None:  # noqa: A002
        """Start the server."""
        self._post(id, "start")

    def stop(self, id: Identifier) -> None:  # noqa: A002
        """Ask the operating system to shut down (ACPI)."""
        self._post(id, "stop")

    def power_off(self, id: Identifier) -> None:  # noqa: A002
        """Switch the server off at once.

        **Hazard**: programs lose what they have not written to disk. Try :meth:`stop` first.
        """
        self._post(id, "poweroff")

    def restart(self, id: Identifier) -> None:  # noqa: A002
        """Restart the server."""
        self._post(id, "restart")

    def reset_password(self, id: Identifier) -> Secret:  # noqa: A002
        """Set a new root password and return it. The API shows it only in this answer.

        **Hazard**: the present root password stops working.

        :raises InvalidResponseError: if the answer has no password.
        """
        with next_step_if_unclear(ANSWER_LOST):
            envelope = self._post(id, "reset-password")
        return password_of(envelope, *PASSWORDS)

    def enable_rescue(self, id: Identifier) -> Secret:  # noqa: A002
        """Restart the server into its rescue system and return that system's password.

        **Hazard**: the server is not available until :meth:`disable_rescue`.

        :raises InvalidResponseError: if the answer has no password.
        """
        path = _path(id, "rescue")
        with next_step_if_unclear(CHECK_THE_SERVER):
            envelope = self._send("PUT", path, {"enable": True})
        return password_of(envelope, "rescue_password", *PASSWORDS)

    def disable_rescue(self, id: Identifier) -> None:  # noqa: A002
        """Leave the rescue system. **Hazard**: this may restart the server."""
        self._send("PUT", _path(id, "rescue"), {"enable": False})

    def reinstall(self, id: Identifier, image_id: Identifier) -> Secret:  # noqa: A002
        """Install an operating system anew and return the new root password.

        **Hazard**: deletes all data on the server at once.

        :param image_id: of an image that :meth:`get_images` lists.
        :raises InvalidResponseError: if the answer has no password.
        """
        checked_identifier("image_id", image_id)
        with next_step_if_unclear(ANSWER_LOST):
            envelope = self._post(id, "reinstall", {"image_id": image_id})
        return password_of(envelope, *PASSWORDS)

    def get_backups(self, id: Identifier) -> list[VPSBackup]:  # noqa: A002
        """Return the backups of a server."""
        path = _path(id, "backups")
        return self._list(path, ("backups",), VPSBackup.from_dict)

    def create_backup(self, id: Identifier) -> None:  # noqa: A002
        """Start a backup in the background. `is_locked` of :meth:`get` shows whether it runs."""
        self._post(id, "backups")

    def restore_backup(
        self,
        id: Identifier,  # noqa: A002
        key: Identifier,
        *,
        incremental: bool = False,
    ) -> None:
        """Restore a server from a backup, in the background.

        **Hazard**: replaces all data on the server by that of the backup.

        :param key: of a backup that :meth:`get_backups` lists.
        :param incremental: must be true for a backup that was made automatically.
        """
        checked_identifier("key", key)
        validation.boolean("incremental", incremental)
        body = {"key": key, **({"type": "incremental"} if incremental else {})}
        self._send("PATCH", _path(id, "backups"), body)

    def _post(
        self,
        id: Identifier,  # noqa: A002
        action: str,
        body: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        return self._send("POST", _path(id, action), body)


PASSWORDS = ("password", "root_password", "new_password")


def _checked_names(names: object) -> list[tuple[str, str]]:
    if not isinstance(names, Mapping) or not names:
        raise InvalidInputError("names: must map at least one IP address to a host name.")
    for ip, name in names.items():
        validation.address("names", ip, 6 if isinstance(ip, str) and ":" in ip else 4)
        validation.host_name("names", name)
    return list(names.items())


def _different_host(server: VPS, hostname: str) -> list[str]:
    return [] if plain(server.hostname) == plain(hostname) else ["hostname"]


def _different_names(server: VPS, names: list[tuple[str, str]]) -> list[str]:
    """Return the addresses that do not have these names in reverse DNS."""
    shown = {plain(each.ip): plain(each.reverse) for each in server.addresses}
    return [ip for ip, name in names if shown.get(plain(ip)) != plain(name)]


def _path(number: Identifier, *action: str) -> str:
    return path_of("/vps", "id", number, *action)
