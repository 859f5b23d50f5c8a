"""Check the name servers of a zone: each address must answer, and serve the current version."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone

from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.doctor.inspection import Inspector
from certbot_dns_mijnhost.doctor.queries import InspectionError
from certbot_dns_mijnhost.doctor.server_answers import Servers, ask_servers, serials_now

PUBLISHING = 75.0
"""Seconds that mijn.host may take to publish a change on all its name servers, about a minute."""
ASK_AGAIN = 15.0
"""Seconds between two queries to servers that differ."""
FIRST_UNIX_SERIAL = 1_000_000_000
"""Serials of the form YYYYMMDDnn are larger than the time now, counters are smaller than this."""
OPEN_THE_PORT = (
    "Open port 53 (UDP and TCP) from this machine to the outside, or set name servers that it can "
    "query: dns_mijnhost_nameservers in the credentials file."
)

AT_THE_REGISTRY = (
    "Check at the registry that the domain's name servers are those that serve the zone; if "
    "they are, contact mijn.host's support."
)


class ServersCheck:
    """Checks the name servers of zones.

    :param sleep: called with the seconds of each pause before differing servers are queried again.
    """

    def __init__(
        self, inspector: Inspector, report: Report, *, sleep: Callable[[float], None]
    ) -> None:
        self._inspector = inspector
        self._report = report
        self._sleep = sleep
        self._differing: list[str] = []

    def run(self, zone: str) -> None:
        """Report whether each name server of `zone` is reachable and serves it."""
        try:
            servers = ask_servers(self._inspector, zone)
        except InspectionError as error:
            message = (
                f"Cannot find the name servers of {zone}: {error}. The plugin then waits a fixed "
                "time instead of querying them."
            )
            step = f"Check that the domain is registered and the resolver works. {OPEN_THE_PORT}"
            self._report(Finding("port-53", State.WARNING, message, step, zone))
            return
        self._report(_reachability(servers, zone))
        for finding in _transports(servers, zone):
            self._report(finding)
        self._compare(dict(servers.serials), zone)

    def finish(self) -> None:
        """Query differing servers again, until they agree or the time for publishing is over."""
        waited = 0.0
        differing = dict.fromkeys(self._differing)
        while differing and waited < PUBLISHING:
            self._sleep(ASK_AGAIN)
            waited += ASK_AGAIN
            for zone in list(differing):
                if self._agree(zone, is_last=waited >= PUBLISHING):
                    del differing[zone]

    def _agree(self, zone: str, *, is_last: bool) -> bool:
        """Return whether all serve one version; report that, or at the end which are behind."""
        try:
            serials = serials_now(self._inspector, zone)
        except InspectionError:
            return True  # Reported already.
        is_one = len(set(serials.values())) <= 1
        if is_one:
            message = f"All name servers of {zone} serve the same version now."
            self._report(Finding("serial", State.OK, message, domain=zone))
        elif is_last:
            self._report(_behind(serials, zone, f"still after {PUBLISHING:.0f} s"))
        return is_one

    def _compare(self, serials: Mapping[str, int], zone: str) -> None:
        if len(set(serials.values())) < 2:
            return
        age = time.time() - max(serials.values())
        if is_unix_time(max(serials.values())) and age > PUBLISHING:
            written = _time(max(serials.values()))
            self._report(_behind(serials, zone, f"although the last change was at {written}"))
        else:
            self._differing.append(zone)


def is_unix_time(serial: int) -> bool:
    """Return whether an SOA serial looks like the time of the last write, as mijn.host's does."""
    return FIRST_UNIX_SERIAL <= serial <= time.time() + PUBLISHING


def _behind(serials: Mapping[str, int], zone: str, since: str) -> Finding:
    newest = max(serials.values())
    late = {label: serial for label, serial in serials.items() if serial != newest}
    listed = "; ".join(f"{label}: {_late(serial, newest)}" for label, serial in late.items())
    message = f"Some name servers of {zone} serve an older version of the zone, {since}: {listed}."
    step = (
        "A CA that queries one of these servers does not see new challenge records. Contact the "
        "DNS provider that runs them (mijn.host's support)."
    )
    data = {"serials": dict(serials), "behind": {k: newest - v for k, v in late.items()}}
    return Finding("serial", State.WARNING, message, step, zone, data)


def _late(serial: int, newest: int) -> str:
    if not (is_unix_time(serial) and is_unix_time(newest)):
        return f"serial {serial} instead of {newest}"
    return f"the version of {_time(serial)}, {newest - serial} s behind"


def _time(serial: int) -> str:
    return f"{datetime.fromtimestamp(serial, timezone.utc):%Y-%m-%d %H:%M:%S} UTC"


def _transports(servers: Servers, zone: str) -> list[Finding]:
    found = []
    if servers.without_tcp:
        listed = "; ".join(map(str, servers.without_tcp))
        message = f"Name servers of {zone} do not answer over TCP: {listed}."
        step = (
            "CAs use TCP for long answers, such as signed ones. If TCP port 53 is open from this "
            "machine to the outside, contact the DNS provider that runs these servers."
        )
        data = {"servers": [status.label for status in servers.without_tcp]}
        found.append(Finding("tcp", State.WARNING, message, step, zone, data))
    if servers.without_edns:
        listed = ", ".join(status.label for status in servers.without_edns)
        message = f"Name servers of {zone} refuse EDNS: {listed}. CAs use EDNS."
        step = "Ask the DNS provider that runs these servers to allow EDNS (RFC 6891)."
        data = {"servers": [status.label for status in servers.without_edns]}
        found.append(Finding("edns", State.WARNING, message, step, zone, data))
    return found


def _reachability(servers: Servers, zone: str) -> Finding:
    silent = servers.silent + servers.without_address
    unreachable = servers.unroutable
    if not servers.answering:
        silent, unreachable = silent + unreachable, ()
    data = {
        "answering": [status.label for status in servers.answering],
        "silent": [status.label for status in silent],
        "lame": [status.label for status in servers.lame],
        "unroutable": [status.label for status in unreachable],
    }
    problems = "; ".join(map(str, silent + servers.lame))
    count = len(servers.answering)
    if servers.answering and not problems:
        message = f"Each name server of {zone} answers ({count} address{'es' * (count > 1)})."
        if unreachable:
            family = servers.missing_family
            message += f" Their {family} addresses were skipped: this machine has no {family}."
        return Finding("port-53", State.OK, message, "", zone, data)
    if servers.answering:
        total = count + len(silent + servers.lame)
        message = (
            f"{count} of {total} name servers of {zone} serve it. The others: {problems}. The "
            "plugin does not wait for them."
        )
        step = "If this machine can reach their port 53 (UDP and TCP), contact mijn.host's support."
        if servers.lame:
            step = f"The CA may query any of them. {AT_THE_REGISTRY}"
        return Finding("port-53", State.WARNING, message, step, zone, data)
    if servers.is_intercepted:
        message = (
            "Port 53 is intercepted: a recursive resolver answers instead of each name server of "
            f"{zone}: {problems}. The plugin then waits a fixed time, which may be too short."
        )
        return Finding("port-53", State.WARNING, message, OPEN_THE_PORT, zone, data)
    if servers.lame:
        message = f"The name servers of {zone} answer, but do not serve the zone: {problems}."
        return Finding("port-53", State.FAILED, message, AT_THE_REGISTRY, zone, data)
    message = (
        f"No name server of {zone} answers: {problems}. The plugin then waits a fixed time instead "
        "of querying them, which may be too short."
    )
    return Finding("port-53", State.WARNING, message, OPEN_THE_PORT, zone, data)
