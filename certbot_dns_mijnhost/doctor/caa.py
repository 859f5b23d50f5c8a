"""Check CAA: whether the CA may issue for a name by DNS challenge, with Certbot's account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from certbot_dns_mijnhost.doctor.caa_records import CAARecords
from certbot_dns_mijnhost.doctor.dnssec import DNSSECCheck
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.doctor.inspection import Inspector
from certbot_dns_mijnhost.doctor.queries import InspectionError
from certbot_dns_mijnhost.doctor.server_answers import ask_servers


class CAACheck:
    """Checks the CAA records of names.

    :param ca: the name that the CA uses in CAA records.
    :param accounts: the URLs of Certbot's accounts; None if they are not readable.
    :param dnssec: checks the zones that hold the records, each once.
    """

    def __init__(
        self,
        inspector: Inspector,
        report: Report,
        *,
        ca: str,
        accounts: Sequence[str] | None,
        dnssec: DNSSECCheck,
    ) -> None:
        self._inspector = inspector
        self._report = report
        self._ca = ca
        self._accounts = accounts
        self._dnssec = dnssec

    def run(self, name: str, zone: str, *, is_wildcard: bool) -> CAARecords | None:
        """Report whether the CA may issue for `name`; return its CAA records, None if unknown.

        :param zone: that holds `name` in DNS; empty if it is not known.
        """
        shown = f"*.{name}" if is_wildcard else name
        try:
            found = self._inspector.caa(name)
        except InspectionError as error:
            self._report(self._unanswered(shown, zone, error))
            return None
        zones = [each for each in (zone, _zone_of(self._inspector, found)) if each]
        for each in zones:
            self._dnssec.run(each, [name] if each == zone else [])
        refused = [each for each in zones if each in self._dnssec.broken]
        if refused:
            message = (
                f"{self._ca} does not issue for {shown}: the CAA answers of {refused[0]} fail "
                "DNSSEC validation, which a CA must treat as a refusal."
            )
            step = "Fix the DNSSEC problem that is reported above."
            self._report(Finding("caa", State.FAILED, message, step, shown))
            return found
        self._report(self._decide(found, shown, is_wildcard=is_wildcard))
        return found

    def _unanswered(self, shown: str, zone: str, error: InspectionError) -> Finding:
        step = (
            "Ask the DNS provider that runs these name servers (mijn.host's support) why they do "
            "not answer queries for CAA records."
        )
        if _answers(self._inspector, zone):
            message = (
                f"{self._ca} does not issue for {shown}: {error}. "
                "A CA must treat this as a refusal."
            )
            return Finding("caa", State.FAILED, message, step, shown)
        message = f"It is unknown whether {self._ca} may issue for {shown}: {error}."
        step = (
            "A CA that gets no answer does not issue. If other DNS queries work from this machine, "
            "check the zone's name servers."
        )
        return Finding("caa", State.WARNING, message, step, shown)

    def _decide(self, found: CAARecords, shown: str, *, is_wildcard: bool) -> Finding:
        data: dict[str, Any] = {"at": found.name, "records": [str(each) for each in found.records]}
        tag = found.tag(is_wildcard=is_wildcard)
        objection = found.objection(self._ca, is_wildcard=is_wildcard)
        if objection:
            message = (
                f"The CAA records at {found.name} forbid {self._ca} to issue for {shown}: "
                f"{objection}."
            )
            step = (
                f'Add this record: {found.name}. CAA 0 {tag} "{self._ca}" (or use a CA that these '
                "records name, and pass its name to the doctor: --ca NAME)."
            )
            if found.unknown:
                step = f"Delete that record at {found.name}, or set its flags to 0."
            return Finding("caa", State.FAILED, message, step, shown, data)
        if found.needs_final_dot(self._ca, is_wildcard=is_wildcard):
            message = (
                f"The CAA records at {found.name} name {self._ca} with a final dot, which the "
                "CAA grammar does not allow. Some CAs then do not issue."
            )
            step = f'Write the value without the dot: {found.name}. CAA 0 {tag} "{self._ca}"'
            return Finding("caa", State.WARNING, message, step, shown, data)
        allowed = found.accounts(self._ca, is_wildcard=is_wildcard)
        if not allowed:
            return Finding("caa", State.OK, f"{self._ca} may issue for {shown}.", "", shown, data)
        return self._of_accounts(allowed, found, shown, {**data, "accounts": list(allowed)})

    def _of_accounts(
        self, allowed: Sequence[str], found: CAARecords, shown: str, data: Mapping[str, Any]
    ) -> Finding:
        listed = " or ".join(allowed)
        message = f"{self._ca} may issue for {shown}, but only to the ACME account {listed}"
        if not self._accounts:
            why = "cannot be read" if self._accounts is None else "has no account yet"
            message += (
                f". It is unknown whether Certbot uses it: Certbot's accounts directory {why}."
            )
            return Finding("caa", State.NOTE, message, "", shown, data)
        common = [each for each in allowed if each in self._accounts]
        if common:
            return Finding("caa", State.OK, f"{message}, which Certbot has.", "", shown, data)
        message += f". Certbot has other accounts: {', '.join(self._accounts)}."
        step = (
            f"Add accounturi={self._accounts[0]} to a CAA record at {found.name} (one record for "
            "each account), or copy that account to this machine."
        )
        return Finding("caa", State.FAILED, message, step, shown, data)


def _answers(inspector: Inspector, zone: str) -> bool:
    try:
        return bool(zone and ask_servers(inspector, zone).answering)
    except InspectionError:
        return False


def _zone_of(inspector: Inspector, found: CAARecords) -> str:
    """Return the zone of the records, which a CNAME may have led to."""
    try:
        return inspector.authority(found.name).zone
    except InspectionError:
        return ""
