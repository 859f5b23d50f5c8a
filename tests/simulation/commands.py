"""The administrator's commands next to the runs: records add, records set, zone restore."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from certbot_dns_mijnhost.api import DNSRecord, MijnHostError
from certbot_dns_mijnhost.emulator import Account
from certbot_dns_mijnhost.zone import Listing, ZoneEditor

from .history import NAMES, Command

RecordKey = tuple[str, str, str]
ZONE = "example.nl"


@dataclass
class CommandOutcome:
    """What came of a command.

    :param broken: what it promises and did not do.
    """

    error: MijnHostError | None = None
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0
    requests: int = 0


class Administrator:
    """Carries out one command.

    :param label: tells it from other commands; the records that it is about have it in their names.
    :param zone: returns what is in the zone.
    :param foreign: returns the records of others.
    """

    def __init__(
        self,
        command: Command,
        label: str,
        account: Account,
        zone: Callable[[], set[RecordKey]],
        foreign: Callable[[], set[RecordKey]],
    ) -> None:
        self._command = command
        self._zone = zone
        self._foreign = foreign
        own_name = f"{label}.{ZONE}."
        is_at_challenge = command.act == "add" and command.name is not None
        self._rrset = ("TXT", NAMES[command.name or 0] + "." if is_at_challenge else own_name)
        self.wanted: RecordKey = (*self._rrset, f"{label}-by-command")
        """What the command adds or sets."""
        self._extra: RecordKey = ("TXT", f"extra-{own_name}", "newer than the copy")
        self._missing = DNSRecord("A", f"missing-{own_name}", "192.0.2.77", 3600)
        self._copy: list[DNSRecord] = []
        self._copied: set[RecordKey] = set()
        if command.act == "set":
            for value in ("first", "second"):
                account.add_record(ZONE, *self._rrset, value)
        elif command.act != "add":
            self._copied = zone()
            copied = [DNSRecord(r.type, r.name, r.value, r.ttl) for r in account.records(ZONE)]
            account.add_record(ZONE, *self._extra)
            self._copy = [*copied, self._missing]

    def may_remove(self, key: RecordKey) -> bool:
        """Return whether the command is asked to remove this record.

        What a restore brings back may come and go until it is done.
        """
        if self._command.act == "set":
            return key[:2] == self._rrset and key != self.wanted
        if key in self._copied and key not in self._foreign():
            return True
        if self._command.act != "restore exactly":
            return False
        is_challenge = any(key[1] == f"{name}." for name in NAMES)
        return not is_challenge and key[1] != self._missing.name and key not in self._copied

    def run(self, editor: ZoneEditor) -> None:
        """Carry out the command."""
        if self._command.act == "add":
            editor.add(DNSRecord(*self.wanted))
        elif self._command.act == "set":
            editor.set_rrset(self._rrset[1], "TXT", [self.wanted[2]])
        else:
            copy = editor.save(Listing(ZONE, self._copy))
            editor.restore(copy, exact=self._command.act == "restore exactly")

    def broken(self, seen: set[RecordKey], *, is_alone: bool) -> list[str]:
        """Return what a command that ended without an error did not do.

        :param seen: what the listings showed to the command.
        :param is_alone: whether no other command may have changed the same records.
        """
        zone = self._zone()
        if self._command.act == "add":
            return [] if self.wanted in zone else [f"not added: {self.wanted}"]
        if self._command.act == "set":
            found = {key for key in zone if key[:2] == self._rrset and key in {*seen, self.wanted}}
            return [] if found == {self.wanted} else [f"set, but there is {found}"]
        broken = []
        if ("A", self._missing.name, self._missing.value) not in zone:
            broken.append("not restored")
        is_kept = self._extra in zone
        if is_alone and self._extra in seen and is_kept != (self._command.act == "restore"):
            broken.append(f"what the copy lacks is there: {is_kept}")
        return broken
