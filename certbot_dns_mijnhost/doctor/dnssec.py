"""Check DNSSEC: report what the name servers of a zone get wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import dns.name

from certbot_dns_mijnhost.doctor.dnssec_signatures import CannotVerifyError, algorithm_name
from certbot_dns_mijnhost.doctor.dnssec_validation import (
    Problem,
    ServerResult,
    check_server,
    is_supported,
    random_label,
)
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.doctor.inspection import Inspector
from certbot_dns_mijnhost.doctor.queries import InspectionError
from certbot_dns_mijnhost.propagation.names import read_name

REMOVE = (
    "Remove the DS record at the registrar (in mijn.host's control panel: the DNSSEC settings of "
    "the domain)"
)
SIGN_AGAIN = (
    "Ask the DNS provider that runs these servers (mijn.host's support) to sign the zone again. "
    f"If that takes too long: {REMOVE[0].lower()}{REMOVE[1:]}; CAs issue again when its TTL has "
    "expired, usually within a day."
)
CURES = {
    "no-dnskey": (
        f"{REMOVE}, or turn DNSSEC on at the DNS provider that serves the domain. Such a DS "
        "record usually remains after a domain moved to other name servers."
    ),
    "ds-mismatch": (
        "Replace the DS record at the registrar with one for the key that the name servers use "
        "(in mijn.host's control panel: the DNSSEC settings of the domain). If you moved the "
        "domain, remove the old DS record."
    ),
    "expired": f"Check this machine's clock: timedatectl. If it is right: {SIGN_AGAIN}",
    "early": (
        "Check this machine's clock: timedatectl. If it is right, the clock of the DNS provider "
        f"is wrong. {SIGN_AGAIN}"
    ),
    "wrong": SIGN_AGAIN,
    "unsigned": SIGN_AGAIN,
    "denial": (
        "Ask the DNS provider that runs these servers (mijn.host's support) to repair the NSEC or "
        'NSEC3 records of the zone: CAs do not accept an unproved "no such record".'
    ),
    "iterations": "Ask the DNS provider for NSEC3 without iterations (RFC 9276).",
    "edns": "Ask the DNS provider that runs these servers to allow EDNS (RFC 6891).",
    "tcp": (
        "If TCP port 53 is open from this machine to the outside, report it to the DNS provider "
        "that runs these servers (mijn.host's support): signed answers often need TCP."
    ),
    "answer": "Ask the DNS provider that runs these servers why they do not answer this query.",
    "soon": (
        "Signatures should be renewed well before they expire. If this warning remains for a day, "
        "report it to the DNS provider that runs these servers."
    ),
}
MOST_NAMES = 3
"""Names of a certificate in one zone whose own CAA answers are verified."""
ONLY_WARNINGS = frozenset({"soon", "iterations"})


class DNSSECCheck:
    """Checks the DNSSEC of zones, each once."""

    def __init__(self, inspector: Inspector, report: Report) -> None:
        self._inspector = inspector
        self._report = report
        self._done: set[str] = set()
        self._is_resolver_checked = False
        self.broken: dict[str, str] = {}
        """For each zone of which CAs refuse the answers of all servers: why."""

    def run(self, zone: str, names: Sequence[str] = ()) -> None:
        """Report what a CA finds when it validates `zone`.

        :param names: of a certificate, in this zone and in no subzone; the first few are verified.
        """
        if zone in self._done:
            return
        self._done.add(zone)
        name = read_name(zone)
        try:
            ds = self._inspector.ds_of(name)
        except InspectionError as error:
            message = f"Could not check the DNSSEC of {zone}: {error}."
            step = "Check this machine's resolver, or set another one: dns_mijnhost_resolver."
            self._report(Finding("dnssec", State.SKIPPED, message, step, zone))
            return
        if not ds:
            message = f"{zone} is not signed with DNSSEC (no DS record); CAs accept that."
            data: dict[str, Any] = {"signed": False}
            self._report(Finding("dnssec", State.OK, message, "", zone, data))
            return
        if not any(map(is_supported, ds)):
            self._report(_unsupported(zone, ds))
            return
        try:
            self._check(zone, name, ds, [read_name(each) for each in names[:MOST_NAMES]])
        except CannotVerifyError as error:
            message = f"Could not verify the signatures of {zone}: {error}."
            step = "Run the mijnhost of Certbot's environment, such as /opt/certbot/bin/mijnhost."
            self._report(Finding("dnssec", State.SKIPPED, message, step, zone))

    def _check(
        self,
        zone: str,
        name: dns.name.Name,
        ds: Sequence[Any],
        names: Sequence[dns.name.Name],
    ) -> None:
        label = random_label()
        try:
            servers = self._inspector.servers_of(zone)
        except InspectionError as error:
            message = f"Could not verify the signatures of {zone}: {error}."
            self._report(Finding("dnssec", State.SKIPPED, message, domain=zone))
            return
        queries = self._inspector.queries
        found = queries.on_each(
            servers,
            lambda server: check_server(
                queries,
                server,
                name,
                ds,
                label=label,
                names=[each for each in names if each != name],
            ),
        )
        results = [each for each in found if each is not None]
        if not results:
            message = (
                f"Could not verify the signatures of {zone}: no name server answers from here."
            )
            self._report(Finding("dnssec", State.SKIPPED, message, domain=zone))
            return
        findings = list(_findings(zone, ds, results))
        for finding in findings:
            self._report(finding)
        failed = [finding for finding in findings if finding.state is State.FAILED]
        if failed:
            self.broken[zone] = failed[0].message
        else:
            self._check_resolver(zone, name)

    def _check_resolver(self, zone: str, name: dns.name.Name) -> None:
        """Report once if this machine's resolver does not validate."""
        if self._is_resolver_checked:
            return
        self._is_resolver_checked = True
        if self._inspector.resolver_validates(name) is False:
            message = (
                "The resolver of this machine does not validate DNSSEC. CAs do, so the doctor "
                "verified the signatures itself."
            )
            self._report(Finding("resolver", State.NOTE, message, domain=zone))


def _findings(zone: str, ds: Sequence[Any], results: Sequence[ServerResult]) -> list[Finding]:
    by_kind: dict[str, dict[str, Problem]] = {}
    for result in results:
        for problem in result.problems:
            by_kind.setdefault(problem.kind, {})[result.server] = problem
    is_broken = all(
        any(problem.kind not in ONLY_WARNINGS for problem in result.problems) for result in results
    )
    found = [
        _finding(zone, ds, kind, each, asked=len(results), is_broken=is_broken)
        for kind, each in by_kind.items()
    ]
    if found:
        return found
    expires = min(result.expires for result in results)
    until = datetime.fromtimestamp(expires, timezone.utc)
    days = (until - datetime.now(timezone.utc)).days
    message = (
        f"The DNSSEC signatures of {zone} are valid at each of {len(results)} addresses; the "
        f"first one expires in {days} days ({until:%Y-%m-%d})."
    )
    data = {"signed": True, "expires": until.isoformat(), "days": days}
    return [Finding("dnssec", State.OK, message, "", zone, data)]


def _finding(
    zone: str,
    ds: Sequence[Any],
    kind: str,
    problems: dict[str, Problem],
    *,
    asked: int,
    is_broken: bool,
) -> Finding:
    is_everywhere = len(problems) == asked
    texts = {problem.text for problem in problems.values()}
    if is_everywhere and len(texts) == 1:
        details = f"each name server: {texts.pop()}"
    else:
        details = "; ".join(f"{server}: {problem.text}" for server, problem in problems.items())
    is_hard = kind not in ONLY_WARNINGS
    state = State.FAILED if is_broken and is_hard else State.WARNING
    tags = ", ".join(sorted({str(each.key_tag) for each in ds}))
    message = f"DNSSEC of {zone}: {details}."
    if kind in {"no-dnskey", "ds-mismatch"}:
        message = (
            f"The registry has a DS record for {zone} (key tag {tags}) that does not match: "
            f"{details}."
        )
    if is_hard and is_broken:
        message += " CAs validate DNSSEC, so no CA issues for this domain."
    elif is_hard:
        message += " A CA that queries one of these servers may refuse to issue."
    data = {"signed": True, "problem": kind, "servers": sorted(problems)}
    return Finding("dnssec", state, message, CURES[kind], zone, data)


def _unsupported(zone: str, ds: Sequence[Any]) -> Finding:
    used = " and ".join(sorted({algorithm_name(int(each.algorithm)) for each in ds}))
    message = (
        f"{zone} is signed with an algorithm that CAs do not have to support: {used}. A CA may "
        "refuse the domain, or treat it as unsigned."
    )
    step = "Ask the DNS provider for algorithm 13 (ECDSA P-256), and replace the DS record."
    data = {"signed": True, "problem": "algorithm"}
    return Finding("dnssec", State.WARNING, message, step, zone, data)
