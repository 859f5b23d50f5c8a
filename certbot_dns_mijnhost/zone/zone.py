"""One zone of the account during one run: its journal, its reader, and the single-record calls."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from certbot_dns_mijnhost.api import (
    DNSRecord,
    MethodNotAllowedError,
    MijnHostClient,
    MijnHostError,
    RetryPolicy,
)
from certbot_dns_mijnhost.zone import proofs
from certbot_dns_mijnhost.zone.backup import Copies
from certbot_dns_mijnhost.zone.behaviour import Behaviour, PatchEffect
from certbot_dns_mijnhost.zone.errors import ZoneBusyError
from certbot_dns_mijnhost.zone.journal import (
    Change,
    Claimed,
    Deleted,
    Journal,
    MayHaveChanged,
    Outcome,
    Wrote,
)
from certbot_dns_mijnhost.zone.listing import RecordKey
from certbot_dns_mijnhost.zone.lock import ZoneLock
from certbot_dns_mijnhost.zone.reading import LOST_ANSWER, ZoneReader

logger = logging.getLogger(__name__)

CURRENT_SECONDS = 10.0
"""A listing that is older is read again before a change. It is long enough for the start of a run
to read each zone once."""


@dataclass(frozen=True)
class ZoneContext:
    """What all zones of a run share.

    :param behaviour: what the API has shown about itself.
    :param ttl: seconds, for records without a TTL of their own that are alone in their RRset.
    :param backup_directory: where a zone is saved before it is rewritten.
    :param lock_directory: where the locks of zones are.
    """

    client: MijnHostClient
    retry: RetryPolicy
    behaviour: Behaviour
    ttl: int
    backup_directory: Path
    lock_directory: Path


class Zone:
    """A zone, what happened in it during this run, and the calls that change one record.

    :param domain: the zone's domain as the account spells it.
    """

    def __init__(self, domain: str, context: ZoneContext) -> None:
        self.domain = domain
        self.context = context
        self.journal = Journal()
        self.reader = ZoneReader(context.client, domain, context.retry, self.journal)
        self.copies = Copies(self.name, context.backup_directory, clock=context.retry.clock)
        self.lock = ZoneLock(self.name, context.lock_directory, context.retry)

    @property
    def name(self) -> str:
        """The zone's canonical name."""
        return self.reader.zone

    @property
    def effect(self) -> PatchEffect:
        """What a PATCH does to other values of the RRset, as far as this run knows."""
        self.learn()
        return self.context.behaviour.patch

    def learn(self) -> None:
        """Note for all zones of the run what the journal shows of a PATCH."""
        behaviour = self.context.behaviour
        if behaviour.patch is PatchEffect.UNKNOWN:
            behaviour.patch = proofs.patch_effect(self.journal)
            if behaviour.patch is not PatchEffect.UNKNOWN:
                logger.debug("Here a PATCH %s the values of an RRset", behaviour.patch.value)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the zone's lock if it is available; single-record calls go on without it."""
        with self.lock.held() as was_shared:
            if was_shared:
                self.journal.append(MayHaveChanged())
            self.expire_listings()
            yield

    def expire_listings(self) -> None:
        """Note that others may have changed the zone, if the newest listing is not new."""
        reads = self.journal.reads()
        if reads and self.context.retry.clock() - reads[-1].at > CURRENT_SECONDS:
            self.journal.append(MayHaveChanged())

    def check_turn(self) -> None:
        """Refuse to add values while another process adds values, which might get lost.

        :raises ZoneBusyError: if another process holds the zone's lock.
        """
        if self.lock.is_taken:
            raise ZoneBusyError(
                f"Another process on this machine has been changing the zone {self.name} for "
                "more than five minutes. Nothing was written. Try again when that process has "
                "ended."
            )

    def claim(self, keys: Iterable[RecordKey]) -> None:
        """Note that these records belong to this run."""
        self.journal.append(Claimed(frozenset(keys)))

    def with_ttl(self, key: RecordKey, record: DNSRecord) -> DNSRecord:
        """Return a record as it is added: without a TTL of its own, it takes that of its RRset.

        All records of an RRset share one TTL (RFC 2181, section 5.2), so a server may change the
        TTL of the others.
        """
        if record.ttl is not None:
            return record
        ttls = self.journal.ttls_beside(key)
        return replace(record, ttl=ttls[0] if ttls else self.context.ttl)

    def patch(self, key: RecordKey, record: DNSRecord, *, sets_ttl: bool = False) -> None:
        """Write one record by PATCH, recognising a success whose answer was lost.

        **Hazard**: depending on the API, this replaces other values of the RRset.

        :param record: as it is sent.
        :param sets_ttl: the record exists, and gets another TTL.
        :raises MijnHostError: if it is not written, as far as the API reports.
        """
        try:
            with self.sending(Wrote(key, self.context.retry.clock())):
                self.context.client.dns_records.update(self.domain, record)
        except MethodNotAllowedError:
            self.context.behaviour.patch = PatchEffect.ABSENT
            raise
        except MijnHostError as error:
            if not error.may_have_taken_effect:
                raise
            logger.info("Reading back whether %s was written: %s", key.name, error)
            ttl = record.ttl if sets_ttl else None
            shown = self.reader.read_until(
                lambda: proofs.shows_since_write(self.journal, key, ttl=ttl), LOST_ANSWER
            )
            if not shown:
                raise

    def delete(self, key: RecordKey, record: DNSRecord) -> None:
        """Remove one record by DELETE.

        :param record: as it is spelled to the API.
        :raises MijnHostError: if it is not removed, as far as the API reports.
        """
        try:
            with self.sending(Deleted(key)):
                self.context.client.dns_records.delete(self.domain, record)
        except MethodNotAllowedError:
            self.context.behaviour.offers_delete = False
            raise

    @contextmanager
    def sending(self, change: Change) -> Iterator[None]:
        """Note a change in the journal, and its outcome when the call in the body ends."""
        self.journal.append(change)
        try:
            yield
        except MijnHostError as error:
            if not error.may_have_taken_effect:
                change.outcome = Outcome.REFUSED
            raise
        change.outcome = Outcome.CONFIRMED
