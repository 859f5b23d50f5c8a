"""Records that come and go by themselves: challenges, and what is written to try things out."""

from __future__ import annotations

from certbot_dns_mijnhost.zone import RecordKey
from certbot_dns_mijnhost.zone.listing import TEST_RECORDS


def is_passing(key: RecordKey) -> bool:
    """Tell whether a record is one that a run comes and goes with."""
    return key.is_challenge or (key.type == "TXT" and key.name.startswith(TEST_RECORDS))
