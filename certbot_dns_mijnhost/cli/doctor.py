"""``mijnhost doctor``: what would fail at renewal time, beforehand and in words."""

from __future__ import annotations

import argparse
import os
import signal
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from certbot_dns_mijnhost.cli.exit_codes import DONE, NOT_IN_ORDER
from certbot_dns_mijnhost.cli.terminal import FAINT, GREEN, RED, YELLOW, Terminal
from certbot_dns_mijnhost.settings import SettingError

if TYPE_CHECKING:
    from certbot_dns_mijnhost.doctor import Doctor, Finding

COLOURS = {"ok": GREEN, "note": FAINT, "warning": YELLOW, "failed": RED, "skipped": FAINT}
FLAGS = ("propagation-seconds", "nameservers", "resolver")
INDENT = 23


def doctor(options: argparse.Namespace, terminal: Terminal) -> int:
    """Check what a renewal will need, and say what to do about what is not in order.

    Where domains are named, a scratch record is written in their zones, waited for and removed.
    """
    try:
        from certbot_dns_mijnhost.doctor import INTERACTIVE_RETRY, Doctor  # noqa: PLC0415  # DNS takes long to import
    except ImportError as error:
        raise SettingError(
            f"The doctor needs the library dnspython ({error.name} is missing). Install it beside "
            "this plugin."
        ) from error
    _heed_hangup()
    examiner = Doctor(
        lambda finding: _show(finding, terminal),
        ca=options.ca,
        port=options.dns_port,
        retry=replace(INTERACTIVE_RETRY, sleep=options.sleep, clock=options.clock),
        progress=lambda text: terminal.progress(f"Checking {text}"),
    )
    try:
        examiner.run(
            options.domain,
            path=options.credentials,
            flags={flag: getattr(options, flag.replace("-", "_")) for flag in FLAGS},
            environment=os.environ,
            config_directory=options.config_dir,
            write=options.write,
        )
    except KeyboardInterrupt:
        # A scratch record that had to stay is told to machines too.
        terminal.data(_as_data(examiner, is_complete=False))
        raise
    terminal.line()
    terminal.line(_summary(examiner))
    terminal.data(_as_data(examiner, is_complete=True))
    return NOT_IN_ORDER if examiner.has_failed else DONE


def _heed_hangup() -> None:
    """End as at Ctrl-C when the terminal goes, so that a scratch record is removed."""
    hangup = getattr(signal, "SIGHUP", None)  # Not on Windows; ignored below nohup.
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


def _as_data(examiner: Doctor, *, is_complete: bool) -> dict[str, object]:
    return {
        "in_order": is_complete and not examiner.has_failed,
        "complete": is_complete,
        "findings": [finding.to_dict() for finding in examiner.findings],
    }


def _summary(examiner: Doctor) -> str:
    counts = Counter(finding.state.value for finding in examiner.findings)
    words = [
        f"{counts[state]} {word}{'' if counts[state] == 1 else 's'}"
        for state, word in (("failed", "problem"), ("warning", "warning"))
        if counts[state]
    ]
    if not words:
        return "Everything is in order."
    if not examiner.has_failed:
        return f"In order, with {words[0]}."
    return f"{' and '.join(words)}. Put the first one in order, then run the doctor again."
