"""What the API's answers and requests are made of: frozen dataclasses that make no calls."""

from certbot_dns_mijnhost.api.models.contact import Contact, ContactProfile
from certbot_dns_mijnhost.api.models.dns_record import DNSListing, DNSRecord
from certbot_dns_mijnhost.api.models.dns_template import DNSTemplate, TemplateRecord
from certbot_dns_mijnhost.api.models.domain import Domain
from certbot_dns_mijnhost.api.models.domain_changes import DNSSEC, ContactHandles, Forwarder
from certbot_dns_mijnhost.api.models.nameserver_profile import NameserverHost, NameserverProfile
from certbot_dns_mijnhost.api.models.order import Order
from certbot_dns_mijnhost.api.models.prices import Availability, Extension, Prices
from certbot_dns_mijnhost.api.models.secret import Secret
from certbot_dns_mijnhost.api.models.whoami import Whoami

__all__ = [
    "DNSSEC",
    "Availability",
    "Contact",
    "ContactHandles",
    "ContactProfile",
    "DNSListing",
    "DNSRecord",
    "DNSTemplate",
    "Domain",
    "Extension",
    "Forwarder",
    "NameserverHost",
    "NameserverProfile",
    "Order",
    "Prices",
    "Secret",
    "TemplateRecord",
    "Whoami",
]
