"""What can go wrong with challenge records beyond a single refused call.

::

    MijnHostError (certbot_dns_mijnhost.api)
    └─ ChallengeRecordError
       ├─ ZoneNotFoundError          no domain of the account holds the name
       ├─ CNAMEConflictError         a CNAME stands at the name; nothing was written in the zone
       ├─ SubzoneError               NS records give the name to other servers; nothing was written
       ├─ AlteredRecordError         the API stored a record with another value than it was sent
       ├─ ZoneBusyError              another process changes the zone; nothing was written
       ├─ ZoneNotConfirmedError      readings of a zone that can't be trusted; nothing was written
       ├─ ZoneRewriteForbiddenError  only writing the whole zone would do, and that is not allowed
       └─ ZoneRewriteError           a whole-zone write whose outcome is not as intended
"""

from __future__ import annotations

from certbot_dns_mijnhost.api import MijnHostError


class ChallengeRecordError(MijnHostError):
    """A challenge record could not be brought into, or out of, its zone."""


class ZoneNotFoundError(ChallengeRecordError):
    """No domain of the account holds the name."""


class CNAMEConflictError(ChallengeRecordError):
    """A CNAME stands at the name, and beside a CNAME no other record can."""


class SubzoneError(ChallengeRecordError):
    """NS records in the zone give the name to other name servers, so nobody sees a record there."""


class AlteredRecordError(ChallengeRecordError):
    """The API stored a record with another value than it was sent, so it was not sent again."""


class ZoneBusyError(ChallengeRecordError):
    """Another process on this machine has been changing the zone for long."""


class ZoneNotConfirmedError(ChallengeRecordError):
    """The API's readings of a zone disagree or shrink, so the zone was not written as a whole."""


class ZoneRewriteForbiddenError(ChallengeRecordError):
    """Only writing the whole zone would do, and ``dns_mijnhost_allow_zone_rewrite`` is false."""


class ZoneRewriteError(ChallengeRecordError):
    """A write of the whole zone was sent, and the zone is not as intended afterwards."""
