"""The account that the command works on."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from certbot_dns_mijnhost import credentials
from certbot_dns_mijnhost.api import MijnHostClient, RetryPolicy
from certbot_dns_mijnhost.settings import Settings, resolve_settings
from certbot_dns_mijnhost.zone import ZoneEditor, backup


class Account:
    """The settings, and the client made of them; a context manager is ``account.client``.

    :param options: of the command line.
    :raises certbot_dns_mijnhost.settings.SettingError: where there are no credentials.
    :raises certbot_dns_mijnhost.api.InvalidInputError: for a key or a URL that must not be used.
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
