"""Whether the DNSSEC signatures of a record set hold. Pure decisions; cryptography verifies.

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
"""That are verified for one record set, so that a hostile zone cannot cost much time."""
MOST_KEYS = 4
"""With one key tag."""
ZONE_KEY, REVOKED = 0x0100, 0x0080


class Fault(enum.Enum):
    """What is wrong with the signatures of a record set; the most telling first."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    WRONG = "does not verify"
    UNKNOWN_KEY = "unknown key"
    UNSUPPORTED = "unsupported algorithm"
    MISSING = "missing"


class CannotVerifyError(Exception):
    """The library cryptography is missing, or too old for dnspython; says which."""


@dataclass(frozen=True)
class Judgement:
    """The result for one record set.

    :param fault: None if a signature holds now.
    :param start: when the signature that was judged becomes valid; 0 if there is none.
    :param end: when it expires; 0 if there is none.
    """

    fault: Fault | None
    start: int = 0
    end: int = 0


def judge(
    rrset: dns.rrset.RRset,
    section: Iterable[dns.rrset.RRset],
    keys: Sequence[Any],
    zone: dns.name.Name,
    now: float,
) -> Judgement:
    """Tell whether any signature of `rrset` holds.

    :param section: of the message, which has the signatures.
    :param keys: the DNSKEY records that may sign.
    :raises CannotVerifyError: if there is no usable cryptography.
    """
    judged = [
        Judgement(_fault(rrset, signature, keys, now), signature.inception, signature.expiration)
        for signature in signatures_of(rrset, section, zone)[:MOST_SIGNATURES]
    ]
    holding = [each for each in judged if each.fault is None]
    if holding:
        return max(holding, key=lambda each: each.end)
    order = list(Fault)
    return min(
        judged,
        key=lambda each: (order.index(each.fault or Fault.MISSING), -each.end),
        default=Judgement(Fault.MISSING),
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
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  # takes long
    except ImportError as error:
        raise CannotVerifyError("the library cryptography is missing") from error
    known: dict[Any, Any] = {
        signature.signer: dns.rrset.from_rdata_list(signature.signer, 60, list(keys))
    }
    try:
        # Its times are judged apart, so that an expired signature is told from a wrong one.
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
    """Return an algorithm as the registries write it."""
    return f"{NAMES[number]} ({number})" if number in NAMES else f"number {number}"
