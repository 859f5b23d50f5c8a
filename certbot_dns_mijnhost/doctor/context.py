"""The API client and the DNS options that checks share."""

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
        return retry_transient(call, self.retry, may_pass)


@dataclass(frozen=True)
class DNSOptions:
    """Options of DNS queries.

    :param port: of the published name servers.
    :param query_timeout: seconds for one query.
    """

    port: int
    query_timeout: float
