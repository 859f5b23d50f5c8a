"""Plays a history with the real client, the real challenge records and the emulator's account."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import logging
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import requests

from certbot_dns_mijnhost.api import MijnHostClient, MijnHostError, RetryPolicy
from certbot_dns_mijnhost.emulator import Answer, Emulator, Request
from certbot_dns_mijnhost.zone import ChallengeRecords, NotRemoved, TXTRecord, ZoneEditor
from tests.support.virtual_time import VirtualTime

from .commands import Administrator, CommandOutcome, RecordKey
from .history import FAULTS, NAMES, ODD_ENTRIES, Command, Edit, History, Run
from .scheduler import Actor, EmulatorAdapter, Scheduler, chances

API_KEY = "simulated-key-0123456789-that-must-not-show"
DOMAINS = ("example.nl", "example.org")

ODDLY_SPELLED = (
    ("CNAME", "autoconfig", "Mail.Example.NL."),
    ("MX", "@", "020  MX2.Example.Net."),
    ("AAAA", "odd", "2001:DB8:0:0:0:0:0:7"),
)
"""Records that a server may spell in another way when it stores them."""


@dataclass
class Outcome:
    """What came of a run of the plugin."""

    values: list[TXTRecord]
    published: bool = False
    served: bool = False
    error: MijnHostError | None = None
    stood: set[RecordKey] = field(default_factory=set)
    leftovers: list[NotRemoved] | None = None
    seconds: float = 0.0
    requests: int = 0


@dataclass
class Report:
    """What a history showed."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    commands: dict[str, CommandOutcome] = field(default_factory=dict)
    foreign: set[RecordKey] = field(default_factory=set)
    standing: set[RecordKey] = field(default_factory=set)
    lost_unseen: list[RecordKey] = field(default_factory=list)
    lost_although_seen: list[RecordKey] = field(default_factory=list)
    brought_back: list[tuple[str, RecordKey]] = field(default_factory=list)
    """Records that a zone rewrite added, each with the actor that made it."""
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
        self._seen: dict[str, set[RecordKey]] = defaultdict(set)
        """What the listings showed to each actor."""
        self._may_remove: dict[str, Callable[[RecordKey], bool]] = {}

    def play(self) -> Report:
        """Let the history happen and return what it showed."""
        if self.history.leftover:
            leftover = ("TXT", NAMES[0] + ".", "left-behind-once", 60)
            self.emulator.account.add_record(DOMAINS[0], *leftover)
        for number, command in enumerate(self.history.commands):
            self._add_command(f"command{number}", command)
        if self.history.leftover or self.history.commands:
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
        # The API's listings already have what existed long before the first run.
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
        texts = {record.value for record in values}
        self._may_remove[name] = lambda key: key[2] in texts
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
        client, retry = self._client(actor)
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
            if outcome.published:
                outcome.served = self._wait_for_name_servers(actor, outcome.values)
            self.scheduler.pause(actor, run.wait)
            outcome.leftovers = records.remove_written(outcome.values)
        finally:
            outcome.seconds = self.clock.now - began
            outcome.requests = actor.steps

    def _wait_for_name_servers(self, actor: Actor, values: list[TXTRecord]) -> bool:
        """Wait until the name servers publish the values, as the DNS check does."""
        for _ in range(25):
            if all(self._is_served(record) for record in values):
                return True
            self.scheduler.pause(actor, 5.0)
        return False

    def _is_served(self, record: TXTRecord) -> bool:
        account = self.emulator.account
        version = account.published(account.find(domain_of(record.name)), lag=0.0)
        return any(
            (each.name, each.value) == (f"{record.name}.", record.value) for each in version.records
        )

    def _client(self, actor: Actor) -> tuple[MijnHostClient, RetryPolicy]:
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
        url = self.emulator.api_url
        return MijnHostClient(API_KEY, base_url=url, session=session, retry=retry), retry

    def _add_command(self, name: str, command: Command) -> None:
        outcome = self.report.commands[name] = CommandOutcome()
        administrator = Administrator(
            command, name, self.emulator.account, self._zone, lambda: self.report.foreign
        )
        self._may_remove[name] = administrator.may_remove
        self.scheduler.add(
            Actor(
                name,
                lambda actor: self._command(actor, administrator, outcome),
                wakes=self.clock.now + 100.0 + command.at,
                crash_at=command.crash_at,
                crash_after=command.crash_after,
            )
        )

    def _command(self, actor: Actor, administrator: Administrator, outcome: CommandOutcome) -> None:
        client, retry = self._client(actor)
        editor = ZoneEditor(
            client,
            DOMAINS[0],
            backup_directory=self.directory / actor.name,
            lock_directory=self.directory / "locks",
            allow_zone_rewrite=self.history.allow_zone_rewrite,
            retry=retry,
        )
        began = self.clock.now
        # What it is asked to remove may be gone from now on, even if it is killed.
        self.report.foreign -= {key for key in self._zone() if administrator.may_remove(key)}
        try:
            administrator.run(editor)
        except MijnHostError as error:
            outcome.error = error
        else:
            outcome.broken = administrator.broken(
                self._seen[actor.name], is_alone=len(self.report.commands) == 1
            )
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
        seen = self._seen[actor.name]
        if request.method == "GET":
            answer = handle()
            if request.path.endswith("/dns"):
                seen |= _shown(answer, domain_of(request.path.split("/")[-2]))
            return answer
        before = self._zone()
        try:
            return handle()
        finally:
            after = self._zone()
            if request.method == "PUT":
                self.report.whole_zone_writes += 1
                self.report.brought_back += [(actor.name, key) for key in after - before]
            for key in before - after:
                if self._may_remove[actor.name](key):
                    self.report.foreign.discard(key)
                elif not key[1].startswith("_mijnhost-probe-"):
                    is_seen = key in seen
                    report = self.report
                    lost = report.lost_although_seen if is_seen else report.lost_unseen
                    lost.append(key)

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
