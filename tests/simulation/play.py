"""Plays a history with the real client, the real challenge records and the emulator's account."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import requests

from certbot_dns_mijnhost.api import MijnHostClient, MijnHostError, RetryPolicy
from certbot_dns_mijnhost.emulator import Answer, Emulator, Request
from certbot_dns_mijnhost.zone import ChallengeRecords, NotRemoved, TXTRecord
from tests.support.virtual_time import VirtualTime

from .history import FAULTS, NAMES, ODD_ENTRIES, Edit, History, Run
from .scheduler import Actor, Crash, EmulatorAdapter, Scheduler, chances

API_KEY = "simulated-key-0123456789-that-must-not-show"
DOMAINS = ("example.nl", "example.org")
MOST_REQUESTS = 400
MOST_SECONDS = 2400.0

ODDLY_SPELLED = (
    ("CNAME", "autoconfig", "Mail.Example.NL."),
    ("MX", "@", "020  MX2.Example.Net."),
    ("AAAA", "odd", "2001:DB8:0:0:0:0:0:7"),
)
"""Records that a server may spell in another way when it stores them."""

RecordKey = tuple[str, str, str]


@dataclass
class Outcome:
    """What came of a run of the plugin."""

    values: list[TXTRecord]
    published: bool = False
    error: MijnHostError | None = None
    stood: set[RecordKey] = field(default_factory=set)
    leftovers: list[NotRemoved] | None = None
    seen: set[RecordKey] = field(default_factory=set)
    seconds: float = 0.0
    requests: int = 0


@dataclass
class Report:
    """What a history showed."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    foreign: set[RecordKey] = field(default_factory=set)
    standing: set[RecordKey] = field(default_factory=set)
    lost_unseen: list[RecordKey] = field(default_factory=list)
    lost_although_seen: list[RecordKey] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)
    whole_zone_writes: int = 0
    odd_entries: list[object] = field(default_factory=list)


class Player:
    """Plays one history."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.report = Report()
        self.clock = VirtualTime(now=1000.0)
        self.scheduler = Scheduler(self.clock, history.choices)
        self.emulator = Emulator(
            api_key=API_KEY,
            domains=DOMAINS,
            variants=history.variants,
            clock=self.clock,
            serve=False,
        )
        for type_, name, value in ODDLY_SPELLED:
            self.emulator.account.add_record(DOMAINS[0], type_, name, value)
        self.odd_entries = self.emulator.account.find(DOMAINS[0]).odd_entries
        if history.odd is not None:
            self.odd_entries.append(ODD_ENTRIES[history.odd])
        self.directory = Path(tempfile.mkdtemp(prefix="history-"))

    def play(self) -> Report:
        """Let the history happen and return what it showed."""
        if self.history.leftover:
            leftover = ("TXT", NAMES[0] + ".", "left-behind-once", 60)
            self.emulator.account.add_record(DOMAINS[0], *leftover)
            self.clock.advance(100.0)
            self._settle_reads()
        self.report.foreign = self._zone()
        for strike in self.history.strikes:
            fault = FAULTS[strike.fault]()
            self.emulator.faults.add(
                fault, method=strike.method, skip=strike.skip, times=strike.times
            )
        for number, run in enumerate(self.history.runs):
            self._add_run(f"run{number}", run)
        for number, edit in enumerate(self.history.edits):
            self._add_edit(f"edit{number}", edit)
        try:
            with self._captured_log():
                self.scheduler.run()
            self.report.standing = self._zone()
            self.report.odd_entries = list(self.odd_entries)
            self.report.files = [path.read_text() for path in self.directory.rglob("*.json")]
        finally:
            shutil.rmtree(self.directory)
        return self.report

    def _settle_reads(self) -> None:
        # What stood long before the first run is no news to the API's readings.
        for _ in range(20):
            for domain in DOMAINS:
                self.emulator.account.read_records(domain)

    def _zone(self) -> set[RecordKey]:
        return {
            (record.type, record.name, _plain(record.type, record.value))
            for domain in DOMAINS
            for record in self.emulator.account.records(domain)
        }

    def _add_run(self, name: str, run: Run) -> None:
        values = [
            TXTRecord(run.names[number], acme_value(f"{name}-{number}-{index}"))
            for number, count in enumerate(run.values)
            for index in range(count)
        ]
        outcome = self.report.outcomes[name] = Outcome(values)
        self.scheduler.add(
            Actor(
                name,
                lambda actor: self._run(actor, run, outcome),
                wakes=self.clock.now + run.at,
                crash_at=run.crash_at,
                crash_after=run.crash_after,
            )
        )

    def _run(self, actor: Actor, run: Run, outcome: Outcome) -> None:
        numbers = chances(self.history.choices)
        retry = RetryPolicy(
            sleep=lambda seconds: self.scheduler.pause(actor, seconds),
            clock=self.clock,
            chance=lambda: next(numbers),
        )
        session = requests.Session()
        session.trust_env = False  # Looking for a proxy costs a tenth of the time.
        session.mount(
            "http://", EmulatorAdapter(self.scheduler, actor, self.emulator, self._witness)
        )
        client = MijnHostClient(
            API_KEY, base_url=self.emulator.api_url, session=session, retry=retry
        )
        records = ChallengeRecords(
            client,
            backup_directory=self.directory / actor.name,
            lock_directory=self.directory / "locks",
            allow_zone_rewrite=self.history.allow_zone_rewrite,
            retry=retry,
        )
        began = self.clock.now
        try:
            try:
                records.publish(outcome.values)
                outcome.published = True
            except MijnHostError as error:
                outcome.error = error
            outcome.stood = self._zone()
            self.scheduler.pause(actor, run.wait)
            outcome.leftovers = records.remove_written(outcome.values)
        finally:
            outcome.seconds = self.clock.now - began
            outcome.requests = actor.steps

    def _add_edit(self, name: str, edit: Edit) -> None:
        self.scheduler.add(
            Actor(
                name,
                lambda actor: self._edit(actor, edit),
                wakes=self.clock.now + edit.at,
            )
        )

    def _edit(self, actor: Actor, edit: Edit) -> None:
        record_name = NAMES[edit.name] if edit.name is not None else f"{actor.name}.{DOMAINS[0]}"
        identity = ("TXT", record_name + ".", f"{actor.name}-by-hand")
        domain = domain_of(record_name)
        self.emulator.account.add_record(domain, *identity)
        self.report.foreign.add(identity)
        if edit.removed_at is None:
            return
        self.scheduler.pause(actor, max(edit.removed_at - edit.at, 0.0))
        self.report.foreign.discard(identity)
        if identity in self._zone():
            self.emulator.account.delete_record(domain, *identity)

    def _witness(self, actor: Actor, request: Request, handle: Callable[[], Answer]) -> Answer:
        """Compare the true zone before and after each request."""
        outcome = self.report.outcomes[actor.name]
        if request.method == "GET":
            answer = handle()
            if request.path.endswith("/dns"):
                outcome.seen |= _shown(answer, domain_of(request.path.split("/")[-2]))
            return answer
        before = self._zone()
        try:
            return handle()
        finally:
            self.report.whole_zone_writes += request.method == "PUT"
            for identity in before - self._zone():
                if not self._is_own(identity, outcome):
                    seen = identity in outcome.seen
                    kind = self.report.lost_although_seen if seen else self.report.lost_unseen
                    kind.append(identity)

    def _is_own(self, identity: RecordKey, outcome: Outcome) -> bool:
        if identity[1].startswith("_mijnhost-probe-"):
            return True
        return any(identity[2] == record.value for record in outcome.values)

    @contextmanager
    def _captured_log(self) -> Iterator[None]:
        logger = logging.getLogger("certbot_dns_mijnhost")
        handler = _Listener(self.report.log)
        level = logger.level
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        try:
            yield
        finally:
            logger.removeHandler(handler)
            logger.setLevel(level)
            logger.propagate = True


def acme_value(text: str) -> str:
    """Return a value as ACME clients write it (RFC 8555, section 8.4)."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


class _Listener(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(record.getMessage())


def domain_of(name: str) -> str:
    """Return the domain of the account that a name is in."""
    return next(domain for domain in DOMAINS if name.endswith(domain))


def _shown(answer: Answer, domain: str) -> set[RecordKey]:
    """Return what a listing showed, in the spelling of the account."""
    try:
        records = json.loads(answer.body)["data"]["records"] or []
    except (ValueError, KeyError, TypeError):
        return set()
    shown = set()
    for record in records:
        if record in ODD_ENTRIES.values():
            continue
        name = record["name"].lower().rstrip(".")
        if name != domain and not name.endswith("." + domain):
            name = f"{name}.{domain}"
        shown.add((record["type"], name + ".", _plain(record["type"], record["value"])))
    return shown


@lru_cache(maxsize=10_000)
def _plain(type_: str, value: str) -> str:
    """Return a value of this zone in the one spelling in which the history compares it."""
    if type_ == "TXT":
        return value[1:-1] if value.startswith('"') else value
    words = value.lower().rstrip(".").split()
    if type_ == "AAAA":
        words = [str(ipaddress.IPv6Address(words[0]))]
    return " ".join(str(int(word)) if word.isdigit() else word for word in words)


def problems(history: History, report: Report, errors: list[BaseException]) -> list[str]:
    """Return each promise that was broken; empty where all held."""
    found = [f"lost although it had been seen: {i}" for i in report.lost_although_seen]
    found += [f"unexpected {type(e).__name__}: {e}" for e in errors if not isinstance(e, Crash)]
    if history.odd is not None and ODD_ENTRIES[history.odd] not in report.odd_entries:
        found.append(f"lost an odd entry: {history.odd}")
    found += [
        f"missing at the end: {i}"
        for i in report.foreign - report.standing - set(report.lost_unseen)
    ]
    for name, outcome in report.outcomes.items():
        found += [f"{name}: {text}" for text in _broken(history, report, outcome)]
    texts = [*report.log, *report.files, *(str(o.error) for o in report.outcomes.values())]
    if any(API_KEY in text for text in texts):
        found.append("the key shows")
    return found


def _broken(history: History, report: Report, outcome: Outcome) -> Iterator[str]:
    wanted = {("TXT", record.name + ".", record.value) for record in outcome.values}
    # An API that said yes, did nothing, and never showed it is found out by asking DNS.
    is_told = any("Continuing; the DNS check decides" in line for line in report.log)
    if outcome.published and not wanted <= outcome.stood and not is_told:
        yield f"published, but missing: {wanted - outcome.stood}"
    if outcome.requests > MOST_REQUESTS or outcome.seconds > MOST_SECONDS:
        yield f"{outcome.requests} requests in {outcome.seconds:.0f} s"
    if outcome.leftovers is None:
        return
    named = {("TXT", leftover.name + ".", leftover.value) for leftover in outcome.leftovers}
    # Listings that are a minute old show what another run removed since: rewritten, it is back.
    may_be_brought_back = (
        history.variants.cached_seconds > 0
        and len(history.runs) > 1
        and report.whole_zone_writes > 0
    )
    silent = (wanted & report.standing) - named
    if silent and not may_be_brought_back:
        yield f"left behind without a word: {silent}"
    if any(not leftover.reason for leftover in outcome.leftovers):
        yield "a leftover without a reason"
    # While readings lag, a record may be called left behind that is about to vanish from them.
    is_undisturbed = (
        not history.strikes
        and not history.edits
        and len(history.runs) == 1
        and history.variants.delete == "supported"
        and history.variants.stale_seconds == 0
        and history.variants.cached_seconds == 0
        and not (history.variants.lagging_replica and history.variants.replica_seconds > 5)
    )
    if is_undisturbed and outcome.leftovers:
        yield f"leftovers without a fault: {outcome.leftovers}"
