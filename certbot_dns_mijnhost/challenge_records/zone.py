"""One zone of the account, and what this run did in it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

from certbot_dns_mijnhost.api import DNSRecord, MijnHostClient, MijnHostError, RetryPolicy
from certbot_dns_mijnhost.challenge_records.backup import Copies
from certbot_dns_mijnhost.challenge_records.behaviour import Behaviour, PatchEffect
from certbot_dns_mijnhost.challenge_records.errors import (
    ZoneBusyError,
    ZoneNotConfirmedError,
    ZoneRewriteForbiddenError,
)
from certbot_dns_mijnhost.challenge_records.listing import Identity, Listing
from certbot_dns_mijnhost.challenge_records.persistence import attempts
from certbot_dns_mijnhost.challenge_records.rewrite import Intent, ZoneRewriter
from certbot_dns_mijnhost.challenge_records.zone_lock import Lock
from certbot_dns_mijnhost.challenge_records.zone_reader import ZoneReader

logger = logging.getLogger(__name__)

BUSY_SECONDS = 12.0
EXPECT_READS = 5
EXPECT_SECONDS = 15.0


@dataclass(frozen=True)
class Setting:
    """What all zones of a run share.

    :param ttl: seconds, for records that are added.
    :param backup_directory: where a zone is saved before it is written as a whole.
    :param lock_directory: where the locks of zones lie.
    """

    client: MijnHostClient
    retry: RetryPolicy
    behaviour: Behaviour
    ttl: int
    allow_zone_rewrite: bool
    backup_directory: Path
    lock_directory: Path


class Zone:
    """A zone with the records that are this run's own.

    :param domain: the zone's domain as the account spells it.
    """

    def __init__(self, domain: str, setting: Setting) -> None:
        self.setting = setting
        self.domain = domain
        self.reader = ZoneReader(setting.client, domain, setting.retry)
        self.copies = Copies(self.name, setting.backup_directory, clock=setting.retry.clock)
        self.ours: set[Identity] = set()
        """Records that this run wants or tried to write, the ones for trying out included."""
        self.believed: set[Identity] = set()
        """Records of ours that stand as far as the API's answers tell."""
        self.possible: set[Identity] = set()
        """Records of ours that were written and may stand: those above, and those of which it is
        not known whether a later write replaced them."""
        self.probes: list[Identity] = []
        """Records that were written only to learn what a PATCH does."""
        self.given: dict[Identity, DNSRecord] = {}
        """Records that a user gave, to be written in the user's spelling."""
        self.written_at: float | None = None
        """When this run last wrote to the zone, by the retry policy's clock."""
        self._is_locked = False
        self._is_taken = False
        self._is_shared = False
        self._written: dict[str, Identity] = {}
        self._altered: dict[Identity, DNSRecord] = {}

    @property
    def name(self) -> str:
        """The zone's canonical name."""
        return self.reader.zone

    def note_lock(self, lock: Lock) -> None:
        """Take note of whether the zone is ours alone on this machine, and was."""
        self._is_locked = lock.is_held
        self._is_taken = lock.has_waited and not lock.is_held
        self._is_shared = self._is_shared or lock.has_waited

    def check_turn(self) -> None:
        """Refuse to write values while another process does, whose values might get lost.

        :raises ZoneBusyError: where the zone's lock could not be had in time.
        """
        if self._is_taken:
            raise ZoneBusyError(
                f"Another process on this machine has been changing the zone {self.name} for "
                "minutes, so nothing was written. Try again when it has ended."
            )

    def expect(self, identities: Sequence[Identity]) -> None:
        """Look for records that another process added before they are removed.

        A listing may be older than they are, so one that lacks them is read again. Never fails: if
        the API cannot be asked, the removal reports it.
        """
        wanted = set(identities)
        try:
            for _ in attempts(self.setting.retry, tries=EXPECT_READS, seconds=EXPECT_SECONDS):
                if wanted <= self.reader.seen:
                    break
                self.reader.read()
        except MijnHostError as error:
            logger.debug("The zone %s cannot be read: %s", self.name, error)
        # Only an answer that confirms it, or enough listings without it, prove that one is gone.
        self.possible.update(wanted)
        self.believed.update(wanted & self.reader.seen)

    def write(self, identity: Identity) -> None:
        """Write one record by a single-record call, recognising a success whose answer was lost.

        :raises MijnHostError: where it is not written, as far as can be told.
        """
        setting = self.setting
        self.ours.add(identity)
        was_possible = identity in self.possible
        self.possible.add(identity)
        self._written[identity.name] = identity
        self.written_at = setting.retry.clock()
        try:
            setting.client.dns_records.update(self.domain, self.record_of(identity))
        except MijnHostError as error:
            if not error.may_have_taken_effect:
                if not was_possible:
                    self.possible.discard(identity)
                raise
            logger.info("Whether %s was written is read back: %s", identity.name, error)
            if not self._shows(identity):
                raise
        if setting.behaviour.patch is not PatchEffect.APPENDS:
            self.believed -= {i for i in self.ours if i[:2] == identity[:2]}
        self.believed.add(identity)

    def record_of(self, identity: Identity) -> DNSRecord:
        """Return what is written for a record of ours."""
        given = self.given.get(identity)
        if given is None:
            given = DNSRecord(identity.type, f"{identity.name}.", identity.value)
        return given if given.ttl is not None else replace(given, ttl=self._usual_ttl(identity))

    def _usual_ttl(self, identity: Identity) -> int:
        """Return the TTL in seconds of the values of others at the same name, if there are any.

        All values of a name and type share one TTL in DNS (RFC 2181, section 5.2), so a server may
        change the TTL of the others.
        """
        beside = [other for other in self.others() if other[:2] == identity[:2]]
        ttls = [self.reader.listed[other].ttl for other in beside]
        return min((ttl for ttl in ttls if ttl), default=self.setting.ttl)

    def latest_writes(self) -> set[Identity]:
        """Return the record written last at each name: a reading without it is stale or short."""
        return set(self._written.values()) & self.ours

    def rewrite(self, *, add: Sequence[Identity] = (), remove: Sequence[Identity] = ()) -> None:
        """Write the zone as a whole, which is the last resort.

        :raises ZoneRewriteForbiddenError: where the user does not allow it.
        :raises ChallengeRecordError: where it can't be done safely, or went wrong.
        """
        setting = self.setting
        if not setting.allow_zone_rewrite:
            raise ZoneRewriteForbiddenError(self._forbidden(is_removal=bool(remove)))
        if self._is_taken:
            raise ZoneNotConfirmedError(
                f"The zone {self.name} would have to be written as a whole while another process "
                "on this machine changes it, so nothing was written. Try again when it has ended."
            )
        if not self._is_locked:
            raise ZoneNotConfirmedError(
                f"The zone {self.name} would have to be written as a whole, and other processes "
                f"can't be kept out meanwhile: no lock can be made in {setting.lock_directory}. "
                "Nothing was written. See that this folder belongs to the user who runs this."
            )
        intent = Intent({each: self.record_of(each) for each in add}, frozenset(remove))
        rewriter = ZoneRewriter(
            setting.client, self.reader, self.copies, setting.retry, self._altered
        )
        # What is to be removed must show first too: a reading without it may be older than it.
        try:
            rewriter.rewrite(
                intent,
                known=lambda: self._lasting_others() | self.believed,
                passing=self.others,
                span=self._span(),
            )
        finally:
            if rewriter.has_written:
                self.written_at = setting.retry.clock()
                self.believed = (self.believed | intent.add.keys()) - intent.remove

    def _span(self) -> float:
        """Return for how long the readings have to agree before the zone is written as a whole.

        Where others come and go, a reading that lags would bring back what they removed.
        """
        is_busy = self._is_shared or any(other.is_transient for other in self.others())
        return BUSY_SECONDS if is_busy else 0.0

    def is_whole(self, listing: Listing) -> bool:
        """Tell whether a reading shows all lasting records of others that were seen before."""
        return listing.identities.issuperset(self._lasting_others())

    def others(self) -> set[Identity]:
        """Return the records that are not ours and that any reading showed."""
        return self.reader.seen - self.ours

    def _lasting_others(self) -> set[Identity]:
        return {identity for identity in self.others() if not identity.is_transient}

    def forget(self, identities: AbstractSet[Identity]) -> None:
        """Take note that records that were ours to remove are gone."""
        # Out of `seen` too: no later reading has to show them.
        for records in (self.ours, self.believed, self.possible, self.reader.seen):
            records.difference_update(identities)

    def _shows(self, identity: Identity) -> bool:
        return any(
            identity in self.reader.read().identities
            for _ in attempts(self.setting.retry, tries=3, seconds=10.0)
        )

    def _forbidden(self, *, is_removal: bool) -> str:
        if is_removal:
            return (
                f"{self.name}: the API offers no removal of a single record here, and "
                "dns_mijnhost_allow_zone_rewrite = false forbids writing the whole zone. Allow it, "
                "or remove the record in mijn.host's control panel."
            )
        return (
            f"{self.name}: here the API's single-record calls can't do what is needed (they keep "
            "one TXT value at a name, and a domain together with its wildcard needs two), and "
            "dns_mijnhost_allow_zone_rewrite = false forbids writing the whole zone. Allow it, or "
            "get one certificate for the domain and another for its wildcard."
        )
