"""One listing of a zone, with keys by which its records are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from certbot_dns_mijnhost.api import DNSRecord
from certbot_dns_mijnhost.api.exact_json import dumps
from certbot_dns_mijnhost.zone.names import absolute, canonical, is_within
from certbot_dns_mijnhost.zone.values import TEXTS, comparable_value, text_value

CHALLENGE_VALUE = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
"""A SHA-256 digest in base64url (RFC 8555, section 8.4); its last character holds four bits."""
CHALLENGE_LABEL = "_acme-challenge"
PROBE_PREFIX = "_mijnhost-probe-"
"""Begins the names under which a PATCH is tried out."""
DOCTOR_PREFIX = "_mijnhost-doctor-"
"""Begins the names of the doctor's test records."""
TEST_RECORDS = (PROBE_PREFIX, DOCTOR_PREFIX)
"""Begin the names under which this software tries out what the API does."""


class TXTRecord(NamedTuple):
    """A TXT record that proves control of a domain.

    :param name: such as ``_acme-challenge.example.nl``.
    :param value: the text, without quotes.
    """

    name: str
    value: str


class RecordKey(NamedTuple):
    """A record's type, absolute name and value, normalised so that equal records are equal.

    For comparing and for messages. What is sent is the record as it was listed or given.
    """

    type: str
    name: str
    value: str

    @property
    def is_challenge(self) -> bool:
        """Whether its name says that it is a challenge record. Only such records are swept."""
        return self.type == "TXT" and self.name.split(".")[0] == CHALLENGE_LABEL

    @property
    def is_left_alone(self) -> bool:
        """Whether it is a challenge or test record, which copies and restores leave alone."""
        return self.is_challenge or (self.type == "TXT" and self.name.startswith(TEST_RECORDS))

    @property
    def is_transient(self) -> bool:
        """Whether its client may remove it at any time: a challenge, or a test record.

        Behind a CNAME a challenge record has any name, so its value has to tell. A record of others
        that only looks like one is guarded a little less; nothing is removed for its looks.
        """
        return self.is_challenge or (
            self.type == "TXT"
            and (
                self.name.startswith(TEST_RECORDS)
                or CHALLENGE_VALUE.fullmatch(self.value) is not None
            )
        )


def key_of(record: TXTRecord) -> RecordKey:
    """Return the key of a challenge record."""
    return RecordKey("TXT", canonical(record.name), record.value)


def listed_value(record: DNSRecord) -> str:
    """Return the value of a listed record as it is shown: a text without quotes, others as is.

    A value that cannot be read is shown as JSON, such as ``null``.
    """
    if "value" in record.unreadable_fields:
        return dumps(record.raw.get("value"))
    return text_value(record.value) if record.type.upper() in TEXTS else record.value


class Listing:
    """The records of one answer.

    :param zone: canonical name of the zone.
    :param records: as the API listed them.
    :param skipped: a line for each entry that could not be read as a record.
    :param unreadable: those entries as they were listed.
    """

    def __init__(
        self,
        zone: str,
        records: Iterable[DNSRecord],
        *,
        skipped: Iterable[str] = (),
        unreadable: Iterable[object] = (),
    ) -> None:
        self.zone = zone
        self.unreadable = tuple(unreadable)
        self.skipped = tuple(skipped)
        self.records = tuple(records)
        self.keys = frozenset(self.key_of(record) for record in self.records)

    def key_of(self, record: DNSRecord) -> RecordKey:
        """Return the key of a listed record."""
        return self._key(record, self.zone)

    def strict_key_of(self, record: DNSRecord) -> RecordKey:
        """Return a key that only records share which are equal however the API reads them.

        A host name in a value keeps its final dot, or stays without: whether that makes it relative
        depends on the API. So does whether an empty name is the zone's own.
        """
        key = self._key(record, "")
        return key if record.name.strip() else key._replace(name="")

    def _key(self, record: DNSRecord, zone_of_values: str) -> RecordKey:
        kind = record.type.upper()
        if "value" in record.unreadable_fields:
            value = f"<{listed_value(record)}>"
        else:
            value = comparable_value(kind, record.value, zone_of_values)
        return RecordKey(kind, absolute(record.name, self.zone), value)

    def to_dict(self) -> dict[str, object]:
        """Return the content of a copy of the zone: each entry as the API listed it."""
        copy: dict[str, object] = {
            "zone": self.zone,
            "records": [record.as_listed() for record in self.records],
        }
        return {**copy, "unreadable": list(self.unreadable)} if self.unreadable else copy

    def values_at(self, name: str) -> set[str]:
        """Return the TXT values at a canonical name."""
        return {entry.value for entry in self.keys if entry[:2] == ("TXT", name)}

    def alias_at(self, name: str) -> str | None:
        """Return the target of the CNAME at a canonical name; None if there is no CNAME."""
        aliases = [entry.value for entry in self.keys if entry[:2] == ("CNAME", name)]
        return aliases[0].rstrip(".") if aliases else None

    def subzone_of(self, name: str) -> tuple[str, list[str]] | None:
        """Return the subzone that NS records give a canonical name to, and their servers.

        If there are several, the one nearest to the apex counts. NS records at the apex are the
        zone's own. None without any.
        """
        servers: dict[str, list[str]] = {}
        for entry in self.keys:
            is_above = entry.type == "NS" and is_within(name, entry.name)
            if is_above and entry.name != self.zone and is_within(entry.name, self.zone):
                servers.setdefault(entry.name, []).append(canonical(entry.value))
        if not servers:
            return None
        subzone = min(servers, key=len)
        return subzone, sorted(servers[subzone])

    def records_of(self, key: RecordKey) -> list[DNSRecord]:
        """Return the listed records with this key; several if their spellings differ."""
        return [record for record in self.records if self.key_of(record) == key]
