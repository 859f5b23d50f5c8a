"""A typed client of the mijn.host API, usable without Certbot."""

from certbot_dns_mijnhost.api.account import AccountProfile, AccountResource, PayMethod, Whoami
from certbot_dns_mijnhost.api.affiliate import AffiliatePayment, AffiliateResource, Commission
from certbot_dns_mijnhost.api.certificates import (
    CSR,
    Certificate,
    CertificateProduct,
    CertificatesResource,
)
from certbot_dns_mijnhost.api.client import DEFAULT_BASE_URL, DEFAULT_TIMEOUT, MijnHostClient
from certbot_dns_mijnhost.api.contacts import Contact, ContactProfile, ContactsResource
from certbot_dns_mijnhost.api.dns_record import DNSListing, DNSRecord
from certbot_dns_mijnhost.api.dns_records import DNSRecordsResource
from certbot_dns_mijnhost.api.dns_templates import (
    DNSTemplate,
    DNSTemplatesResource,
    TemplateRecord,
)
from certbot_dns_mijnhost.api.domain_settings import DNSSEC, ContactHandles, Forwarder
from certbot_dns_mijnhost.api.domains import Domain, DomainsResource
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
    NotAppliedError,
    NotFoundError,
    NotTheAPIError,
    RateLimitError,
    RedirectError,
    RequestTimeoutError,
    ServerError,
    TransportError,
)
from certbot_dns_mijnhost.api.exchange import Exchange
from certbot_dns_mijnhost.api.extensions import (
    Availability,
    AvailabilityResource,
    Extension,
    ExtensionsResource,
    Prices,
)
from certbot_dns_mijnhost.api.invoices import Invoice, InvoicesResource
from certbot_dns_mijnhost.api.nameserver_profiles import (
    NameserverHost,
    NameserverProfile,
    NameserverProfilesResource,
)
from certbot_dns_mijnhost.api.orders import Order, OrdersResource
from certbot_dns_mijnhost.api.retry import RetryPolicy
from certbot_dns_mijnhost.api.tickets import Ticket, TicketMessage, TicketsResource
from certbot_dns_mijnhost.api.types import UNSET, Secret, Unset
from certbot_dns_mijnhost.api.users import User, UsersResource
from certbot_dns_mijnhost.api.vps import VPS, VPSAddress, VPSBackup, VPSImage, VPSResource

__all__ = [
    "CSR",
    "DEFAULT_BASE_URL",
    "DEFAULT_TIMEOUT",
    "DNSSEC",
    "UNSET",
    "VPS",
    "APIError",
    "AccountProfile",
    "AccountResource",
    "AddressNotAllowedError",
    "AffiliatePayment",
    "AffiliateResource",
    "AuthenticationError",
    "Availability",
    "AvailabilityResource",
    "BadRequestError",
    "Certificate",
    "CertificateProduct",
    "CertificatesResource",
    "Commission",
    "Contact",
    "ContactHandles",
    "ContactProfile",
    "ContactsResource",
    "DNSListing",
    "DNSNotManagedError",
    "DNSRecord",
    "DNSRecordsResource",
    "DNSTemplate",
    "DNSTemplatesResource",
    "Domain",
    "DomainsResource",
    "Exchange",
    "Extension",
    "ExtensionsResource",
    "Forwarder",
    "InvalidInputError",
    "InvalidResponseError",
    "Invoice",
    "InvoicesResource",
    "MethodNotAllowedError",
    "MijnHostClient",
    "MijnHostError",
    "NameserverHost",
    "NameserverProfile",
    "NameserverProfilesResource",
    "NotAppliedError",
    "NotFoundError",
    "NotTheAPIError",
    "Order",
    "OrdersResource",
    "PayMethod",
    "Prices",
    "RateLimitError",
    "RedirectError",
    "RequestTimeoutError",
    "RetryPolicy",
    "Secret",
    "ServerError",
    "TemplateRecord",
    "Ticket",
    "TicketMessage",
    "TicketsResource",
    "TransportError",
    "Unset",
    "User",
    "UsersResource",
    "VPSAddress",
    "VPSBackup",
    "VPSImage",
    "VPSResource",
    "Whoami",
]
