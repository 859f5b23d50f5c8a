"""Create a test record, wait for the name servers, and remove it: a challenge without a CA.

Its name is random, and it is created and removed as challenge records are. The zone is never
rewritten for it.
"""

from __future__ import annotations

import logging
import secrets
import signal
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
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
from certbot_dns_mijnhost.doctor.context import Calls
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.doctor.publication import check_publication
from certbot_dns_mijnhost.propagation import DNSView
from certbot_dns_mijnhost.settings import Settings
from certbot_dns_mijnhost.zone import (
    ChallengeRecords,
    Listing,
    NotRemoved,
    PatchEffect,
    TXTRecord,
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
            backup_directory=Path(tempfile.gettempdir()),
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
                self._report_no_patch()
                return
            finally:
                # At Ctrl-C, SIGTERM and SIGHUP too.
                if not self._wrote_nothing():
                    with deferred_signals():
                        written = [self._first, self._second]
                        self._report_removal(self._records.remove_written(written))
            self._compare(before)
        except MijnHostError as error:
            self._add_finding("write", State.FAILED, str(error))

    def _can_be_removed(self) -> bool:
        """Delete a record that does not exist: an API without this call reports that."""
        record = DNSRecord("TXT", f"{self._first.name}.", self._first.value)
        try:
            self._client.dns_records.delete(self._zone, record)
        except MethodNotAllowedError:
            self._report_no_delete()
            return False
        except (BadRequestError, NotFoundError):
            return True  # There is no such record, as expected.
        return True

    def _report_no_delete(self) -> None:
        message = (
            f"The API cannot delete single records in {self._zone}, so no test record was created. "
            "The plugin removes its records by a zone rewrite"
        )
        if self._settings.allow_zone_rewrite:
            step = "See docs/zone-changes.md for what it does to your zone."
        else:
            step = "Allow zone rewrites, or remove the challenge records yourself after each run."
            message += ", which dns_mijnhost_allow_zone_rewrite = false forbids"
        self._add_finding("delete", State.WARNING, f"{message}.", step)

    def _write(self, before: Listing) -> None:
        started = self._clock()
        self._records.publish([self._first])
        self._is_written = True
        seconds = self._clock() - started
        message = f"Created a test record in {self._zone} ({seconds:.1f} s)."
        self._add_finding("write", State.OK, message, data={"seconds": round(seconds, 3)})
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
        reads = [self._read(pause=PAUSE).keys for _ in range(MORE_READS)]
        stale = sum(key_of(self._first) not in shown for shown in reads)
        short = sum(not before.keys <= shown for shown in reads)
        data: dict[str, int | None] = {
            "readings_until_shown": needed,
            "stale": stale,
            "short": short,
        }
        when = "at once" if needed <= 1 else f"at read {needed}"
        message = f"The API's listing showed the test record {when}"
        if stale == MORE_READS < needed:
            message = (
                f"None of {needed + MORE_READS} reads of the API's listing showed the test record"
            )
            data["readings_until_shown"] = None
        if stale or short:
            message += (
                f"; of the last {MORE_READS} reads, {stale} lacked the record and {short} lacked "
                "others. The plugin handles this."
            )
        else:
            message += f", and in each of the next {MORE_READS} reads."
        clear = needed <= 1 and not stale and not short
        self._add_finding("reads", State.OK if clear else State.NOTE, message, data=data)

    def _wait_for_dns(self) -> None:
        found = check_publication(
            self._first, self._zone, self._settings, self._calls, view=self._view
        )
        self._report(found)

    def _report_no_patch(self) -> None:
        message = (
            f"The API cannot add single records in {self._zone}, so no test record was created. "
            "The plugin adds its records by a zone rewrite"
        )
        if self._settings.allow_zone_rewrite:
            step = "See docs/zone-changes.md for what it does to your zone."
            self._add_finding("patch", State.WARNING, f"{message}.", step)
        else:
            step = "Allow zone rewrites: without them the plugin cannot add a record."
            message += ", which dns_mijnhost_allow_zone_rewrite = false forbids."
            self._add_finding("patch", State.FAILED, message, step)

    def _write_second(self) -> None:
        """Add a second value at the name: the result shows what PATCH does to the first."""
        # If this fails, `behaviour` has the reason.
        with suppress(ZoneRewriteForbiddenError):
            self._records.publish([self._first, self._second])
        effect = self._records.behaviour.patch
        data = {"patch": effect.value}
        if effect is PatchEffect.APPENDS:
            message = (
                "A PATCH adds to the values of an RRset, so single-record calls are sufficient."
            )
            self._add_finding("patch", State.OK, message, data=data)
            return
        message = (
            f"A PATCH {effect.value} the values of an RRset, so a certificate for a domain and its "
            "wildcard needs a zone rewrite"
        )
        if effect in {PatchEffect.ABSENT, PatchEffect.UNKNOWN}:
            message = (
                "The API cannot add a second value to an RRset by a single-record call, so a "
                "certificate for a domain and its wildcard needs a zone rewrite"
            )
        if self._settings.allow_zone_rewrite:
            self._add_finding("patch", State.NOTE, f"{message}.", data=data)
            return
        message += ", which dns_mijnhost_allow_zone_rewrite = false forbids."
        step = (
            "Allow zone rewrites, or obtain one certificate for the domain and another for its "
            "wildcard."
        )
        self._add_finding("patch", State.WARNING, message, step, data=data)

    def _report_removal(self, leftovers: Iterable[NotRemoved]) -> None:
        left = list(leftovers)
        if not left and self._is_written:
            self._add_finding(
                "delete", State.OK, "Removed the test record by a single-record call."
            )
        for leftover in left:
            self._add_finding(
                "delete",
                State.FAILED,
                f"Could not remove the test record {leftover.name} ({leftover.value!r}): "
                f"{leftover.reason}",
                "It is harmless. Remove it in mijn.host's control panel, or run `mijnhost "
                "challenges sweep`.",
            )

    def _compare(self, before: Listing) -> None:
        """Report whether all other records are still listed."""
        lasting = {i for i in before.keys if not i.is_transient}
        missing = lasting
        for _ in range(READS_AFTERWARDS):
            missing = missing - self._read(pause=PAUSE if missing != lasting else 0.0).keys
            if not missing:
                message = f"The other {len(lasting)} records of {self._zone} are unchanged."
                self._add_finding("others", State.OK, message, data={"records": len(lasting)})
                return
        listed = ", ".join(f"{kind} {name}" for kind, name, _ in sorted(missing))
        self._add_finding(
            "others",
            State.WARNING,
            f"{len(missing)} records of {self._zone} are not listed any more: {listed}. The doctor "
            "did not change them.",
            "Check in mijn.host's control panel whether they exist.",
        )

    def _read(self, *, pause: float = 0.0) -> Listing:
        self._calls.retry.sleep(pause)
        return Listing(
            self._zone, self._calls.read(lambda: self._client.dns_records.get_all(self._zone))
        )

    def _add_finding(
        self,
        check: str,
        state: State,
        message: str,
        next_step: str = "",
        *,
        data: Mapping[str, object] | None = None,
    ) -> None:
        self._report(Finding(check, state, message, next_step, self._zone, data or {}))


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
