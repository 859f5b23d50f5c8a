"""One request and its answer, for timings and logs: no key, no bodies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Exchange:
    """What can be told about an exchange without telling what was said.

    :param path: below the base URL, without the query.
    :param status: HTTP's status.
    :param seconds: from sending to the answer's end.
    :param size: bytes of the answer's body.
    :param request_id: of the answer's ``X-Request-Id``, should it have one.
    """

    method: str
    path: str
    status: int
    seconds: float
    size: int
    request_id: str | None


OnExchange = Callable[[Exchange], None]
