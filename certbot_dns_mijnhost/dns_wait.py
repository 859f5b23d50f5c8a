"""Waiting for the name servers, in words that a person can read.

Where DNS can't be asked, it is waited for a fixed time instead.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TextIO

from certbot_dns_mijnhost.settings import Settings
from certbot_dns_mijnhost.zone import TXTRecord

if TYPE_CHECKING:
    from certbot_dns_mijnhost.propagation import (
        Outcome,
        Progress,
        PropagationTimeoutError,
        ServerStatus,
    )

logger = logging.getLogger(__name__)

BLIND_SECONDS = 120.0
"""The name servers publish about once a minute: a change was seen served 54 s after its write."""
PUBLIC_RESOLVER = "set dns_mijnhost_resolver to a resolver outside your network, such as 9.9.9.9"
LINE = 100


class NotPropagatedError(Exception):
    """No name server served the records in time."""


class DNSWait:
    """Waits for records to be served.

    :param notify: shows a line to the user.
    :param live: a terminal on which one line may be written over and over; None where there is
        none.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        notify: Callable[[str], None],
        live: TextIO | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._notify = notify
        self._live = live
        self._sleep = sleep
        self._clock = clock
        self.seen = "Nothing was asked of the name servers."
        """What was seen, for a hint should the CA not be content."""

    def wait_for(self, records: Iterable[TXTRecord]) -> None:
        """Wait until the name servers serve `records`.

        :raises NotPropagatedError: where none does in time.
        """
        if self._settings.propagation_seconds == 0:
            return
        try:
            outcome = self._ask(records)
        except ImportError as error:
            self._wait_blindly(f"the library dnspython is missing ({error.name})")
        else:
            self._tell(outcome)

    def _ask(self, records: Iterable[TXTRecord]) -> Outcome:
        from certbot_dns_mijnhost import propagation  # noqa: PLC0415  # takes long to import

        settings = self._settings
        expected = [propagation.TXTRecord(record.name, record.value) for record in records]
        try:
            checker = propagation.PropagationChecker(
                nameservers=settings.nameservers,
                resolvers=settings.resolvers,
                report=self._show,
                sleep=self._sleep,
                clock=self._clock,
            )
            return checker.wait_for(expected, ceiling=settings.propagation_seconds)
        except propagation.PropagationTimeoutError as error:
            raise NotPropagatedError(not_propagated(error)) from error
        except propagation.PropagationError as error:
            raise NotPropagatedError(f"{error}. Correct the name or the setting.") from error
        finally:
            self._clear()

    def _tell(self, outcome: Outcome) -> None:
        if outcome.reason:
            hint = internal_view(outcome.internal)
            self._wait_blindly(f"{outcome.reason}. {hint}".rstrip(". "))
            return
        if outcome.unroutable:
            listed = ", ".join(status.label for status in outcome.unroutable)
            logger.debug("Left out, because this machine has no route to their family: %s", listed)
        for status in outcome.left_out:
            logger.warning("A name server was left out: %s", status)
        self.seen = (
            f"{_count(len(outcome.ready), 'name server')} served the challenge records after "
            f"{outcome.seconds:.0f} s."
        )
        if outcome.lagging:
            behind = "; ".join(map(str, outcome.lagging))
            self.seen += f" Behind at that time: {behind}."
            logger.warning("Going on although not all name servers are up to date. %s", self.seen)
        else:
            self._notify(self.seen)

    def _wait_blindly(self, reason: str) -> None:
        seconds = min(BLIND_SECONDS, self._settings.propagation_seconds)
        self.seen = f"DNS could not be asked: {reason}. So {seconds:.0f} s were waited."
        logger.warning("DNS can't be asked: %s. Waiting %.0f s instead.", reason, seconds)
        self._sleep(seconds)

    def _show(self, progress: Progress) -> None:
        if self._live is None:
            return
        line = (
            f"Waiting for DNS, {progress.seconds:.0f} s: {progress.ready} of {progress.servers} "
            "name servers are up to date"
        )
        if progress.lagging:
            line += f" ({progress.lagging[0]})"
        self._live.write("\r" + line[:LINE].ljust(LINE))
        self._live.flush()

    def _clear(self) -> None:
        if self._live is not None:
            self._live.write("\r" + " " * LINE + "\r")
            self._live.flush()


def not_propagated(error: PropagationTimeoutError) -> str:
    """Return what to tell a user if no name server served the records in time."""
    next_step = internal_view(error.internal)
    if not next_step:
        next_step = (
            "Try again later, or with more --dns-mijnhost-propagation-seconds; if it stays, check "
            "that the domain's name servers are those of mijn.host."
        )
        if error.are_published:
            next_step += (
                " If they are not the name servers that the internet sees, this machine's resolver "
                f"answers with an internal view of the zone: {PUBLIC_RESOLVER}."
            )
    message = f"{error}. The records are in the zone, so the CA was not asked in vain. {next_step}"
    return message  # noqa: RET504  # its name lets a test find it


def internal_view(internal: Iterable[ServerStatus]) -> str:
    """Return the next step if published name servers have private addresses; else nothing."""
    message = ""
    listed = ", ".join(status.label for status in internal)
    if listed:
        message = (
            "This machine's resolver answers with an internal view of the zone (split DNS): it "
            f"names name servers with private addresses ({listed}). To ask the public ones, "
            f"{PUBLIC_RESOLVER}."
        )
    return message


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
