"""One request and its answer, for timings and logs: no key, no bodies."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, without what was sent and received.

    :param path: below the base URL, without the query.
    :param status: HTTP's status; None if no answer arrived.
    :param seconds: from the sending to the end of the answer.
    :param bytes_received: size of the answer's body.
    :param request_id: of the answer's ``X-Request-Id``, if it has one.
    :param attempt: from 1, retries included.
    :param date: of the answer's ``Date`` header, in UTC; None if it has no readable one.
    """

    method: str
    path: str
    status: int | None
    seconds: float
    bytes_received: int
    request_id: str | None
    attempt: int
    date: datetime | None = None


OnExchange = Callable[[Exchange], None]


def read_date(header: str | None) -> datetime | None:
    """Return the time of a ``Date`` header; None if it is not readable."""
    try:
        found = parsedate_to_datetime(header or "")
        return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).astimezone(
            timezone.utc
        )
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def report(on_exchange: OnExchange | None, exchange: Exchange) -> None:
    """Log an exchange and call the caller's hook, whose errors must not lose the answer."""
    logger.debug(
        "%s %s: HTTP %s, %d bytes, %.3f s",
        *(exchange.method, exchange.path, exchange.status or "without an answer"),
        *(exchange.bytes_received, exchange.seconds),
    )
    if on_exchange is None:
        return
    try:
        on_exchange(exchange)
    except Exception as error:  # noqa: BLE001  # an order may just have been placed
        logger.warning("on_exchange raised %s. Continuing.", type(error).__name__)
