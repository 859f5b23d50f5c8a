"""Check dns-persist-01: report the standing authorizations at ``_validation-persist``.

A CA that supports the method issues to the account that such a record names, without any change in
DNS. The records are never changed. See docs/dns-persist-01.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from certbot_dns_mijnhost.doctor.caa_records import CAARecord, CAARecords
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.doctor.inspection import Inspector
from certbot_dns_mijnhost.doctor.queries import InspectionError

LABEL = "_validation-persist"
METHOD = "dns-persist-01"
SOON_DAYS = 30
URLS = ("https://", "http://")


@dataclass(frozen=True)
class Authorization:
    """One value at ``_validation-persist``, such as ``ca.example; accounturi=https://…``.

    :param issuer: the CA, in lower case; empty if the value is malformed.
    :param account: the ACME account that may issue.
    :param is_wildcard: it also allows subdomains and wildcards (``policy=wildcard``).
    :param until: when it expires; None if it does not.
    :param problems: what is wrong with it.
    """

    issuer: str
    account: str
    is_wildcard: bool
    until: datetime | None
    problems: tuple[str, ...]

    def __str__(self) -> str:
        scope = "the name, its subdomains and wildcards" if self.is_wildcard else "the name only"
        end = f"until {self.until:%Y-%m-%d}" if self.until else "without expiry date"
        return f"{self.issuer} for the account {self.account or '(none)'}, {scope}, {end}"


def read_authorization(value: str, caa: CAARecords | None, now: datetime) -> Authorization:
    """Parse one TXT value, and list its problems.

    :param caa: the CAA records that apply to the name, if they are known.
    """
    if value.lower().startswith(URLS):
        problem = "only an account URL, the format of the first drafts; draft -02 has another one"
        return Authorization("", value, is_wildcard=False, until=None, problems=(problem,))
    read = CAARecord(0, "issue", value)
    has_trailing = value.rstrip().endswith(";")
    if not read.is_readable or not read.issuer or has_trailing:
        problem = "malformed: a semicolon at the end" if has_trailing else "malformed"
        return Authorization("", "", is_wildcard=False, until=None, problems=(problem,))
    parameters = read.parameters
    account, end = parameters.get("accounturi", ""), parameters.get("persistuntil")
    until, problems = _end(end, now)
    is_wildcard = parameters.get("policy", "").lower() == "wildcard"
    if not account:
        problems.append("no accounturi")
    elif account.lower().startswith(URLS):
        problems.append("a plain account URL, the format of the first drafts; draft -02 changed it")
    if is_wildcard:
        problems.append("policy=wildcard: it also allows every subdomain")
    if caa is not None and _is_forbidden(caa, read.issuer):
        problems.append(f"the CAA records at {caa.name} do not allow {METHOD}")
    return Authorization(read.issuer, account, is_wildcard, until, tuple(problems))


def check_persist(inspector: Inspector, name: str, caa: CAARecords | None, report: Report) -> None:
    """Report the standing authorizations of `name`, if there are any."""
    now = datetime.now(timezone.utc)
    at = f"{LABEL}.{name}"
    try:
        values = inspector.txt(at, below=name)
    except InspectionError:
        return  # Another check reports that name servers do not answer.
    for value in filter(_is_authorization, values):
        found = read_authorization(value, caa, now)
        data = {
            "at": at,
            "value": value,
            "issuer": found.issuer,
            "account": found.account,
            "wildcard": found.is_wildcard,
            "until": found.until.isoformat() if found.until else "",
            "problems": list(found.problems),
        }
        shown = str(found) if found.issuer else f'"{value}"'
        message = f"{at} is a standing authorization ({METHOD}): {shown}."
        if not found.problems:
            report(Finding("persist", State.NOTE, message, "", name, data))
            continue
        message += f" {'; '.join(found.problems)[0].upper()}{'; '.join(found.problems)[1:]}."
        step = (
            "The owner of that account can obtain certificates without a change in DNS. Correct "
            "the record, or delete it if it is not intended. See docs/dns-persist-01.md."
        )
        report(Finding("persist", State.WARNING, message, step, name, data))


def _is_authorization(value: str) -> bool:
    """Return whether a value is an authorization: a wildcard TXT record answers here too."""
    read = CAARecord(0, "issue", value)
    names_ca = "." in read.issuer and "=" not in value.split(";", maxsplit=1)[0]
    return names_ca or "accounturi" in value.lower() or value.lower().startswith(URLS)


def _end(text: str | None, now: datetime) -> tuple[datetime | None, list[str]]:
    if text is None:
        return None, []
    try:
        until = datetime.fromtimestamp(int(text), timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None, [f"malformed: persistUntil={text} is not a time in seconds"]
    days = (until - now).days
    if until <= now:
        return until, [f"expired on {until:%Y-%m-%d}"]
    return until, [f"expires in {days} days"] if days < SOON_DAYS else []


def _is_forbidden(caa: CAARecords, issuer: str) -> bool:
    deciding: Sequence[CAARecord] = [each for each in caa.records if each.tag == "issue"]
    if not deciding:
        return False
    naming = [each for each in deciding if each.issuer == issuer]
    methods = [each.parameters.get("validationmethods") for each in naming]
    return not any(each is None or METHOD in each.split(",") for each in methods)
