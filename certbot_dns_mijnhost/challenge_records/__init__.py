"""TXT records that prove control of a domain, in whichever zone of the account holds their names.

Knows the API and no Certbot, so any ACME client in Python can use it.
"""

from certbot_dns_mijnhost.challenge_records.behaviour import Behaviour, PatchEffect
from certbot_dns_mijnhost.challenge_records.errors import (
    AliasInTheWayError,
    AlteredRecordError,
    ChallengeRecordError,
    SubzoneError,
    ZoneBusyError,
    ZoneNotConfirmedError,
    ZoneNotFoundError,
    ZoneRewriteError,
    ZoneRewriteForbiddenError,
)
from certbot_dns_mijnhost.challenge_records.exactness import (
    description_of,
    unreadable_entries,
)
from certbot_dns_mijnhost.challenge_records.listing import (
    Identity,
    Listing,
    TXTRecord,
    identity_of,
    listed_value,
)
from certbot_dns_mijnhost.challenge_records.names import absolute, canonical
from certbot_dns_mijnhost.challenge_records.records import DEFAULT_TTL, ChallengeRecords
from certbot_dns_mijnhost.challenge_records.removing import Leftover
from certbot_dns_mijnhost.challenge_records.zone_editor import ZoneEditor

__all__ = [
    "DEFAULT_TTL",
    "AliasInTheWayError",
    "AlteredRecordError",
    "Behaviour",
    "ChallengeRecordError",
    "ChallengeRecords",
    "Identity",
    "Leftover",
    "Listing",
    "PatchEffect",
    "SubzoneError",
    "TXTRecord",
    "ZoneBusyError",
    "ZoneEditor",
    "ZoneNotConfirmedError",
    "ZoneNotFoundError",
    "ZoneRewriteError",
    "ZoneRewriteForbiddenError",
    "absolute",
    "canonical",
    "description_of",
    "identity_of",
    "listed_value",
    "unreadable_entries",
]
