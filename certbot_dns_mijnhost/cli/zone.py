"""``mijnhost zone``: saves, compares and restores a zone."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

from certbot_dns_mijnhost.api import DNSRecord, InvalidInputError, MijnHostError
from certbot_dns_mijnhost.cli.account import Account
from certbot_dns_mijnhost.cli.changes import Changes, show_unreadable, shown
from certbot_dns_mijnhost.cli.output import DONE, GREEN, NOT_IN_ORDER, RED, YELLOW, Terminal
from certbot_dns_mijnhost.settings import SettingError
from certbot_dns_mijnhost.zone import (
    Listing,
    NotRemovedError,
    TTLNotChangedError,
    ZoneEditor,
    ZonePlan,
    description_of,
    listed_value,
)
from certbot_dns_mijnhost.zone.copy_file import copy_text, read_copy, write_new


def back_up(options: argparse.Namespace, terminal: Terminal) -> int:
    """Save a copy of a zone in a file that only you can read."""
    account = Account(options)
    with account.client:
        listing = account.editor(options.domain).read()
    show_unreadable(listing, terminal)
    text = copy_text(listing)
    if options.output == "-":
        terminal.text(text)
        return DONE
    path = Path(options.output or f"{listing.zone}-{_stamp()}.json")
    _write(path, text)
    terminal.line(f"Saved {len(listing.records)} records of {listing.zone} to {path}")
    terminal.data({"zone": listing.zone, "records": len(listing.records), "file": str(path)})
    return DONE


def diff(options: argparse.Namespace, terminal: Terminal) -> int:
    """Show how a zone differs from a copy.

    - is missing in the zone, + is newer, ~ has another TTL.
    """
    account = Account(options)
    copy = read_copy(Path(options.file), options.domain)
    with account.client:
        live = account.editor(options.domain).read()
    plan = ZonePlan.towards(live, copy, exact=True)
    _show(plan, terminal)
    show_unreadable(live, terminal)
    terminal.data(_as_data(plan))
    if plan.is_empty:
        terminal.line("No difference.")
    return DONE if plan.is_empty else NOT_IN_ORDER


def restore(options: argparse.Namespace, terminal: Terminal) -> int:
    """Add the records of a copy that a zone lacks, after asking.

    With --exact, records that the copy lacks are deleted too.
    """
    account = Account(options)
    copy = read_copy(Path(options.file), options.domain)
    with account.client:
        editor = account.editor(options.domain)
        live = editor.read()
        wanted = ZonePlan.towards(live, copy, exact=True)
        plan = _restorable(wanted, terminal)
        _show(plan, terminal)
        if not plan.add and not (options.exact and plan.remove):
            is_done = plan == wanted
            terminal.line("There is nothing to restore." if is_done else "Nothing was restored.")
            terminal.data({**_as_data(wanted), "restored": is_done, "saved": None})
            return DONE if is_done else NOT_IN_ORDER
        if plan.removed and not options.exact:
            terminal.line("Records that the copy lacks (+) are kept; --exact deletes them.")
            plan = replace(plan, keep=(*plan.keep, *plan.removed), remove=_old(plan))
        _check(editor, plan)
        changes = Changes(account, editor, options, terminal)
        changes.confirm(f"Restore {live.zone} from the copy?")
        saved = editor.save(live)
        terminal.line(f"The present zone was saved to {saved}")
        try:
            changes.make(live, lambda: editor.carry_out(_still_needed(editor, plan)))
        except (NotRemovedError, TTLNotChangedError) as error:
            terminal.problem(str(error))
        except MijnHostError as error:
            raise MijnHostError(
                f"{error} The restore is not complete. A copy of the zone from before is in "
                f"{saved}. When the cause is fixed, run the same command again."
            ) from error
        return _verify(editor, copy, saved, options, terminal)


def _old(plan: ZonePlan) -> tuple[DNSRecord, ...]:
    return tuple(old for old, _ in plan.retimed)


def _still_needed(editor: ZoneEditor, plan: ZonePlan) -> ZonePlan:
    """Return the part of a plan that is not done: a part of it may be, if it is made again.

    What others changed since the plan was shown stays as it is.
    """
    target = Listing(plan.zone, plan.target)
    now = ZonePlan.towards(editor.read(), target, exact=bool(plan.removed))
    added, removed = (Listing(plan.zone, each).keys for each in (plan.add, plan.remove))
    new = Listing(plan.zone, now.remove).keys - removed
    return replace(
        now,
        keep=(*now.keep, *(each for each in now.remove if target.key_of(each) in new)),
        add=tuple(each for each in now.add if target.key_of(each) in added - new),
        remove=tuple(each for each in now.remove if target.key_of(each) not in new),
    )


def _restorable(plan: ZonePlan, terminal: Terminal) -> ZonePlan:
    """Skip and report the records that have an unreadable value in the copy."""
    for record in plan.added:
        if not record.is_exact:
            message = (
                f"Cannot restore {description_of(record)}: the copy has a value or TTL that cannot "
                "be sent exactly. Add the record in mijn.host's control panel."
            )
            terminal.problem(message)
    left_out = [record for record in plan.add if not record.is_exact]
    old = [old for old, new in plan.retimed if new in left_out]
    return replace(
        plan,
        keep=(*plan.keep, *old),
        add=tuple(record for record in plan.add if record not in left_out),
        remove=tuple(record for record in plan.remove if record not in old),
    )


def _stamp() -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())


def _check(editor: ZoneEditor, plan: ZonePlan) -> None:
    """Refuse records that cannot be written, before anything is changed."""
    for record in plan.add:
        try:
            editor.key_of(record)
        except InvalidInputError as error:
            raise SettingError(
                f"Cannot restore the copy's record {record.type} {record.name}: {error} Correct "
                "it in the file, or delete it there. Nothing was changed."
            ) from error


def _write(path: Path, text: str) -> None:
    try:
        write_new(path, text + "\n")
    except FileExistsError as error:
        raise SettingError(f"{path} already exists. Use another file.") from error
    except OSError as error:
        raise SettingError(f"Cannot write {path}: {error.strerror}. Use another file.") from error


def _verify(
    editor: ZoneEditor,
    copy: Listing,
    saved: Path,
    options: argparse.Namespace,
    terminal: Terminal,
) -> int:
    """Show what is still different."""
    rest = ZonePlan.towards(editor.read(), copy, exact=True)
    is_done = not (rest.add or (options.exact and rest.remove))
    terminal.data({**_as_data(rest), "restored": is_done, "saved": str(saved)})
    if is_done:
        terminal.line("Done: the zone has all records of the copy.")
        return DONE
    terminal.line("Still different:")
    _show(rest, terminal)
    return NOT_IN_ORDER


def _show(plan: ZonePlan, terminal: Terminal) -> None:
    for record in plan.added:
        line = f"- {record.name.rstrip('.')} {record.type} {listed_value(record)}"
        terminal.line(line, colour=RED)
    zone = Listing(plan.zone, plan.removed)
    for key in sorted(zone.keys):
        terminal.line(f"+ {shown(key)}", colour=GREEN)
    for old, new in plan.retimed:
        line = f"~ {new.name.rstrip('.')} {new.type} {listed_value(new)}: TTL {old.ttl}"
        terminal.line(f"{line} instead of {new.ttl}", colour=YELLOW)


def _as_data(plan: ZonePlan) -> dict[str, object]:
    removed = Listing(plan.zone, plan.removed)
    return {
        "missing": [record.as_listed() for record in plan.added],
        "extra": [key._asdict() for key in sorted(removed.keys)],
        "changed": [{**new.as_listed(), "ttl_now": old.ttl} for old, new in plan.retimed],
    }
