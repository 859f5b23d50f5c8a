"""An account at mijn.host: its key, its domains and their zones, without HTTP and DNS."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

from certbot_dns_mijnhost.emulator import rules
from certbot_dns_mijnhost.emulator.account_data import EXTENSIONS, AccountData, Charge
from certbot_dns_mijnhost.emulator.http_messages import (
    NO_ACCESS,
    NO_KEY,
    NOT_MANAGED,
    NOT_WHITELISTED,
    Refused,
    bad_request,
)
from certbot_dns_mijnhost.emulator.records import (
    DEFAULT_TTL,
    Record,
    Records,
    domain_name,
    stored,
    with_absolute_name,
)
from certbot_dns_mijnhost.emulator.variants import Variants
from certbot_dns_mijnhost.emulator.zone import (
    Domain,
    RecordLike,
    Version,
    Zone,
    as_record,
    default_records,
    parking_records,
)

DEFAULT_API_KEY = "emulator-key-that-is-not-valid-anywhere-else"
KEEP_SECONDS = 3600.0
"""How long old versions of a zone are kept, unless a lag or a variant needs more."""


class Account:
    """The state of one account; all methods are thread-safe.

    :param api_key: the valid key
    :param clock: returns seconds that never decrease; may be a virtual clock
    """

    def __init__(
        self,
        api_key: str = DEFAULT_API_KEY,
        clock: Callable[[], float] = time.monotonic,
        variants: Variants | None = None,
    ) -> None:
        self.api_key = api_key
        self.clock = clock
        self.variants = variants or Variants()
        self.customer_number = 100001
        self.odd_domains: list[object] = []
        """JSON values that GET /domains lists before and after the domains; may be changed at any
        time."""
        self.data = AccountData()
        self.extensions = list(EXTENSIONS)
        self.lock = threading.RLock()
        self.keep_seconds = KEEP_SECONDS
        self._epoch = time.time() - clock()
        self._domains: dict[str, Domain] = {}

    # Changes in the control panel, and what tests inspect.

    def add_domain(
        self,
        domain: str,
        records: Iterable[RecordLike] | None = None,
        *,
        managed_dns: bool = True,
        tags: Iterable[str] = (),
        published_at: Iterable[str] = (),
    ) -> Domain:
        """Add a domain to the account; its records are published immediately, without a lag.

        :param records: None means the records of a small zone
        :param published_at: host names of other name servers, if the registry publishes those
        :raises ValueError: if the domain is in the account already or cannot contain a record
        """
        name = domain_name(domain)
        apex = f"{name}."
        usual = parking_records if self.variants.parking_records else default_records
        given = usual(apex) if records is None else [as_record(r) for r in records]
        zone_records = tuple(stored(record, apex, keep_relative=False) for record in given)
        with self.lock:
            if name in self._domains:
                raise ValueError(f"{name} is already in the account")
            zone = Zone(apex, zone_records, self.clock())
            made = Domain(2000 + len(self._domains), name, zone, list(tags), managed_dns)
            made.published_at = tuple(published_at)
            self._domains[name] = made
            return made

    def domains(self) -> list[Domain]:
        """Return the account's domains in the order in which they were added."""
        with self.lock:
            return list(self._domains.values())

    def records(self, domain: str) -> list[Record]:
        """Return the zone's current records with absolute names, sorted."""
        with self.lock:
            zone = self._domains[domain_name(domain)].zone
            return sorted(with_absolute_name(record, zone.apex) for record in zone.newest.records)

    def add_record(
        self,
        domain: str,
        type: str,  # noqa: A002 - the API's name for it
        name: str,
        value: str,
        ttl: int = DEFAULT_TTL,
    ) -> None:
        """Add a record in the control panel, which keeps all others, with each variant.

        :raises ValueError: if the zone cannot contain it
        """
        with self.lock:
            found = self._domains[domain_name(domain)]
            record = stored(Record(type, name, value, ttl), found.zone.apex, keep_relative=False)
            self._write(found, (*found.zone.newest.records, record))

    def delete_record(
        self,
        domain: str,
        type: str,  # noqa: A002 - as above
        name: str,
        value: str,
    ) -> None:
        """Delete a record in the control panel.

        :raises LookupError: if it does not exist
        """
        with self.lock:
            found = self._domains[domain_name(domain)]
            apex = found.zone.apex
            wanted = with_absolute_name(
                stored(Record(type, name, value), apex, keep_relative=False), apex
            )
            kept = tuple(
                record
                for record in found.zone.newest.records
                if (record.type, with_absolute_name(record, apex).name, record.value)
                != (wanted.type, wanted.name, wanted.value)
            )
            if len(kept) == len(found.zone.newest.records):
                raise LookupError(f"{type} {name} {value} is not in {domain}")
            self._write(found, kept)

    def published(self, domain: Domain, lag: float) -> Version:
        """Return the version that a name server with this lag in seconds serves now.

        Seen in practice: changes are published in batches. Assumed: all zones at the same moments.
        """
        with self.lock:
            moment = self.clock() - lag
            if self.variants.publish_every:
                moment -= moment % self.variants.publish_every
            return domain.zone.at(moment)

    def serial(self, version: Version) -> int:
        """Return the SOA serial of a version of a zone."""
        if self.variants.serial == "counter":
            return version.serial
        return int(self._epoch + version.since)

    @property
    def ledger(self) -> list[Charge]:
        """The charges for orders."""
        return self.data.ledger

    # Calls of the API.

    def check_key(self, api_key: str | None) -> None:
        """Refuse a request without the valid key.

        Documented: 401 and its text. Seen in practice: the same answer for an expired key.

        :raises Refused: with 401
        """
        if api_key != self.api_key or self.variants.key_expired:
            raise Refused(401, NO_KEY)

    def check_address(self) -> None:
        """Refuse a request from an address that is not in the whitelist (seen in practice).

        :raises Refused: with 401
        """
        if self.variants.whitelist_refused:
            raise Refused(401, NOT_WHITELISTED)

    def find(self, domain: str) -> Domain:
        """Return a domain of the account.

        Seen in practice: the same 400 for a domain that does not exist and for one in another
        account, with or without a final dot in the text.

        :raises Refused: with 400
        """
        with self.lock:
            try:
                return self._domains[domain_name(domain)]
            except (KeyError, ValueError):
                dot = "." if self.variants.no_access_final_dot else ""
                raise bad_request(NO_ACCESS + dot) from None

    def read_records(self, domain: str) -> Records:
        """Return the records that GET shows; with some variants they are old or incomplete.

        :raises Refused: with 400
        """
        with self.lock:
            found = self._managed(domain)
            return found.reads.read(found.zone, self.variants, self.clock())

    def replace_records(self, domain: str, records: Iterable[Record]) -> None:
        """Replace the whole zone: the effect of PUT.

        :raises Refused: with 400
        """
        with self.lock:
            found = self._managed(domain)
            self._write(found, rules.replace_all(records, found.zone.apex, self.variants))

    def update_record(self, domain: str, record: Record) -> None:
        """Create or change one record: the effect of PATCH.

        :raises Refused: with 400
        """
        with self.lock:
            found, before = self._managed_and_records(domain)
            self._write(found, rules.update(before, record, found.zone.apex, self.variants))

    def update_record_with_null(self, domain: str, type_: str, name: str) -> None:
        """Apply the effect of PATCH with the value null.

        :raises Refused: with 400
        """
        with self.lock:
            found, before = self._managed_and_records(domain)
            after = rules.update_with_null(before, type_, name, found.zone.apex, self.variants)
            if after != before:
                self._write(found, after)

    def remove_record(self, domain: str, record: Record) -> None:
        """Remove one record: the effect of DELETE.

        Assumed, with each variant: the answer if the record does not exist.

        :raises Refused: with 400, 404 or 405
        """
        with self.lock:
            found, before = self._managed_and_records(domain)
            after = rules.delete(before, record, found.zone.apex, self.variants)
            if after is not None:
                self._write(found, after)
            elif self.variants.delete_missing == "not_found":
                raise Refused(404, "DNS record not found")
            elif self.variants.delete_missing == "bad_request":
                raise bad_request("DNS record not found")

    def _managed(self, domain: str) -> Domain:
        """Return a domain that mijn.host serves; otherwise refuse (text seen in practice)."""
        found = self.find(domain)
        if not found.managed_dns:
            raise bad_request(NOT_MANAGED)
        return found

    def _managed_and_records(self, domain: str) -> tuple[Domain, Records]:
        """Return what a write changes. Assumed: always the newest state, also with stale reads."""
        found = self._managed(domain)
        return found, found.zone.newest.records

    def _write(self, domain: Domain, records: Records) -> None:
        variants = self.variants
        domain.reads.before_write(domain.zone, variants)
        keep = max(
            self.keep_seconds + variants.publish_every,
            variants.stale_seconds,
            variants.replica_seconds,
        )
        domain.zone.write(records, self.clock(), keep)
