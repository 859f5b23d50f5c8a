"""DNS: which name a challenge record belongs to, and whether the name servers serve it yet.

Imports neither Certbot nor the client of mijn.host's API. Needs dnspython.
"""

from certbot_dns_mijnhost.propagation.aliases import AliasFollower, AliasResult
from certbot_dns_mijnhost.propagation.endpoints import Endpoint, parse_endpoint
from certbot_dns_mijnhost.propagation.errors import (
    AliasLoopError,
    InvalidEndpointError,
    InvalidNameError,
    PropagationError,
    PropagationTimeoutError,
    ServerStatus,
)
from certbot_dns_mijnhost.propagation.outcome import Outcome, Progress, State
from certbot_dns_mijnhost.propagation.view import DNSView
from certbot_dns_mijnhost.propagation.wait import PropagationChecker, TXTRecord

__all__ = [
    "AliasFollower",
    "AliasLoopError",
    "AliasResult",
    "DNSView",
    "Endpoint",
    "InvalidEndpointError",
    "InvalidNameError",
    "Outcome",
    "Progress",
    "PropagationChecker",
    "PropagationError",
    "PropagationTimeoutError",
    "ServerStatus",
    "State",
    "TXTRecord",
    "parse_endpoint",
]
