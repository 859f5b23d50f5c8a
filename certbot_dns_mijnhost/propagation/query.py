"""One question to one address; the only module here that talks DNS."""

from __future__ import annotations

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset

from certbot_dns_mijnhost.propagation.endpoints import Endpoint
from certbot_dns_mijnhost.propagation.said import Kind, Said

PAYLOAD = 1232
"""Bytes of a UDP answer that pass everywhere without fragments (DNS flag day 2020)."""


class NoAnswerError(Exception):
    """The server did not answer so that one could use it."""


def ask(server: Endpoint, name: str, kind: str, timeout: float) -> dns.message.Message:
    """Ask a server directly, without recursion, and return its answer.

    :param server: an address and a port.
    :param timeout: seconds.
    :raises NoAnswerError: where no answer came.
    """
    question = dns.message.make_query(name, kind, use_edns=0, payload=PAYLOAD)
    question.flags &= ~dns.flags.RD
    try:
        answer, _ = dns.query.udp_with_fallback(
            question, server.host, timeout=timeout, port=server.port, ignore_unexpected=True
        )
    except dns.exception.Timeout as error:
        raise NoAnswerError("no answer") from error
    except OSError as error:
        raise NoAnswerError(error.strerror or "can't be reached") from error
    except (dns.exception.DNSException, EOFError, ValueError) as error:
        raise NoAnswerError(f"an answer that can't be read ({type(error).__name__})") from error
    return answer


def ask_for_txt(server: Endpoint, name: str, timeout: float) -> Said:
    """Ask a server for the TXT values at a name, and return what it said."""
    try:
        answer = ask(server, name, "TXT", timeout)
    except NoAnswerError as error:
        return Said(Kind.SILENT, detail=str(error))
    return read_txt(answer, dns.name.from_text(name))


def read_txt(answer: dns.message.Message, name: dns.name.Name) -> Said:
    """Return what an answer says about the TXT records at `name`."""
    if answer.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        return Said(Kind.LAME, detail=dns.rcode.to_text(answer.rcode()))
    target = alias_target(answer, name)
    if target is not None:
        return Said(Kind.ALIAS, detail=target.to_text(omit_final_dot=True))
    if not answer.flags & dns.flags.AA:
        child = referral(answer, name)
        if child is not None:
            return Said(Kind.REFERRAL, detail=child.to_text(omit_final_dot=True))
        return Said(Kind.LAME, detail="not authoritative")
    values = frozenset(
        b"".join(record.strings).decode("utf-8", "replace")
        for rrset in _rrsets(answer, name, dns.rdatatype.TXT)
        for record in rrset
    )
    if values:
        return Said(Kind.VALUES, values)
    return Said(Kind.NO_NAME if answer.rcode() == dns.rcode.NXDOMAIN else Kind.NO_TXT)


def alias_target(answer: dns.message.Message, name: dns.name.Name) -> dns.name.Name | None:
    """Return where a CNAME at `name`, or a DNAME above it, leads; None where there is none."""
    for rrset in _rrsets(answer, name, dns.rdatatype.CNAME):
        return dns.name.Name(rrset[0].target.labels)
    for rrset in answer.answer:
        is_above = name.is_subdomain(rrset.name) and name != rrset.name
        if rrset.rdtype == dns.rdatatype.DNAME and is_above:
            return name.relativize(rrset.name).derelativize(rrset[0].target)
    return None


def referral(answer: dns.message.Message, name: dns.name.Name) -> dns.name.Name | None:
    """Return the zone that a server refers to, which holds `name`; None where it does not."""
    for rrset in answer.authority:
        if rrset.rdtype == dns.rdatatype.NS and name.is_subdomain(rrset.name):
            return rrset.name
    return None


def _rrsets(
    answer: dns.message.Message, name: dns.name.Name, kind: dns.rdatatype.RdataType
) -> list[dns.rrset.RRset]:
    return [rrset for rrset in answer.answer if rrset.name == name and rrset.rdtype == kind]
