"""``mijnhost hook CLIENT ...``: the hook of another ACME client, or of Certbot itself.

Standard output stays empty, because clients show it or read it.
"""

from __future__ import annotations

import argparse
import io
import os

from certbot_dns_mijnhost.cli import challenges
from certbot_dns_mijnhost.cli.hook_calls import (
    Action,
    HookCall,
    certbot_call,
    dehydrated_call,
    lego_call,
    uacme_call,
)
from certbot_dns_mijnhost.cli.output import DONE, NOT_IN_ORDER, Terminal


def certbot(options: argparse.Namespace, terminal: Terminal) -> int:  # noqa: ARG001
    """Add or remove the record of a challenge for certbot --manual.

    --manual-auth-hook "mijnhost hook certbot auth"
    --manual-cleanup-hook "mijnhost hook certbot cleanup"

    It reads CERTBOT_DOMAIN, CERTBOT_VALIDATION, CERTBOT_REMAINING_CHALLENGES
    and CERTBOT_ALL_DOMAINS, and waits for the name servers once, at the last
    challenge.
    """
    return _run(certbot_call(options.arguments, os.environ), options)


def lego(options: argparse.Namespace, terminal: Terminal) -> int:  # noqa: ARG001
    """Add or remove the record of a challenge for the DNS provider exec of lego.

    EXEC_PATH names a script: exec mijnhost hook lego "$@"
    Both modes work, the default one and EXEC_MODE=RAW.
    """
    return _run(lego_call(options.arguments), options)


def dehydrated(options: argparse.Namespace, terminal: Terminal) -> int:  # noqa: ARG001
    """Add or remove the records of challenges for dehydrated.

    HOOK names a script: exec mijnhost hook dehydrated "$@"
    deploy_challenge and clean_challenge are handled, with HOOK_CHAIN=yes and
    no; all other hooks are ignored.
    """
    return _run(dehydrated_call(options.arguments), options)


def uacme(options: argparse.Namespace, terminal: Terminal) -> int:  # noqa: ARG001
    """Add or remove the record of a challenge for uacme.

    --hook names a script: exec mijnhost hook uacme "$@"
    Challenges of other types than dns-01 are declined, so that uacme tries
    dns-01 next.
    """
    return _run(uacme_call(options.arguments), options)


def _run(call: HookCall, options: argparse.Namespace) -> int:
    if call.action is Action.IGNORE:
        return DONE
    if call.action is Action.DECLINE:
        return NOT_IN_ORDER
    terminal = Terminal(out=io.StringIO())
    account = challenges.account_of(options)
    if call.action is Action.REMOVE:
        return challenges.run_remove(account, call.records, terminal)
    return challenges.run_add(
        account,
        call.records,
        terminal,
        wait_names=call.wait_names if options.wait else (),
        is_removed_on_failure=not call.is_removed_by_client,
    )
