"""Removing records of this run from a zone, and no others."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from certbot_dns_mijnhost.api import (
    BadRequestError,
    DNSRecord,
    MethodNotAllowedError,
    MijnHostError,
    NotFoundError,
)
from certbot_dns_mijnhost.zone import proofs
from certbot_dns_mijnhost.zone.adding import probes
from certbot_dns_mijnhost.zone.errors import NotRemoved
from certbot_dns_mijnhost.zone.journal import Gone
from certbot_dns_mijnhost.zone.listing import RecordKey
from certbot_dns_mijnhost.zone.reading import REMOVED
from certbot_dns_mijnhost.zone.retrying import attempts
from certbot_dns_mijnhost.zone.rewrite import rewrite
from certbot_dns_mijnhost.zone.zone import Zone

logger = logging.getLogger(__name__)

PATIENCE = 60.0
"""Seconds after which a failing API is no longer asked to delete the rest."""


def remove(
    zone: Zone, unwanted: Iterable[RecordKey], *, allow_zone_rewrite: bool
) -> list[NotRemoved]:
    """Remove records, and return those that could not be removed. Raises no MijnHostError.

    The caller holds the zone's lock if it is available. Records that were written to try out a
    PATCH are removed too.

    :param allow_zone_rewrite: whether the zone may be rewritten if the API offers no DELETE.
    """
    unwanted = frozenset(unwanted)
    unreadable = {key for key in unwanted if _is_unreadable(zone, key)}
    message = (
        "The API lists it with a value that cannot be read, and its DELETE call needs the "
        "value. Delete the record in mijn.host's control panel."
    )
    left = [NotRemoved(key.name, key.value, zone.name, message) for key in sorted(unreadable)]
    removable = (unwanted | probes(zone)) - unreadable
    if removable:
        left += _remove(zone, removable, allow_zone_rewrite=allow_zone_rewrite)
    return left


def _is_unreadable(zone: Zone, key: RecordKey) -> bool:
    listed = zone.journal.as_listed(key)
    return listed is not None and "value" in listed.unreadable_fields


def _remove(
    zone: Zone, unwanted: frozenset[RecordKey], *, allow_zone_rewrite: bool
) -> list[NotRemoved]:
    zone.claim(unwanted)
    remaining = unwanted
    reason = "The API still lists it after it was removed."
    try:
        _delete_all(zone, unwanted)
        if zone.context.behaviour.offers_delete:
            remaining = _remaining(zone, unwanted)
        else:
            rewrite(zone, remove=unwanted, is_allowed=allow_zone_rewrite)
            remaining = frozenset()
    except MijnHostError as error:
        reason = str(error)
    zone.journal.append(Gone(unwanted - remaining))
    return [NotRemoved(key.name, key.value, zone.name, reason) for key in sorted(remaining)]


def _delete_all(zone: Zone, unwanted: Iterable[RecordKey]) -> None:
    """Delete by single-record calls.

    :raises MijnHostError: if the API has failed for long.
    """
    clock = zone.context.retry.clock
    started = clock()
    for key in sorted(unwanted):
        if not zone.context.behaviour.offers_delete:
            return
        try:
            _delete(zone, key, zone.journal.as_listed(key))
        except MijnHostError as error:
            if clock() - started > PATIENCE:
                raise
            logger.info("%s is not removed yet: %s", key.name, error)


def _delete(zone: Zone, key: RecordKey, listed: DNSRecord | None) -> None:
    """Delete one record, spelled as it was listed: an API may know it by no other spelling.

    :raises MijnHostError: if the API fails; a refusal is read back instead.
    """
    name = listed.name if listed else f"{key.name}."
    # A TXT value is sent without quotes: most servers remove them before they store a text.
    value = listed.value if listed and key.type != "TXT" else key.value
    record = DNSRecord(key.type, name, value)
    for attempt in attempts(zone.context.retry, tries=4, seconds=60.0):
        try:
            zone.delete(key, record)
        except (MethodNotAllowedError, BadRequestError, NotFoundError) as error:
            # It may be gone already, or be known by another spelling, or the error is transient.
            logger.debug("Reading back whether %s is removed: %s", record.name, error)
            return
        except MijnHostError as error:
            if not error.may_have_taken_effect or attempt == 4:
                raise
        else:
            return


def _remaining(zone: Zone, unwanted: frozenset[RecordKey]) -> frozenset[RecordKey]:
    """Return the records that the listings keep showing, deleting them again in between."""
    is_gone = zone.reader.read_until(
        lambda: proofs.absent(zone.journal, unwanted, zone.effect),
        REMOVED,
        repeat=lambda: _delete_again(zone, unwanted),
    )
    if is_gone:
        return frozenset()
    confirmed = proofs.removal_confirmed(zone.journal, zone.effect)
    lately = zone.journal.reads()[-proofs.EQUAL_IF_INCOMPLETE :]
    shown = {key for read in lately for key in read.keys}
    return frozenset(key for key in unwanted if key in shown or key not in confirmed)


def _delete_again(zone: Zone, unwanted: Iterable[RecordKey]) -> None:
    """Delete records again that are still listed, or whose removal the API did not confirm.

    A listing that lags shows a record for some reads after its confirmed removal.
    """
    listing = zone.journal.reads()[-1].listing
    confirmed = proofs.removal_confirmed(zone.journal, zone.effect)
    for key in sorted(unwanted):
        if key in confirmed and zone.journal.reads_since_delete(key) < proofs.EQUAL_IF_INCOMPLETE:
            continue
        for record in listing.records_of(key):
            _delete(zone, key, record)
        if key not in listing.keys and key not in confirmed:
            _delete(zone, key, zone.journal.as_listed(key))
