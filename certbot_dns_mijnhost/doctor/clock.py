"""This machine's clock against the API's: TLS and DNSSEC depend on the right time."""

from __future__ import annotations

import time
from collections.abc import Callable

from certbot_dns_mijnhost.api import Exchange
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State

MOST_SECONDS = 60.0


class ClockCheck:
    """Compares the dates of the API's answers with the local clock when they arrive.

    :param now: seconds since 1970 by the local clock.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._ahead: list[float] = []

    def note(self, exchange: Exchange) -> None:
        """Take the date of one answer."""
        if exchange.date is not None:
            self._ahead.append(self._now() - exchange.date.timestamp())

    def run(self, report: Report) -> None:
        """Report how far the local clock is off; nothing if no answer had a date."""
        if not self._ahead:
            return
        # An answer that was long under way shows a difference that is not the clock's.
        ahead = min(self._ahead, key=abs)
        data = {"seconds_ahead": round(ahead, 1)}
        if abs(ahead) <= MOST_SECONDS:
            message = "This machine's clock agrees with the API's."
            report(Finding("clock", State.OK, message, data=data))
            return
        way = "ahead of" if ahead > 0 else "behind"
        message = (
            f"This machine's clock is {abs(ahead):.0f} s {way} the API's. TLS certificates and "
            "DNSSEC signatures are valid for a time, so a wrong clock makes sound ones fail."
        )
        step = "Let the clock be set by NTP: timedatectl set-ntp true"
        report(Finding("clock", State.WARNING, message, step, data=data))
