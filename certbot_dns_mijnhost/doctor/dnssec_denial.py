"""Decide whether NSEC or NSEC3 records prove that a name, or a type at it, does not exist.

RFC 4035, section 5.4, and RFC 5155, section 8. No signature is verified here: the caller passes
only records with valid signatures.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import dns.name
import dns.rdatatype
import dns.rrset

MOST_ITERATIONS = 150
"""Iterations of NSEC3: resolvers treat a zone with more as unsigned (RFC 9276)."""
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
BASE32_HEX = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
TO_HEX = str.maketrans(BASE32, BASE32_HEX)

Interval = tuple[dns.name.Name, Any]
"""The owner of an NSEC or NSEC3 record, and its data."""


def proves_absence(
    name: dns.name.Name,
    kind: dns.rdatatype.RdataType,
    zone: dns.name.Name,
    proofs: Iterable[dns.rrset.RRset],
) -> bool:
    """Return whether `proofs` show that neither `name` nor a wildcard has records of a type."""
    nsec, nsec3 = _sorted(proofs)
    return _nsec_denies(name, kind, nsec) or _nsec3_denies(name, kind, zone, nsec3)


def proves_expansion(
    name: dns.name.Name,
    encloser: dns.name.Name,
    proofs: Iterable[dns.rrset.RRset],
) -> bool:
    """Return whether `proofs` allow a wildcard below `encloser` to answer for `name`."""
    nsec, nsec3 = _sorted(proofs)
    if any(_covers(interval, name) for interval in nsec):
        return True
    return any(_hash_covers(interval, _below(name, encloser)) for interval in nsec3)


def iterations_of(proofs: Iterable[dns.rrset.RRset]) -> int:
    """Return the highest number of NSEC3 iterations; 0 if there is no NSEC3 record."""
    return max((data.iterations for _, data in _sorted(proofs)[1]), default=0)


def _sorted(proofs: Iterable[dns.rrset.RRset]) -> tuple[list[Interval], list[Interval]]:
    found: dict[dns.rdatatype.RdataType, list[Interval]] = {}
    for rrset in proofs:
        found.setdefault(rrset.rdtype, []).extend((rrset.name, data) for data in rrset)
    return found.get(dns.rdatatype.NSEC, []), found.get(dns.rdatatype.NSEC3, [])


def _nsec_denies(
    name: dns.name.Name, kind: dns.rdatatype.RdataType, records: Sequence[Interval]
) -> bool:
    for owner, data in records:
        if owner == name:
            return not _has(data, kind)
    covering = [interval for interval in records if _covers(interval, name)]
    for owner, data in covering:
        if data.next.is_subdomain(name):  # the name is an empty non-terminal
            return True
        encloser = max(_common(name, owner), _common(name, data.next), key=len)
        wildcard = dns.name.Name((b"*", *encloser.labels))
        for interval in records:
            if interval[0] == wildcard:
                return not _has(interval[1], kind)
            if _covers(interval, wildcard):
                return True
    return False


def _covers(interval: Interval, name: dns.name.Name) -> bool:
    owner, data = interval
    # The NSEC record of a delegation proves nothing about names below it.
    is_cut = _holds(data, dns.rdatatype.NS) and not _holds(data, dns.rdatatype.SOA)
    if name.is_subdomain(owner) and (is_cut or _holds(data, dns.rdatatype.DNAME)):
        return False
    is_last = data.next <= owner
    return bool(owner < name and (is_last or name < data.next))


def _nsec3_denies(
    name: dns.name.Name,
    kind: dns.rdatatype.RdataType,
    zone: dns.name.Name,
    records: Sequence[Interval],
) -> bool:
    if not records or any(data.iterations > MOST_ITERATIONS for _, data in records):
        return False
    for interval in records:
        if _hash_matches(interval, name):
            return not _has(interval[1], kind)
    encloser = name
    while encloser not in {zone, dns.name.root}:
        closer, encloser = encloser, encloser.parent()
        if not any(_hash_matches(interval, encloser) for interval in records):
            continue
        wildcard = dns.name.Name((b"*", *encloser.labels))
        return any(_hash_covers(interval, closer) for interval in records) and any(
            _hash_covers(interval, wildcard)
            or (_hash_matches(interval, wildcard) and not _has(interval[1], kind))
            for interval in records
        )
    return False


def _hash_matches(interval: Interval, name: dns.name.Name) -> bool:
    owner, data = interval
    return bool(owner.labels[0].upper() == _label(_hashed(name, data)))


def _hash_covers(interval: Interval, name: dns.name.Name) -> bool:
    owner, data = interval
    first, last = owner.labels[0].upper(), _label(data.next)
    wanted = _label(_hashed(name, data))
    if last <= first:
        return bool(wanted > first or wanted < last)
    return bool(first < wanted < last)


def _hashed(name: dns.name.Name, data: Any) -> bytes:
    digest = name.to_digestable()
    for _ in range(min(data.iterations, MOST_ITERATIONS) + 1):
        digest = hashlib.sha1(digest + data.salt, usedforsecurity=False).digest()
    return digest


def _label(digest: bytes) -> bytes:
    return base64.b32encode(digest).decode().translate(TO_HEX).encode()


def _has(data: Any, kind: dns.rdatatype.RdataType) -> bool:
    """Return whether a query for `kind` would find something at the name."""
    return _holds(data, kind) or _holds(data, dns.rdatatype.CNAME)


def _holds(data: Any, kind: dns.rdatatype.RdataType) -> bool:
    window, offset = divmod(int(kind), 256)
    byte, bit = divmod(offset, 8)
    return any(
        number == window and byte < len(bitmap) and bitmap[byte] & (0x80 >> bit)
        for number, bitmap in data.windows
    )


def _common(one: dns.name.Name, other: dns.name.Name) -> dns.name.Name:
    labels = one.fullcompare(other)[2]
    return dns.name.Name(one.labels[len(one.labels) - labels :])


def _below(name: dns.name.Name, encloser: dns.name.Name) -> dns.name.Name:
    """Return the ancestor of `name`, or itself, that is one label longer than `encloser`."""
    return dns.name.Name(name.labels[len(name.labels) - len(encloser.labels) - 1 :])
