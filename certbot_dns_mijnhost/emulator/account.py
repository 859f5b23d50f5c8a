"""The account at mijn.host: its key, its domains and their zones. No HTTP and no DNS."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

from certbot_dns_mijnhost.emulator import refusals, writes
from certbot_dns_mijnhost.emulator.account_data import EXTENSIONS, AccountData, Charge
from certbot_dns_mijnhost.emulator.domain import (
    Domain,
    RecordLike,
    as_record,
    default_records,
    parking_records,
)
from certbot_dns_mijnhost.emulator.reads import Records
from certbot_dns_mijnhost.emulator.refusals import Refused
from certbot_dns_mijnhost.emulator.variants import Variants
from certbot_dns_mijnhost.emulator.zone import (
    DEFAULT_TTL,
    Record,
    Version,
    Zone,
    domain_name,
    normalised,
    stored,
)

DEFAULT_API_KEY = "emulator-key-that-is-not-valid-anywhere-else"
# The history of a zone reaches back so far, and farther where a name server lags more.
KEEP_SECONDS = 3600.0


class Account:
    """State and rules of one account; every method may be called from any thread.

    :param api_key: the one key that is valid
    :param clock: seconds that never go back; may be a virtual clock
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
        """JSON values that GET /domains lists before and after the domains; may be changed."""
        self.data = AccountData()
        self.extensions = list(EXTENSIONS)
        self.lock = threading.RLock()
        self.keep_seconds = KEEP_SECONDS
        self._epoch = time.time() - clock()
        self._domains: dict[str, Domain] = {}

    # What the owner does in the panel, and what tests look at.

    def add_domain(
        self,
        domain: str,
        records: Iterable[RecordLike] | None = None,
        *,
        managed_dns: bool = True,
        tags: Iterable[str] = (),
        published_at: Iterable[str] = (),
    ) -> Domain:
        """Put a domain in the account; what it holds counts as published long ago.

        :param records: none means a small zone as a new customer has it
        :param published_at: host names of other name servers that the registry publishes
        :raises ValueError: where the domain is in the account, or a record cannot stand in it
        """
        name = domain_name(domain)
        apex = f"{name}."
        usual = parking_records if self.variants.parking else default_records
        given = usual(apex) if records is None else [as_record(r) for r in records]
        zone_records = tuple(stored(record, apex, keep_relative=False) for record in given)
        with self.lock:
            if name in self._domains:
                raise ValueError(f"{name} is in the account already")
            zone = Zone(apex, zone_records, self.clock())
            made = Domain(2000 + len(self._domains), name, zone, list(tags), managed_dns)
            made.published_at = tuple(published_at)
            self._domains[name] = made
            return made

    def domains(self) -> list[Domain]:
        """Return the account's domains in the order in which they came."""
        with self.lock:
            return list(self._domains.values())

    def records(self, domain: str) -> list[Record]:
        """Return what really stands in the zone, normalised and sorted, for comparing."""
        with self.lock:
            zone = self._domains[domain_name(domain)].zone
            return sorted(normalised(record, zone.apex) for record in zone.newest.records)

    def add_record(
        self,
        domain: str,
        type: str,  # noqa: A002 - the API's name for it
        name: str,
        value: str,
        ttl: int = DEFAULT_TTL,
    ) -> None:
        """Add a record in the panel: beside all others, whatever the API's variant.

        :raises ValueError: where it cannot stand in the zone
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
        """Delete a record in the panel.

        :raises LookupError: where there is none
        """
        with self.lock:
            found = self._domains[domain_name(domain)]
            apex = found.zone.apex
            wanted = normalised(stored(Record(type, name, value), apex, keep_relative=False), apex)
            kept = tuple(
                record
                for record in found.zone.newest.records
                if (record.type, normalised(record, apex).name, record.value)
                != (wanted.type, wanted.name, wanted.value)
            )
            if len(kept) == len(found.zone.newest.records):
                raise LookupError(f"{type} {name} {value} is not in {domain}")
            self._write(found, kept)

    def published(self, domain: Domain, lag: float) -> Version:
        """Return the version that a name server with this lag in seconds serves now.

        Seen in practice: changes are published in batches. Assumed: at the same moments for all.
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
        """What was charged for orders."""
        return self.data.ledger

    # What the API does.

    def check_key(self, api_key: str | None) -> None:
        """Refuse a request that does not bring the key.

        Documented: 401 and its text. Seen in practice: an expired key gives the same answer.

        :raises Refused: with 401
        """
        if api_key != self.api_key or self.variants.key_expired:
            raise Refused(401, refusals.NO_KEY)

    def check_address(self) -> None:
        """Refuse a request from an address that is not whitelisted (seen in practice).

        :raises Refused: with 401
        """
        if self.variants.whitelist_refused:
            raise Refused(401, refusals.NOT_WHITELISTED)

    def find(self, domain: str) -> Domain:
        """Find a domain as the API does.

        Seen in practice: a domain that does not exist and one of somebody else get the same 400,
        with and without a final dot in the text.

        :raises Refused: with 400
        """
        with self.lock:
            try:
                return self._domains[domain_name(domain)]
            except (KeyError, ValueError):
                dot = "." if self.variants.no_access_final_dot else ""
                raise refusals.bad_request(refusals.NO_ACCESS + dot) from None

    def read_records(self, domain: str) -> Records:
        """Return the records as GET shows them, which need not be the records there are.

        :raises Refused: with 400
        """
        with self.lock:
            found = self._managed(domain)
            return found.reads.show(found.zone, self.variants, self.clock())

    def replace_records(self, domain: str, records: Iterable[Record]) -> None:
        """Replace the whole zone, as PUT does.

        :raises Refused: with 400
        """
        with self.lock:
            found = self._managed(domain)
            self._write(found, writes.replace_all(records, found.zone.apex, self.variants))

    def update_record(self, domain: str, record: Record) -> None:
        """Create or change one record, as PATCH does.

        :raises Refused: with 400
        """
        with self.lock:
            found, before = self._managed_and_records(domain)
            self._write(found, writes.update(before, record, found.zone.apex, self.variants))

    def update_record_with_null(self, domain: str, type_: str, name: str) -> None:
        """Do what PATCH with the value null does.

        :raises Refused: with 400
        """
        with self.lock:
            found, before = self._managed_and_records(domain)
            after = writes.update_with_null(before, type_, name, found.zone.apex, self.variants)
            if after != before:
                self._write(found, after)

    def remove_record(self, domain: str, record: Record) -> None:
        """Remove one record, as DELETE does.

        Assumed, whatever the variant: the answer where there is no such record.

        :raises Refused: with 400, 404 or 405
        """
        with self.lock:
            found, before = self._managed_and_records(domain)
            after = writes.delete(before, record, found.zone.apex, self.variants)
            if after is not None:
                self._write(found, after)
            elif self.variants.delete_missing == "not_found":
                raise Refused(404, "DNS record not found")
            elif self.variants.delete_missing == "bad_request":
                raise refusals.bad_request("DNS record not found")

    def _managed(self, domain: str) -> Domain:
        """Find a domain whose DNS is at mijn.host; the refusal's text was seen in practice."""
        found = self.find(domain)
        if not found.managed_dns:
            raise refusals.bad_request(refusals.NOT_MANAGED)
        return found

    def _managed_and_records(self, domain: str) -> tuple[Domain, Records]:
        """Assumed: writes always see the newest state, however old the one is that reads show."""
        found = self._managed(domain)
        return found, found.zone.newest.records

    def _write(self, domain: Domain, records: Records) -> None:
        variants = self.variants
        domain.reads.about_to_write(domain.zone, variants)
        keep = max(
            self.keep_seconds + variants.publish_every,
            variants.stale_seconds,
            variants.replica_seconds,
        )
        domain.zone.write(records, self.clock(), keep)
