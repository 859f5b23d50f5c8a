"""What the checks work with."""

from __future__ import annotations

from dataclasses import dataclass

from certbot_dns_mijnhost.api import Exchange, MijnHostClient, RetryPolicy


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


@dataclass(frozen=True)
class DNSOptions:
    """How DNS is asked.

    :param port: of the published name servers.
    :param query_timeout: seconds for one question.
    """

    port: int
    query_timeout: float
