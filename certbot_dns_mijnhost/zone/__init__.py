"""Changing zones safely: challenge records in any zone of the account, and single zones.

Uses the client of the API and no Certbot, so any ACME client in Python can use it.
"""

from certbot_dns_mijnhost.zone.behaviour import Behaviour, PatchEffect
from certbot_dns_mijnhost.zone.challenge_records import ChallengeRecords
from certbot_dns_mijnhost.zone.editor import ZoneEditor
from certbot_dns_mijnhost.zone.errors import (
    AlteredRecordError,
    CNAMEConflictError,
    NotRemoved,
    NotRemovedError,
    RecordNotFoundError,
    SubzoneError,
    TTLNotChangedError,
    ZoneBusyError,
    ZoneCopyError,
    ZoneError,
    ZoneNotConfirmedError,
    ZoneNotFoundError,
    ZoneRewriteError,
    ZoneRewriteForbiddenError,
)
from certbot_dns_mijnhost.zone.listing import (
    Listing,
    RecordKey,
    TXTRecord,
    key_of,
    listed_value,
)
from certbot_dns_mijnhost.zone.names import absolute, canonical
from certbot_dns_mijnhost.zone.plan import ZonePlan
from certbot_dns_mijnhost.zone.rewrite_conditions import (
    description_of,
    unreadable_entries,
)

__all__ = [
    "AlteredRecordError",
    "Behaviour",
    "CNAMEConflictError",
    "ChallengeRecords",
    "Listing",
    "NotRemoved",
    "NotRemovedError",
    "PatchEffect",
    "RecordKey",
    "RecordNotFoundError",
    "SubzoneError",
    "TTLNotChangedError",
    "TXTRecord",
    "ZoneBusyError",
    "ZoneCopyError",
    "ZoneEditor",
    "ZoneError",
    "ZoneNotConfirmedError",
    "ZoneNotFoundError",
    "ZonePlan",
    "ZoneRewriteError",
    "ZoneRewriteForbiddenError",
    "absolute",
    "canonical",
    "description_of",
    "key_of",
    "listed_value",
    "unreadable_entries",
]
