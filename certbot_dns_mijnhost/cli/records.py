"""``mijnhost records``: show, add, set and delete the records of a zone."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from certbot_dns_mijnhost.api import DNSRecord, InvalidInputError
from certbot_dns_mijnhost.api.exact_json import dumps
from certbot_dns_mijnhost.cli.account import Account
from certbot_dns_mijnhost.cli.changes import Changes, show_unreadable, shown
from certbot_dns_mijnhost.cli.output import DONE, NOT_IN_ORDER, Terminal
from certbot_dns_mijnhost.cli.user_input import absolute_name, parse_record
from certbot_dns_mijnhost.zone import (
    Listing,
    NotRemoved,
    NotRemovedError,
    RecordKey,
    ZoneEditor,
    ZoneError,
    ZonePlan,
    listed_value,
)


def list_records(options: argparse.Namespace, terminal: Terminal) -> int:
    """Show the records of a zone."""
    account = Account(options)
    with account.client:
        listing = account.editor(options.domain).read()
    found = [record for record in listing.records if _is_wanted(listing, record, options)]
    found.sort(key=lambda record: _order(listing.key_of(record), listing.zone))
    terminal.table(_row(listing, record) for record in found)
    show_unreadable(listing, terminal)
    terminal.data([_as_data(listing, record) for record in found])
    return DONE


def add(options: argparse.Namespace, terminal: Terminal) -> int:
    """Add a value, and keep the other values of the RRset."""
    account = Account(options)
    record = _record(options)
    with account.client:
        editor = account.editor(options.domain)
        wanted = editor.key_of(record)
        listing = editor.read()
        if wanted in listing.keys:
            terminal.line(f"It exists already: {shown(wanted)}")
            terminal.data({"added": []})
            return DONE
        _check_cname(wanted, {i for i in listing.keys if i.name == wanted.name})
        changes = Changes(account, editor, options, terminal)
        plan = editor.add(record, dry_run=True)
        if not changes.make(listing, lambda: editor.add(record)):
            terminal.data({"added": []})
            return NOT_IN_ORDER
    terminal.line(f"Added: {shown(wanted)}")
    if any(options.ttl not in {None, new.ttl} for new in plan.add):
        terminal.line("Its TTL is that of the other values of its RRset.")
    terminal.data({"added": [wanted._asdict()]})
    return DONE


def set_value(options: argparse.Namespace, terminal: Terminal) -> int:
    """Make a value the only one of its RRset, after asking."""
    account = Account(options)
    record = _record(options)
    with account.client:
        editor = account.editor(options.domain)
        wanted = editor.key_of(record)
        changes = Changes(account, editor, options, terminal)
        listing = editor.read()
        others = _at(listing, wanted) - {wanted}
        at_name = {i for i in listing.keys if i.name == wanted.name}
        _check_cname(wanted, at_name - others - {wanted})
        if others:
            terminal.line(f"{shown(wanted)} will replace:")
            _show(others, terminal)
            changes.confirm("Replace?")
        left: list[NotRemoved] = []
        rrset = (record.name, record.type, [record.value], record.ttl)

        def set_value() -> None:
            _check_shown(editor.set_rrset(*rrset, dry_run=True), others)
            try:
                editor.set_rrset(*rrset)
            except NotRemovedError as error:
                left.extend(error.records)

        if not changes.make(listing, set_value):
            terminal.data({"set": None, "left": []})
            return NOT_IN_ORDER
        changes.show_left(left)
    terminal.line(f"Set: {shown(wanted)}")
    terminal.data({"set": wanted._asdict(), "left": [each._asdict() for each in left]})
    return NOT_IN_ORDER if left else DONE


def delete(options: argparse.Namespace, terminal: Terminal) -> int:
    """Delete one value, or all values of an RRset, after asking."""
    account = Account(options)
    with account.client:
        editor = account.editor(options.domain)
        listing = editor.read()
        unwanted = _unwanted(editor, listing, options)
        if not unwanted:
            what = f"{options.type.upper()} {options.name} {options.value or ''}".strip()
            terminal.line(
                f"Nothing was deleted: the zone {listing.zone} has no record {what}. See "
                f"`mijnhost records list {listing.zone}`."
            )
            terminal.data({"deleted": [], "left": []})
            return DONE
        terminal.line("These records will be deleted:")
        _show(unwanted, terminal)
        changes = Changes(account, editor, options, terminal)
        changes.confirm("Delete?")
        left = changes.remove(listing, sorted(unwanted))
    gone = [i for i in sorted(unwanted) if i.value not in {each.value for each in left}]
    terminal.line(f"Deleted: {len(gone)}")
    terminal.data(
        {"deleted": [i._asdict() for i in gone], "left": [each._asdict() for each in left]}
    )
    return NOT_IN_ORDER if left else DONE


def _check_cname(wanted: RecordKey, others: set[RecordKey]) -> None:
    """Refuse a CNAME next to other records, which DNS forbids: a server may then serve neither.

    :param others: the other records of the name.
    """
    for other in sorted(others):
        if "CNAME" in {wanted.type, other.type}:
            raise InvalidInputError(
                f"Cannot add {wanted.type} {wanted.name}: this name has the record {other.type} "
                f"{other.value}, and a name with a CNAME cannot have other records. Delete that "
                "record first, or replace one CNAME by another with `mijnhost records set`."
            )


def _check_shown(plan: ZonePlan, shown_before: set[RecordKey]) -> None:
    """Refuse to remove values that are in the zone only since the user confirmed.

    :raises ZoneError: naming them.
    """
    new = sorted(Listing(plan.zone, plan.removed).keys - shown_before)
    if new:
        raise ZoneError(
            f"The zone {plan.zone} has new values since you confirmed: "
            f"{', '.join(shown(key) for key in new)}. Nothing was changed. Run the command again."
        )


def _record(options: argparse.Namespace) -> DNSRecord:
    return parse_record(options.type, options.name, options.value, options.ttl, zone=options.domain)


def _unwanted(editor: ZoneEditor, listing: Listing, options: argparse.Namespace) -> set[RecordKey]:
    typed = parse_record(options.type, options.name, options.value or "", None, zone=options.domain)
    if options.value is not None:
        return {editor.key_of(typed)} & listing.keys
    return _at(listing, Listing(listing.zone, [typed]).key_of(typed))


def _at(listing: Listing, wanted: RecordKey) -> set[RecordKey]:
    return {key for key in listing.keys if key[:2] == wanted[:2]}


def _is_wanted(listing: Listing, record: DNSRecord, options: argparse.Namespace) -> bool:
    key = listing.key_of(record)
    if options.type is not None and key.type != options.type.upper():
        return False
    return options.name is None or key.name == absolute_name(options.name, listing.zone)


def _order(key: RecordKey, zone: str) -> tuple[list[str], str, str]:
    below = key.name[: -len(zone)].rstrip(".")
    return list(reversed(below.split("."))), key.type, key.value


def _row(listing: Listing, record: DNSRecord) -> tuple[str, str, str, str]:
    key = listing.key_of(record)
    ttl = "-" if record.ttl is None else str(record.ttl)
    if "ttl" in record.unreadable_fields:
        ttl = dumps(record.raw["ttl"])
    return key.name, ttl, key.type, listed_value(record)


def _as_data(listing: Listing, record: DNSRecord) -> dict[str, object]:
    """Return a record for a program: what cannot be read is as the API lists it."""
    shown = {
        **listing.key_of(record)._asdict(),
        "value": listed_value(record),
        "ttl": record.ttl,
    }
    return {**shown, **{name: record.raw.get(name) for name in record.unreadable_fields}}


def _show(keys: Iterable[RecordKey], terminal: Terminal) -> None:
    terminal.table((i.name, i.type, i.value) for i in sorted(keys))
