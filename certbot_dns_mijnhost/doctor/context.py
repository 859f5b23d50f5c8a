"""What the checks work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from certbot_dns_mijnhost.api import Exchange, MijnHostClient, RetryPolicy
from certbot_dns_mijnhost.zone.finder import may_pass
from certbot_dns_mijnhost.zone.retrying import retry_transient

T = TypeVar("T")


@dataclass(frozen=True)
class Calls:
    """The API, and how it is called.

    :param exchanges: each exchange so far; the client adds to it.
    :param retry: its clock and sleep are those of all that waits.
    """

    client: MijnHostClient
    exchanges: list[Exchange]
    retry: RetryPolicy

    @property
    def patient(self) -> RetryPolicy:
        """The plugin's own patience, by the same clock."""
        return RetryPolicy(sleep=self.retry.sleep, clock=self.retry.clock)

    def reading(self, call: Callable[[], T]) -> T:
        """Return what a reading returns; a refusal that may pass is not told as a fault.

        :raises MijnHostError: the last error.
        """
        return retry_transient(call, self.retry, may_pass)


@dataclass(frozen=True)
class DNSOptions:
    """How DNS is asked.

    :param port: of the published name servers.
    :param query_timeout: seconds for one question.
    """

    port: int
    query_timeout: float
