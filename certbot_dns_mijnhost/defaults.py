"""The default of each setting, in one place; loading it loads nothing else."""

from __future__ import annotations

API_URL = "https://mijn.host/api/v2"
TIMEOUT = 30.0
"""Seconds to wait for a connection, and for each part of an answer."""
CHALLENGE_TTL = 60
"""Seconds, of challenge records."""
RECORD_TTL = 3600
"""Seconds, of other records."""
LARGEST_TTL = 2**31 - 1
"""Seconds; the limit of DNS."""
PROPAGATION_SECONDS = 300
"""The longest wait for the name servers."""
CA = "letsencrypt.org"
"""In CAA records."""
