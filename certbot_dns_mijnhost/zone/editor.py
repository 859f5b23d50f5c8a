"""Changing the records of one zone safely.

Each method works with every variant of the API: it uses single-record calls if they are enough,
never loses other values of an RRset, and refuses instead of guessing. If no single-record call does
what is needed, the zone is rewritten, guarded as described in :mod:`.rewrite`, unless that is not
allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from certbot_dns_mijnhost.api import (
    DNSRecord,
    InvalidInputError,
    MijnHostClient,
    RetryPolicy,
)
from certbot_dns_mijnhost.defaults import RECORD_TTL
from certbot_dns_mijnhost.zone import backup, lock, proofs
from certbot_dns_mijnhost.zone.behaviour import Behaviour
from certbot_dns_mijnhost.zone.conflicts import check_cnames
from certbot_dns_mijnhost.zone.copy_file import read_copy
from certbot_dns_mijnhost.zone.errors import (
    NotRemoved,
    NotRemovedError,
    RecordNotFoundError,
)
from certbot_dns_mijnhost.zone.execution import Execution
from certbot_dns_mijnhost.zone.journal import MayHaveChanged
from certbot_dns_mijnhost.zone.listing import Listing, RecordKey
from certbot_dns_mijnhost.zone.names import is_within
from certbot_dns_mijnhost.zone.plan import ZonePlan, rrset_ttls
from certbot_dns_mijnhost.zone.zone import Zone, ZoneContext

LISTED_LATE = "The API listed it only after the change. Make the same change again."


class ZoneEditor:
    """Changes one zone of the account.

    Each change but :meth:`carry_out` returns its :class:`.ZonePlan`, and changes nothing with
    ``dry_run=True``. Names without a final dot are relative to the zone, unless they end in the
    zone's name.

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
        return self._zone.copies.save(listing)

    def add(self, *records: DNSRecord, dry_run: bool = False) -> ZonePlan:
        """Add records, and keep the other values of their RRsets.

        Records that exist already are left as they are. A record that joins an RRset gets the TTL
        of the RRset, whichever TTL it has itself: an RRset has one TTL. Otherwise a record without
        a TTL gets 3600 seconds.

        :raises CNAMEConflictError: if a name would have a CNAME and other records.
        :raises ZoneRewriteForbiddenError: if only a rewrite would do, and it is not allowed.
        :raises MijnHostError: if a record cannot be added.
        """
        listing = self._read()
        wanted = {k: r for k, r in self._by_key(records).items() if k not in listing.keys}
        check_cnames(listing, wanted, frozenset())
        ttls = rrset_ttls(listing, listing.keys)
        for key, record in wanted.items():
            wanted[key] = replace(record, ttl=ttls.setdefault(key[:2], record.ttl))
        plan = ZonePlan.of_change(listing, add=wanted)
        if not dry_run:
            self._execution.add(wanted)
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
        # A listing may be shortened: what an earlier one showed is deleted too.
        shown = listing.keys | self._zone.journal.seen()
        missing = [key for key in unwanted if key not in shown]
        if missing and not missing_ok:
            names = ", ".join(f"{key.type} {key.name} {key.value}" for key in missing)
            raise RecordNotFoundError(
                f"Cannot remove {names}: the zone {self._zone.name} does not have it. Compare with "
                f"`mijnhost records list {self._zone.name}`."
            )
        present = shown.intersection(unwanted)
        if not dry_run:
            self._execution.remove(present)
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

        :param ttl: seconds, for all values. None keeps the TTL of each value that exists, and gives
            new values the TTL of the RRset.
        :raises CNAMEConflictError: if the name would have a CNAME and other records.
        :raises NotRemovedError: if a value could not be removed, or was listed only after the
            change.
        :raises TTLNotChangedError: if several values stay, and it is not known that a PATCH for one
            of them keeps the others. Everything else is done.
        :raises MijnHostError: if the change cannot be made.
        """
        listing = self._read()
        wanted = self._by_key(DNSRecord(type, name, value, ttl) for value in values)
        rrset = Listing(self._zone.name, ()).key_of(DNSRecord(type, name, ""))[:2]
        present = {key for key in listing.keys if key[:2] == rrset}
        plan = ZonePlan.of_rrset(
            listing,
            present,
            {
                key: record if key in present else self._zone.with_ttl(key, record)
                for key, record in wanted.items()
            },
        )
        if not dry_run:
            self._carry_out_and_compare(plan, replaces=lambda key: key[:2] == rrset)
        return plan

    def apply(self, records: Iterable[DNSRecord], *, dry_run: bool = False) -> ZonePlan:
        """Give the zone exactly these records. Challenge and test records stay as they are.

        :raises InvalidInputError: if a record breaks a rule, or there are no records.
        :raises NotRemovedError: if a record could not be removed, or was listed only after the
            change.
        :raises MijnHostError: if the change cannot be made; a part of it may be made.
        """
        wanted = list(self._by_key(records).values())
        if not wanted:
            raise InvalidInputError("records: a zone must have at least one record.")
        target = Listing(self._zone.name, wanted)
        plan = ZonePlan.towards(self._read(), target, exact=True)
        if not dry_run:
            self._carry_out_and_compare(plan, replaces=lambda key: not key.is_transient)
        return plan

    def restore(self, copy: Path, *, exact: bool = False, dry_run: bool = False) -> ZonePlan:
        """Add the records of a saved copy that the zone does not have, and set their TTLs.

        :param exact: also remove what the copy does not have.
        :raises ZoneCopyError: if the copy cannot be read, or is of another zone.
        :raises NotRemovedError: if a record could not be removed, or was listed only after the
            change.
        :raises MijnHostError: if the change cannot be made; a part of it may be made.
        """
        target = read_copy(copy, self._zone.name)
        plan = ZonePlan.towards(self._read(), target, exact=exact)
        if not dry_run:
            self._carry_out_and_compare(plan, replaces=lambda key: exact and not key.is_transient)
        return plan

    def carry_out(self, plan: ZonePlan) -> None:
        """Make the changes of a plan that was made for this zone.

        :raises MijnHostError: if a change cannot be made; a part of it may be made.
        """
        wanted = self._by_key(plan.added)
        unwanted = Listing(self._zone.name, plan.removed).keys
        check_cnames(Listing(self._zone.name, plan.keep), wanted, unwanted)
        retimed = self._by_key(new for _, new in plan.retimed)
        self._execution.replace(wanted, unwanted, retimed)

    def _read(self) -> Listing:
        """Return the zone; listings of a few seconds ago count too."""
        self._zone.expire_listings()
        journal = self._zone.journal
        return self._zone.reader.read_stable(lambda: proofs.stable(journal, 2))

    @property
    def _execution(self) -> Execution:
        return Execution(self._zone, allow_zone_rewrite=self.allow_zone_rewrite)

    def _carry_out_and_compare(
        self, plan: ZonePlan, *, replaces: Callable[[RecordKey], bool]
    ) -> None:
        """Make the changes of a plan, and report records that no listing showed before them.

        :param replaces: whether the change is to remove this record if the zone has it.
        :raises NotRemovedError: naming those records.
        """
        if plan.is_empty:
            return
        before = len(self._zone.journal.reads())
        self.carry_out(plan)
        known = Listing(self._zone.name, (*plan.keep, *plan.add, *plan.remove)).keys
        shown = {key for read in self._zone.journal.reads()[before:] for key in read.keys}
        late = sorted(key for key in shown - known if replaces(key))
        if late:
            raise NotRemovedError(
                f"The API listed records of the zone {self._zone.name} only after the change: "
                f"{', '.join(f'{key.type} {key.name} {key.value}' for key in late)}. They were "
                "kept. Make the same change again if they are to be removed.",
                [NotRemoved(key.name, key.value, self._zone.name, LISTED_LATE) for key in late],
            )

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
