"""The client: one door to each chapter of the API."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import requests

from certbot_dns_mijnhost.api.addresses import DEFAULT_BASE_URL
from certbot_dns_mijnhost.api.answers import Envelope
from certbot_dns_mijnhost.api.contacts import ContactsResource
from certbot_dns_mijnhost.api.dns_records import DNSRecordsResource
from certbot_dns_mijnhost.api.dns_templates import DNSTemplatesResource
from certbot_dns_mijnhost.api.domains import DomainsResource
from certbot_dns_mijnhost.api.environment import api_key_of
from certbot_dns_mijnhost.api.exchange import OnExchange
from certbot_dns_mijnhost.api.models import Whoami
from certbot_dns_mijnhost.api.models.fields import Fields
from certbot_dns_mijnhost.api.nameserver_profiles import NameserverProfilesResource
from certbot_dns_mijnhost.api.orders import OrdersResource
from certbot_dns_mijnhost.api.prices import AvailabilityResource, ExtensionsResource
from certbot_dns_mijnhost.api.retry import RetryPolicy
from certbot_dns_mijnhost.api.transport import Timeout, Transport
from certbot_dns_mijnhost.api.unset import present

DEFAULT_TIMEOUT = 30.0


class MijnHostClient:
    """A client of the mijn.host API v2, see https://mijn.host/api/doc/.

    ::

        with MijnHostClient(api_key) as client:
            for domain in client.domains.get_all():
                print(domain.domain, domain.renewal_date)

    :param api_key: from mijn.host's control panel; it is sent only to `base_url` and shown nowhere.
    :param base_url: HTTPS, or HTTP to a loopback address.
    :param timeout: seconds to wait for a connection and for each part of an answer, or a pair of
        the two.
    :param session: a session of requests to use (for adapters, proxies, certificates of your own);
        it is not closed by this client.
    :param retry: when a request is sent again; see :class:`~certbot_dns_mijnhost.api.RetryPolicy`.
    :param on_exchange: is told of each exchange with the API, without bodies and secrets.
    :raises InvalidInputError: for a key or a URL that must not be used.

    Threads may share a client: each method may be called from any thread at any time, since a
    client keeps nothing between calls but its connections, the key, and when a rate limit last
    refused a call. `on_exchange` is then called by each of them, also at once. A `session` of your
    own must not be changed meanwhile, an iterator of extensions belongs to one thread, and
    :meth:`close` comes after the last call.
    """

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        timeout: Timeout = DEFAULT_TIMEOUT,
        session: requests.Session | None = None,
        retry: RetryPolicy | None = None,
        on_exchange: OnExchange | None = None,
    ) -> None:
        self._transport = Transport(
            api_key,
            base_url=base_url,
            timeout=timeout,
            session=session,
            retry=retry,
            on_exchange=on_exchange,
        )
        self.domains = DomainsResource(self._transport)
        self.dns_records = DNSRecordsResource(self._transport)
        self.contacts = ContactsResource(self._transport)
        self.nameserver_profiles = NameserverProfilesResource(self._transport)
        self.dns_templates = DNSTemplatesResource(self._transport)
        self.availability = AvailabilityResource(self._transport)
        self.orders = OrdersResource(self._transport)
        self.extensions = ExtensionsResource(self._transport)

    @classmethod
    def from_env(
        cls,
        *,
        base_url: str | None = None,
        timeout: Timeout | None = None,
        session: requests.Session | None = None,
        retry: RetryPolicy | None = None,
        on_exchange: OnExchange | None = None,
    ) -> MijnHostClient:
        """Return a client with the key of the environment.

        Looks for ``MIJNHOST_API_KEY``, ``MIJNHOST_API_KEY_FILE``, ``MIJN_HOST_API_KEY`` and
        ``MIJN_HOST_API_KEY_FILE``, in this order. The parameters are those of the class.

        :raises InvalidInputError: where none of them is set, or a file can't be read.
        """
        options = {
            "base_url": base_url,
            "timeout": timeout,
            "session": session,
            "retry": retry,
            "on_exchange": on_exchange,
        }
        return cls(api_key_of(os.environ), **present(options))

    def __repr__(self) -> str:
        return f"MijnHostClient(base_url={self._transport.base_url!r})"

    def __enter__(self) -> MijnHostClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    @property
    def rate_limited_at(self) -> float | None:
        """When the API last answered 429, by the retry policy's clock; None if it never did."""
        return self._transport.rate_limited_at

    def whoami(self) -> Whoami:
        """Return the caller's public address and customer number.

        See https://mijn.host/api/doc/

        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", "/whoami")
        return Whoami.from_dict(Fields(envelope, "an answer").child("data", "the caller").raw)

    def request(
        self,
        method: str,
        path: str,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        *,
        is_personal: bool = False,
    ) -> Envelope:
        """Send what has no method here yet, and return the envelope.

        See https://mijn.host/api/doc/

        :param method: HTTP's method, in capitals.
        :param path: below the base URL, such as ``/domains/example.nl``, its segments quoted.
        :param json: what to send as the body.
        :param params: the query.
        :param is_personal: the body holds personal data or a secret, to be masked should the API's
            refusal repeat it.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        return self._transport.request(
            method, path, json=json, params=params, is_personal=is_personal
        )
