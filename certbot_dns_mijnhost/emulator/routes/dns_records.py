"""The records of a zone: reading all, replacing all, updating one, deleting one."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from certbot_dns_mijnhost.emulator import refusals
from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.messages import Digits
from certbot_dns_mijnhost.emulator.routes.routing import Call, Reply, Route
from certbot_dns_mijnhost.emulator.variants import Variants
from certbot_dns_mijnhost.emulator.zone import DEFAULT_TTL, Record

# Documented for PUT, assumed for the others.
UPDATED = "DNS successfully updated"
MAXIMUM_TTL = 2147483647
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")


def get_all(account: Account, call: Call) -> Reply:
    """Return all records. Documented: ``data.domain`` and ``data.records``.

    Assumed: what else a listing may hold.
    """
    found = account.find(call.parameters["domain"])
    records: list[object] = [
        _listed(record, account.variants) for record in account.read_records(found.name)
    ]
    odd = found.odd_entries if records else []
    return Reply({"domain": found.name, "records": [*odd, *records]})


def _listed(record: Record, variants: Variants) -> dict[str, object]:
    value: object = record.value
    if variants.numbers and NUMBER.fullmatch(record.value):
        value = Digits(record.value)
    return {**asdict(record), "value": value}


def replace_all(account: Account, call: Call) -> Reply:
    """Replace the whole zone (documented).

    Assumed: an odd entry that is sent exactly as it was listed is kept, and any other is lost.
    """
    sent = call.json().get("records")
    if not isinstance(sent, list):
        raise refusals.bad_request(refusals.BAD_BODY)
    found = account.find(call.parameters["domain"])
    proper = [_record(item) for item in sent if item not in found.odd_entries]
    account.replace_records(found.name, proper)
    found.odd_entries[:] = [entry for entry in found.odd_entries if entry in sent]
    return Reply(None, UPDATED)


def update(account: Account, call: Call) -> Reply:
    """Create or change one record (documented, but see the variants)."""
    sent = _object(call.json().get("record"))
    domain = call.parameters["domain"]
    if "value" in sent and sent["value"] is None:
        account.update_record_with_null(domain, _text(sent, "type"), _text(sent, "name"))
    else:
        account.update_record(domain, _record(sent))
    return Reply(None, UPDATED)


def delete(account: Account, call: Call) -> Reply:
    """Delete one record (documented). Assumed: a ttl in the body is not looked at."""
    sent = _object(call.json().get("record"))
    record = Record(_text(sent, "type"), _text(sent, "name"), _text(sent, "value"))
    account.remove_record(call.parameters["domain"], record)
    return Reply(None, UPDATED)


def _record(sent: object) -> Record:
    """Read a record. Assumed: a field of the wrong kind is a 400, a missing ttl a default."""
    fields = _object(sent)
    return Record(
        _text(fields, "type"), _text(fields, "name"), _text(fields, "value"), _ttl(fields)
    )


def _object(sent: object) -> dict[str, Any]:
    if not isinstance(sent, dict):
        raise refusals.bad_request(refusals.BAD_BODY)
    return sent


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise refusals.bad_request(f"Invalid record: {name} is required")
    return value


def _ttl(fields: dict[str, Any]) -> int:
    """Read the TTL; its range was seen in practice."""
    ttl = fields.get("ttl", DEFAULT_TTL)
    if isinstance(ttl, bool) or not isinstance(ttl, int) or not 1 <= ttl <= MAXIMUM_TTL:
        raise refusals.bad_request(f"Invalid record: ttl must be from 1 to {MAXIMUM_TTL}")
    return ttl


ROUTES = (
    Route("GET", "domains/{domain}/dns", get_all),
    Route("PUT", "domains/{domain}/dns", replace_all),
    Route("PATCH", "domains/{domain}/dns", update),
    Route("DELETE", "domains/{domain}/dns", delete),
)
