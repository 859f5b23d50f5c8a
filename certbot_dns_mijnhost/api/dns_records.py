"""The records of a domain's zone."""

from __future__ import annotations

from collections.abc import Iterable

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.addresses import segment
from certbot_dns_mijnhost.api.errors import InvalidInputError
from certbot_dns_mijnhost.api.models import DNSListing, DNSRecord
from certbot_dns_mijnhost.api.models.fields import Fields, read_entries
from certbot_dns_mijnhost.api.transport import Transport


class DNSRecordsResource:
    """``client.dns_records``, see https://mijn.host/api/doc/.

    A reading soon after a write may show the zone as it was before, and can for a moment be short
    or empty: never edit a reading and write it back without confirming it first.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_all(self, domain: str) -> list[DNSRecord]:
        """Return the readable records of the zone, without the apex's NS and SOA.

        Before you write a zone back, use :meth:`get_listing`: it also reports what was skipped.

        See https://mijn.host/api/doc/

        :raises InvalidResponseError: if the answer lacks the list of records; a zone is never
            treated as empty because of that.
        :raises BadRequestError: if the account has no such domain.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        return list(self.get_listing(domain).records)

    def get_listing(self, domain: str) -> DNSListing:
        """Return the records of the zone, and which entries of the answer could not be read.

        See https://mijn.host/api/doc/

        :raises MijnHostError: as for :meth:`get_all`.
        """
        path = _path(domain)
        envelope = self._transport.request("GET", path)
        listed = Fields(envelope, "an answer").child("data", "a zone").list_of_objects("records")
        entries = read_entries(listed, DNSRecord.from_dict, f"GET {path}")
        return DNSListing(tuple(entries.read), entries.skipped, entries.unreadable)

    def replace_all(self, domain: str, records: Iterable[DNSRecord]) -> None:
        """Replace the whole zone by `records`. Never sent twice.

        **Hazard**: each record that is not among `records` is lost, also one that somebody else
        added since they were read.

        See https://mijn.host/api/doc/

        Records that are unchanged since they were listed are sent back as they were listed; the
        rules for new records do not apply to them (see :meth:`DNSRecord.check`).

        :raises InvalidInputError: naming the record, if one breaks a rule or cannot be sent back
            exactly; also if there are no records. Nothing was sent.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`; where
            `may_have_taken_effect` is true, only reading back tells.
        """
        checked = list(records)
        if not checked:
            raise InvalidInputError("records: a zone can't be replaced by nothing.")
        for record in checked:
            try:
                record.check()
            except InvalidInputError as error:
                raise InvalidInputError(f"{error} The record: {record.label}") from error
        body = {"records": [record.to_dict() for record in checked]}
        self._transport.request("PUT", _path(domain), json=body)

    def update(self, domain: str, record: DNSRecord) -> None:
        """Write one record; it is created if there is none.

        **Hazard**: where another value stands at the same type and name, it is not known whether
        the API adds to it or replaces it.

        See https://mijn.host/api/doc/api-3600003

        :raises InvalidInputError: where the record breaks a rule.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`; where
            `may_have_taken_effect` is true, only reading back tells.
        """
        record.check()
        record.check_address()
        self._transport.request("PATCH", _path(domain), json={"record": record.to_dict()})

    def delete(self, domain: str, record: DNSRecord) -> None:
        """Remove the one record of this type, name and value; others at the name stay.

        See https://mijn.host/api/doc/api-4293957

        :raises InvalidInputError: if the record breaks a rule, or its value cannot be read.
        :raises MethodNotAllowedError: if the API does not offer this yet.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`; where
            `may_have_taken_effect` is true, only reading back tells.
        """
        record.check()
        sent = record.to_dict() if record.unreadable_fields != ("ttl",) else _without_ttl(record)
        self._transport.request("DELETE", _path(domain), json={"record": sent})

    def clear(self, domain: str, type: str, name: str) -> None:  # noqa: A002  # the API's word
        """Ask for the removal of **all** values of this type and name, by a PATCH with null.

        **Hazard**: not documented. One client uses it; an API that does not know it may refuse, or
        say yes and do nothing: read back what it did. Prefer :meth:`delete`.

        See https://mijn.host/api/doc/

        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        DNSRecord(type, name, "").check()
        body = {"record": {"type": type, "name": name, "value": None}}
        self._transport.request("PATCH", _path(domain), json=body)

    def get_zone_file(self, domain: str) -> str:
        """Return the zone as the text of a zone file. Not for domains whose DNS is at Cloudflare.

        See https://mijn.host/api/doc/

        :raises InvalidResponseError: where the answer holds no text.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", f"{_path(domain)}/zone")
        return Fields(envelope, "an answer").child("data", "a zone file").text("zone")

    def replace_zone_file(self, domain: str, text: str) -> None:
        """Replace the whole zone by the text of a zone file. Never sent twice.

        **Hazard**: each record that the text lacks is lost.

        See https://mijn.host/api/doc/

        :raises InvalidInputError: for an empty text.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`; where
            `may_have_taken_effect` is true, only reading back tells.
        """
        checks.text("text", text)
        self._transport.request("PUT", f"{_path(domain)}/zone", json={"zone": text})


def _without_ttl(record: DNSRecord) -> dict[str, str]:
    """Return what identifies a record whose TTL cannot be read."""
    return {"type": record.type, "name": record.name, "value": record.value}


def _path(domain: str) -> str:
    return f"/domains/{segment(domain)}/dns"
