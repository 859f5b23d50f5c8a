"""The account that a command uses; ``mijnhost whoami`` and ``mijnhost domains``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from certbot_dns_mijnhost import credentials
from certbot_dns_mijnhost.api import MijnHostClient, RetryPolicy
from certbot_dns_mijnhost.cli.output import DONE, Terminal
from certbot_dns_mijnhost.settings import Settings, resolve_settings
from certbot_dns_mijnhost.zone import ZoneEditor, backup


class Account:
    """The settings and the client of one command; ``account.client`` is the context manager.

    :param options: of the command line.
    :raises certbot_dns_mijnhost.settings.SettingError: if there are no credentials.
    :raises certbot_dns_mijnhost.api.InvalidInputError: if the key or URL must not be used.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        found = credentials.locate(options.credentials, os.environ)
        self.settings: Settings = resolve_settings(
            lambda _: None, found.settings, found.source, found.hints
        )
        self.backup_directory: Path = options.backup_directory or backup.default_directory()
        self.retry = RetryPolicy(sleep=options.sleep, clock=options.clock)
        self.client = MijnHostClient(
            self.settings.api_key,
            base_url=self.settings.api_url,
            timeout=self.settings.timeout,
            retry=RetryPolicy(
                tries=4, total_seconds=30.0, sleep=options.sleep, clock=options.clock
            ),
        )

    def editor(self, domain: str) -> ZoneEditor:
        """Return an editor of a zone. It does not rewrite the zone unless that is confirmed."""
        return ZoneEditor(
            self.client,
            domain,
            allow_zone_rewrite=False,
            backup_directory=self.backup_directory,
            retry=self.retry,
        )


def list_domains(options: argparse.Namespace, terminal: Terminal) -> int:
    """Show the domains of the account."""
    account = Account(options)
    with account.client as client:
        domains = client.domains.get_all(options.tag or None)
    domains.sort(key=lambda domain: (str(domain.renewal_date or "9999"), domain.domain))
    if not domains:
        terminal.line("No domains found.")
    terminal.table(
        (
            str(domain.renewal_date or "-"),
            domain.status or "-",
            domain.domain,
            " ".join(domain.tags),
        )
        for domain in domains
    )
    terminal.data(
        [
            {
                "domain": domain.domain,
                "renewal_date": domain.renewal_date,
                "status": domain.status,
                "tags": list(domain.tags),
            }
            for domain in domains
        ]
    )
    return DONE


def whoami(options: argparse.Namespace, terminal: Terminal) -> int:
    """Show the address and the customer number that the API reports."""
    account = Account(options)
    with account.client as client:
        caller = client.whoami()
    terminal.line(f"address          {caller.ip_address or 'not reported'}")
    terminal.line(f"customer number  {caller.customer_number or 'not reported'}")
    terminal.data({"address": caller.ip_address, "customer_number": caller.customer_number})
    return DONE
