"""Settings of a domain that consist of several fields: DNSSEC, forwarder, contact handles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from certbot_dns_mijnhost.api import validation
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.fields import Fields, whole_number
from certbot_dns_mijnhost.api.types import UNSET, Unset, given, present

FLAGS = frozenset({256, 257})
ALGORITHMS = frozenset({6, 8, 10, 12, 13, 15, 16})
REDIRECTS = frozenset({301, 302, 303})
ROLES = ("owner", "admin", "tech", "billing", "reseller")


@dataclass(frozen=True)
class DNSSEC:
    """A domain's DNSSEC key; if `enabled` is false, the other fields are not needed.

    :param flags: 256 or 257.
    :param alg: the algorithm's number: 6, 8, 10, 12, 13, 15 or 16.
    :param pub_key: the public key in Base64.
    :param protocol: always 3.
    """

    enabled: bool
    flags: int | None = None
    alg: int | None = None
    pub_key: str | None = None
    protocol: int = 3

    @classmethod
    def from_dict(cls, data: object, *, enabled: bool | None = None) -> DNSSEC:
        """Read the key from an answer.

        :param enabled: used if the object does not say it; if None, a key counts as enabled.
        :raises InvalidResponseError: if it is not an object, or whether it is enabled is unknown.
        """
        fields = Fields(data, "a DNSSEC key")
        protocol = fields.optional_integer("protocol")
        pub_key = fields.first_text("pubKey", "pub_key")
        return cls(
            enabled=fields.truth(
                "enabled", enabled if enabled is not None or not pub_key else True
            ),
            flags=fields.optional_integer("flags"),
            alg=fields.optional_integer("alg"),
            pub_key=pub_key,
            protocol=3 if protocol is None else protocol,
        )

    def check(self) -> None:
        """Require what the API accepts.

        :raises InvalidInputError: naming the field and the rule.
        """
        validation.boolean("dnssec.enabled", self.enabled)
        if not self.enabled:
            return
        validation.one_of("dnssec.flags", self.flags, FLAGS)
        validation.one_of("dnssec.alg", self.alg, ALGORITHMS)
        validation.one_of("dnssec.protocol", self.protocol, {3})
        validation.text("dnssec.pubKey", self.pub_key)

    def to_dict(self) -> dict[str, Any]:
        """Return what is sent for it."""
        if not self.enabled:
            return {"enabled": False}
        return {
            "enabled": True,
            "flags": self.flags,
            "alg": self.alg,
            "protocol": self.protocol,
            "pubKey": self.pub_key,
        }


@dataclass(frozen=True)
class Forwarder:
    """A redirect of the domain's web address.

    :param type: HTTP's status: 301, 302 or 303.
    :param url: the target.
    """

    enabled: bool
    type: int | None = None
    url: str | None = None

    @classmethod
    def from_dict(cls, data: object, *, enabled: bool | None = None) -> Forwarder:
        """Read a redirect from an answer.

        :param enabled: used if the object does not say it; if None, a URL counts as enabled.
        :raises InvalidResponseError: if it is not an object, or whether it is enabled is unknown.
        """
        fields = Fields(data, "a forwarder")
        url = fields.first_text("url")
        return cls(
            enabled=fields.truth("enabled", enabled if enabled is not None or not url else True),
            type=fields.optional_integer("type"),
            url=url,
        )

    def check(self) -> None:
        """Require what the API accepts.

        :raises InvalidInputError: naming the field and the rule.
        """
        validation.boolean("forwarder.enabled", self.enabled)
        if not self.enabled:
            return
        validation.one_of("forwarder.type", self.type, REDIRECTS)
        if not _is_web_address(self.url):
            raise InvalidInputError("forwarder.url: must be an http or https URL.")

    def to_dict(self) -> dict[str, Any]:
        """Return what is sent for it."""
        return present({"enabled": self.enabled, "type": self.type, "url": self.url})


@dataclass(frozen=True)
class ContactHandles:
    """The contacts of a domain, by their ids.

    A role that is UNSET is not sent and keeps its contact: also a role that an answer lacks. None
    is sent as null, which the API may refuse; ``reseller=0`` removes that contact (.be).
    """

    owner: int | Unset | None = UNSET
    admin: int | Unset | None = UNSET
    tech: int | Unset | None = UNSET
    billing: int | Unset | None = UNSET
    reseller: int | Unset | None = UNSET

    @classmethod
    def from_dict(cls, data: object) -> ContactHandles:
        """Read handles from an answer: ids, or objects with a ``handle_id``.

        :raises InvalidResponseError: if it is not an object.
        """
        fields = Fields(data, "contact handles")
        return cls(*(_handle(fields.raw.get(role)) for role in ROLES))

    def check(self) -> None:
        """Require what the API accepts.

        :raises InvalidInputError: naming the field and the rule.
        """
        handles = self.to_dict()
        if not handles:
            raise InvalidInputError("profile: at least one contact is needed.")
        for role, handle in handles.items():
            if handle is not None and (role != "reseller" or handle != 0 or handle is False):
                validation.number(f"profile.{role}", handle)

    def to_dict(self) -> dict[str, Any]:
        """Return what is sent for it."""
        return given(**vars(self))


def _handle(value: object) -> int | Unset:
    if isinstance(value, Mapping):
        value = value.get("handle_id", value.get("id"))
    return whole_number(value) or UNSET


def _is_web_address(url: object) -> bool:
    if not isinstance(url, str) or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
