"""The account that the command works on."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from certbot_dns_mijnhost import credentials
from certbot_dns_mijnhost.api import MijnHostClient, RetryPolicy
from certbot_dns_mijnhost.settings import Settings, settle
from certbot_dns_mijnhost.zone import ZoneEditor

CERTBOTS = Path("/var/lib/letsencrypt/dns-mijnhost")
"""Where the plugin saves copies of zones, if Certbot's work directory is the usual one."""


class Account:
    """The settings, and the client made of them; a context manager is ``account.client``.

    :param options: of the command line.
    :raises certbot_dns_mijnhost.settings.SettingError: where there are no credentials.
    :raises certbot_dns_mijnhost.api.InvalidInputError: for a key or a URL that must not be used.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        found = credentials.locate(options.credentials, os.environ)
        self.settings: Settings = settle(lambda _: None, found.settings, found.source, found.hints)
        self.backup_directory: Path = options.backup_directory or default_backup_directory()
        self.retry = RetryPolicy(sleep=options.sleep, clock=options.clock)
        self.client = MijnHostClient(
            self.settings.api_key,
            base_url=self.settings.api_url,
            timeout=self.settings.timeout,
            retry=RetryPolicy(
                tries=4, total_seconds=30.0, sleep=options.sleep, clock=options.clock
            ),
        )

    def editor(self, domain: str, *, copies_in: str = "") -> ZoneEditor:
        """Return what changes a zone.

        :param copies_in: a folder below the one for copies; where five are in one, older ones go.
        """
        folder = self.backup_directory / copies_in
        return ZoneEditor(self.client, domain, backup_directory=folder, retry=self.retry)


def default_backup_directory() -> Path:
    """Return where copies of zones go: beside the plugin's, or into the user's own folder."""
    if os.access(CERTBOTS.parent, os.W_OK):
        return CERTBOTS
    state = os.environ.get("XDG_STATE_HOME")
    if state:
        return Path(state) / "mijnhost"
    try:
        return Path.home() / ".local" / "state" / "mijnhost"
    except RuntimeError:
        # There is neither HOME nor an entry for this uid, as in a container. If a copy has to be
        # saved, the message names this folder and the option.
        return CERTBOTS
