"""Checks what a renewal will need, and reports each problem with its solution.

It uses neither Certbot nor the terminal: the caller receives each finding through a callback.
"""

from certbot_dns_mijnhost.doctor.doctor import INTERACTIVE_RETRY, Doctor
from certbot_dns_mijnhost.doctor.findings import Finding, State

__all__ = ["INTERACTIVE_RETRY", "Doctor", "Finding", "State"]
