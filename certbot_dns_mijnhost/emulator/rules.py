"""The rules of PUT, PATCH and DELETE: how each changes a zone's records, and what is refused.

The functions return the records after the change; they store nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from certbot_dns_mijnhost.emulator.http_messages import (
    METHOD_NOT_ALLOWED,
    WRONG_METHOD,
    Refused,
    bad_request,
)
from certbot_dns_mijnhost.emulator.records import (
    Record,
    Records,
    absolute_name,
    damaged,
    is_relative,
    is_same_data,
    listed,
    normalized,
    stored,
    stored_name,
)
from certbot_dns_mijnhost.emulator.variants import Variants


def accepted(record: Record, apex: str, variants: Variants) -> Record:
    """Return the stored form of a record that was sent.

    Seen in practice: a relative name is accepted, and may be stored as sent alongside the absolute
    name. Assumed: names outside the zone, unknown types and values that do not fit the type are
    refused.

    :raises Refused: with 400
    """
    try:
        made = stored(record, apex, keep_relative=variants.keeps_relative_names)
        return damaged(normalized(made, variants), variants)
    except ValueError as error:
        raise bad_request(f"Invalid record: {error}") from error


def replace_all(sent: Iterable[Record], apex: str, variants: Variants) -> Records:
    """Return the zone after a PUT.

    Documented: it replaces the whole zone, an empty list is refused, names need the final dot.

    :raises Refused: with 400
    """
    made = []
    for record in sent:
        if not record.name.endswith(".") and not variants.keeps_relative_names:
            raise bad_request(f"Invalid record: {record.name!r} has no final dot")
        made.append(accepted(record, apex, variants))
    if not made:
        raise bad_request("No records given")
    if variants.refuses_duplicates:
        for position, record in enumerate(made):
            _refuse_duplicate(made[:position], record, apex)
    if not variants.duplicates:
        made = list({(r.type, _key(r.name, apex), r.value): r for r in made}.values())
    return _with_shared_ttls(tuple(made), made, apex, variants)


def update(records: Records, record: Record, apex: str, variants: Variants) -> Records:
    """Return the zone after a PATCH.

    Documented: it creates the record if there is none. Assumed, with each variant: the result if
    another value exists at the same type and name.

    :raises Refused: with 400
    """
    if variants.patch == "unsupported":
        raise bad_request(WRONG_METHOD)
    record = accepted(record, apex, variants)
    if variants.refuses_duplicates and variants.patch == "append":
        # Seen in practice: a PATCH of an existing record changes its TTL.
        _refuse_duplicate([r for r in records if r.value != record.value], record, apex)
    there = [position for position, other in enumerate(records) if _same_rrset(other, record, apex)]
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
    """Return the zone after a PATCH with the value null (assumed, with each variant).

    :raises Refused: with 400
    """
    if variants.patch == "unsupported":
        raise bad_request(WRONG_METHOD)
    if variants.null_patch == "refused":
        raise bad_request("Invalid record: value is required")
    if variants.null_patch == "ignored":
        return records
    try:
        stored_as = stored_name(name, apex, keep_relative=variants.keeps_relative_names)
    except ValueError as error:
        raise bad_request(f"Invalid record: {error}") from error
    wanted = Record(type_.upper(), stored_as, "")
    return tuple(other for other in records if not _same_rrset(other, wanted, apex))


def delete(records: Records, record: Record, apex: str, variants: Variants) -> Records | None:
    """Return the zone after a DELETE, or None if the record does not exist.

    Documented: it removes exactly this value; other values at the name stay. Assumed: the ttl is
    ignored, and both records are removed if the same record exists twice.

    :raises Refused: with 400 or 405
    """
    if variants.delete == "wrong_method":
        raise bad_request(WRONG_METHOD)
    if variants.delete == "method_not_allowed":
        raise Refused(405, METHOD_NOT_ALLOWED)
    wanted = accepted(record, apex, replace(variants, damages_txt="no"))
    kept = tuple(
        other
        for other in records
        if normalized(other, variants).value != wanted.value
        or not _same_rrset(other, wanted, apex)
        or (variants.delete_needs_listed_name and listed(other, variants).name != record.name)
    )
    return None if len(kept) == len(records) else kept


def _refuse_duplicate(there: Iterable[Record], record: Record, apex: str) -> None:
    for other in there:
        if _same_rrset(other, record, apex) and is_same_data(other, record):
            raise bad_request(f"Duplicate record: {record.type} {record.name}")


def _same_rrset(one: Record, other: Record, apex: str) -> bool:
    """Return whether two stored records share type and name; a relative name is a name apart."""
    return one.type == other.type and _key(one.name, apex) == _key(other.name, apex)


def _key(name: str, apex: str) -> str:
    return name.lower() if is_relative(name, apex) else absolute_name(name, apex)


def _with_shared_ttls(
    records: Records, written: Iterable[Record], apex: str, variants: Variants
) -> Records:
    """Give each RRset the TTL that was written last, if the variants say that it has one TTL."""
    if variants.rrset_ttl == "own":
        return records
    ttls = {(record.type, _key(record.name, apex)): record.ttl for record in written}
    return tuple(
        replace(record, ttl=ttls.get((record.type, _key(record.name, apex)), record.ttl))
        for record in records
    )


def _add(records: Records, record: Record, apex: str, variants: Variants) -> Records:
    """Append the record; if it exists, only change its TTL (seen in practice)."""
    if not variants.duplicates:
        for position, other in enumerate(records):
            if other.value == record.value and _same_rrset(other, record, apex):
                return (*records[:position], record, *records[position + 1 :])
    return (*records, record)
