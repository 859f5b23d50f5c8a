"""What PUT, PATCH and DELETE make of a zone's records: functions from records to records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from certbot_dns_mijnhost.emulator import refusals
from certbot_dns_mijnhost.emulator.reads import Records, listed
from certbot_dns_mijnhost.emulator.refusals import Refused
from certbot_dns_mijnhost.emulator.spelling import is_same_data, mangled, respelled
from certbot_dns_mijnhost.emulator.variants import Variants
from certbot_dns_mijnhost.emulator.zone import (
    Record,
    absolute_name,
    is_relative,
    stored,
    stored_name,
)


def accepted(record: Record, apex: str, variants: Variants) -> Record:
    """Turn a record as it was sent into one to store, or refuse it.

    Seen in practice: a relative name is accepted, and may be stored as sent beside its absolute
    twin. Assumed: names outside the zone, unknown types and values that do not fit the type are
    refused with 400.
    """
    try:
        made = stored(record, apex, keep_relative=variants.relative_twins)
        return mangled(respelled(made, variants), variants)
    except ValueError as error:
        raise refusals.bad_request(f"Invalid record: {error}") from error


def replace_all(sent: Iterable[Record], apex: str, variants: Variants) -> Records:
    """Make the zone that PUT asks for.

    Documented: it replaces the whole zone, an empty list is refused, names need the final dot.
    """
    made = []
    for record in sent:
        if not record.name.endswith(".") and not variants.relative_twins:
            raise refusals.bad_request(f"Invalid record: {record.name!r} has no final dot")
        made.append(accepted(record, apex, variants))
    if not made:
        raise refusals.bad_request("No records given")
    if variants.refuses_duplicates:
        for position, record in enumerate(made):
            _refuse_duplicate(made[:position], record, apex)
    if not variants.duplicates:
        made = list({(r.type, _key(r.name, apex), r.value): r for r in made}.values())
    return _with_shared_ttls(tuple(made), made, apex, variants)


def update(records: Records, record: Record, apex: str, variants: Variants) -> Records:
    """Make the zone that PATCH asks for.

    Documented: it creates the record where there is none. Assumed, whatever the variant: what
    happens where another value stands at the same type and name.
    """
    if variants.patch == "unsupported":
        raise refusals.bad_request(refusals.WRONG_METHOD)
    record = accepted(record, apex, variants)
    if variants.refuses_duplicates and variants.patch == "append":
        # Seen: a PATCH of what exists changes its TTL.
        _refuse_duplicate([r for r in records if r.value != record.value], record, apex)
    there = [position for position, other in enumerate(records) if _same_set(other, record, apex)]
    if variants.patch == "append" or not there:
        return _with_shared_ttls(_add(records, record, apex, variants), [record], apex, variants)
    gone = set(there if variants.patch == "replace" else there[:1])
    if not variants.duplicates:
        gone.update(position for position in there if records[position].value == record.value)
    after = tuple(
        record if position == there[0] else other
        for position, other in enumerate(records)
        if position == there[0] or position not in gone
    )
    return _with_shared_ttls(after, [record], apex, variants)


def update_with_null(
    records: Records, type_: str, name: str, apex: str, variants: Variants
) -> Records:
    """Make the zone that PATCH with a null value asks for (assumed, whatever the variant)."""
    if variants.patch == "unsupported":
        raise refusals.bad_request(refusals.WRONG_METHOD)
    if variants.null_patch == "refused":
        raise refusals.bad_request("Invalid record: value is required")
    if variants.null_patch == "ignored":
        return records
    try:
        stored_as = stored_name(name, apex, keep_relative=variants.relative_twins)
    except ValueError as error:
        raise refusals.bad_request(f"Invalid record: {error}") from error
    wanted = Record(type_.upper(), stored_as, "")
    return tuple(other for other in records if not _same_set(other, wanted, apex))


def delete(records: Records, record: Record, apex: str, variants: Variants) -> Records | None:
    """Make the zone that DELETE asks for; None where there is no such record.

    Documented: it removes exactly the value given, others at the name stay. Assumed: a ttl is not
    looked at, and where the same record stands twice both go.
    """
    if variants.delete == "wrong_method":
        raise refusals.bad_request(refusals.WRONG_METHOD)
    if variants.delete == "method_not_allowed":
        raise Refused(405, refusals.METHOD_NOT_ALLOWED)
    wanted = accepted(record, apex, replace(variants, mangles_txt="no"))
    kept = tuple(
        other
        for other in records
        if respelled(other, variants).value != wanted.value
        or not _same_set(other, wanted, apex)
        or (variants.delete_needs_listed_name and listed(other, variants).name != record.name)
    )
    return None if len(kept) == len(records) else kept


def _refuse_duplicate(there: Iterable[Record], record: Record, apex: str) -> None:
    for other in there:
        if _same_set(other, record, apex) and is_same_data(other, record):
            raise refusals.bad_request(f"Duplicate record: {record.type} {record.name}")


def _same_set(one: Record, other: Record, apex: str) -> bool:
    """Tell whether two stored records share type and name; a relative name is one of its own."""
    return one.type == other.type and _key(one.name, apex) == _key(other.name, apex)


def _key(name: str, apex: str) -> str:
    return name.lower() if is_relative(name, apex) else absolute_name(name, apex)


def _with_shared_ttls(
    records: Records, written: Iterable[Record], apex: str, variants: Variants
) -> Records:
    """Give each set the TTL that was written last in it, if a set has one TTL."""
    if variants.rrset_ttl == "own":
        return records
    ttls = {(record.type, _key(record.name, apex)): record.ttl for record in written}
    return tuple(
        replace(record, ttl=ttls.get((record.type, _key(record.name, apex)), record.ttl))
        for record in records
    )


def _add(records: Records, record: Record, apex: str, variants: Variants) -> Records:
    """Put the record last; if it exists already, only its TTL is taken over (seen in practice)."""
    if not variants.duplicates:
        for position, other in enumerate(records):
            if other.value == record.value and _same_set(other, record, apex):
                return (*records[:position], record, *records[position + 1 :])
    return (*records, record)
