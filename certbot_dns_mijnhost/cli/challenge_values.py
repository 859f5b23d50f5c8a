"""``mijnhost challenges add`` and ``remove``: the records of one call of an ACME client."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from certbot_dns_mijnhost.api import MijnHostError
from certbot_dns_mijnhost.challenge_calls import ChallengeCalls
from certbot_dns_mijnhost.cli.account import Account
from certbot_dns_mijnhost.cli.exit_codes import DONE, FAILED, INTERRUPTED, NOT_IN_ORDER
from certbot_dns_mijnhost.cli.terminal import Terminal
from certbot_dns_mijnhost.settings import SettingError
from certbot_dns_mijnhost.waiting import NotPropagatedError
from certbot_dns_mijnhost.zone import NotRemoved, TXTRecord, canonical

LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
VALUE = re.compile(r"[!#-\[\]-~]{1,255}")
DIGEST = re.compile(r"[A-Za-z0-9_-]{43}")
"""What an ACME challenge has as its value."""
CHALLENGE_LABEL = "_acme-challenge"


def add(options: argparse.Namespace, terminal: Terminal) -> int:
    """Add challenge records beside all others, and wait until the name servers serve them.

    It waits for all values at these names, so that the last of several calls can wait for all. A
    record that exists already is left as it is. If a record cannot be added, or is not served in
    time, the records of this call are removed again.
    """
    records = records_of(options.pairs)
    account = account_of(options)
    return run_add(
        account,
        records,
        terminal,
        wait_names=[record.name for record in records] if options.wait else (),
    )


def remove(options: argparse.Namespace, terminal: Terminal) -> int:
    """Remove challenge records, whichever process added them.

    A record that does not exist counts as removed. All other values at the names stay.
    """
    return run_remove(account_of(options), records_of(options.pairs), terminal)


def account_of(options: argparse.Namespace) -> Account:
    """Return the account, its settings changed by the options of this call."""
    account = Account(options)
    seconds: int | None = options.propagation_seconds
    if seconds is not None:
        account.settings = replace(account.settings, propagation_seconds=seconds)
    return account


def records_of(arguments: Sequence[str]) -> list[TXTRecord]:
    """Return the records of NAME VALUE NAME VALUE ..., each once.

    :raises SettingError: if a value is missing, or a name or value breaks a rule.
    """
    if not arguments or len(arguments) % 2:
        raise SettingError(
            f"NAME VALUE pairs are needed, and {len(arguments)} arguments were given. Give a value "
            "after each name."
        )
    records = [checked(TXTRecord(*pair)) for pair in zip(arguments[::2], arguments[1::2])]
    for name, value in records:
        if CHALLENGE_LABEL not in name.split(".") and not DIGEST.fullmatch(value):
            raise SettingError(
                f"{name} is not a name for ACME challenges, and the value is not that of one. "
                f"Give a name such as {CHALLENGE_LABEL}.example.nl; for other records, run "
                "`mijnhost records`."
            )
    return list(dict.fromkeys(records))


def checked(record: TXTRecord) -> TXTRecord:
    """Return a record with its name in canonical spelling.

    :raises SettingError: if the name is not a domain name, or the value is not that of a challenge.
    """
    name = canonical(record.name)
    if len(name) > 253 or "." not in name or not all(map(LABEL.fullmatch, name.split("."))):
        raise SettingError(
            f"{record.name!r} is not a domain name. Give the full name of the record, such as "
            f"{CHALLENGE_LABEL}.example.nl."
        )
    if not VALUE.fullmatch(record.value):
        raise SettingError(
            f"The value {record.value!r} for {name} is not the value of a challenge: it must be 1 "
            "to 255 letters, digits and signs, without spaces, quotes and backslashes. Pass it on "
            "as the ACME client gave it."
        )
    return TXTRecord(name, record.value)


def run_add(
    account: Account,
    records: Sequence[TXTRecord],
    terminal: Terminal,
    *,
    wait_names: Iterable[str],
    is_removed_on_failure: bool = True,
) -> int:
    """Add records and return the exit code.

    :param wait_names: the names whose values are waited for; none does not wait.
    :param is_removed_on_failure: whether `records` are removed if they cannot be added or are not
        served in time. Not for a client that then asks for the removal itself.
    """
    names = list(wait_names)
    calls = _calls(account, terminal)
    try:
        calls.add(records)
        if names:
            calls.wait(records, names)
    except KeyboardInterrupt:
        terminal.failed(f"Stopped. {_how_to_remove(records)}")
        return INTERRUPTED
    except (MijnHostError, NotPropagatedError) as error:
        rest = ""
        if is_removed_on_failure:
            # Before the message, so that there is one.
            rest = "".join(f" {_not_removed(each)}" for each in calls.remove(records).values())
        terminal.failed(f"mijnhost: {error}{rest}")
        return FAILED
    finally:
        calls.close()
    for name, value in records:
        terminal.line(f"Added: {name} {value}")
    seen = calls.seen if names else None
    terminal.data({"added": [record._asdict() for record in records], "seen": seen})
    return DONE


def run_remove(account: Account, records: Sequence[TXTRecord], terminal: Terminal) -> int:
    """Remove records and return the exit code."""
    calls = _calls(account, terminal)
    try:
        stay = calls.remove(records)
    except KeyboardInterrupt:
        terminal.failed(f"Stopped. {_how_to_remove(records)}")
        return INTERRUPTED
    finally:
        calls.close()
    for each in stay.values():
        terminal.problem(f"mijnhost: {_not_removed(each)}")
    removed = [record for record in records if record not in stay]
    for name, value in removed:
        terminal.line(f"Removed: {name} {value}")
    terminal.data(
        {
            "removed": [record._asdict() for record in removed],
            "not_removed": [each._asdict() for each in stay.values()],
        }
    )
    return NOT_IN_ORDER if stay else DONE


def _calls(account: Account, terminal: Terminal) -> ChallengeCalls:
    return ChallengeCalls(
        account.settings,
        backup_directory=account.backup_directory,
        notify=terminal.line,
        retry=account.retry,
    )


def _how_to_remove(records: Iterable[TXTRecord]) -> str:
    pairs = " ".join(f"{name} {value}" for name, value in records)
    return f"The records may be in the zone. Remove them: mijnhost challenges remove -- {pairs}"


def _not_removed(leftover: NotRemoved) -> str:
    zone = f" from the zone {leftover.zone}" if leftover.zone else ""
    return (
        f'Could not remove the TXT record {leftover.name} ("{leftover.value}"){zone}: '
        f"{leftover.reason} It is harmless; remove it in mijn.host's control panel, or run "
        "`mijnhost challenges sweep`."
    )
