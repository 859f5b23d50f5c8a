"""Finding out beforehand, in words, what would fail at renewal time.

Knows neither Certbot nor the terminal: whoever runs it is told of each finding as it is made.
"""

from certbot_dns_mijnhost.doctor.doctor import PATIENCE, Doctor
from certbot_dns_mijnhost.doctor.findings import Finding, State

__all__ = ["PATIENCE", "Doctor", "Finding", "State"]
