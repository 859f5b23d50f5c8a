"""Records that come and go by themselves: challenges, and what is written to try things out."""

from __future__ import annotations

from certbot_dns_mijnhost.challenge_records import Identity
from certbot_dns_mijnhost.challenge_records.listing import TEST_RECORDS


def is_passing(identity: Identity) -> bool:
    """Tell whether a record is one that a run comes and goes with."""
    return identity.is_challenge or (
        identity.type == "TXT" and identity.name.startswith(TEST_RECORDS)
    )
