"""The records of a zone: read all, replace all, update one, delete one; and as a zone file."""

from __future__ import annotations

import re
from typing import Any

from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.http_messages import BAD_BODY, Digits, bad_request
from certbot_dns_mijnhost.emulator.records import DEFAULT_TTL, Record
from certbot_dns_mijnhost.emulator.routes.routing import Call, Reply, Route
from certbot_dns_mijnhost.emulator.variants import Variants

UPDATED = "DNS successfully updated"
"""Documented for PUT. Assumed for PATCH and DELETE."""
MAXIMUM_TTL = 2147483647
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")


def get_all(account: Account, call: Call) -> Reply:
    """List all records. Documented: ``data.domain`` and ``data.records``.

    Assumed: odd entries in a listing.
    """
    found = account.find(call.parameters["domain"])
    records: list[object] = [
        _listed(record, account.variants) for record in account.read_records(found.name)
    ]
    odd = found.odd_entries if records else []
    return Reply({"domain": found.name, "records": [*odd, *records]})


def _listed(record: Record, variants: Variants) -> dict[str, object]:
    value: object = record.value
    if variants.numeric_values and NUMBER.fullmatch(record.value):
        value = Digits(record.value)
    return {"type": record.type, "name": record.name, "value": value, "ttl": record.ttl}


def replace_all(account: Account, call: Call) -> Reply:
    """Replace the whole zone (documented).

    Assumed: an odd entry is kept if it is sent exactly as listed, and lost otherwise.
    """
    sent = call.json().get("records")
    if not isinstance(sent, list):
        raise bad_request(BAD_BODY)
    found = account.find(call.parameters["domain"])
    proper = [_record(item) for item in sent if item not in found.odd_entries]
    account.replace_records(found.name, proper)
    found.odd_entries[:] = [entry for entry in found.odd_entries if entry in sent]
    return Reply(None, UPDATED)


def update(account: Account, call: Call) -> Reply:
    """Create or change one record (documented; for details see the variants)."""
    sent = _object(call.json().get("record"))
    domain = call.parameters["domain"]
    if "value" in sent and sent["value"] is None:
        account.update_record_with_null(domain, _text(sent, "type"), _text(sent, "name"))
    else:
        account.update_record(domain, _record(sent))
    return Reply(None, UPDATED)


def delete(account: Account, call: Call) -> Reply:
    """Delete one record (documented). Assumed: a ttl in the body is ignored."""
    sent = _object(call.json().get("record"))
    record = Record(_text(sent, "type"), _text(sent, "name"), _text(sent, "value"))
    account.remove_record(call.parameters["domain"], record)
    return Reply(None, UPDATED)


def get_zone_file(account: Account, call: Call) -> Reply:
    """Return the zone file. Documented: ``data.zone``. Assumed: no SOA and no apex NS."""
    records = account.read_records(call.parameters["domain"])
    lines = [f"{r.name} {r.ttl} IN {r.type} {r.value}" for r in records]
    return Reply({"zone": "\n".join(lines) + "\n"})


def replace_zone_file(account: Account, call: Call) -> Reply:
    """Replace the zone by a zone file. Assumed: lines as GET returns them.

    Seen in practice: SOA lines and NS lines of the apex are ignored; one invalid line and the old
    zone stays.
    """
    text = call.json().get("zone")
    if not isinstance(text, str):
        raise bad_request(BAD_BODY)
    domain = account.find(call.parameters["domain"])
    apex = {"@", domain.name, f"{domain.name}."}
    records = [_zone_file_record(line) for line in text.splitlines() if line.strip()]
    kept = [
        record
        for record in records
        if record.type.upper() != "SOA"
        and not (record.type.upper() == "NS" and record.name.lower() in apex)
    ]
    account.replace_records(call.parameters["domain"], kept)
    return Reply(None)


def _zone_file_record(line: str) -> Record:
    parts = line.split(None, 4)
    if len(parts) != 5 or not parts[1].isdecimal():
        raise bad_request("The zone file is not valid")
    return Record(parts[3], parts[0], parts[4], int(parts[1]))


def _record(sent: object) -> Record:
    """Read a record. Assumed: 400 for a field of the wrong type; 3600 for a missing ttl."""
    fields = _object(sent)
    return Record(
        _text(fields, "type"), _text(fields, "name"), _text(fields, "value"), _ttl(fields)
    )


def _object(sent: object) -> dict[str, Any]:
    if not isinstance(sent, dict):
        raise bad_request(BAD_BODY)
    return sent


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise bad_request(f"Invalid record: {name} is required")
    return value


def _ttl(fields: dict[str, Any]) -> int:
    """Read the TTL (range seen in practice)."""
    ttl = fields.get("ttl", DEFAULT_TTL)
    if isinstance(ttl, bool) or not isinstance(ttl, int) or not 1 <= ttl <= MAXIMUM_TTL:
        raise bad_request(f"Invalid record: ttl must be from 1 to {MAXIMUM_TTL}")
    return ttl


ROUTES = (
    Route("GET", "domains/{domain}/dns", get_all),
    Route("PUT", "domains/{domain}/dns", replace_all),
    Route("PATCH", "domains/{domain}/dns", update),
    Route("DELETE", "domains/{domain}/dns", delete),
    Route("GET", "domains/{domain}/dns/zone", get_zone_file),
    Route("PUT", "domains/{domain}/dns/zone", replace_zone_file),
)
