"""Verify the DNSSEC signatures of an RRset; the library cryptography does the arithmetic.

Times are seconds since 1970, as in the records.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import dns.dnssec
import dns.exception
import dns.name
import dns.rdatatype
import dns.rrset

ALGORITHMS = frozenset({8, 10, 13, 14, 15, 16})
"""RSA with SHA-2, ECDSA, and Ed25519 or Ed448: those that every CA verifies."""
NAMES = {5: "RSASHA1", 7: "RSASHA1-NSEC3-SHA1", 12: "ECC-GOST", 1: "RSAMD5", 3: "DSA", 6: "DSA"}
DIGESTS = {1: hashlib.sha1, 2: hashlib.sha256, 4: hashlib.sha384}
MOST_SIGNATURES = 8
"""Signatures that are verified for one RRset, so that a hostile zone cannot cost much time."""
MOST_KEYS = 4
"""Keys that are tried for one key tag."""
ZONE_KEY, REVOKED = 0x0100, 0x0080


class Fault(enum.Enum):
    """What is wrong with the signatures of an RRset; the most informative first."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    WRONG = "does not verify"
    UNKNOWN_KEY = "unknown key"
    UNSUPPORTED = "unsupported algorithm"
    MISSING = "missing"


class CannotVerifyError(Exception):
    """The library cryptography is missing, or too old for dnspython; the message says which."""


@dataclass(frozen=True)
class Verification:
    """The result for one RRset.

    :param fault: None if a signature is valid now.
    :param start: when the signature becomes valid; 0 if there is none.
    :param end: when it expires; 0 if there is none.
    """

    fault: Fault | None
    start: int = 0
    end: int = 0


def verify(
    rrset: dns.rrset.RRset,
    section: Iterable[dns.rrset.RRset],
    keys: Sequence[Any],
    zone: dns.name.Name,
    now: float,
) -> Verification:
    """Return the best result among the signatures of `rrset`.

    :param section: the section of the message with the signatures.
    :param keys: the DNSKEY records that may sign.
    :raises CannotVerifyError: if there is no usable cryptography.
    """
    verified = [
        Verification(_fault(rrset, signature, keys, now), signature.inception, signature.expiration)
        for signature in signatures_of(rrset, section, zone)[:MOST_SIGNATURES]
    ]
    valid = [each for each in verified if each.fault is None]
    if valid:
        return max(valid, key=lambda each: each.end)
    order = list(Fault)
    return min(
        verified,
        key=lambda each: (order.index(each.fault or Fault.MISSING), -each.end),
        default=Verification(Fault.MISSING),
    )


def signatures_of(
    rrset: dns.rrset.RRset, section: Iterable[dns.rrset.RRset], zone: dns.name.Name
) -> list[Any]:
    """Return the RRSIG records of `rrset` that `zone` made."""
    return [
        signature
        for each in section
        if each.rdtype == dns.rdatatype.RRSIG and each.name == rrset.name
        for signature in each
        if signature.type_covered == rrset.rdtype and signature.signer == zone
    ]


def _fault(rrset: dns.rrset.RRset, signature: Any, keys: Sequence[Any], now: float) -> Fault | None:
    if signature.algorithm not in ALGORITHMS:
        return Fault.UNSUPPORTED
    fitting = [
        key
        for key in keys
        if key.algorithm == signature.algorithm
        and key.flags & ZONE_KEY
        and not key.flags & REVOKED
        and dns.dnssec.key_id(key) == signature.key_tag
    ][:MOST_KEYS]
    if not fitting:
        return Fault.UNKNOWN_KEY
    if not _verifies(rrset, signature, fitting):
        return Fault.WRONG
    if now > signature.expiration:
        return Fault.EXPIRED
    return Fault.NOT_YET_VALID if now < signature.inception else None


def _verifies(rrset: dns.rrset.RRset, signature: Any, keys: Sequence[Any]) -> bool:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  # slow to import
    except ImportError as error:
        raise CannotVerifyError("the library cryptography is missing") from error
    known: dict[Any, Any] = {
        signature.signer: dns.rrset.from_rdata_list(signature.signer, 60, list(keys))
    }
    try:
        # Its times are checked separately: an expired signature is not a wrong one.
        dns.dnssec.validate_rrsig(rrset, signature, known, None, signature.inception)
    except ImportError as error:
        raise CannotVerifyError("dnspython cannot use this library cryptography") from error
    except (dns.exception.DNSException, UnsupportedAlgorithm, ValueError):
        return False
    return True


def signing_keys(zone: dns.name.Name, ds: Iterable[Any], keys: Iterable[Any]) -> list[Any]:
    """Return the DNSKEY records that a DS record of the parent zone names."""
    named = list(ds)
    return [key for key in keys if any(_names(zone, each, key) for each in named)]


def _names(zone: dns.name.Name, ds: Any, key: Any) -> bool:
    make = DIGESTS.get(int(ds.digest_type))
    if make is None or ds.algorithm != key.algorithm or not key.flags & ZONE_KEY:
        return False
    return bool(make(zone.to_digestable() + key.to_wire()).digest() == ds.digest)


def algorithm_name(number: int) -> str:
    """Return an algorithm's name and number."""
    return f"{NAMES[number]} ({number})" if number in NAMES else f"number {number}"
