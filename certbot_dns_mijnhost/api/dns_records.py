"""The records of a domain's zone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from certbot_dns_mijnhost.api import validation
from certbot_dns_mijnhost.api.dns_record import DNSListing, DNSRecord, as_record
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.fields import read_entries
from certbot_dns_mijnhost.api.resource import Resource, plain

STRINGS = re.compile(r'(?<!\\)"\s*"')
"""Between two strings of a TXT record."""


class DNSRecordsResource(Resource):
    """``client.dns_records``: the raw calls for a zone.

    A listing may show an older state of the zone, and may briefly be short or empty: never edit a
    listing and write it back without confirming it. The editor in
    :mod:`certbot_dns_mijnhost.zone` does this for you.
    """

    def get_all(self, domain: str) -> list[DNSRecord]:
        """Return the readable records of the zone, without the NS and SOA records of the apex.

        Before you write a zone back, use :meth:`get_listing`: it also reports what was skipped.

        :raises InvalidResponseError: if the answer lacks the list of records; a zone is never
            treated as empty because of that.
        :raises BadRequestError: if the domain is not in the account.
        """
        return list(self.get_listing(domain).records)

    def get_listing(self, domain: str) -> DNSListing:
        """Return the records of the zone, and the entries of the answer that cannot be read."""
        path = _path(domain)
        listed = self._data(path, "a zone").list_of_objects("records")
        entries = read_entries(listed, DNSRecord.from_dict, f"GET {path}")
        return DNSListing(tuple(entries.read), entries.skipped, entries.unreadable)

    def replace_all(self, domain: str, records: Iterable[DNSRecord]) -> None:
        """Replace the whole zone by `records`. Never sent twice.

        **Hazard**: each record that is not among `records` is lost, also one that another client
        added since they were read.

        Records that are unchanged since they were listed are sent back as they were listed; the
        rules for new records do not apply to them (see :meth:`DNSRecord.check`).

        :raises InvalidInputError: naming the record, if one breaks a rule or cannot be sent back
            exactly; also if there are no records. Nothing was sent.
        :raises MijnHostError: if `may_have_taken_effect` is true, read the zone to find out.
        """
        path = _path(domain)
        validation.several("records", records)
        checked = [as_record(record) for record in records]
        if not checked:
            raise InvalidInputError("records: a zone must have at least one record.")
        for record in checked:
            try:
                record.check(domain)
            except InvalidInputError as error:
                raise InvalidInputError(f"{error} The record: {record.label}") from error
        self._send("PUT", path, {"records": [record.to_dict() for record in checked]})

    def update(self, domain: str, record: DNSRecord, *, verify: bool = False) -> None:
        """Write one record; it is created if there is none of this type and name.

        **Hazard**: if another value exists at the same type and name, it is unknown whether the API
        adds to it or replaces it.

        See https://mijn.host/api/doc/api-3600003

        :param verify: read the zone back, and fail if the record is not in it. A listing may be
            older than the change: this can fail although the record was written.
        :raises InvalidInputError: if the record breaks a rule (see :meth:`DNSRecord.check`).
        :raises NotAppliedError: if `verify` is true and the zone does not have the record.
        :raises MijnHostError: if `may_have_taken_effect` is true, read the zone to find out.
        """
        validation.boolean("verify", verify)
        path, made = _path(domain), as_record(record)
        made.check(domain)
        self._send("PATCH", path, {"record": made.to_dict()})
        if verify:
            self._confirm(f"PATCH {path}", lambda: different(self.get_all(domain), made, domain))

    def delete(self, domain: str, record: DNSRecord) -> None:
        """Remove the one record of this type, name and value; others at the name stay.

        See https://mijn.host/api/doc/api-4293957

        :raises InvalidInputError: if the record breaks a rule, or its value cannot be read.
        :raises MethodNotAllowedError: if the API does not offer this yet.
        :raises MijnHostError: if `may_have_taken_effect` is true, read the zone to find out.
        """
        path, made = _path(domain), as_record(record)
        made.check()
        sent = made.to_dict() if made.unreadable_fields != ("ttl",) else _without_ttl(made)
        self._send("DELETE", path, {"record": sent})

    def clear(self, domain: str, type: str, name: str) -> None:  # noqa: A002  # the API's word
        """Ask for the removal of **all** values of this type and name, by a PATCH with null.

        **Hazard**: not documented. The API may refuse it, or report success and do nothing: read
        the zone afterwards. Prefer :meth:`delete`.
        """
        DNSRecord(type, name, "").check()
        body = {"record": {"type": type, "name": name, "value": None}}
        self._send("PATCH", _path(domain), body)

    def get_zone_file(self, domain: str) -> str:
        """Return the zone as a zone file. Not for domains whose DNS is at Cloudflare.

        :raises InvalidResponseError: if the answer has no zone file.
        """
        return self._data(f"{_path(domain)}/zone", "a zone file").text("zone")

    def replace_zone_file(self, domain: str, text: str) -> None:
        """Replace the whole zone by a zone file. Never sent twice.

        **Hazard**: each record that the file lacks is lost.

        :raises InvalidInputError: if the text is empty.
        :raises MijnHostError: if `may_have_taken_effect` is true, read the zone to find out.
        """
        self._send("PUT", f"{_path(domain)}/zone", {"zone": validation.text("text", text)})


def _without_ttl(record: DNSRecord) -> dict[str, str]:
    """Return what identifies a record whose TTL cannot be read."""
    return {"type": record.type, "name": record.name, "value": record.value}


def _path(domain: str) -> str:
    return f"/domains/{validation.segment(domain)}/dns"


def different(listed: Iterable[DNSRecord], record: DNSRecord, zone: str) -> list[str]:
    """Return the names of the fields that no listed record of this type and name has.

    Returns ``record`` if none has the type and name. A TTL counts only if it was given. The API may
    respell names and values: :mod:`certbot_dns_mijnhost.zone` compares records as DNS does, this is
    enough to notice that a write had no effect.
    """
    wanted = _kind_and_name(record, zone)
    same_name = [each for each in listed if _kind_and_name(each, zone) == wanted]
    if not same_name:
        return ["record"]
    found = [each for each in same_name if _value(each) == _value(record)]
    if not found:
        return ["value"]
    return [] if record.ttl is None or record.ttl in {each.ttl for each in found} else ["ttl"]


def _kind_and_name(record: DNSRecord, zone: str) -> tuple[str, str]:
    name, apex = record.name.strip().lower(), zone.lower().rstrip(".")
    if name in {"", "@"}:
        name = apex
    elif not name.endswith(".") and name != apex and not name.endswith(f".{apex}"):
        name = f"{name}.{apex}"
    return record.type.upper(), name.rstrip(".")


def _value(record: DNSRecord) -> str:
    if record.type.upper() == "TXT":
        text = record.value
        is_quoted = len(text) > 1 and text[0] == text[-1] == '"'
        return STRINGS.sub("", text)[1:-1] if is_quoted else text
    return plain(record.value)
