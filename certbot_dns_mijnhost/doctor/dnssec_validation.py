"""Validate the answers of one name server as a CA does, from the DS records of the parent zone.

The local resolver is not trusted. The queries are those of a CA: DNSKEY, SOA, NS, CAA, and the TXT
record of a challenge, whose absence must be proved too.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import dns.dnssec
import dns.exception
import dns.name
import dns.rdatatype
import dns.rrset

from certbot_dns_mijnhost.doctor.dnssec_denial import (
    MOST_ITERATIONS,
    iterations_of,
    proves_absence,
    proves_expansion,
)
from certbot_dns_mijnhost.doctor.dnssec_signatures import (
    ALGORITHMS,
    DIGESTS,
    Fault,
    Verification,
    signatures_of,
    signing_keys,
    verify,
)
from certbot_dns_mijnhost.doctor.queries import Queries, Reply
from certbot_dns_mijnhost.propagation.names import write_name
from certbot_dns_mijnhost.propagation.query import Server

KINDS = ("SOA", "NS", "CAA")
DENIALS = (dns.rdatatype.NSEC, dns.rdatatype.NSEC3)
SECONDS_OF_A_DAY = 86400.0
LATE = 0.1
"""A signature with less than this part of its lifetime left should have been replaced."""


@dataclass(frozen=True)
class Problem:
    """Something that a validating resolver does not accept, or soon will not.

    :param kind: see :data:`certbot_dns_mijnhost.doctor.dnssec.CURES`.
    :param text: what is wrong, without the server's name.
    """

    kind: str
    text: str


@dataclass(frozen=True)
class ServerResult:
    """The problems of one server's answers.

    :param server: its label.
    :param problems: in the order of the queries; one of each kind.
    :param expires: when the first signature expires, in seconds since 1970; 0 if there is none.
    """

    server: str
    problems: tuple[Problem, ...]
    expires: int = 0


def check_server(
    queries: Queries,
    server: Server,
    zone: dns.name.Name,
    ds: Sequence[Any],
    *,
    label: str,
    names: Sequence[dns.name.Name] = (),
) -> ServerResult | None:
    """Return what is wrong with the signatures of `server`; None if it does not serve the zone.

    :param ds: the DS records of `zone`, at least one of a supported algorithm.
    :param label: of the challenge's name below the zone, which must not exist.
    :param names: of a certificate, in this zone: their CAA answers are verified too.
    :raises CannotVerifyError: if there is no usable cryptography.
    """
    soa = queries.ask(server.endpoint, zone, "SOA")
    if soa.problem and not soa.is_truncated:
        return None
    keys = queries.ask(server.endpoint, zone, "DNSKEY")
    challenge = dns.name.from_text(f"_acme-challenge.{label}", origin=zone)
    replies = [(kind, zone, queries.ask(server.endpoint, zone, kind)) for kind in KINDS]
    replies += [("CAA", name, queries.ask(server.endpoint, name, "CAA")) for name in names]
    replies.append(("TXT", challenge, queries.ask(server.endpoint, challenge, "TXT")))
    validation = _Validation(zone, time.time())
    try:
        problems = list(validation.problems(ds, keys, replies))
    except (dns.exception.DNSException, ValueError) as error:
        # Such as names that are too long together with a wildcard's label.
        text = f"serves records that cannot be parsed ({type(error).__name__})"
        problems = [Problem("answer", text)]
    first_of_kind = {problem.kind: problem for problem in reversed(problems)}
    kept = tuple(each for each in problems if first_of_kind[each.kind] is each)
    return ServerResult(server.label, kept, validation.expires)


def random_label() -> str:
    """Return a label that no zone has."""
    return f"mijnhost-doctor-{secrets.token_hex(6)}"


def is_supported(ds: Any) -> bool:
    """Return whether CAs support this DS record; without one they skip the validation."""
    return int(ds.algorithm) in ALGORITHMS and int(ds.digest_type) in DIGESTS


class _Validation:
    """The validation of the answers of one server."""

    def __init__(self, zone: dns.name.Name, now: float) -> None:
        self._zone = zone
        self._now = now
        self._keys: list[Any] = []
        self.expires = 0

    def problems(
        self,
        ds: Sequence[Any],
        keys: Reply,
        replies: Sequence[tuple[str, dns.name.Name, Reply]],
    ) -> Iterator[Problem]:
        if keys.refuses_edns:
            yield Problem("edns", "refuses EDNS, so it cannot serve signatures")
            return
        if keys.problem:
            yield _of_answer("DNSKEY", self._zone, keys)
            return
        blocking = list(self._trust(ds, keys))
        yield from blocking
        if blocking and not self._keys:
            return
        for kind, name, reply in replies:
            if reply.problem:
                yield _of_answer(kind, name, reply)
            else:
                yield from self._of_reply(kind, name, reply)

    def _trust(self, ds: Sequence[Any], reply: Reply) -> Iterator[Problem]:
        """Keep the keys of the zone if a DS record authenticates them."""
        rrset = reply.rrset(self._zone, "DNSKEY")
        if not rrset:
            yield Problem("no-dnskey", "serves no DNSKEY record")
            return
        entry = signing_keys(self._zone, ds, rrset)
        if not entry:
            tags = ", ".join(sorted({str(dns.dnssec.key_id(key)) for key in rrset}))
            yield Problem("ds-mismatch", f"serves DNSKEY records with the key tags {tags}")
            return
        self._keys = list(rrset)
        section = reply.message.answer if reply.message else []
        yield from self._problems_of(verify(rrset, section, entry, self._zone, self._now), "DNSKEY")

    def _of_reply(self, kind: str, name: dns.name.Name, reply: Reply) -> Iterator[Problem]:
        answer = reply.message.answer if reply.message else []
        sets = [
            each
            for each in answer
            if each.rdtype != dns.rdatatype.RRSIG and each.name.is_subdomain(self._zone)
        ]
        if not sets:
            yield from self._absent(kind, name, reply)
        for rrset in sets:
            what = f"{dns.rdatatype.to_text(rrset.rdtype)} {write_name(rrset.name)}"
            yield from self._problems_of(
                verify(rrset, answer, self._keys, self._zone, self._now), what
            )
            yield from self._expanded(rrset, answer, reply, what)

    def _expanded(
        self,
        rrset: dns.rrset.RRset,
        answer: Sequence[dns.rrset.RRset],
        reply: Reply,
        what: str,
    ) -> Iterator[Problem]:
        """Check that a wildcard may answer: the name itself must be proved not to exist."""
        length = len(rrset.name.labels) - 1
        signed = [each.labels for each in signatures_of(rrset, answer, self._zone)]
        if not signed or max(signed) >= length or rrset.name.is_wild():
            return
        encloser = dns.name.Name(rrset.name.labels[length - max(signed) :])
        proofs = [] if reply.message is None else list(self._proofs(reply))
        if not proves_expansion(rrset.name, encloser, proofs):
            yield Problem("denial", f"does not prove that a wildcard answers for {what}")

    def _absent(self, kind: str, name: dns.name.Name, reply: Reply) -> Iterator[Problem]:
        authority = reply.message.authority if reply.message else []
        what = f"{kind} {write_name(name)}"
        given = [rrset for rrset in authority if rrset.rdtype in DENIALS]
        if iterations_of(given) > MOST_ITERATIONS:
            yield Problem("iterations", f"uses NSEC3 with {iterations_of(given)} iterations")
            return
        for rrset in given:
            verified = verify(rrset, authority, self._keys, self._zone, self._now)
            text = f"the proof that there is no {what}"
            yield from self._problems_of(verified, text)
            if verified.fault is not None:
                return
        if not given:
            yield Problem("denial", f"does not prove that there is no {what}: no NSEC record")
        elif not proves_absence(name, dns.rdatatype.from_text(kind), self._zone, given):
            yield Problem("denial", f"does not prove that there is no {what}: wrong NSEC records")

    def _proofs(self, reply: Reply) -> Iterator[dns.rrset.RRset]:
        authority = reply.message.authority if reply.message else []
        for rrset in authority:
            if rrset.rdtype in DENIALS and not self._fault_of(rrset, authority):
                yield rrset

    def _fault_of(self, rrset: dns.rrset.RRset, section: Sequence[dns.rrset.RRset]) -> Fault | None:
        return verify(rrset, section, self._keys, self._zone, self._now).fault

    def _problems_of(self, verified: Verification, what: str) -> Iterator[Problem]:
        if verified.end:
            self.expires = min(self.expires or verified.end, verified.end)
        if verified.fault is not None:
            yield Problem(*_described(verified, what))
            return
        left, lifetime = verified.end - self._now, verified.end - verified.start
        if left < LATE * lifetime:
            days = left / SECONDS_OF_A_DAY
            yield Problem("soon", f"its signature over {what} expires in {days:.1f} days")


def _of_answer(kind: str, name: dns.name.Name, reply: Reply) -> Problem:
    problem = "tcp" if reply.is_silent and reply.is_truncated else "answer"
    return Problem(problem, f"fails the query for {kind} {write_name(name)}: {reply.problem}")


def _described(verified: Verification, what: str) -> tuple[str, str]:
    if verified.fault is Fault.EXPIRED:
        return "expired", f"its signature over {what} expired on {_date(verified.end)}"
    if verified.fault is Fault.NOT_YET_VALID:
        return "early", f"its signature over {what} is not valid before {_date(verified.start)}"
    if verified.fault is Fault.WRONG:
        return "wrong", f"its signature over {what} does not verify"
    if verified.fault is Fault.UNKNOWN_KEY:
        return "wrong", f"its signature over {what} is by a key that is not in its DNSKEY records"
    if verified.fault is Fault.UNSUPPORTED:
        return "wrong", f"its signature over {what} has an algorithm that CAs do not verify"
    return "unsigned", f"serves no signature over {what}"


def _date(seconds: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))
