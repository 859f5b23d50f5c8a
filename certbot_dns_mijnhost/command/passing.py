"""Records that come and go by themselves: challenges, and what is written to try things out."""

from __future__ import annotations

from certbot_dns_mijnhost.challenge_records import Identity

SCRATCH = ("_mijnhost-probe-", "_mijnhost-doctor-")
"""Begin the names that this software tries things out under."""


def is_passing(identity: Identity) -> bool:
    """Tell whether a record is one that a run comes and goes with."""
    return identity.is_challenge or (identity.type == "TXT" and identity.name.startswith(SCRATCH))
