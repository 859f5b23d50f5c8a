"""``mijnhost challenges``: add, remove and sweep the TXT records of ACME challenges."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import replace

from certbot_dns_mijnhost.api import MijnHostError
from certbot_dns_mijnhost.cli.account import Account
from certbot_dns_mijnhost.cli.challenge_calls import ChallengeCalls
from certbot_dns_mijnhost.cli.changes import NOT_CONFIRMED, Changes, show_unreadable
from certbot_dns_mijnhost.cli.output import (
    DONE,
    FAILED,
    INTERRUPTED,
    NOT_IN_ORDER,
    OutputError,
    Terminal,
)
from certbot_dns_mijnhost.cli.pending_challenges import PendingChallenges
from certbot_dns_mijnhost.cli.user_input import parse_challenges
from certbot_dns_mijnhost.settings import SettingError
from certbot_dns_mijnhost.waiting import NotPropagatedError
from certbot_dns_mijnhost.zone import Listing, NotRemoved, RecordKey, TXTRecord, canonical
from certbot_dns_mijnhost.zone.lock import default_directory

Found = tuple[Listing, RecordKey]


def add(options: argparse.Namespace, terminal: Terminal) -> int:
    """Add challenge records, and wait until the name servers serve them.

    It waits for all values at these names, so that the last of several calls
    can wait for all. A record that exists already is left as it is. If a
    record cannot be added, or is not served in time, the records of this call
    are removed again.
    """
    records = parse_challenges(options.pairs)
    account = account_of(options)
    return run_add(
        account,
        records,
        terminal,
        wait_names=[record.name for record in records] if options.wait else (),
    )


def remove(options: argparse.Namespace, terminal: Terminal) -> int:
    """Remove challenge records, whichever process added them.

    A record that does not exist counts as removed. Other values at the same
    names are kept.
    """
    return run_remove(account_of(options), parse_challenges(options.pairs), terminal)


def account_of(options: argparse.Namespace) -> Account:
    """Return the account, with the options of this call in its settings."""
    account = Account(options)
    seconds: int | None = options.propagation_seconds
    if seconds is not None:
        account.settings = replace(account.settings, propagation_seconds=seconds)
    return account


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
    calls = _calls(account, terminal)
    try:
        return _add(calls, records, terminal, list(wait_names), is_removed_on_failure)
    except KeyboardInterrupt:
        terminal.failed(f"Stopped. {_how_to_remove(records)}")
        return INTERRUPTED
    finally:
        calls.close()


def _add(
    calls: ChallengeCalls,
    records: Sequence[TXTRecord],
    terminal: Terminal,
    names: list[str],
    is_removed_on_failure: bool,
) -> int:
    is_added = False

    def undo() -> str:
        if not (is_removed_on_failure and (is_added or calls.has_sent_changes)):
            return ""
        return "".join(f" {_not_removed(each)}" for each in calls.remove(records).values())

    try:
        calls.add(records)
        is_added = True
        if names:
            calls.wait(records, names)
        _show_added(records, calls.seen if names else None, terminal)
    except (MijnHostError, NotPropagatedError) as error:
        # Before the message, so that there is one.
        rest = undo()
        terminal.failed(f"mijnhost: {error}{rest}")
        return FAILED
    except OutputError:
        # The exit code will tell that the call failed. Records that existed before it stay.
        if calls.has_sent_changes and (rest := undo()):
            terminal.problem(f"mijnhost:{rest}")
        raise
    return DONE


def _show_added(records: Sequence[TXTRecord], seen: str | None, terminal: Terminal) -> None:
    for name, value in records:
        terminal.line(f"Added: {name} {value}")
    terminal.data({"added": [record._asdict() for record in records], "seen": seen})


def run_remove(account: Account, records: Sequence[TXTRecord], terminal: Terminal) -> int:
    """Remove records and return the exit code."""
    calls = _calls(account, terminal)
    try:
        not_removed = calls.remove(records)
    except KeyboardInterrupt:
        terminal.failed(f"Stopped. {_how_to_remove(records)}")
        return INTERRUPTED
    finally:
        calls.close()
    for each in not_removed.values():
        terminal.problem(f"mijnhost: {_not_removed(each)}")
    removed = [record for record in records if record not in not_removed]
    for name, value in removed:
        terminal.line(f"Removed: {name} {value}")
    terminal.data(
        {
            "removed": [record._asdict() for record in removed],
            "not_removed": [each._asdict() for each in not_removed.values()],
        }
    )
    return NOT_IN_ORDER if not_removed else DONE


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


def _not_removed(record: NotRemoved) -> str:
    zone = f" from the zone {record.zone}" if record.zone else ""
    return (
        f'Could not remove the TXT record {record.name} ("{record.value}"){zone}: '
        f"{record.reason} It is harmless; remove it in mijn.host's control panel, or run "
        "`mijnhost challenges sweep`."
    )


def sweep(options: argparse.Namespace, terminal: Terminal) -> int:
    """Show challenge records, and remove those that you confirm.

    The API does not report when a record was created, so a record that an ACME
    client still uses looks like a leftover one. With --wait, the zones are read
    twice, and only records that exist both times count: 900 seconds are longer
    than most clients run. --yes requires --wait.
    """
    if options.yes and options.wait is None:
        raise SettingError(
            "--yes requires --wait, so that records in use are kept. Use --wait 900, which is "
            "longer than most ACME clients run, or --wait 0 if no ACME client is running."
        )
    account = Account(options)
    with account.client:
        found, unread = _find(account, _domains(account, options), terminal)
        if found and options.wait:
            terminal.line(f"Reading the zones again in {options.wait} s, to keep records in use.")
            options.sleep(options.wait)
            still, again = _find(account, sorted({one.zone for one, _ in found}), terminal)
            there = {key for _, key in still}
            found = [each for each in found if each[1] in there]
            unread += again
        if not found and not unread:
            terminal.line("No leftover challenge records found.")
        chosen = _choose(found, options, terminal) if found else []
        left: set[RecordKey] = set()
        for listing in {listing.zone: listing for listing, _ in found}.values():
            unwanted = [i for one, i in found if one.zone == listing.zone and i in chosen]
            changes = Changes(account, account.editor(listing.zone), options, terminal)
            left |= _remove(changes, listing, unwanted, terminal)
    gone = [TXTRecord(i.name, i.value) for i in chosen if i not in left]
    # A later `challenges add` must not restore them.
    PendingChallenges(default_directory()).forget(gone)
    if chosen:
        terminal.line(f"Removed: {len(chosen) - len(left)}")
    terminal.data(
        {
            "found": [key._asdict() for _, key in found],
            "removed": [i._asdict() for i in chosen if i not in left],
            "unread": unread,
        }
    )
    if unread:
        return FAILED
    return NOT_IN_ORDER if len(chosen) < len(found) or left else DONE


def _domains(account: Account, options: argparse.Namespace) -> list[str]:
    """Return the named domains, or else those of the settings, or else all of the account."""
    named = options.domains or account.settings.zones
    domains = named or [each.domain for each in account.client.domains.get_all()]
    return list({canonical(domain): domain for domain in domains}.values())


def _find(
    account: Account, domains: Sequence[str], terminal: Terminal
) -> tuple[list[Found], list[str]]:
    found: list[Found] = []
    unread = []
    for domain in domains:
        try:
            listing = account.editor(domain).read()
        except MijnHostError as error:
            terminal.problem(f"Could not read the zone {domain}: {error}")
            unread.append(domain)
            continue
        show_unreadable(listing, terminal)
        found += [(listing, i) for i in sorted(listing.keys) if i.is_left_alone]
    return found, unread


def _choose(
    found: Sequence[Found], options: argparse.Namespace, terminal: Terminal
) -> list[RecordKey]:
    terminal.table(
        (str(number), key.name, key.value) for number, (_, key) in enumerate(found, start=1)
    )
    if options.yes:
        return [key for _, key in found]
    terminal.line("Records of an ACME client that is running now are listed too.")
    answer = terminal.answer("Remove which? [numbers, all, none] ").lower()
    if answer == "all":
        return [key for _, key in found]
    numbers = {int(word) for word in answer.replace(",", " ").split() if word.isdecimal()}
    chosen = [i for number, (_, i) in enumerate(found, start=1) if number in numbers]
    if not chosen:
        terminal.problem(NOT_CONFIRMED)
    return chosen


def _remove(
    changes: Changes, listing: Listing, unwanted: Sequence[RecordKey], terminal: Terminal
) -> set[RecordKey]:
    """Remove records from a zone; return those that remain, as far as is known."""
    if not unwanted:
        return set()
    try:
        names = {each[:2] for each in changes.remove(listing, unwanted)}
    except MijnHostError as error:
        terminal.problem(f"Could not remove the records from {listing.zone}: {error}")
        return set(unwanted)
    return {i for i in unwanted if (i.name, i.value) in names}
