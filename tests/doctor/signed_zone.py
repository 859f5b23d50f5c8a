"""A zone that signs its answers, with keys made by the test; it can make every kind of mistake."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset
import dns.version
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.support.scripted_server import rrset

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

# Before, it signs wildcards wrongly, or nothing at all. To validate them it needs no such version.
if (dns.version.MAJOR, dns.version.MINOR) < (2, 4):
    pytest.skip("signing a zone needs dnspython 2.4", allow_module_level=True)

DAY = 86400
RECORDS = (
    ("", "SOA", "ns1.example.nl. hostmaster.example.nl. 1700000000 3600 600 604800 60"),
    ("", "NS", "ns1.example.nl."),
    ("", "NS", "ns2.example.nl."),
    ("", "CAA", '0 issue "letsencrypt.org"'),
    ("", "A", "192.0.2.1"),
    ("ns1", "A", "127.0.0.11"),
    ("ns2", "A", "127.0.0.12"),
    ("www", "CNAME", "example.nl."),
    ("zz.empty", "TXT", "below an empty non-terminal"),
)
PARKED = (*RECORDS, ("*", "A", "192.0.2.1"))


@dataclass(frozen=True)
class Key:
    """A key pair that signs a zone."""

    private: PrivateKeyTypes
    public: dns.rdata.Rdata

    @classmethod
    def make(cls, algorithm: str = "ECDSAP256SHA256") -> Key:
        private: PrivateKeyTypes
        if algorithm == "ED25519":
            private = ed25519.Ed25519PrivateKey.generate()
        elif algorithm.startswith("RSA"):
            private = rsa.generate_private_key(65537, 2048)
        else:
            private = ec.generate_private_key(ec.SECP256R1())
        public = dns.dnssec.make_dnskey(private.public_key(), algorithm, flags=257)
        return cls(private, public)

    def ds(self, zone: str, digest: str = "SHA256") -> dns.rdata.Rdata:
        return dns.dnssec.make_ds(dns.name.from_text(zone), self.public, digest)


@dataclass
class SignedZone:
    """Answers queries for a zone; called with a query by a scripted server.

    :param signer: signs everything but the DNSKEY set; the zone's key by default.
    :param start: when signatures become valid, in days from now.
    :param end: when they expire.
    :param nsec3: deny by NSEC3, with this number of iterations; None denies by NSEC.
    :param fault: no-keys, unsigned, no-denial, wrong-denial, unsigned-denial.
    """

    name: str = "example.nl"
    key: Key = field(default_factory=Key.make)
    records: Iterable[tuple[str, str, str]] = RECORDS
    signer: Key | None = None
    start: float = -1.0
    end: float = 13.0
    nsec3: int | None = None
    fault: str = ""

    def __post_init__(self) -> None:
        self.apex = dns.name.from_text(self.name)
        self._sets: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], dns.rrset.RRset] = {}
        for label, kind, value in self.records:
            self._add(dns.name.from_text(label, origin=self.apex), kind, value)
        if self.fault != "no-keys":
            self._add(self.apex, "DNSKEY", self.key.public.to_text())

    def _add(self, name: dns.name.Name, kind: str, value: str) -> None:
        key = (name, dns.rdatatype.from_text(kind))
        quoted = f'"{value}"' if kind == "TXT" else value
        if key in self._sets:
            self._sets[key].add(rrset(name, kind, quoted)[0])
        else:
            self._sets[key] = rrset(name, kind, quoted)

    def __call__(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        question = query.question[0]
        if not question.name.is_subdomain(self.apex):
            response.set_rcode(dns.rcode.REFUSED)
            return response
        is_signed = bool(query.ednsflags & dns.flags.DO) and self.fault != "unsigned"
        owner = self._owner(question.name)
        found = self._find(owner, question.rdtype)
        if found is not None:
            self._put(response.answer, found, is_signed, question.name)
            if owner != question.name and is_signed:
                self._deny(response.authority, question.name, is_wildcard=True)
            return response
        if owner is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        self._put(response.authority, self._sets[self.apex, dns.rdatatype.SOA], is_signed)
        if is_signed:
            self._deny(response.authority, question.name)
        return response

    def _names(self) -> list[dns.name.Name]:
        """Return all names, empty non-terminals included, in DNSSEC's order."""
        names = {self.apex}
        for name, _ in self._sets:
            current = name
            while current != self.apex:
                names.add(current)
                current = current.parent()
        return sorted(names)

    def _owner(self, name: dns.name.Name) -> dns.name.Name | None:
        names = self._names()
        if name in names:
            return name
        wildcard = dns.name.Name((b"*", *self._encloser(name).labels))
        return wildcard if wildcard in names else None

    def _encloser(self, name: dns.name.Name) -> dns.name.Name:
        names, current = self._names(), name
        while current not in names:
            current = current.parent()
        return current

    def _find(
        self, name: dns.name.Name | None, kind: dns.rdatatype.RdataType
    ) -> dns.rrset.RRset | None:
        if name is None:
            return None
        return self._sets.get((name, dns.rdatatype.CNAME)) or self._sets.get((name, kind))

    def _put(
        self,
        section: list[dns.rrset.RRset],
        found: dns.rrset.RRset,
        is_signed: bool,
        name: dns.name.Name | None = None,
    ) -> None:
        shown = name or found.name
        section.append(dns.rrset.from_rdata_list(shown, 60, list(found)))
        if is_signed:
            signature = self._sign(found)
            section.append(dns.rrset.from_rdata_list(shown, 60, [signature]))

    def _sign(self, found: dns.rrset.RRset) -> dns.rdata.Rdata:
        is_keys = found.rdtype == dns.rdatatype.DNSKEY
        signer = self.key if is_keys or self.signer is None else self.signer
        now = int(time.time())
        return dns.dnssec.sign(
            found,
            signer.private,  # type: ignore[arg-type]
            self.apex,
            signer.public,  # type: ignore[arg-type]
            inception=now + int(self.start * DAY),
            expiration=now + int(self.end * DAY),
        )

    def _deny(
        self, section: list[dns.rrset.RRset], name: dns.name.Name, *, is_wildcard: bool = False
    ) -> None:
        if self.fault == "no-denial":
            return
        if self.fault == "wrong-denial":
            name = self.apex
        names = self._names()
        encloser = self._encloser(name)
        wildcard = dns.name.Name((b"*", *encloser.labels))
        wanted = [name]
        if name not in names:
            wanted = [name] if is_wildcard else [name, wildcard]
        if self.nsec3 is not None and name not in names:
            length = len(name.labels) - len(encloser.labels) - 1
            closer = dns.name.Name(name.labels[length:])
            wanted = [encloser, closer, wildcard] if not is_wildcard else [closer]
        made = {}
        for each in wanted:
            found = self._nsec(each) if self.nsec3 is None else self._nsec3(each)
            made[found.name] = found
        for found in made.values():
            self._put(section, found, self.fault != "unsigned-denial")

    def _types(self, name: dns.name.Name) -> str:
        kinds = [dns.rdatatype.to_text(kind) for owner, kind in self._sets if owner == name]
        return " ".join(kinds)

    def _nsec(self, name: dns.name.Name) -> dns.rrset.RRset:
        # An empty non-terminal has no NSEC record of its own.
        names = sorted({owner for owner, _ in self._sets})
        before = [each for each in names if each <= name][-1]
        after = names[(names.index(before) + 1) % len(names)]
        return rrset(before, "NSEC", f"{after} {self._types(before)} RRSIG NSEC")

    def _nsec3(self, name: dns.name.Name) -> dns.rrset.RRset:
        hashes = {self._hash(each): each for each in self._names()}
        order = sorted(hashes)
        wanted = self._hash(name)
        before = ([each for each in order if each <= wanted] or order)[-1]
        after = order[(order.index(before) + 1) % len(order)]
        owner = dns.name.from_text(before, origin=self.apex)
        types = self._types(hashes[before])
        signed = f"{types} RRSIG" if types else ""
        return rrset(owner, "NSEC3", f"1 0 {self.nsec3} abcd {after} {signed}".strip())

    def _hash(self, name: dns.name.Name) -> str:
        return dns.dnssec.nsec3_hash(name, "abcd", self.nsec3 or 0, 1)


try:
    Key.make()
except ImportError:  # RHEL 9's libraries
    pytest.skip("dnspython cannot use this library cryptography", allow_module_level=True)
