"""Run the command: from the arguments to the exit code, with one message for each failure."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import Callable, NoReturn

from certbot_dns_mijnhost.api import InvalidInputError, MijnHostError
from certbot_dns_mijnhost.cli.changes import NotConfirmedError
from certbot_dns_mijnhost.cli.output import (
    FAILED,
    INTERRUPTED,
    NOT_IN_ORDER,
    USAGE,
    OutputError,
    Terminal,
)
from certbot_dns_mijnhost.cli.parser import make_parser
from certbot_dns_mijnhost.cli.user_input import read_arguments
from certbot_dns_mijnhost.settings import SettingError
from certbot_dns_mijnhost.zone import ZoneCopyError


def main(
    arguments: Sequence[str] | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Run the command ``mijnhost``; return its exit code.

    :param arguments: those of the process if None.
    :param clock: in seconds; all time limits are measured with it.
    :param sleep: called with the seconds of each pause.
    """
    parser = make_parser()
    _offer_completion(parser)
    options = parser.parse_args(arguments)
    options.clock, options.sleep = clock, sleep
    terminal = Terminal(is_json=options.json)
    _set_up_log(is_verbose=options.verbose)
    signal.signal(signal.SIGTERM, _end)
    try:
        return _run(options, terminal)
    except OutputError as error:
        return _output_failed(error, terminal)


def _run(options: argparse.Namespace, terminal: Terminal) -> int:
    try:
        read_arguments(options)
        return int(options.run(options, terminal))
    except NotConfirmedError as error:
        terminal.failed(str(error))
        return NOT_IN_ORDER
    except (SettingError, MijnHostError) as error:
        terminal.failed(f"mijnhost: {error}")
        is_usage = isinstance(error, (SettingError, InvalidInputError, ZoneCopyError))
        return USAGE if is_usage else FAILED
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        terminal.failed(
            f"mijnhost: Cannot read or write a file: {reason}. Use another path, or run the "
            "command as a user who may."
        )
        return FAILED
    except KeyboardInterrupt:
        terminal.failed("Stopped.")
        return INTERRUPTED


def _output_failed(error: OutputError, terminal: Terminal) -> int:
    """Return the exit code if the output cannot be written."""
    cause = error.__cause__
    # Otherwise Python fails again when it flushes the stream at its end.
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(cause, BrokenPipeError):
        # The reader ended first: `mijnhost records list example.nl | head`.
        return INTERRUPTED
    reason = getattr(cause, "strerror", cause)
    terminal.problem(f"mijnhost: Cannot write the output: {reason}. Choose another destination.")
    return FAILED


def _set_up_log(*, is_verbose: bool) -> None:
    logger = logging.getLogger("certbot_dns_mijnhost")
    logger.setLevel(logging.DEBUG if is_verbose else logging.WARNING)
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    # Called again in one process, it writes to the standard error of that time.
    logger.handlers[:] = [handler]


def _offer_completion(parser: argparse.ArgumentParser) -> None:
    """Offer tab completion if argcomplete is installed."""
    try:
        import argcomplete  # noqa: PLC0415
    except ImportError:
        return
    argcomplete.autocomplete(parser)


def _end(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
    raise KeyboardInterrupt
