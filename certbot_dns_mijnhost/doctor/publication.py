"""Check how long the name servers take to serve a test record."""

from __future__ import annotations

from certbot_dns_mijnhost.doctor.context import Calls
from certbot_dns_mijnhost.doctor.findings import Finding, State
from certbot_dns_mijnhost.propagation import (
    DNSView,
    Outcome,
    PropagationChecker,
    PropagationTimeoutError,
)
from certbot_dns_mijnhost.propagation import State as Wait
from certbot_dns_mijnhost.propagation import TXTRecord as ExpectedRecord
from certbot_dns_mijnhost.settings import Settings
from certbot_dns_mijnhost.zone import TXTRecord


def check_publication(
    record: TXTRecord, zone: str, settings: Settings, calls: Calls, *, view: DNSView
) -> Finding:
    """Return how long the name servers took to serve `record`."""
    ceiling = settings.propagation_seconds
    if ceiling == 0:
        message = "No wait for the name servers: dns_mijnhost_propagation_seconds is 0."
        return Finding("publication", State.SKIPPED, message, domain=zone)
    checker = PropagationChecker(view, sleep=calls.retry.sleep)
    expected = [ExpectedRecord(record.name, record.value)]
    try:
        return _of_outcome(checker.wait_for(expected, max_seconds=ceiling), zone)
    except PropagationTimeoutError as error:
        step = (
            "Check that the domain's published name servers are those of mijn.host; if they "
            "are, try again with a higher --propagation-seconds."
        )
        message = f"{error}.".replace("..", ".")
        return Finding("publication", State.FAILED, message, step, zone)


def _of_outcome(outcome: Outcome, zone: str) -> Finding:
    if outcome.state is Wait.NOT_CHECKED:
        message = f"Cannot query the name servers for the test record: {outcome.reason}."
        step = "Open port 53 (UDP and TCP) to the outside, or set dns_mijnhost_nameservers."
        return Finding("publication", State.WARNING, message, step, zone)
    data = {"seconds": round(outcome.seconds, 1), "servers": len(outcome.ready)}
    count = len(outcome.ready)
    message = (
        f"{count} name server{' serves' if count == 1 else 's serve'} the test record after "
        f"{outcome.seconds:.0f} s."
    )
    if not outcome.lagging:
        return Finding("publication", State.OK, message, "", zone, data)
    behind = "; ".join(map(str, outcome.lagging))
    message += f" Not up to date by then: {behind}."
    step = "Allow more time: set a higher dns_mijnhost_propagation_seconds."
    return Finding("publication", State.WARNING, message, step, zone, data)
