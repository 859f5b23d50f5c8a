"""``mijnhost challenges``: challenge records that a run left behind."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from certbot_dns_mijnhost.api import MijnHostError
from certbot_dns_mijnhost.cli.account import Account
from certbot_dns_mijnhost.cli.changes import NOT_CONFIRMED, Changes, show_unreadable
from certbot_dns_mijnhost.cli.exit_codes import DONE, FAILED, NOT_IN_ORDER
from certbot_dns_mijnhost.cli.terminal import Terminal
from certbot_dns_mijnhost.pending_challenges import PendingChallenges
from certbot_dns_mijnhost.settings import SettingError
from certbot_dns_mijnhost.zone import Listing, RecordKey, TXTRecord, canonical
from certbot_dns_mijnhost.zone.lock import default_directory

Found = tuple[Listing, RecordKey]


def sweep(options: argparse.Namespace, terminal: Terminal) -> int:
    """Show challenge records that stand, and remove those that the user confirms.

    The API tells no ages, so a record of a run that is under way looks like one that was left
    behind. With --wait it is looked at twice, and what went meanwhile was in use: 900 seconds
    outlast most runs. With --yes nobody sees what is removed, so --wait has to be given.
    """
    if options.yes and options.wait is None:
        raise SettingError(
            "With --yes, tell how long to look for records that are in use: --wait 900 outlasts "
            "most runs, --wait 0 where no ACME client runs now."
        )
    account = Account(options)
    with account.client:
        found, unread = _find(account, _domains(account, options), terminal)
        if found and options.wait:
            terminal.line(f"Looking again in {options.wait} s: what is in use goes by itself.")
            options.sleep(options.wait)
            still, again = _find(account, sorted({one.zone for one, _ in found}), terminal)
            there = {key for _, key in still}
            found = [each for each in found if each[1] in there]
            unread += again
        if not found and not unread:
            terminal.line("No challenge records were left behind.")
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
    """Return the domains that were named, each once; those of the settings; or the account's."""
    named = options.domain or account.settings.zones
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
            terminal.problem(f"{domain} was not read: {error}")
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
    terminal.line("Those of a run that is under way right now are among them.")
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
    """Remove what was chosen in a zone; return what stays, as far as is known."""
    if not unwanted:
        return set()
    try:
        names = {each[:2] for each in changes.remove(listing, unwanted)}
    except MijnHostError as error:
        terminal.problem(f"{listing.zone} was not swept: {error}")
        return set(unwanted)
    return {i for i in unwanted if (i.name, i.value) in names}
