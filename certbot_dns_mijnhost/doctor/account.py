"""Check the account: the API, the key, its whitelist and expiry date, and this machine's clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from certbot_dns_mijnhost.api import (
    AddressNotAllowedError,
    AuthenticationError,
    Domain,
    Exchange,
    MijnHostClient,
    MijnHostError,
    RetryPolicy,
    Whoami,
)
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.zone.finder import forbids_listing, is_transient
from certbot_dns_mijnhost.zone.retrying import retry_transient

T = TypeVar("T")

SOON_DAYS = 30
MOST_SECONDS = 60.0
"""By which this machine's clock may differ from the API's."""
NEW_KEY = (
    "Check the key in mijn.host's control panel: it may be mistyped, deleted or expired. "
    "If needed, create a new one there, and put it into the credentials file."
)


@dataclass(frozen=True)
class Calls:
    """Calls the API.

    :param exchanges: all exchanges so far; the client appends to it.
    :param retry: when a call is repeated; its clock and sleep are used for every wait.
    """

    client: MijnHostClient
    exchanges: list[Exchange]
    retry: RetryPolicy

    @property
    def plugin_retry(self) -> RetryPolicy:
        """The plugin's own retry policy, with the same clock."""
        return RetryPolicy(sleep=self.retry.sleep, clock=self.retry.clock)

    def read(self, call: Callable[[], T]) -> T:
        """Return the result of a read, which is repeated after transient errors.

        :raises MijnHostError: the last error.
        """
        return retry_transient(call, self.retry, is_transient)


def check_account(
    calls: Calls, report: Report, *, chosen: Collection[str], today: date
) -> list[Domain] | None:
    """Return the account's domains; empty if the key may not list them, None if the API fails.

    :param chosen: the domains of ``dns_mijnhost_zone``; empty if it is not set.
    """
    client = calls.client
    started = time.monotonic()
    try:
        domains = calls.read(client.domains.get_all)
    except AddressNotAllowedError:
        report(_not_whitelisted(_whoami(client)))
        return None
    except MijnHostError as error:
        if not forbids_listing(error):
            report(_failure(error))
            return None
        domains = _forbidden(error, report, chosen)
    else:
        seconds = time.monotonic() - started
        counted = f"{len(domains)} domain{'' if len(domains) == 1 else 's'}"
        message = f"The API accepts the key, and lists {counted} ({seconds:.1f} s)."
        data = {"domains": len(domains), "seconds": round(seconds, 3)}
        report(Finding("key", State.OK, message, data=data))
    caller = _whoami(client)
    report(_whitelist(caller))
    report(_expiry(caller, today))
    return domains


def _failure(error: MijnHostError) -> Finding:
    if isinstance(error, AuthenticationError):
        message = f"The API refuses the key: {error.description or error.status}."
        return Finding("key", State.FAILED, message, NEW_KEY)
    return Finding("api", State.FAILED, str(error))


def _forbidden(error: MijnHostError, report: Report, chosen: Collection[str]) -> list[Domain]:
    reason = getattr(error, "description", "") or error
    message = f"The key is not allowed to list the account's domains: {reason}. "
    if chosen:
        message += f"The plugin uses those of dns_mijnhost_zone: {', '.join(chosen)}."
        report(Finding("key", State.NOTE, message))
    else:
        message += "The plugin then requests each domain separately."
        step = "Name the domains in the credentials file: dns_mijnhost_zone = example.nl"
        report(Finding("key", State.WARNING, message, step))
    return []


def _whoami(client: MijnHostClient) -> Whoami | None:
    try:
        return client.whoami()
    except MijnHostError:
        return None


def _whitelist(caller: Whoami | None) -> Finding:
    if caller is None or not caller.ip_address:
        return Finding("whitelist", State.OK, "This machine's address may use the key.")
    message = f"This machine's address {caller.ip_address} may use the key."
    return Finding("whitelist", State.OK, message, data={"address": caller.ip_address})


def _not_whitelisted(caller: Whoami | None) -> Finding:
    if caller is None or not caller.ip_address:
        address, data = "this machine's public address", {}
        hint = " The API does not report this address: your router or provider shows it."
    else:
        address, data, hint = caller.ip_address, {"address": caller.ip_address}, ""
    return Finding(
        "whitelist",
        State.FAILED,
        f"The key's whitelist does not contain {address}.{hint}",
        f"Add {address} to the key's whitelist in mijn.host's control panel.",
        data=data,
    )


def _expiry(caller: Whoami | None, today: date) -> Finding:
    last_day = None if caller is None else _last_day(caller.raw)
    if last_day is None:
        return Finding(
            "expiry",
            State.NOTE,
            "The API does not report when the key expires. If the control panel shows an expiry "
            "date, set a reminder: renewals fail from that day on.",
        )
    days = (last_day - today).days
    data = {"last_day": last_day.isoformat(), "days": days}
    message = f"The key is valid until {last_day} ({days} days)."
    if days < 0:
        message = f"The key expired on {last_day} according to the API, which still accepts it."
    if days > SOON_DAYS:
        return Finding("expiry", State.OK, message, data=data)
    step = "Create a new key in mijn.host's control panel, and put it into the credentials file."
    return Finding("expiry", State.WARNING, message, step, data=data)


def _last_day(raw: Mapping[str, object]) -> date | None:
    """Return a date that looks like the key's expiry date: the field's name is not documented."""
    for name, value in raw.items():
        if any(word in name.lower() for word in ("expir", "valid_until", "valid_to")):
            try:
                return date.fromisoformat(str(value)[:10])
            except ValueError:
                continue
    return None


class ClockCheck:
    """Compares the dates of the API's answers with this machine's clock.

    :param now: seconds since 1970 by this machine's clock.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._ahead: list[float] = []

    def note(self, exchange: Exchange) -> None:
        """Record the date of one answer."""
        if exchange.date is not None:
            self._ahead.append(self._now() - exchange.date.timestamp())

    def run(self, report: Report) -> None:
        """Report how far this machine's clock is off; nothing if no answer had a date."""
        if not self._ahead:
            return
        # A slow answer shows a difference that is not the clock's.
        ahead = min(self._ahead, key=abs)
        data = {"seconds_ahead": round(ahead, 1)}
        if abs(ahead) <= MOST_SECONDS:
            message = "This machine's clock agrees with the API's."
            report(Finding("clock", State.OK, message, data=data))
            return
        direction = "ahead of" if ahead > 0 else "behind"
        message = (
            f"This machine's clock is {abs(ahead):.0f} s {direction} the API's. TLS certificates "
            "and DNSSEC signatures have validity periods, so a wrong clock makes valid ones fail."
        )
        step = "Set the clock by NTP: timedatectl set-ntp true"
        report(Finding("clock", State.WARNING, message, step, data=data))
