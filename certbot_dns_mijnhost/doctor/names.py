"""Run the checks of the names of certificates, and those of each zone once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from certbot_dns_mijnhost.doctor.account import Calls
from certbot_dns_mijnhost.doctor.caa import CAACheck
from certbot_dns_mijnhost.doctor.certificate_names import WILDCARD, check_name
from certbot_dns_mijnhost.doctor.delegation import (
    check_delegation,
    check_ignored_cname,
    check_subzone,
    check_zone,
)
from certbot_dns_mijnhost.doctor.dnssec import DNSSECCheck
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.doctor.inspection import Inspector
from certbot_dns_mijnhost.doctor.persist import check_persist
from certbot_dns_mijnhost.doctor.queries import DNSOptions, InspectionError, Queries
from certbot_dns_mijnhost.doctor.servers import ServersCheck
from certbot_dns_mijnhost.doctor.trial import Trial
from certbot_dns_mijnhost.doctor.zone import check_managed, check_published, check_records
from certbot_dns_mijnhost.propagation import DNSView, PropagationError
from certbot_dns_mijnhost.settings import Settings
from certbot_dns_mijnhost.zone import ChallengeRecords, canonical
from certbot_dns_mijnhost.zone.listing import CHALLENGE_LABEL


class NamesCheck:
    """Checks the names of certificates.

    :param listed: the account's domains; empty if the key may not list them.
    :param ca: the name that the CA uses in CAA records.
    :param progress: receives the name or zone that is being checked.
    :param accounts: the URLs of Certbot's accounts; None if they are not readable.
    """

    def __init__(
        self,
        calls: Calls,
        settings: Settings,
        report: Report,
        *,
        listed: Sequence[str],
        ca: str,
        accounts: Sequence[str] | None,
        dns: DNSOptions,
        progress: Callable[[str], None],
    ) -> None:
        self._calls = calls
        self._settings = settings
        self._report = report
        self._listed = listed
        self._is_limited = False
        self._ca = ca
        self._accounts = accounts
        self._progress = progress
        self._dns_options = dns
        # It only finds zones here, and writes nothing.
        self._records = ChallengeRecords(
            calls.client,
            backup_directory=Path(),
            zones=settings.zones,
            retry=calls.plugin_retry,
        )

    def run(self, names: Sequence[str], *, write: bool) -> None:
        """Check `names`, a wildcard together with its base domain.

        :param names: empty for all domains: those of ``dns_mijnhost_zone``, or else the account's.
        :param write: whether a test record may be created in their zones.
        """
        asked = names or self._settings.zones or self._listed
        if not asked:
            message = "No domain was checked: none was named, and the API lists none."
            step = "Name the domains of your certificate: -d example.nl"
            self._report(Finding("name", State.FAILED, message, step))
        names_in_dns = list(map(canonical, asked))
        wanted = [name for name in names_in_dns if check_name(name, self._report)]
        try:
            self._check(wanted, self._inspector(), write=write)
        except PropagationError as error:
            self._report(Finding("settings", State.FAILED, f"{error}. Correct the setting."))

    def _check(self, wanted: Sequence[str], inspector: Inspector, *, write: bool) -> None:
        """Check where the challenges belong, then the zones, then CAA for each name."""
        names = list(dict.fromkeys(name.removeprefix(WILDCARD) for name in wanted))
        found = {}
        for number, name in enumerate(names, start=1):
            self._progress(f"{number} of {len(names)}: {name}")
            found[name] = self._zone_of(inspector, name)
        held_by = {name: _dns_zone(inspector, name) for name in names}
        zones = list(dict.fromkeys(zone for zone in found.values() if zone is not None))
        servers = ServersCheck(inspector, self._report, sleep=self._calls.retry.sleep)
        dnssec = DNSSECCheck(inspector, self._report)
        caa = CAACheck(inspector, self._report, ca=self._ca, accounts=self._accounts, dnssec=dnssec)
        managed = {}
        for number, zone in enumerate(zones, start=1):
            self._progress(f"zone {number} of {len(zones)}: {zone}")
            managed[zone] = self._is_managed(zone)
            if managed[zone] and not self._is_limited:
                is_read = check_records(self._calls, zone, self._report)
                self._is_limited = not is_read and self._calls.exchanges[-1].status == 429
            check_published(inspector, zone, self._report)
            servers.run(zone)
            dnssec.run(zone, [name for name in names if held_by[name] == zone])
        for name in names:
            records, zone = None, held_by[name] or found[name] or ""
            for is_wildcard in (False, True):
                if (f"{WILDCARD}{name}" if is_wildcard else name) in wanted:
                    records = caa.run(name, zone, is_wildcard=is_wildcard)
            check_persist(inspector, name, records, self._report)
        servers.finish()
        for zone in zones if write else ():
            self._try_out(zone, inspector.view, is_managed=managed[zone])

    def _inspector(self) -> Inspector:
        retry = self._calls.retry
        return Inspector(
            nameservers=self._settings.nameservers,
            resolvers=self._settings.resolvers,
            queries=Queries(self._dns_options.query_timeout, clock=retry.clock, sleep=retry.sleep),
            clock=retry.clock,
            **asdict(self._dns_options),
        )

    def _zone_of(self, inspector: Inspector, name: str) -> str | None:
        target: str | None = f"{CHALLENGE_LABEL}.{name}"
        if self._settings.follow_cname:
            target = check_delegation(inspector.follower, self._records, name, self._report)
        else:
            check_ignored_cname(inspector.follower, name, self._report)
        if target is None:
            return None
        zone = check_zone(
            self._records,
            target,
            name,
            self._report,
            chosen=self._settings.zones,
            listed=self._listed,
        )
        if zone is not None:
            check_subzone(
                inspector, self._records, target, zone=zone, name=name, report=self._report
            )
        return zone

    def _is_managed(self, zone: str) -> bool | None:
        if self._is_limited:
            message = f"The API was not asked about {zone}, because its rate limit is reached."
            self._report(Finding("managed", State.SKIPPED, message, domain=zone))
            return None
        is_managed = check_managed(self._calls, zone, self._report)
        self._is_limited = is_managed is None and self._calls.exchanges[-1].status == 429
        return is_managed

    def _try_out(self, zone: str, view: DNSView, *, is_managed: bool | None) -> None:
        if not is_managed:
            reason = (
                "mijn.host does not serve its DNS"
                if is_managed is False
                else "the API call for the domain failed"
            )
            message = f"No test record was created in {zone}: {reason}."
            self._report(Finding("write", State.SKIPPED, message, domain=zone))
            return
        Trial(self._calls, zone, self._settings, self._report, view=view).run()


def _dns_zone(inspector: Inspector, name: str) -> str:
    """Return the zone that holds `name` in DNS, which may be at another provider; else empty."""
    try:
        return inspector.authority(name).zone
    except InspectionError:
        return ""
