"""The client of the mijn.host API, with one resource for each kind of object."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, TypeVar

import requests

from certbot_dns_mijnhost import defaults
from certbot_dns_mijnhost.api.account import AccountResource, Whoami, WhoamiResource
from certbot_dns_mijnhost.api.affiliate import AffiliateResource
from certbot_dns_mijnhost.api.api_key import api_key_of
from certbot_dns_mijnhost.api.certificates import CertificatesResource
from certbot_dns_mijnhost.api.contacts import ContactsResource
from certbot_dns_mijnhost.api.dns_records import DNSRecordsResource
from certbot_dns_mijnhost.api.dns_templates import DNSTemplatesResource
from certbot_dns_mijnhost.api.domains import DomainsResource
from certbot_dns_mijnhost.api.exchange import OnExchange
from certbot_dns_mijnhost.api.extensions import AvailabilityResource, ExtensionsResource
from certbot_dns_mijnhost.api.invoices import InvoicesResource
from certbot_dns_mijnhost.api.nameserver_profiles import NameserverProfilesResource
from certbot_dns_mijnhost.api.orders import OrdersResource
from certbot_dns_mijnhost.api.resource import Resource
from certbot_dns_mijnhost.api.responses import Envelope
from certbot_dns_mijnhost.api.retry import RetryPolicy
from certbot_dns_mijnhost.api.tickets import TicketsResource
from certbot_dns_mijnhost.api.transport import Timeout, Transport
from certbot_dns_mijnhost.api.types import present
from certbot_dns_mijnhost.api.users import UsersResource
from certbot_dns_mijnhost.api.vps import VPSResource

DEFAULT_BASE_URL = defaults.API_URL
DEFAULT_TIMEOUT = defaults.TIMEOUT

R = TypeVar("R", bound=Resource)


class MijnHostClient:
    """A client of the mijn.host API v2.

    ::

        with MijnHostClient(api_key) as client:
            for domain in client.domains.get_all():
                print(domain.domain, domain.renewal_date)

    The resources are attributes: :attr:`domains`, :attr:`dns_records`, :attr:`contacts`,
    :attr:`nameserver_profiles`, :attr:`dns_templates`, :attr:`availability`, :attr:`orders`,
    :attr:`extensions`, :attr:`vps`, :attr:`certificates`, :attr:`account`, :attr:`invoices`,
    :attr:`users`, :attr:`tickets` and :attr:`affiliate`. All calls raise
    :class:`~certbot_dns_mijnhost.api.MijnHostError`, see :mod:`certbot_dns_mijnhost.api.errors`.

    :param api_key: from mijn.host's control panel. It is sent only to `base_url`, and never shown.
    :param base_url: HTTPS, or HTTP to a loopback address.
    :param timeout: seconds to wait for a connection and for each part of an answer, or a pair of
        the two.
    :param session: a session of requests to use, for adapters, proxies or certificates of your own;
        this client does not close it.
    :param retry: when a request is sent again; see :class:`~certbot_dns_mijnhost.api.RetryPolicy`.
    :param on_exchange: called with each exchange with the API, without bodies and secrets.
    :param user_agent: name and version of your application, such as ``my-app/1.0``; it is added to
        the ``User-Agent`` header.
    :raises InvalidInputError: if the key or the URL cannot be used.

    Threads may share a client: each method may be called from any thread at any time. A client
    keeps only its connections, the key, and when a rate limit last refused a call. `on_exchange` is
    then called by each thread, also at the same time. Do not change a `session` of your own
    meanwhile, use an iterator over pages in one thread only, and call :meth:`close` last.
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
        user_agent: str | None = None,
    ) -> None:
        self._transport = Transport(
            api_key,
            base_url=base_url,
            timeout=timeout,
            session=session,
            retry=retry,
            on_exchange=on_exchange,
            user_agent=user_agent,
        )
        self._resources: dict[type[Resource], Any] = {}

    @property
    def domains(self) -> DomainsResource:
        """List, change, cancel and restore domains."""
        return self._resource(DomainsResource)

    @property
    def dns_records(self) -> DNSRecordsResource:
        """The raw calls for a zone; :mod:`certbot_dns_mijnhost.zone` changes a zone safely."""
        return self._resource(DNSRecordsResource)

    @property
    def contacts(self) -> ContactsResource:
        """Contacts: personal data."""
        return self._resource(ContactsResource)

    @property
    def nameserver_profiles(self) -> NameserverProfilesResource:
        """Own name servers under an alias."""
        return self._resource(NameserverProfilesResource)

    @property
    def dns_templates(self) -> DNSTemplatesResource:
        """The records with which a new domain starts."""
        return self._resource(DNSTemplatesResource)

    @property
    def availability(self) -> AvailabilityResource:
        """Whether a domain can be registered."""
        return self._resource(AvailabilityResource)

    @property
    def orders(self) -> OrdersResource:
        """Register and transfer domains. **Hazard**: the account is charged at once."""
        return self._resource(OrdersResource)

    @property
    def extensions(self) -> ExtensionsResource:
        """Extensions such as nl, with their prices."""
        return self._resource(ExtensionsResource)

    @property
    def vps(self) -> VPSResource:
        """Virtual private servers. **Hazard**: some calls delete all data on a server."""
        return self._resource(VPSResource)

    @property
    def certificates(self) -> CertificatesResource:
        """Certificates that mijn.host sells. **Hazard**: an order is charged at once."""
        return self._resource(CertificatesResource)

    @property
    def account(self) -> AccountResource:
        """The profile of the account and how it pays: personal data."""
        return self._resource(AccountResource)

    @property
    def invoices(self) -> InvoicesResource:
        """Invoices, also as PDF."""
        return self._resource(InvoicesResource)

    @property
    def users(self) -> UsersResource:
        """People who may sign in to the account: personal data."""
        return self._resource(UsersResource)

    @property
    def tickets(self) -> TicketsResource:
        """Support tickets: personal data."""
        return self._resource(TicketsResource)

    @property
    def affiliate(self) -> AffiliateResource:
        """Commissions and their payments."""
        return self._resource(AffiliateResource)

    @classmethod
    def from_env(
        cls,
        *,
        base_url: str | None = None,
        timeout: Timeout | None = None,
        session: requests.Session | None = None,
        retry: RetryPolicy | None = None,
        on_exchange: OnExchange | None = None,
        user_agent: str | None = None,
    ) -> MijnHostClient:
        """Return a client with the key of the environment.

        Looks for ``MIJNHOST_API_KEY``, ``MIJNHOST_API_KEY_FILE``, ``MIJN_HOST_API_KEY`` and
        ``MIJN_HOST_API_KEY_FILE``, in this order. The parameters are those of the class.

        :raises InvalidInputError: if none of them is set, or a file cannot be read.
        """
        options = {
            "base_url": base_url,
            "timeout": timeout,
            "session": session,
            "retry": retry,
            "on_exchange": on_exchange,
            "user_agent": user_agent,
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
        """Return the caller's public IP address and customer number."""
        return self._resource(WhoamiResource).get()

    def request(
        self,
        method: str,
        path: str,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        *,
        is_personal: bool = False,
    ) -> Envelope:
        """Send a request for which there is no method, and return the whole answer.

        :param method: HTTP's method, in capitals.
        :param path: below the base URL, such as ``/domains/example.nl``, its segments quoted.
        :param json: what to send as the body.
        :param params: the query.
        :param is_personal: the body has personal data or a secret: if a refusal of the API repeats
            it, it is masked.
        """
        return self._transport.request(
            method, path, json=json, params=params, is_personal=is_personal
        )

    def _resource(self, kind: type[R]) -> R:
        """Return the resource of this class; the same object each time, in each thread."""
        resource: R = self._resources.setdefault(kind, kind(self._transport))
        return resource
