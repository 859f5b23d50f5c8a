"""The order of the checks: credentials, renewals, account, then the names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

from certbot_dns_mijnhost.api import Exchange, InvalidInputError, MijnHostClient, RetryPolicy
from certbot_dns_mijnhost.doctor.account import Calls, ClockCheck, check_account
from certbot_dns_mijnhost.doctor.certbot_files import account_urls, certificates, renewals
from certbot_dns_mijnhost.doctor.credentials import check_credentials
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.doctor.names import NamesCheck
from certbot_dns_mijnhost.doctor.queries import DNSOptions
from certbot_dns_mijnhost.doctor.renewals import check_horizon, check_renewals
from certbot_dns_mijnhost.doctor.schedule import find_schedule
from certbot_dns_mijnhost.settings import Settings

INTERACTIVE_RETRY = RetryPolicy(tries=3, total_seconds=20.0)
"""A person is waiting, so that a failure is reported soon."""


class Doctor:
    """Checks what a renewal will need.

    :param report: receives each finding.
    :param ca: the name that the CA uses in CAA records.
    :param port: of the published name servers.
    :param query_timeout: seconds for one DNS query.
    :param root: of the files of systemd, cron and Certbot's logs; tests set another one.
    :param progress: receives the name or zone that is being checked.
    :param retry: when a call to the API is repeated; its clock and sleep are used for every wait.
    """

    def __init__(
        self,
        report: Report,
        *,
        ca: str,
        port: int,
        query_timeout: float = 2.0,
        retry: RetryPolicy = INTERACTIVE_RETRY,
        root: Path = Path("/"),
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.findings: list[Finding] = []
        self._on_finding = report
        self._ca = ca
        self._dns = DNSOptions(port, query_timeout)
        self._retry = retry
        self._root = root
        self._progress = progress

    @property
    def has_failed(self) -> bool:
        """Whether there is a problem that keeps a certificate from being issued or renewed."""
        return any(finding.state is State.FAILED for finding in self.findings)

    def run(
        self,
        names: Iterable[str],
        *,
        path: str | None,
        flags: Mapping[str, Any],
        environment: Mapping[str, str],
        config_directory: Path,
        write: bool,
    ) -> None:
        """Check credentials, renewals, account, then each name; without names, each domain of it.

        :param names: as in a certificate, wildcards included.
        :param path: the credentials file; None searches where the plugin does.
        :param flags: settings given by flag, by the names of :mod:`certbot_dns_mijnhost.settings`.
        :param environment: the environment variables of the process.
        :param config_directory: Certbot's ``--config-dir``.
        :param write: whether a test record may be created in the zones of `names`.
        """
        settings = check_credentials(path, flags, environment, self._report)
        now = datetime.now(timezone.utc)
        check_renewals(renewals(config_directory), environment, self._report, now=now)
        if settings is None:
            self._check_horizon(config_directory, now)
            return
        exchanges: list[Exchange] = []
        clock = ClockCheck()
        try:
            client = self._client(settings, exchanges, clock)
        except InvalidInputError as error:
            self._report(Finding("key", State.FAILED, str(error)))
            self._check_horizon(config_directory, now)
            return
        with client:
            calls = Calls(client, exchanges, self._retry)
            today = date.today()  # noqa: DTZ011
            domains = check_account(calls, self._report, chosen=settings.zones, today=today)
            clock.run(self._report)
            self._check_horizon(config_directory, now)
            if domains is None:
                return
            wanted = list(dict.fromkeys(names))
            check_of_names = NamesCheck(
                calls,
                settings,
                self._report,
                listed=[each.domain for each in domains],
                ca=self._ca,
                accounts=account_urls(config_directory),
                dns=self._dns,
                progress=self._progress,
            )
            check_of_names.run(wanted, write=write and bool(wanted))
        if write and not wanted:
            message = "No test record was created, because no domain was named."
            step = "To include this test, name domains: -d example.nl"
            self._report(Finding("write", State.SKIPPED, message, step))

    def _check_horizon(self, config_directory: Path, now: datetime) -> None:
        """Report when each certificate is renewed; the key's last day is known by now."""
        last_days = [each.data["last_day"] for each in self.findings if "last_day" in each.data]
        check_horizon(
            certificates(config_directory),
            find_schedule(self._root),
            self._root / "var/log/letsencrypt",
            self._report,
            now=now,
            key_ends=date.fromisoformat(last_days[0]) if last_days else None,
        )

    def _client(
        self, settings: Settings, exchanges: list[Exchange], clock: ClockCheck
    ) -> MijnHostClient:
        def note(exchange: Exchange) -> None:
            exchanges.append(exchange)
            clock.note(exchange)

        return MijnHostClient(
            settings.api_key,
            base_url=settings.api_url,
            timeout=settings.timeout,
            retry=self._retry,
            on_exchange=note,
        )

    def _report(self, finding: Finding) -> None:
        self.findings.append(finding)
        self._on_finding(finding)
