"""What the API's answers and requests are made of: frozen dataclasses that make no calls."""

from certbot_dns_mijnhost.api.models.dns_record import DNSRecord
from certbot_dns_mijnhost.api.models.domain import Domain
from certbot_dns_mijnhost.api.models.whoami import Whoami

__all__ = ["DNSRecord", "Domain", "Whoami"]
