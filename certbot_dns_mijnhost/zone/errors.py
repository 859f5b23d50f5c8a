"""Errors of changes to a zone, beyond a single refused call.

::

    MijnHostError (certbot_dns_mijnhost.api)
    └─ ZoneError
       ├─ ZoneNotFoundError          no domain of the account has the name
       ├─ RecordNotFoundError        the zone does not have the record that is to be removed
       ├─ CNAMEConflictError         the name would have a CNAME and other records
       ├─ SubzoneError               NS records delegate the name to other name servers
       ├─ AlteredRecordError         the API stored a record with another value than it was sent
       ├─ NotRemovedError            records could not be removed
       ├─ TTLNotChangedError         all is done but the TTL of records
       ├─ ZoneBusyError              another process changes the zone; nothing was written
       ├─ ZoneNotConfirmedError      the listings do not show the zone for certain; nothing written
       ├─ ZoneRewriteForbiddenError  only a zone rewrite would do, and it is not allowed
       ├─ ZoneRewriteError           the zone is not as intended after a rewrite
       └─ ZoneCopyError              a copy of a zone cannot be read or written
"""

from __future__ import annotations

from typing import NamedTuple

from certbot_dns_mijnhost.api import MijnHostError


class ZoneError(MijnHostError):
    """A change to a zone could not be made."""


class ZoneNotFoundError(ZoneError):
    """No domain of the account has the name."""


class RecordNotFoundError(ZoneError):
    """The zone does not have the record that is to be removed."""


class CNAMEConflictError(ZoneError):
    """The name would have a CNAME and other records, which DNS forbids."""


class SubzoneError(ZoneError):
    """NS records in the zone delegate the name to other name servers, so no CA sees a record."""


class AlteredRecordError(ZoneError):
    """The API stored another value than the one sent, so the record was not sent again."""


class NotRemoved(NamedTuple):
    """A record that could not be removed.

    :param name: the record's name.
    :param value: its value.
    :param zone: its zone; empty if none was found.
    :param reason: why, and what to do.
    """

    name: str
    value: str
    zone: str
    reason: str


class NotRemovedError(ZoneError):
    """Records could not be removed.

    :param records: these records.
    """

    def __init__(self, message: str, records: list[NotRemoved]) -> None:
        super().__init__(message)
        self.records = records


class TTLNotChangedError(ZoneError):
    """Everything else is done, but the TTL of records could not be changed."""


class ZoneBusyError(ZoneError):
    """Another process on this machine has been changing the zone for minutes."""


class ZoneNotConfirmedError(ZoneError):
    """The listings of a zone do not agree, or lack records, so nothing was based on them."""


class ZoneRewriteForbiddenError(ZoneError):
    """Only a zone rewrite would do, and ``dns_mijnhost_allow_zone_rewrite`` is false."""


class ZoneRewriteError(ZoneError):
    """A zone rewrite was sent, and the zone is not as intended afterwards."""


class ZoneCopyError(ZoneError):
    """A copy of a zone cannot be read or written."""
