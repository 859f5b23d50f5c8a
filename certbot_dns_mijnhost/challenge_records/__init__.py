"""TXT records that prove control of a domain, in whichever zone of the account holds their names.

Knows the API and no Certbot, so any ACME client in Python can use it.
"""

from certbot_dns_mijnhost.challenge_records.errors import (
    ChallengeRecordError,
    ZoneNotConfirmedError,
    ZoneNotFoundError,
    ZoneRewriteError,
    ZoneRewriteForbiddenError,
)
from certbot_dns_mijnhost.challenge_records.listing import TXTRecord
from certbot_dns_mijnhost.challenge_records.records import DEFAULT_TTL, ChallengeRecords
from certbot_dns_mijnhost.challenge_records.remover import Leftover

__all__ = [
    "DEFAULT_TTL",
    "ChallengeRecordError",
    "ChallengeRecords",
    "Leftover",
    "TXTRecord",
    "ZoneNotConfirmedError",
    "ZoneNotFoundError",
    "ZoneRewriteError",
    "ZoneRewriteForbiddenError",
]
