"""A scratch record, written, waited for and removed: the whole way of a challenge, without a CA.

It stands under a name that nobody uses, and goes the way of the challenge records; the zone is
never written as a whole for it.
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
from certbot_dns_mijnhost.doctor.context import Calls, DNSOptions
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.doctor.publication import check_publication
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

ENDING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
MORE_READINGS = 6
PAUSE = 0.5
READINGS_AFTERWARDS = 10


class Trial:
    """One trial in one zone."""

    def __init__(
        self, calls: Calls, zone: str, settings: Settings, report: Report, *, dns: DNSOptions
    ) -> None:
        self._calls = calls
        self._client = calls.client
        self._clock = calls.retry.clock
        self._zone = zone
        self._settings = settings
        self._report = report
        self._dns = dns
        self._exchanges_before = len(calls.exchanges)
        self._is_written = False
        name = f"{DOCTOR_PREFIX}{secrets.token_hex(4)}.{zone}"
        self._first = TXTRecord(name, "scratch record of mijnhost doctor, 1")
        self._second = TXTRecord(name, "scratch record of mijnhost doctor, 2")
        self._records = ChallengeRecords(
            calls.client,
            # Nothing is written as a whole here, so nothing is saved either.
            backup_directory=Path(tempfile.gettempdir()),
            ttl=settings.ttl,
            zones=[zone],
            allow_zone_rewrite=False,
            retry=calls.patient,
        )

    def run(self) -> None:
        """Do it all, and report of each part."""
        try:
            before = self._read()
            if not self._can_be_removed():
                return
            try:
                self._write(before)
                self._wait_for_dns()
                self._write_beside()
            except ZoneRewriteForbiddenError:
                self._tell_of_no_patch()
                return
            finally:
                # At Ctrl-C, SIGTERM and SIGHUP too.
                if not self._wrote_nothing():
                    with held_back():
                        written = [self._first, self._second]
                        self._tell_of_removal(self._records.remove_written(written))
            self._compare(before)
        except MijnHostError as error:
            self._tell("write", State.FAILED, str(error))

    def _can_be_removed(self) -> bool:
        """Ask for the removal of what is not there: an API that can't remove says so."""
        record = DNSRecord("TXT", f"{self._first.name}.", self._first.value)
        try:
            self._client.dns_records.delete(self._zone, record)
        except MethodNotAllowedError:
            self._tell_of_no_delete()
            return False
        except (BadRequestError, NotFoundError):
            return True  # There is no such record, as it should be.
        return True

    def _tell_of_no_delete(self) -> None:
        message = (
            "The API offers no removal of a single record here, so no scratch record was written. "
            "The plugin removes its records by a guarded write of the whole zone"
        )
        if self._settings.allow_zone_rewrite:
            step = "Read in the README what it does to your zone."
        else:
            step = "Allow it, or remove the challenge records yourself: they may stay behind."
            message += ", which dns_mijnhost_allow_zone_rewrite = false forbids"
        self._tell("delete", State.WARNING, f"{message}.", step)

    def _write(self, before: Listing) -> None:
        started = self._clock()
        self._records.publish([self._first])
        self._is_written = True
        seconds = self._clock() - started
        message = f"A scratch record was written in {self._zone} ({seconds:.1f} s)."
        self._tell("write", State.OK, message, data={"seconds": round(seconds, 3)})
        self._tell_of_readings(self._readings_until_shown(), before)

    def _wrote_nothing(self) -> bool:
        """Tell whether no write was sent, or the API certainly took none."""
        statuses = [exchange.status or 0 for exchange in self._exchanges("PATCH")]
        if statuses:
            return all(400 <= status < 500 for status in statuses)
        # Each write comes after readings: before these, our turn in the zone was waited for.
        return self._calls.exchanges[-1].method == "DELETE"

    def _readings_until_shown(self) -> int:
        """Return the number of readings after the write, the last of which showed it."""
        writes = self._exchanges("PATCH")
        confirmed = [exchange for exchange in writes if exchange.status == 200]
        write = confirmed[0] if confirmed else writes[-1]
        exchanges = self._calls.exchanges
        since = exchanges[exchanges.index(write) :]
        readings = [each for each in since if each.method == "GET" and each.status == 200]
        return len(readings)

    def _exchanges(self, method: str) -> list[Exchange]:
        exchanges = self._calls.exchanges[self._exchanges_before :]
        return [exchange for exchange in exchanges if exchange.method == method]

    def _tell_of_readings(self, needed: int, before: Listing) -> None:
        readings = [self._read(pause=PAUSE).keys for _ in range(MORE_READINGS)]
        stale = sum(key_of(self._first) not in shown for shown in readings)
        short = sum(not before.keys <= shown for shown in readings)
        data: dict[str, int | None] = {
            "readings_until_shown": needed,
            "stale": stale,
            "short": short,
        }
        said = "at once" if needed <= 1 else f"at reading {needed}"
        message = f"The API's listing showed the record {said}"
        if stale == MORE_READINGS < needed:
            message = f"None of {needed + MORE_READINGS} readings of the API's listing showed it"
            data["readings_until_shown"] = None
        if stale or short:
            message += (
                f"; of the last {MORE_READINGS} readings {stale} lacked the record, and {short} "
                "lacked others. The plugin counts on that."
            )
        else:
            message += f", and in each of the next {MORE_READINGS} readings."
        clear = needed <= 1 and not stale and not short
        self._tell("reads", State.OK if clear else State.NOTE, message, data=data)

    def _wait_for_dns(self) -> None:
        found = check_publication(
            self._first, self._zone, self._settings, self._calls, dns=self._dns
        )
        self._report(found)

    def _tell_of_no_patch(self) -> None:
        message = (
            "The API takes no single record here, so no scratch record was written. The plugin "
            "adds its records by a guarded write of the whole zone"
        )
        if self._settings.allow_zone_rewrite:
            step = "Read in the README what it does to your zone."
            self._tell("patch", State.WARNING, f"{message}.", step)
        else:
            step = "Allow it: the plugin can do nothing here without it."
            message += ", which dns_mijnhost_allow_zone_rewrite = false forbids."
            self._tell("patch", State.FAILED, message, step)

    def _write_beside(self) -> None:
        """Write a second value at the name, which tells what a PATCH does there."""
        # Where it can't be done, the behaviour tells why.
        with suppress(ZoneRewriteForbiddenError):
            self._records.publish([self._first, self._second])
        effect = self._records.behaviour.patch
        data = {"patch": effect.value}
        if effect is PatchEffect.APPENDS:
            message = "A PATCH adds to the values at a name: single-record calls do for everything."
            self._tell("patch", State.OK, message, data=data)
            return
        message = (
            f"A PATCH {effect.value} the values at a name, so a domain together with its wildcard "
            "takes a guarded write of the whole zone"
        )
        if effect in {PatchEffect.ABSENT, PatchEffect.UNKNOWN}:
            message = "The API takes no second value at a name by a single-record call"
        if self._settings.allow_zone_rewrite:
            self._tell("patch", State.NOTE, f"{message}.", data=data)
            return
        message += ", which dns_mijnhost_allow_zone_rewrite = false forbids."
        step = "Allow it, or get one certificate for the domain and another for its wildcard."
        self._tell("patch", State.WARNING, message, step, data=data)

    def _tell_of_removal(self, leftovers: Iterable[NotRemoved]) -> None:
        left = list(leftovers)
        if not left and self._is_written:
            self._tell("delete", State.OK, "The scratch record was removed by itself.")
        for leftover in left:
            self._tell(
                "delete",
                State.FAILED,
                f"The scratch record {leftover.name} with the value {leftover.value!r} stays "
                f"behind. The reason: {leftover.reason}",
                "Remove it in mijn.host's control panel; it does no harm.",
            )

    def _compare(self, before: Listing) -> None:
        """Report whether all that stood before stands still."""
        lasting = {i for i in before.keys if not i.is_transient}
        missing = lasting
        for _ in range(READINGS_AFTERWARDS):
            missing = missing - self._read(pause=PAUSE if missing != lasting else 0.0).keys
            if not missing:
                message = f"The other {len(lasting)} records of {self._zone} are as before."
                self._tell("others", State.OK, message, data={"records": len(lasting)})
                return
        listed = ", ".join(f"{kind} {name}" for kind, name, _ in sorted(missing))
        self._tell(
            "others",
            State.WARNING,
            f"{len(missing)} records that stood in {self._zone} before are not listed now: "
            f"{listed}. The doctor did not touch them.",
            "Look in mijn.host's control panel whether they are there.",
        )

    def _read(self, *, pause: float = 0.0) -> Listing:
        self._calls.retry.sleep(pause)
        return Listing(
            self._zone, self._calls.reading(lambda: self._client.dns_records.get_all(self._zone))
        )

    def _tell(
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
def held_back() -> Iterator[None]:
    """Let no signal break off what is done inside; the last that came is heeded afterwards."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Signals don't come here, and can't be ordered from here.
        return
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        came.append(number)
        logger.warning("The scratch record is removed first.")

    before = {number: signal.signal(number, note) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[-1])
