"""Asking DNS itself: where challenge records belong, and whether the name servers serve them yet.

Knows neither Certbot nor the API of mijn.host. Needs dnspython.
"""

from certbot_dns_mijnhost.propagation.aliases import AliasFollower, AliasResult
from certbot_dns_mijnhost.propagation.checker import PropagationChecker, TXTRecord
from certbot_dns_mijnhost.propagation.endpoints import Endpoint, parse_endpoint
from certbot_dns_mijnhost.propagation.errors import (
    AliasLoopError,
    InvalidEndpointError,
    InvalidNameError,
    PropagationError,
    PropagationTimeoutError,
)
from certbot_dns_mijnhost.propagation.report import Outcome, Progress, ServerStatus, State

__all__ = [
    "AliasFollower",
    "AliasLoopError",
    "AliasResult",
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
