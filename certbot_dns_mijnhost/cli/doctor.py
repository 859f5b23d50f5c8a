"""``mijnhost doctor``: show the results of the doctor's checks."""

from __future__ import annotations

import argparse
import os
import signal
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from certbot_dns_mijnhost.cli.output import DONE, FAINT, GREEN, NOT_IN_ORDER, RED, YELLOW, Terminal
from certbot_dns_mijnhost.settings import SettingError

if TYPE_CHECKING:
    from certbot_dns_mijnhost.doctor import Doctor, Finding

COLOURS = {"ok": GREEN, "note": FAINT, "warning": YELLOW, "failed": RED, "skipped": FAINT}
FLAGS = ("propagation-seconds", "nameservers", "resolver")
INDENT = 23


def doctor(options: argparse.Namespace, terminal: Terminal) -> int:
    """Check what a renewal needs, and show how to fix each problem.

    If domains are given with -d, the doctor creates a test record in their
    zones, waits until the name servers serve it, and removes it.
    """
    try:
        # dnspython is slow to import.
        from certbot_dns_mijnhost.doctor import INTERACTIVE_RETRY, Doctor  # noqa: PLC0415
        from certbot_dns_mijnhost.propagation.endpoints import DNS_PORT  # noqa: PLC0415
    except ImportError as error:
        raise SettingError(
            f"The doctor needs the library dnspython ({error.name} is missing). Install it in the "
            "same environment: pip install dnspython"
        ) from error
    _stop_at_hangup()
    examination = Doctor(
        lambda finding: _show(finding, terminal),
        ca=options.ca,
        port=options.dns_port or DNS_PORT,
        retry=replace(INTERACTIVE_RETRY, sleep=options.sleep, clock=options.clock),
        progress=lambda text: terminal.progress(f"Checking {text}"),
    )
    try:
        examination.run(
            options.domains,
            path=options.credentials,
            flags={flag: getattr(options, flag.replace("-", "_")) for flag in FLAGS},
            environment=os.environ,
            config_directory=options.config_dir,
            write=options.write,
        )
    except KeyboardInterrupt:
        # Programs need to know of a test record that was not removed, too.
        terminal.data(_as_data(examination, is_complete=False))
        raise
    terminal.line()
    terminal.line(_summary(examination))
    terminal.data(_as_data(examination, is_complete=True))
    return NOT_IN_ORDER if examination.has_failed else DONE


def _stop_at_hangup() -> None:
    """Treat a closed terminal like Ctrl-C, so that a test record is removed."""
    hangup = getattr(signal, "SIGHUP", None)  # Not on Windows; nohup ignores it.
    if hangup is not None and signal.getsignal(hangup) is signal.SIG_DFL:
        signal.signal(hangup, signal.default_int_handler)


def _show(finding: Finding, terminal: Terminal) -> None:
    terminal.paragraph(
        f"{finding.state.value:<8} {finding.check:<13} {finding.message}",
        indent=INDENT,
        colour=COLOURS[finding.state.value],
        first=len(finding.state.value),
    )
    if finding.next_step:
        terminal.paragraph(f"{' ' * INDENT}-> {finding.next_step}", indent=INDENT + 3)


def _as_data(examination: Doctor, *, is_complete: bool) -> dict[str, object]:
    return {
        "in_order": is_complete and not examination.has_failed,
        "complete": is_complete,
        "findings": [finding.to_dict() for finding in examination.findings],
    }


def _summary(examination: Doctor) -> str:
    counts = Counter(finding.state.value for finding in examination.findings)
    words = [
        f"{counts[state]} {word}{'' if counts[state] == 1 else 's'}"
        for state, word in (("failed", "problem"), ("warning", "warning"))
        if counts[state]
    ]
    if not words:
        return "No problems found."
    if not examination.has_failed:
        return f"No problems, {words[0]}."
    return f"{', '.join(words)}. Fix the first problem, then run the doctor again."
