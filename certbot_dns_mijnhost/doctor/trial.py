"""Create a test record, wait for the name servers, and remove it: a challenge without a CA.

Its name is random, and it is created and removed as challenge records are. The zone is never
rewritten for it.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from certbot_dns_mijnhost.api import (
    BadRequestError,
    DNSRecord,
    Exchange,
    MethodNotAllowedError,
    MijnHostError,
    NotFoundError,
)
from certbot_dns_mijnhost.doctor import trial_findings as findings
from certbot_dns_mijnhost.doctor.account import Calls
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.propagation import (
    DNSView,
    PropagationChecker,
    PropagationTimeoutError,
)
from certbot_dns_mijnhost.propagation import TXTRecord as ExpectedRecord
from certbot_dns_mijnhost.settings import Settings
from certbot_dns_mijnhost.zone import (
    ChallengeRecords,
    Listing,
    NotRemoved,
    TXTRecord,
    ZonePlan,
    ZoneRewriteForbiddenError,
    key_of,
)
from certbot_dns_mijnhost.zone.listing import DOCTOR_PREFIX

logger = logging.getLogger(__name__)

ENDING_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
MORE_READS = 6
PAUSE = 0.5
READS_AFTERWARDS = 10


class Trial:
    """The trial in one zone."""

    def __init__(
        self, calls: Calls, zone: str, settings: Settings, report: Report, *, view: DNSView
    ) -> None:
        self._calls = calls
        self._client = calls.client
        self._clock = calls.retry.clock
        self._zone = zone
        self._settings = settings
        self._report = report
        self._view = view
        self._exchanges_before = len(calls.exchanges)
        self._is_written = False
        name = f"{DOCTOR_PREFIX}{secrets.token_hex(4)}.{zone}"
        self._first = TXTRecord(name, "test record of mijnhost doctor, 1")
        self._second = TXTRecord(name, "test record of mijnhost doctor, 2")
        self._records = ChallengeRecords(
            calls.client,
            # No zone is rewritten here, so no copy is saved either.
            backup_directory=Path(os.devnull),
            ttl=settings.ttl,
            zones=[zone],
            allow_zone_rewrite=False,
            retry=calls.plugin_retry,
        )

    def run(self) -> None:
        """Run the trial, and report each part."""
        try:
            before = self._read()
            if not self._can_be_removed():
                return
            try:
                self._write(before)
                self._wait_for_dns()
                self._write_second()
            except ZoneRewriteForbiddenError:
                self._report(findings.without_patch(self._zone, self._settings))
                return
            finally:
                # At Ctrl-C, SIGTERM and SIGHUP too.
                if not self._wrote_nothing():
                    with deferred_signals():
                        written = [self._first, self._second]
                        self._report_removal(self._records.remove_written(written))
            self._compare(before)
        except MijnHostError as error:
            self._report(Finding("write", State.FAILED, str(error), domain=self._zone))

    def _can_be_removed(self) -> bool:
        """Delete a record that does not exist: an API without this call reports that."""
        record = DNSRecord("TXT", f"{self._first.name}.", self._first.value)
        try:
            self._client.dns_records.delete(self._zone, record)
        except MethodNotAllowedError:
            self._report(findings.without_delete(self._zone, self._settings))
            return False
        except (BadRequestError, NotFoundError):
            return True  # There is no such record, as expected.
        return True

    def _write(self, before: Listing) -> None:
        started = self._clock()
        self._records.publish([self._first])
        self._is_written = True
        seconds = self._clock() - started
        self._report(findings.created(self._zone, seconds))
        self._report_reads(self._reads_until_shown(), before)

    def _wrote_nothing(self) -> bool:
        """Return whether no write was sent, or the API refused each one."""
        statuses = [exchange.status or 0 for exchange in self._exchanges("PATCH")]
        if statuses:
            return all(400 <= status < 500 for status in statuses)
        # Each write comes after reads. Without any, the lock of the zone was not obtained.
        return self._calls.exchanges[-1].method == "DELETE"

    def _reads_until_shown(self) -> int:
        """Return the number of reads after the write, up to the first that showed it."""
        writes = self._exchanges("PATCH")
        confirmed = [exchange for exchange in writes if exchange.status == 200]
        write = confirmed[0] if confirmed else writes[-1]
        exchanges = self._calls.exchanges
        since = exchanges[exchanges.index(write) :]
        reads = [each for each in since if each.method == "GET" and each.status == 200]
        return len(reads)

    def _exchanges(self, method: str) -> list[Exchange]:
        exchanges = self._calls.exchanges[self._exchanges_before :]
        return [exchange for exchange in exchanges if exchange.method == method]

    def _report_reads(self, needed: int, before: Listing) -> None:
        shown = [self._read(pause=PAUSE).keys for _ in range(MORE_READS)]
        self._report(findings.reads(self._zone, needed, key_of(self._first), before.keys, shown))

    def _wait_for_dns(self) -> None:
        self._report(self._publication())

    def _publication(self) -> Finding:
        ceiling = self._settings.propagation_seconds
        if ceiling == 0:
            return findings.not_awaited(self._zone)
        checker = PropagationChecker(self._view, sleep=self._calls.retry.sleep)
        expected = [ExpectedRecord(self._first.name, self._first.value)]
        try:
            return findings.published(self._zone, checker.wait_for(expected, max_seconds=ceiling))
        except PropagationTimeoutError as error:
            return findings.not_published(self._zone, error)

    def _write_second(self) -> None:
        """Add a second value at the name: the result shows what PATCH does to the first."""
        # If this fails, `behaviour` has the reason.
        with suppress(ZoneRewriteForbiddenError):
            self._records.publish([self._first, self._second])
        effect = self._records.behaviour.patch
        self._report(findings.patch_effect(self._zone, effect, self._settings))

    def _report_removal(self, not_removed: Iterable[NotRemoved]) -> None:
        left = list(not_removed)
        if not left and self._is_written:
            self._report(findings.removed(self._zone))
        for record in left:
            self._report(findings.not_removed(self._zone, record))

    def _compare(self, before: Listing) -> None:
        """Report whether all other records are still listed."""
        lasting = {i for i in before.keys if not i.is_transient}
        missing = lasting
        for _ in range(READS_AFTERWARDS):
            missing = missing - self._read(pause=PAUSE if missing != lasting else 0.0).keys
            if not missing:
                self._report(findings.others_unchanged(self._zone, len(lasting)))
                return
        self._report(findings.others_missing(ZonePlan.of_change(before, remove=missing)))

    def _read(self, *, pause: float = 0.0) -> Listing:
        self._calls.retry.sleep(pause)
        return Listing(
            self._zone, self._calls.read(lambda: self._client.dns_records.get_all(self._zone))
        )


@contextmanager
def deferred_signals() -> Iterator[None]:
    """Defer signals that end the process until the block is done; then raise the last one again."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Only the main thread receives signals, and can set handlers.
        return
    received: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        received.append(number)
        logger.warning("Removing the test record before stopping.")

    before = {number: signal.signal(number, note) for number in ENDING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if received:
            signal.raise_signal(received[-1])
