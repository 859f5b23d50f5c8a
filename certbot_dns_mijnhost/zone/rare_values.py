"""Values of record types that only dnspython can read. Imported if a zone has such a record."""

from __future__ import annotations

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype


def as_dnspython_writes_it(kind: str, value: str, zone: str) -> str | None:
    """Return a value in dnspython's spelling; None if it cannot read it.

    :param zone: canonical name of the zone that host names without a final dot are relative to; if
        it is empty they stay so.
    """
    try:
        origin = dns.name.from_text(f"{zone}.") if zone else None
        rdata = dns.rdata.from_text(
            dns.rdataclass.IN, dns.rdatatype.from_text(kind), value, origin, relativize=False
        )
        return str(rdata.to_text())
    except (dns.exception.DNSException, ValueError, LookupError, TypeError, AttributeError):
        return None
