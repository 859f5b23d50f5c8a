"""``mijnhost zone``: a zone as a whole, copied, compared and put back."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from certbot_dns_mijnhost.api import InvalidInputError, MijnHostError
from certbot_dns_mijnhost.cli import copies
from certbot_dns_mijnhost.cli.account import Account
from certbot_dns_mijnhost.cli.changes import Changes, show_unreadable, shown
from certbot_dns_mijnhost.cli.difference import Difference, difference
from certbot_dns_mijnhost.cli.exit_codes import DONE, NOT_IN_ORDER
from certbot_dns_mijnhost.cli.terminal import GREEN, RED, YELLOW, Terminal
from certbot_dns_mijnhost.settings import SettingError
from certbot_dns_mijnhost.zone import (
    Listing,
    RecordKey,
    ZoneEditor,
    description_of,
    listed_value,
)


def back_up(options: argparse.Namespace, terminal: Terminal) -> int:
    """Copy a zone to a file that only you can read."""
    account = Account(options)
    with account.client:
        listing = account.editor(options.domain).read()
    show_unreadable(listing, terminal)
    text = copies.as_text(listing)
    if options.output == "-":
        terminal.text(text)
        return DONE
    path = Path(options.output or f"{listing.zone}-{_stamp()}.json")
    copies.write(text, path)
    terminal.line(f"{len(listing.records)} records of {listing.zone} are in {path}")
    terminal.data({"zone": listing.zone, "records": len(listing.records), "file": str(path)})
    return DONE


def diff(options: argparse.Namespace, terminal: Terminal) -> int:
    """Show how a zone differs from a copy: - is missing, + came since, ~ has another TTL."""
    account = Account(options)
    copy = copies.read(Path(options.file), options.domain)
    with account.client:
        live = account.editor(options.domain).read()
    found = difference(copy, live)
    _show(found, terminal)
    show_unreadable(live, terminal)
    terminal.data(_as_data(found))
    if not found:
        terminal.line("No difference.")
    return NOT_IN_ORDER if found else DONE


def restore(options: argparse.Namespace, terminal: Terminal) -> int:
    """Put back what a zone lacks of a copy, after showing it and asking.

    With --exact, what came since is removed too.
    """
    account = Account(options)
    copy = copies.read(Path(options.file), options.domain)
    with account.client:
        editor = account.editor(options.domain, copies_in=f"restore-{_stamp()}")
        live = editor.read()
        wanted = difference(copy, live)
        found = _restorable(wanted, terminal)
        _show(found, terminal)
        if not (found.missing or found.changed or (options.exact and found.extra)):
            is_done = found == wanted
            terminal.line("There is nothing to put back." if is_done else "Nothing was put back.")
            terminal.data({**_as_data(wanted), "restored": is_done, "saved": None})
            return DONE if is_done else NOT_IN_ORDER
        if found.extra and not options.exact:
            terminal.line("What the copy lacks (+) stays; --exact removes it.")
        _check(editor, found)
        changes = Changes(account, editor, options, terminal)
        changes.confirm(f"Change {live.zone} so that it is like the copy?")
        saved = _save(editor, live, terminal)
        try:
            _change(changes, editor, live, found, options)
        except MijnHostError as error:
            raise MijnHostError(
                f"{error} What was put back until then stays, the zone as it was is in {saved}. "
                "Then give the same command again."
            ) from error
        return _verify(editor, copy, saved, options, terminal)


def _restorable(found: Difference, terminal: Terminal) -> Difference:
    """Leave out, and name, the records that the copy holds with a value that cannot be read."""
    for record in found.missing:
        if not record.is_exact:
            message = (
                f"Cannot restore {description_of(record)}: the copy holds it as the API listed it, "
                "and that cannot be sent. Add the record in mijn.host's control panel."
            )
            terminal.problem(message)
    return replace(
        found,
        missing=tuple(record for record in found.missing if record.is_exact),
        changed=tuple(each for each in found.changed if each[0].is_exact),
    )


def _change(
    changes: Changes,
    editor: ZoneEditor,
    live: Listing,
    found: Difference,
    options: argparse.Namespace,
) -> None:
    changes.set_ttls(live, [record for record, _ in found.changed])
    extra = found.extra if options.exact else ()
    # First what stands at a name that gets a record, since it would be in the way of a CNAME;
    # all else when the records of the copy are there.
    names = {editor.key_of(record).name for record in found.missing}
    _remove(changes, live, [i for i in extra if i.name in names])
    if found.missing and not changes.add(live, found.missing):
        extra = ()
    _remove(changes, live, [i for i in extra if i.name not in names])


def _stamp() -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())


def _check(editor: ZoneEditor, found: Difference) -> None:
    """Refuse what can't be written before anything is changed."""
    for record in (*found.missing, *(record for record, _ in found.changed)):
        try:
            editor.key_of(record)
        except InvalidInputError as error:
            raise SettingError(
                f"The copy's record {record.type} {record.name} can't be put back. {error} Correct "
                "it in the file, or leave it out. Nothing was changed."
            ) from error


def _remove(changes: Changes, listing: Listing, unwanted: Sequence[RecordKey]) -> None:
    if unwanted:
        changes.remove(listing, unwanted)


def _save(editor: ZoneEditor, live: Listing, terminal: Terminal) -> Path:
    try:
        path = editor.save(live)
    except OSError as error:
        raise SettingError(
            f"A copy of the zone can't be saved in {editor.backup_directory} ({error.strerror}), "
            "so nothing was changed. Name another folder: --backup-directory FOLDER"
        ) from error
    terminal.line(f"A copy of the zone as it was is in {path}")
    return path


def _verify(
    editor: ZoneEditor,
    copy: Listing,
    saved: Path,
    options: argparse.Namespace,
    terminal: Terminal,
) -> int:
    """Say what is still different, as readings that agree show it."""
    rest = difference(copy, editor.read())
    is_done = not (rest.missing or rest.changed or (options.exact and rest.extra))
    terminal.data({**_as_data(rest), "restored": is_done, "saved": str(saved)})
    if is_done:
        terminal.line("Done: the zone has all that the copy has.")
        return DONE
    terminal.line("Still different:")
    _show(rest, terminal)
    return NOT_IN_ORDER


def _show(found: Difference, terminal: Terminal) -> None:
    for record in found.missing:
        line = f"- {record.name.rstrip('.')} {record.type} {listed_value(record)}"
        terminal.line(line, colour=RED)
    for key in found.extra:
        terminal.line(f"+ {shown(key)}", colour=GREEN)
    for record, ttl in found.changed:
        line = f"~ {record.name.rstrip('.')} {record.type} {listed_value(record)}: TTL {ttl}"
        terminal.line(f"{line} instead of {record.ttl}", colour=YELLOW)


def _as_data(found: Difference) -> dict[str, object]:
    return {
        "missing": [record.as_listed() for record in found.missing],
        "extra": [key._asdict() for key in found.extra],
        "changed": [{**record.as_listed(), "ttl_now": ttl} for record, ttl in found.changed],
    }
