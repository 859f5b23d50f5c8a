"""The domains of the account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Union

from certbot_dns_mijnhost.api import validation
from certbot_dns_mijnhost.api.domain_settings import DNSSEC, ContactHandles, Forwarder
from certbot_dns_mijnhost.api.errors import InvalidInputError, InvalidResponseError
from certbot_dns_mijnhost.api.fields import Fields
from certbot_dns_mijnhost.api.nameserver_profiles import NameserverHost
from certbot_dns_mijnhost.api.resource import Resource
from certbot_dns_mijnhost.api.types import UNSET, Model, Raw, Secret, Unset, given

DomainSetting = Union[DNSSEC, ContactHandles, Forwarder]


@dataclass(frozen=True)
class Domain(Model):
    """A domain, as the list or the single call returns it.

    The list returns fewer fields: the others are None or empty. What has no attribute is in `raw`.

    :param managed_dns: whether mijn.host's name servers serve the domain.
    :param nameserver: alias of its name-server profile.
    :param profile: its contacts, to be sent back or changed by :meth:`DomainsResource.update`.
    :param dnssec: its DNSSEC key; None if the answer does not show it, or shows several keys.
    """

    domain: str
    id: int | None = None
    renewal_date: date | None = None
    status: str | None = None
    status_id: int | None = None
    tags: tuple[str, ...] = ()
    is_locked: bool | None = None
    is_lockable: bool | None = None
    managed_dns: bool | None = None
    nameserver: str | None = None
    nameservers: tuple[NameserverHost, ...] | None = None
    whitelabel_ns: bool | None = None
    profile: ContactHandles | None = None
    forwarder: Forwarder | None = None
    forwarder_blocked_by_hosting: bool | None = None
    dnssec_enabled: bool | None = None
    dnssec_keys: tuple[DNSSEC, ...] = ()
    dnssec: DNSSEC | None = None
    messages: tuple[str, ...] = ()
    raw: Raw = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: object) -> Domain:
        """Read a domain from an answer.

        :raises InvalidResponseError: if it is not an object or has no name.
        """
        fields = Fields(data, "a domain")
        enabled = fields.optional_boolean("dnssec_enabled")
        dnssec = fields.optional_object("dnssec", DNSSEC.from_dict)
        keys = _keys(fields, enabled=enabled)
        if dnssec is None and enabled is not None and len(keys) < 2:
            dnssec = keys[0] if keys else DNSSEC(enabled=enabled)
        handles = "handles" if fields.raw.get("profile") is None else "profile"
        return cls(
            domain=fields.name("domain"),
            id=fields.optional_integer("id"),
            renewal_date=fields.optional_date("renewal_date"),
            status=fields.optional_text("status"),
            status_id=fields.optional_integer("status_id"),
            tags=fields.texts("tags"),
            is_locked=fields.optional_boolean("is_locked"),
            is_lockable=fields.optional_boolean("is_lockable"),
            managed_dns=fields.optional_boolean("managed_dns"),
            nameserver=fields.optional_text("nameserver"),
            nameservers=fields.optional_object("nameservers", _hosts),
            whitelabel_ns=fields.optional_boolean("whitelabel_ns"),
            profile=fields.optional_object(handles, ContactHandles.from_dict),
            forwarder=_forwarder(fields),
            forwarder_blocked_by_hosting=fields.optional_boolean("forwarder_blocked_by_hosting"),
            dnssec_enabled=dnssec.enabled if enabled is None and dnssec else enabled,
            dnssec_keys=keys,
            dnssec=dnssec,
            messages=fields.texts("messages"),
            raw=fields.raw,
        )

    @property
    def is_active(self) -> bool | None:
        """Whether the status is ``Active``, in any case and with any addition; None if unknown.

        An addition is for example ``Active, outgoing transfer pending``.
        """
        if self.status is None:
            return None
        return self.status.split(",")[0].strip().casefold() == "active"


class DomainsResource(Resource):
    """``client.domains``: list, change, cancel and restore domains."""

    def get_all(self, tags: Iterable[str] | None = None) -> list[Domain]:
        """Return the domains of the account, or those that have one of `tags`.

        See https://mijn.host/api/doc/api-3563872

        :raises InvalidInputError: if `tags` is empty: the API would return all domains.
        """
        wanted = None if tags is None else validation.tags(tags)
        if wanted == []:
            raise InvalidInputError("tags: give at least one tag, or None for all domains.")
        params = None if wanted is None else {"tags": ",".join(wanted)}
        return self._list("/domains", ("domains",), Domain.from_dict, params)

    def get(self, domain: str) -> Domain:
        """Return one domain, with more fields than the list has.

        See https://mijn.host/api/doc/api-3563900

        :raises BadRequestError: if the domain is not in the account.
        """
        return self._get(_path(domain), Domain.from_dict, "a domain")

    def update(
        self,
        domain: str,
        *,
        nameserver: str | Unset = UNSET,
        nameservers: Iterable[str | NameserverHost] | Unset = UNSET,
        is_locked: bool | Unset = UNSET,
        dnssec: DNSSEC | Unset = UNSET,
        profile: ContactHandles | Unset = UNSET,
        forwarder: Forwarder | Unset = UNSET,
        tags: Iterable[str] | Unset = UNSET,
        verify: bool = False,
    ) -> None:
        """Change the given settings; the others keep their values. Never sent twice.

        **Hazard**: other name servers move the domain's DNS, and `tags` replaces all tags.

        :param nameserver: alias of a name-server profile; ``default-mijnhost`` is mijn.host's own.
        :param nameservers: host names instead, or hosts with addresses.
        :param dnssec: ``DNSSEC(enabled=False)`` disables it. Remove the key before you change the
            name servers, or resolvers refuse the domain.
        :param forwarder: ``Forwarder(enabled=False)`` disables it.
        :param tags: all tags that the domain is to have; an empty list removes them.
        :param verify: read the domain back, and fail if a setting did not change: the API has
            answered 200 to changes that had no effect.
        :raises InvalidInputError: if nothing is to change or a rule is broken; nothing was sent.
        :raises NotAppliedError: if `verify` is true and a setting did not change.
        """
        validation.boolean("verify", verify)
        if nameserver is not UNSET and nameservers is not UNSET:
            raise InvalidInputError("nameserver, nameservers: give one of the two.")
        if nameserver is not UNSET:
            validation.text("nameserver", nameserver)
        if is_locked is not UNSET:
            validation.boolean("is_locked", is_locked)
        body = given(
            nameserver=nameserver,
            nameservers=_sent_hosts(nameservers),
            is_locked=is_locked,
            dnssec=_sent("dnssec", dnssec, DNSSEC),
            profile=_sent("profile", profile, ContactHandles),
            forwarder=_sent("forwarder", forwarder, Forwarder),
            tags=tags if isinstance(tags, Unset) else validation.tags(tags),
        )
        if not body:
            raise InvalidInputError("Nothing to change: give at least one setting.")
        path = _path(domain)
        self._send("PUT", path, body)
        if verify:
            self._confirm(f"PUT {path}", lambda: _different(self.get(domain), body))

    def cancel(self, domain: str) -> None:
        """Cancel a domain before its renewal date; :meth:`restore` withdraws the cancellation.

        **Hazard**: a cancelled domain that is not restored in time is lost.
        """
        self._send("DELETE", _path(domain))

    def restore(self, domain: str) -> None:
        """Withdraw a pending cancellation."""
        self._send("PUT", f"{_path(domain)}/cancel-delete")

    def get_auth_code(self, domain: str) -> Secret:
        """Return the code that is needed to transfer the domain to another registrar.

        **Hazard**: anyone with the code can transfer the domain.

        :raises InvalidResponseError: if the answer has no code.
        """
        data = self._data(f"{_path(domain)}/auth-code", "a transfer code")
        code = data.first_text("auth_code", "authcode", "code")
        if not code:
            raise InvalidResponseError(
                "The answer of the API has no transfer code. Try again later, or copy the code "
                "from mijn.host's control panel."
            )
        return Secret(code)


def _path(domain: str) -> str:
    return f"/domains/{validation.segment(domain)}"


def _hosts(data: object) -> tuple[NameserverHost, ...]:
    hosts = Fields({"nameservers": data}, "a domain").list_of_objects("nameservers")
    return tuple(map(NameserverHost.from_dict, hosts))


def _keys(fields: Fields, *, enabled: bool | None) -> tuple[DNSSEC, ...]:
    return fields.entries_if_any(
        "dnssec_keys", lambda data: DNSSEC.from_dict(data, enabled=enabled)
    )


def _forwarder(fields: Fields) -> Forwarder | None:
    """Read a redirect whose flag is inside it, or next to it as ``forwarder_enabled``."""
    flag = fields.raw.get("forwarder_enabled")
    enabled = fields.optional_boolean("forwarder_enabled")
    if fields.raw.get("forwarder") is None:
        return Forwarder(enabled=False) if enabled is False else None
    if flag is not None and enabled is None:
        return None  # Sending it back could switch the redirect off.
    return fields.optional_object(
        "forwarder", lambda data: Forwarder.from_dict(data, enabled=enabled)
    )


def _sent(name: str, value: DomainSetting | Unset, kind: type[object]) -> dict[str, object] | Unset:
    if isinstance(value, Unset):
        return value
    if not isinstance(value, kind):
        raise InvalidInputError(f"{name}: must be a {kind.__name__}.")
    value.check()
    return value.to_dict()


def _sent_hosts(hosts: Iterable[str | NameserverHost] | Unset) -> list[object] | Unset:
    if isinstance(hosts, Unset):
        return hosts
    validation.several("nameservers", hosts)
    sent: list[object] = []
    for host in hosts:
        made = host if isinstance(host, NameserverHost) else NameserverHost(host)
        made.check()
        sent.append(made.to_dict() if isinstance(host, NameserverHost) else host)
    if not sent:
        raise InvalidInputError("nameservers: at least one is needed.")
    return sent


def _different(domain: Domain, body: dict[str, Any]) -> list[str]:
    """Return the names of the settings that do not have the values of `body`."""
    return [name for name, wanted in body.items() if not _has(domain, name, wanted)]


def _has(domain: Domain, name: str, wanted: Any) -> bool:
    shown: Any = getattr(domain, name)
    if name == "tags":
        return set(shown) == set(wanted)
    if name == "nameservers":
        names = [each if isinstance(each, str) else each["hostname"] for each in wanted]
        return _host_names(names) == _host_names(host.hostname for host in shown or ())
    if name == "nameserver" and shown is None:
        return wanted == "default-mijnhost" and domain.managed_dns is True
    return _has_setting(shown, wanted)


def _has_setting(shown: object, wanted: Any) -> bool:
    if isinstance(shown, (DNSSEC, Forwarder)):
        if not wanted["enabled"]:
            return not shown.enabled
        return {**shown.to_dict(), **wanted} == shown.to_dict()
    if isinstance(shown, ContactHandles):
        current = {role: handle or None for role, handle in vars(shown).items()}
        return all(current[role] == (handle or None) for role, handle in wanted.items())
    return bool(shown == wanted)


def _host_names(names: Iterable[str]) -> set[str]:
    return {name.lower().rstrip(".") for name in names}
