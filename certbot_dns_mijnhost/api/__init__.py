"""A typed client of the mijn.host API, usable without Certbot."""

from certbot_dns_mijnhost.api.addresses import DEFAULT_BASE_URL
from certbot_dns_mijnhost.api.client import DEFAULT_TIMEOUT, MijnHostClient
from certbot_dns_mijnhost.api.errors import (
    AddressNotAllowedError,
    APIError,
    AuthenticationError,
    BadRequestError,
    DNSNotManagedError,
    InvalidInputError,
    InvalidResponseError,
    MethodNotAllowedError,
    MijnHostError,
    NotFoundError,
    RateLimitError,
    RedirectError,
    RequestTimeoutError,
    ServerError,
    TransportError,
)
from certbot_dns_mijnhost.api.models import DNSRecord, Domain, Whoami
from certbot_dns_mijnhost.api.retry import RetryPolicy

__all__ = [
    "DEFAULT_BASE_URL",
    "DEFAULT_TIMEOUT",
    "APIError",
    "AddressNotAllowedError",
    "AuthenticationError",
    "BadRequestError",
    "DNSNotManagedError",
    "DNSRecord",
    "Domain",
    "InvalidInputError",
    "InvalidResponseError",
    "MethodNotAllowedError",
    "MijnHostClient",
    "MijnHostError",
    "NotFoundError",
    "RateLimitError",
    "RedirectError",
    "RequestTimeoutError",
    "RetryPolicy",
    "ServerError",
    "TransportError",
    "Whoami",
]
