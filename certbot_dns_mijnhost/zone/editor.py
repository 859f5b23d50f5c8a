"""Changing the records of one zone safely.

Each method works with every variant of the API: it uses single-record calls if they are enough,
never loses other values of an RRset, and refuses instead of guessing. If no single-record call does
what is needed, the zone is rewritten, guarded as described in :mod:`.rewrite`, unless that is not
allowed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from certbot_dns_mijnhost.api import (
    DNSRecord,
    InvalidInputError,
    MethodNotAllowedError,
    MijnHostClient,
    MijnHostError,
    RetryPolicy,
)
from certbot_dns_mijnhost.defaults import RECORD_TTL
from certbot_dns_mijnhost.zone import backup, lock, proofs
from certbot_dns_mijnhost.zone.adding import add, read_before_writing
from certbot_dns_mijnhost.zone.behaviour import Behaviour, PatchEffect
from certbot_dns_mijnhost.zone.conflicts import check_cnames
from certbot_dns_mijnhost.zone.copy_file import read_copy
from certbot_dns_mijnhost.zone.errors import (
    NotRemovedError,
    RecordNotFoundError,
    TTLNotChangedError,
    ZoneCopyError,
    ZoneError,
    ZoneRewriteForbiddenError,
)
from certbot_dns_mijnhost.zone.journal import MayHaveChanged, changed_names
from certbot_dns_mijnhost.zone.listing import Listing, RecordKey
from certbot_dns_mijnhost.zone.names import is_within
from certbot_dns_mijnhost.zone.plan import ZonePlan
from certbot_dns_mijnhost.zone.removing import remove
from certbot_dns_mijnhost.zone.zone import Zone, ZoneContext

logger = logging.getLogger(__name__)


class ZoneEditor:
    """Changes one zone of the account.

    Each change returns its :class:`.ZonePlan`. With ``dry_run=True`` nothing is changed. Names
    without a final dot are relative to the zone, unless they end in the zone's name.

    :param domain: the zone's domain.
    :param allow_zone_rewrite: whether the zone may be rewritten if no single-record call does what
        is needed. If not, such a change raises :class:`.ZoneRewriteForbiddenError`.
    :param backup_directory: where copies of the zone are saved; by default the directory that the
        plugin uses, or one of the user's.
    :param lock_directory: where locks against other processes are.
    :param retry: pauses, clock and sleep.
    """

    def __init__(
        self,
        client: MijnHostClient,
        domain: str,
        *,
        allow_zone_rewrite: bool = True,
        backup_directory: Path | None = None,
        lock_directory: Path | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        self.allow_zone_rewrite = allow_zone_rewrite
        self._zone = Zone(
            domain,
            ZoneContext(
                client=client,
                retry=retry or RetryPolicy(),
                behaviour=Behaviour(),
                ttl=RECORD_TTL,
                backup_directory=backup_directory or backup.default_directory(),
                lock_directory=lock_directory or lock.default_directory(),
            ),
        )

    @property
    def behaviour(self) -> Behaviour:
        """What the API has shown about itself so far."""
        return self._zone.context.behaviour

    @property
    def backup_directory(self) -> Path:
        """Where copies of the zone are saved."""
        return self._zone.context.backup_directory

    def read(self) -> Listing:
        """Return the zone: two equal listings in a row, six if they are empty.

        :raises ZoneNotConfirmedError: if the listings do not agree.
        :raises MijnHostError: if the API cannot be read.
        """
        self._zone.journal.append(MayHaveChanged())
        return self._read()

    def key_of(self, record: DNSRecord) -> RecordKey:
        """Return the type, the absolute name and the value of a record, to compare it with others.

        :raises InvalidInputError: if the record breaks a rule of the API, or is outside the zone.
        """
        record.check()
        record.check_value()
        key = Listing(self._zone.name, [record]).key_of(record)
        if not is_within(key.name, self._zone.name):
            raise InvalidInputError(
                f"name: {key.name} is not in the zone {self._zone.name}. A name without a final "
                "dot is relative to the zone."
            )
        return key

    def save(self, listing: Listing) -> Path:
        """Save a copy of the zone, and return its path.

        :raises ZoneCopyError: if it cannot be written.
        """
        try:
            return self._zone.copies.save(listing)
        except OSError as error:
            raise ZoneCopyError(
                f"Cannot save a copy of the zone {listing.zone} in {self.backup_directory}: "
                f"{error.strerror}. Nothing was changed. Use another directory."
            ) from error

    def add(self, *records: DNSRecord, dry_run: bool = False) -> ZonePlan:
        """Add records, and keep the other values of their RRsets.

        Records that exist already are left as they are. A record without a TTL gets the TTL of its
        RRset, otherwise 3600 seconds.

        :raises CNAMEConflictError: if a name would have a CNAME and other records.
        :raises ZoneRewriteForbiddenError: if only a rewrite would do, and it is not allowed.
        :raises MijnHostError: if a record cannot be added.
        """
        listing = self._read()
        wanted = {k: r for k, r in self._by_key(records).items() if k not in listing.keys}
        check_cnames(listing, wanted, frozenset())
        plan = ZonePlan.of_change(listing, add=wanted)
        if not dry_run:
            self._change(lambda: self._add(wanted))
        return plan

    def remove(
        self, *records: DNSRecord, missing_ok: bool = False, dry_run: bool = False
    ) -> ZonePlan:
        """Remove records by type, name and value, and keep the other values of their RRsets.

        :param missing_ok: ignore records that the zone does not have.
        :raises RecordNotFoundError: if the zone does not have a record.
        :raises NotRemovedError: if a record could not be removed.
        :raises MijnHostError: if the API cannot be read.
        """
        listing = self._read()
        unwanted = [Listing(self._zone.name, [record]).key_of(record) for record in records]
        missing = [key for key in unwanted if key not in listing.keys]
        if missing and not missing_ok:
            names = ", ".join(f"{key.type} {key.name} {key.value}" for key in missing)
            raise RecordNotFoundError(
                f"Cannot remove from the zone {self._zone.name} what it does not have: {names}. "
                "Read the zone and compare."
            )
        present = listing.keys.intersection(unwanted)
        if not dry_run:
            self._change(lambda: self._remove(present))
        return ZonePlan.of_change(listing, remove=present)

    def set_rrset(
        self,
        name: str,
        type: str,  # noqa: A002  # the API's word
        values: Iterable[str],
        ttl: int | None = None,
        *,
        dry_run: bool = False,
    ) -> ZonePlan:
        """Make `values` the only ones of an RRset; no values remove it.

        New values are added before others are removed.

        :param ttl: seconds, for all values; None keeps the TTL of the RRset.
        :raises CNAMEConflictError: if the name would have a CNAME and other records.
        :raises NotRemovedError: if a value could not be removed.
        :raises TTLNotChangedError: if several values stay, and it is not known that a PATCH for one
            of them keeps the others. Everything else is done.
        :raises MijnHostError: if the change cannot be made.
        """
        listing = self._read()
        wanted = self._by_key(DNSRecord(type, name, value, ttl) for value in values)
        probe = Listing(self._zone.name, [DNSRecord(type, name, "")])
        [rrset] = {key[:2] for key in probe.keys}
        present = {key for key in listing.keys if key[:2] == rrset}
        plan = ZonePlan.of_rrset(
            listing,
            present,
            {key: self._zone.with_ttl(key, record) for key, record in wanted.items()},
        )
        return self._carry_out(plan, dry_run=dry_run)

    def apply(self, records: Iterable[DNSRecord], *, dry_run: bool = False) -> ZonePlan:
        """Give the zone exactly these records. Challenge and test records stay as they are.

        :raises InvalidInputError: if a record breaks a rule, or there are no records.
        :raises NotRemovedError: if a record could not be removed.
        :raises MijnHostError: if the change cannot be made; a part of it may be made.
        """
        wanted = list(self._by_key(records).values())
        if not wanted:
            raise InvalidInputError("records: a zone cannot be replaced by nothing.")
        target = Listing(self._zone.name, wanted)
        plan = ZonePlan.towards(self._read(), target, exact=True)
        return self._carry_out(plan, dry_run=dry_run)

    def restore(self, copy: Path, *, exact: bool = False, dry_run: bool = False) -> ZonePlan:
        """Add the records of a saved copy that the zone does not have, and set their TTLs.

        :param exact: also remove what the copy does not have.
        :raises ZoneCopyError: if the copy cannot be read, or is of another zone.
        :raises MijnHostError: if the change cannot be made; a part of it may be made.
        """
        target = read_copy(copy, self._zone.name)
        plan = ZonePlan.towards(self._read(), target, exact=exact)
        return self._carry_out(plan, dry_run=dry_run)

    def carry_out(self, plan: ZonePlan) -> None:
        """Make the changes of a plan that was made for this zone.

        :raises MijnHostError: if a change cannot be made; a part of it may be made.
        """
        wanted = self._by_key(plan.added)
        unwanted = Listing(self._zone.name, plan.removed).keys
        check_cnames(Listing(self._zone.name, plan.keep), wanted, unwanted)
        self._change(lambda: self._replace(wanted, unwanted, [new for _, new in plan.retimed]))

    def _read(self) -> Listing:
        """Return the zone; listings of a few seconds ago count too."""
        self._zone.expire_listings()
        journal = self._zone.journal
        return self._zone.reader.read_stable(lambda: proofs.stable(journal, 2))

    def _carry_out(self, plan: ZonePlan, *, dry_run: bool) -> ZonePlan:
        if not dry_run and not plan.is_empty:
            self.carry_out(plan)
        return plan

    def _replace(
        self,
        wanted: dict[RecordKey, DNSRecord],
        unwanted: frozenset[RecordKey],
        retimed: Iterable[DNSRecord],
    ) -> None:
        # A CNAME and the records that it replaces, or the other way round, cannot exist together.
        at_cnames = {k.name for k in wanted.keys() | unwanted if k.type == "CNAME"}
        first = {k for k in unwanted if k.name in at_cnames and not _replaces(wanted, k)}
        self._remove(first)
        self._add(wanted, instead_of=unwanted - first)
        self._remove(unwanted - first)
        self._set_ttls(retimed)

    def _add(
        self,
        wanted: dict[RecordKey, DNSRecord],
        *,
        instead_of: frozenset[RecordKey] = frozenset(),
    ) -> None:
        if not wanted:
            return
        rrsets = {key[:2] for key in wanted}
        replaced = frozenset(key for key in instead_of if key[:2] in rrsets)
        try:
            add(
                self._zone,
                wanted,
                allow_zone_rewrite=self.allow_zone_rewrite,
                instead_of=replaced,
            )
        finally:
            for left in remove(self._zone, (), allow_zone_rewrite=False):
                logger.warning(
                    "Could not remove the test record %s from the zone %s: %s It is harmless; run "
                    "`mijnhost challenges sweep` later.",
                    *(left.name, left.zone, left.reason),
                )

    def _remove(self, unwanted: Iterable[RecordKey]) -> None:
        left = remove(self._zone, unwanted, allow_zone_rewrite=self.allow_zone_rewrite)
        if left and not (self.allow_zone_rewrite or self.behaviour.offers_delete):
            raise ZoneRewriteForbiddenError(left[0].reason)
        if left:
            names = "; ".join(f"{each.name} ({each.value}): {each.reason}" for each in left)
            raise NotRemovedError(
                f"Could not remove from the zone {self._zone.name}: {names}", left
            )

    def _set_ttls(self, records: Iterable[DNSRecord]) -> None:
        """Write records that exist with another TTL, if that cannot replace other values.

        :raises TTLNotChangedError: naming those that could not be changed.
        """
        unchanged = []
        for key, record in self._by_key(records).items():
            is_alone = not self._zone.journal.neighbours(key)
            if not is_alone and self._zone.effect is not PatchEffect.APPENDS:
                unchanged.append((key, "a PATCH for it could replace other values of its RRset"))
                continue
            try:
                self._zone.patch(key, record)
            except MethodNotAllowedError:
                unchanged.append((key, "the API does not offer PATCH here"))
        if unchanged:
            names = "; ".join(f"{key.type} {key.name} ({why})" for key, why in unchanged)
            raise TTLNotChangedError(
                f"Could not change the TTL in the zone {self._zone.name} of {names}. Change it in "
                "mijn.host's control panel."
            )

    def _change(self, make: Callable[[], None]) -> None:
        journal = self._zone.journal
        with self._zone.locked():
            self._zone.check_turn()
            read_before_writing(self._zone)
            before = len(journal.events)
            try:
                make()
            except ZoneError:
                raise  # It says itself what was done.
            except MijnHostError as error:
                if not any(changed_names(event) for event in journal.events[before:]):
                    raise
                raise ZoneError(
                    f"{error} The change to the zone {self._zone.name} is not complete: new "
                    "records may be added and old ones may still exist. Make the same change again."
                ) from error

    def _by_key(self, records: Iterable[DNSRecord]) -> dict[RecordKey, DNSRecord]:
        wanted = {}
        for record in records:
            key = self.key_of(record)
            wanted[key] = replace(
                record,
                name=f"{key.name}.",
                value=key.value if key.type == "TXT" else record.value,
            )
        return wanted


def _replaces(wanted: Iterable[RecordKey], key: RecordKey) -> bool:
    return any(each[:2] == key[:2] for each in wanted)
