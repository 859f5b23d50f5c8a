"""Adding records to a zone, so that all of them exist together with those of other clients.

A record is written by a single-record call whenever that cannot harm another value. If its RRset
has another value, that depends on what a PATCH does, which is not documented. Two values of this
run show it without a risk; before a value is added to an RRset of another client, the call is
tried out under a name of its own.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from certbot_dns_mijnhost.api import DNSRecord, MethodNotAllowedError, MijnHostError
from certbot_dns_mijnhost.zone import proofs
from certbot_dns_mijnhost.zone.altered import check_ours, damaged_texts
from certbot_dns_mijnhost.zone.behaviour import PatchEffect
from certbot_dns_mijnhost.zone.listing import PROBE_PREFIX, Listing, RecordKey
from certbot_dns_mijnhost.zone.reading import ADDED, BEFORE_WRITING
from certbot_dns_mijnhost.zone.retrying import attempts
from certbot_dns_mijnhost.zone.rewrite import rewrite
from certbot_dns_mijnhost.zone.zone import Zone

logger = logging.getLogger(__name__)

PROBE_TTL = 60

Wanted = Mapping[RecordKey, DNSRecord]


def add(
    zone: Zone,
    wanted: Wanted,
    *,
    allow_zone_rewrite: bool,
    instead_of: AbstractSet[RecordKey] = frozenset(),
) -> None:
    """Add records. The caller holds the zone's lock if it is available.

    :param wanted: the records with their keys.
    :param instead_of: records that are to be removed afterwards, so a PATCH may replace them.
    :param allow_zone_rewrite: whether the zone may be rewritten if no single-record call works.
    :raises ZoneRewriteForbiddenError: if only a rewrite would do, and is not allowed.
    :raises MijnHostError: if a record cannot be added.
    """
    zone.check_turn()
    before = read_before_writing(zone)
    zone.claim(wanted.keys() | instead_of)
    waiting = {
        key
        for key, record in wanted.items()
        if key not in before.keys and not _patched(zone, key, record)
    }
    written = {key: wanted[key] for key in wanted.keys() - waiting}
    if waiting | _missing(zone, written, before):
        rewrite(zone, add=wanted, remove=instead_of, is_allowed=allow_zone_rewrite)


def read_before_writing(zone: Zone) -> Listing:
    """Return the zone before anything is written.

    It takes two equal listings, of an empty zone six. If they do not agree, the newest one is
    returned; what any of them showed counts as existing.

    :raises MijnHostError: if the API cannot be read.
    """
    zone.expire_listings()
    stable = zone.reader.read_until(lambda: proofs.stable(zone.journal, 2), BEFORE_WRITING)
    return stable or zone.journal.reads()[-1].listing


def _patched(zone: Zone, key: RecordKey, record: DNSRecord) -> bool:
    """Write by PATCH and return True, or return False if only a rewrite would do.

    Whether it may be sent is asked before each attempt: reading back the one before may have shown
    a value of another client.

    :raises MijnHostError: if it cannot be written.
    """
    errors: list[MijnHostError] = []
    for _ in attempts(zone.context.retry, tries=5, seconds=120.0):
        if not _may_patch(zone, key):
            return False
        try:
            zone.patch(key, zone.with_ttl(key, record))
        except MethodNotAllowedError:
            return False
        except MijnHostError as error:
            errors.append(error)
            if not (error.may_have_taken_effect or zone.reader.is_transient(error)):
                break
        else:
            return True
    raise errors[-1]


def _may_patch(zone: Zone, key: RecordKey) -> bool:
    neighbours = zone.journal.neighbours(key)
    if zone.effect is PatchEffect.UNKNOWN and not neighbours <= zone.journal.own():
        _try_out(zone)
    if zone.effect is PatchEffect.ABSENT:
        return False
    if zone.effect is PatchEffect.UNKNOWN:
        return neighbours <= zone.journal.own()
    return not neighbours or zone.effect is PatchEffect.APPENDS


def probes(zone: Zone) -> set[RecordKey]:
    """Return the records of this run that were written to try out a PATCH, and may exist."""
    return {key for key in zone.journal.possible() if key.name.startswith(PROBE_PREFIX)}


def _try_out(zone: Zone) -> None:
    """Learn what a PATCH does to another value, under a name that no other client uses."""
    if any(key.name.startswith(PROBE_PREFIX) for key in zone.journal.own()):
        return
    name = f"{PROBE_PREFIX}{secrets.token_hex(4)}.{zone.name}"
    wanted = {
        RecordKey("TXT", name, value): DNSRecord("TXT", f"{name}.", value, PROBE_TTL)
        for value in ("probe-1", "probe-2")
    }
    zone.claim(wanted)
    if all(_patched(zone, key, record) for key, record in wanted.items()):
        _missing(zone, wanted, zone.journal.reads()[-1].listing)


def _missing(zone: Zone, written: Wanted, before: Listing) -> frozenset[RecordKey]:
    """Return those of `written` that certainly do not exist; this shows what a PATCH does.

    :param before: the zone before they were written.
    :raises AlteredRecordError: if the API stored one of them with another value.
    """
    journal = zone.journal

    def question() -> frozenset[RecordKey] | None:
        _check_altered(zone, written, before)
        return proofs.missing(journal, written.keys())

    missing = zone.reader.read_until(question, ADDED, repeat=lambda: _write_again(zone, written))
    zone.learn()
    if missing is None:
        shown = zone.journal.seen()
        names = sorted({key.name for key in written if key not in shown} or {zone.name})
        logger.warning(
            "The API accepted the challenge records of %s, but its listing does not show them yet: "
            "%s. Continuing; the DNS check decides.",
            *(zone.name, ", ".join(names)),
        )
    return missing or frozenset()


def _check_altered(zone: Zone, written: Wanted, before: Listing) -> None:
    shown = proofs.stable(zone.journal, 1)
    if shown:
        new = shown.keys - before.keys - zone.journal.own()
        check_ours(damaged_texts(written.keys() - shown.keys, new), zone.name)


def _write_again(zone: Zone, written: Wanted) -> None:
    """Repeat the latest writes that the API confirmed and that no listing shows."""
    for key in sorted(zone.journal.latest() - zone.journal.seen()):
        if key in written:
            _patched(zone, key, written[key])
