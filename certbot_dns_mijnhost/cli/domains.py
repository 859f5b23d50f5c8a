"""``mijnhost domains`` and ``mijnhost whoami``."""

from __future__ import annotations

import argparse

from certbot_dns_mijnhost.cli.account import Account
from certbot_dns_mijnhost.cli.exit_codes import DONE
from certbot_dns_mijnhost.cli.terminal import Terminal


def list_domains(options: argparse.Namespace, terminal: Terminal) -> int:
    """Show the account's domains."""
    account = Account(options)
    with account.client as client:
        domains = client.domains.get_all(options.tag or None)
    domains.sort(key=lambda domain: (str(domain.renewal_date or "9999"), domain.domain))
    if not domains:
        terminal.line("No domains.")
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
    """Show the caller as the API sees it."""
    account = Account(options)
    with account.client as client:
        caller = client.whoami()
    terminal.line(f"address          {caller.ip_address or 'not told'}")
    terminal.line(f"customer number  {caller.customer_number or 'not told'}")
    terminal.data({"address": caller.ip_address, "customer_number": caller.customer_number})
    return DONE
