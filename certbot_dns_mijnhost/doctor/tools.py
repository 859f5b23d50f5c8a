"""What the checks work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from certbot_dns_mijnhost.api import (
    BadRequestError,
    Exchange,
    MijnHostClient,
    MijnHostError,
    RetryPolicy,
)
from certbot_dns_mijnhost.challenge_records.persistence import persistently

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
        """Return what a reading returns; a 400 that may pass is not told as a fault.

        :raises MijnHostError: the last error.
        """
        return persistently(call, self.retry, _may_pass)


def says_no_access(error: MijnHostError) -> bool:
    """Tell whether the API said that something is not for this key."""
    return isinstance(error, BadRequestError) and "access" in error.description.lower()


def _may_pass(error: MijnHostError) -> bool:
    return isinstance(error, BadRequestError) and not says_no_access(error)


@dataclass(frozen=True)
class DNSOptions:
    """How DNS is asked.

    :param port: of the published name servers.
    :param query_timeout: seconds for one question.
    """

    port: int
    query_timeout: float
