"""What can be set for a domain, beyond plain values; answers hold it too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.models.fields import Fields
from certbot_dns_mijnhost.api.unset import UNSET, Unset, given, present

FLAGS = frozenset({256, 257})
ALGORITHMS = frozenset({6, 8, 10, 12, 13, 15, 16})
REDIRECTS = frozenset({301, 302, 303})
ROLES = ("owner", "admin", "tech", "billing", "reseller")


@dataclass(frozen=True)
class DNSSEC:
    """A domain's key for DNSSEC; with `enabled` false the rest is not needed.

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
    def from_dict(cls, data: object) -> DNSSEC:
        """Read the key from an answer.

        :raises InvalidResponseError: if it is not an object, or does not say whether it is enabled.
        """
        fields = Fields(data, "a key for DNSSEC")
        protocol = fields.optional_integer("protocol")
        return cls(
            enabled=fields.truth("enabled"),
            flags=fields.optional_integer("flags"),
            alg=fields.optional_integer("alg"),
            pub_key=fields.optional_text("pubKey"),
            protocol=3 if protocol is None else protocol,
        )

    def check(self) -> None:
        """Refuse what the API can't mean.

        :raises InvalidInputError: naming the field and the rule.
        """
        checks.boolean("dnssec.enabled", self.enabled)
        if not self.enabled:
            return
        checks.one_of("dnssec.flags", self.flags, FLAGS)
        checks.one_of("dnssec.alg", self.alg, ALGORITHMS)
        checks.one_of("dnssec.protocol", self.protocol, {3})
        checks.text("dnssec.pubKey", self.pub_key)

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
    :param url: where to.
    """

    enabled: bool
    type: int | None = None
    url: str | None = None

    @classmethod
    def from_dict(cls, data: object) -> Forwarder:
        """Read a redirect from an answer.

        :raises InvalidResponseError: if it is not an object, or does not say whether it is enabled.
        """
        fields = Fields(data, "a forwarder")
        return cls(
            enabled=fields.truth("enabled"),
            type=fields.optional_integer("type"),
            url=fields.optional_text("url"),
        )

    def check(self) -> None:
        """Refuse what the API can't mean.

        :raises InvalidInputError: naming the field and the rule.
        """
        checks.boolean("forwarder.enabled", self.enabled)
        if not self.enabled:
            return
        checks.one_of("forwarder.type", self.type, REDIRECTS)
        if not _is_web_address(self.url):
            raise InvalidInputError("forwarder.url: must be an http or https address.")

    def to_dict(self) -> dict[str, Any]:
        """Return what is sent for it."""
        return present({"enabled": self.enabled, "type": self.type, "url": self.url})


@dataclass(frozen=True)
class ContactHandles:
    """Which contacts a domain has, by their numbers.

    What is left out (:data:`~certbot_dns_mijnhost.api.UNSET`) stays as it is; None sets it to
    nothing, which the API may refuse.
    """

    owner: int | Unset | None = UNSET
    admin: int | Unset | None = UNSET
    tech: int | Unset | None = UNSET
    billing: int | Unset | None = UNSET
    reseller: int | Unset | None = UNSET

    @classmethod
    def from_dict(cls, data: object) -> ContactHandles:
        """Read handles from an answer; one that it lacks is None.

        :raises InvalidResponseError: if it is not an object.
        """
        fields = Fields(data, "contact handles")
        return cls(*(fields.optional_integer(role) for role in ROLES))

    def check(self) -> None:
        """Refuse what the API can't mean.

        :raises InvalidInputError: naming the field and the rule.
        """
        handles = self.to_dict()
        if not handles:
            raise InvalidInputError("profile: at least one contact is needed.")
        for role, handle in handles.items():
            if handle is not None:
                checks.number(f"profile.{role}", handle)

    def to_dict(self) -> dict[str, Any]:
        """Return what is sent for it."""
        return given(**vars(self))


def _is_web_address(url: object) -> bool:
    if not isinstance(url, str) or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
