"""TXT records that prove control of a domain, in whichever zone of the account holds their names.

Knows the API and no Certbot, so any ACME client in Python can use it.
"""

from certbot_dns_mijnhost.zone.behaviour import Behaviour, PatchEffect
from certbot_dns_mijnhost.zone.challenge_records import DEFAULT_TTL, ChallengeRecords
from certbot_dns_mijnhost.zone.editor import ZoneEditor
from certbot_dns_mijnhost.zone.errors import (
    AlteredRecordError,
    ChallengeRecordError,
    CNAMEConflictError,
    SubzoneError,
    ZoneBusyError,
    ZoneNotConfirmedError,
    ZoneNotFoundError,
    ZoneRewriteError,
    ZoneRewriteForbiddenError,
)
from certbot_dns_mijnhost.zone.exactness import (
    description_of,
    unreadable_entries,
)
from certbot_dns_mijnhost.zone.listing import (
    Listing,
    RecordKey,
    TXTRecord,
    key_of,
    listed_value,
)
from certbot_dns_mijnhost.zone.names import absolute, canonical
from certbot_dns_mijnhost.zone.removing import NotRemoved

__all__ = [
    "DEFAULT_TTL",
    "AlteredRecordError",
    "Behaviour",
    "CNAMEConflictError",
    "ChallengeRecordError",
    "ChallengeRecords",
    "Listing",
    "NotRemoved",
    "PatchEffect",
    "RecordKey",
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
    "key_of",
    "listed_value",
    "unreadable_entries",
]
