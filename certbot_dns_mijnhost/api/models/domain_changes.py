"""What can be set for a domain, beyond plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.unset import present

FLAGS = frozenset({256, 257})
ALGORITHMS = frozenset({6, 8, 10, 12, 13, 15, 16})
REDIRECTS = frozenset({301, 302, 303})


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

    def check(self) -> None:
        """Refuse what the API can't mean.

        :raises InvalidInputError: naming the field and the rule.
        """
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

    def check(self) -> None:
        """Refuse what the API can't mean.

        :raises InvalidInputError: naming the field and the rule.
        """
        if not self.enabled:
            return
        checks.one_of("forwarder.type", self.type, REDIRECTS)
        parts = urlsplit(self.url or "")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise InvalidInputError("forwarder.url: must be an http or https address.")

    def to_dict(self) -> dict[str, Any]:
        """Return what is sent for it."""
        return present({"enabled": self.enabled, "type": self.type, "url": self.url})


@dataclass(frozen=True)
class ContactHandles:
    """Which contacts a domain has; None leaves one as it is."""

    owner: int | None = None
    admin: int | None = None
    tech: int | None = None
    billing: int | None = None
    reseller: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what is sent for it."""
        return present(vars(self))
