"""The account: does the API answer, is the key right, may this machine use it, until when."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from datetime import date

from certbot_dns_mijnhost.api import (
    AddressNotAllowedError,
    AuthenticationError,
    Domain,
    Exchange,
    MijnHostClient,
    MijnHostError,
    Whoami,
)
from certbot_dns_mijnhost.doctor.context import Calls
from certbot_dns_mijnhost.doctor.findings import Finding, Report, State
from certbot_dns_mijnhost.zone.finder import forbids_listing

SOON_DAYS = 30
MOST_SECONDS = 60.0
"""By which the local clock may differ from the API's."""
NEW_KEY = (
    "Look at the key in mijn.host's control panel: it may be mistyped, deleted or expired. "
    "Make a new one there if needed, and put it into the credentials file."
)


def check_account(
    calls: Calls, report: Report, *, chosen: Collection[str], today: date
) -> list[Domain] | None:
    """Return the account's domains; empty where the key may not list them, None where it fails.

    :param chosen: the domains of ``dns_mijnhost_zone``; empty where it is not set.
    """
    client = calls.client
    started = time.monotonic()
    try:
        domains = calls.reading(client.domains.get_all)
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
    said = getattr(error, "description", "") or error
    message = f"The key may not list the account's domains: {said}. "
    if chosen:
        message += f"Those of dns_mijnhost_zone are taken: {', '.join(chosen)}."
        report(Finding("key", State.NOTE, message))
    else:
        message += "Each domain is then asked for by itself."
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
        tell = " The API does not tell which that is: ask your router or provider."
    else:
        address, data, tell = caller.ip_address, {"address": caller.ip_address}, ""
    return Finding(
        "whitelist",
        State.FAILED,
        f"The key has a whitelist that lacks {address}.{tell}",
        f"Add {address} to the key's whitelist in mijn.host's control panel.",
        data=data,
    )


def _expiry(caller: Whoami | None, today: date) -> Finding:
    last_day = None if caller is None else _last_day(caller.raw)
    if last_day is None:
        return Finding(
            "expiry",
            State.NOTE,
            "The API does not tell until when the key is valid. If the control panel shows a date "
            "at the key, put it into your calendar: renewals stop on that day.",
        )
    days = (last_day - today).days
    data = {"last_day": last_day.isoformat(), "days": days}
    message = f"The key is valid until {last_day} ({days} days)."
    if days < 0:
        message = f"The key's last day was {last_day}, as the API tells, which takes it still."
    if days > SOON_DAYS:
        return Finding("expiry", State.OK, message, data=data)
    step = "Make a new key in mijn.host's control panel, and put it into the credentials file."
    return Finding("expiry", State.WARNING, message, step, data=data)


def _last_day(raw: Mapping[str, object]) -> date | None:
    """Return a date that looks like a key's last day: the field's name is not documented."""
    for name, value in raw.items():
        if any(word in name.lower() for word in ("expir", "valid_until", "valid_to")):
            try:
                return date.fromisoformat(str(value)[:10])
            except ValueError:
                continue
    return None


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
