"""The wait for the name servers, with its messages.

If they cannot be queried, the plugin waits a fixed time instead.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TextIO

from certbot_dns_mijnhost.settings import Settings
from certbot_dns_mijnhost.zone import TXTRecord

if TYPE_CHECKING:
    from certbot_dns_mijnhost.propagation import (
        DNSView,
        Outcome,
        Progress,
        PropagationTimeoutError,
        ServerStatus,
    )

logger = logging.getLogger(__name__)

FIXED_SECONDS = 120.0
"""The name servers publish about once a minute: a record was first served 54 s after its write."""
PUBLIC_RESOLVER = "set dns_mijnhost_resolver to a resolver outside your network, such as 9.9.9.9"
FALLBACK_COLUMNS = 80


class NotPropagatedError(Exception):
    """No name server served the records in time."""


def dns_view(settings: Settings, clock: Callable[[], float]) -> DNSView:
    """Return a view of DNS by the settings.

    :raises ImportError: if dnspython is missing.
    :raises certbot_dns_mijnhost.propagation.InvalidEndpointError: if a server in the settings is
        not a ``host[:port]``.
    """
    from certbot_dns_mijnhost import propagation  # noqa: PLC0415  # takes long to import

    return propagation.DNSView(
        nameservers=settings.nameservers, resolvers=settings.resolvers, clock=clock
    )


class DNSWait:
    """Waits until the name servers serve records.

    :param notify: shows a line to the user.
    :param live: a terminal for the progress line; None if there is none.
    :param view: returns the run's view of DNS, which is needed only if there is a wait.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        notify: Callable[[str], None],
        live: TextIO | None = None,
        view: Callable[[], DNSView] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._view = view or (lambda: dns_view(settings, clock))
        self._notify = notify
        self._live = live
        self._sleep = sleep
        self.seen = "The name servers were not queried."
        """The result as a sentence, for the hint if validation fails."""

    def wait_for(self, records: Iterable[TXTRecord]) -> None:
        """Wait until the name servers serve `records`.

        :raises NotPropagatedError: if none does in time.
        """
        if self._settings.propagation_seconds == 0:
            return
        try:
            outcome = self._check(records)
        except ImportError as error:
            self._wait_fixed(f"the library dnspython is missing ({error.name})")
        else:
            self._report(outcome)

    def _check(self, records: Iterable[TXTRecord]) -> Outcome:
        from certbot_dns_mijnhost import propagation  # noqa: PLC0415  # takes long to import

        expected = [propagation.TXTRecord(record.name, record.value) for record in records]
        try:
            checker = propagation.PropagationChecker(
                self._view(), report=self.show, sleep=self._sleep
            )
            return checker.wait_for(expected, max_seconds=self._settings.propagation_seconds)
        except propagation.PropagationTimeoutError as error:
            raise NotPropagatedError(not_propagated(error)) from error
        except propagation.PropagationError as error:
            raise NotPropagatedError(f"{error}. Correct the name or the setting.") from error
        finally:
            self._clear()

    def _report(self, outcome: Outcome) -> None:
        if outcome.reason:
            hint = internal_view(outcome.internal)
            self._wait_fixed(f"{outcome.reason}. {hint}".rstrip(". "))
            return
        if outcome.unroutable:
            listed = ", ".join(status.label for status in outcome.unroutable)
            logger.debug("Left out, because this machine has no route to them: %s", listed)
        for status in outcome.left_out:
            logger.warning("The DNS check left out a name server: %s", status)
        self.seen = (
            f"{_count(len(outcome.ready), 'name server')} served the challenge records after "
            f"{outcome.seconds:.0f} s."
        )
        if outcome.lagging:
            behind = "; ".join(map(str, outcome.lagging))
            self.seen += f" Not up to date at that time: {behind}."
            logger.warning(
                "Continuing, although some name servers do not serve the records yet. %s", self.seen
            )
        else:
            self._notify(self.seen)

    def _wait_fixed(self, reason: str) -> None:
        seconds = min(FIXED_SECONDS, self._settings.propagation_seconds)
        self.seen = (
            f"The name servers could not be queried ({reason}); the plugin waited {seconds:.0f} s."
        )
        logger.warning(
            "Cannot query the name servers: %s. Waiting a fixed %.0f s instead.", reason, seconds
        )
        self._sleep(seconds)

    def show(self, progress: Progress) -> None:
        """Show the progress on the terminal, if there is one."""
        if self._live is None:
            return
        line = (
            f"Waiting for DNS, {progress.seconds:.0f} s: {progress.ready} of {progress.servers} "
            "name servers are up to date"
        )
        if progress.lagging:
            line += f" ({progress.lagging[0]})"
        self._write_line(line)

    def _clear(self) -> None:
        if self._live is not None:
            self._write_line("")
            self._live.write("\r")
            self._live.flush()

    def _write_line(self, text: str) -> None:
        """Overwrite the progress line; it is as wide as the terminal, so that it never wraps."""
        if self._live is not None:
            # A character in the last column makes some terminals continue on the next line.
            width = columns_of(self._live) - 1
            self._live.write("\r" + text[:width].ljust(width))
            self._live.flush()


def columns_of(terminal: TextIO) -> int:
    """Return the width of a terminal; for other streams COLUMNS, or 80."""
    try:
        columns = os.get_terminal_size(terminal.fileno()).columns
    except (AttributeError, OSError, ValueError):  # not a terminal, or closed
        columns = 0
    return columns or shutil.get_terminal_size((FALLBACK_COLUMNS, 24)).columns


def not_propagated(error: PropagationTimeoutError) -> str:
    """Return the message if no name server served the records in time."""
    next_step = internal_view(error.internal)
    if not next_step:
        next_step = (
            "Try again later, or with a higher dns_mijnhost_propagation_seconds in the credentials "
            "file. If it fails again, check that the domain's name servers are those of mijn.host."
        )
        if error.are_published:
            next_step += (
                " If other networks see other name servers for the domain, this machine's resolver "
                f"answers with an internal view of the zone: {PUBLIC_RESOLVER}."
            )
    message = f"{error}. The CA was not asked, because the validation would fail. {next_step}"
    return message  # noqa: RET504  # its name lets a test find it


def internal_view(internal: Iterable[ServerStatus]) -> str:
    """Return the next step if published name servers have private addresses; else nothing."""
    message = ""
    listed = ", ".join(status.label for status in internal)
    if listed:
        message = (
            "This machine's resolver answers with an internal view of the zone (split DNS): it "
            f"returns name servers with private addresses ({listed}). To query the public ones, "
            f"{PUBLIC_RESOLVER}."
        )
    return message


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
