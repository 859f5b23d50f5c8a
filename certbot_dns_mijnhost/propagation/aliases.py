"""Following CNAME and DNAME records.

A CNAME at a challenge's name delegates the challenge: the CA follows it, so the TXT record must be
added at the last name of the chain.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

import dns.name

from certbot_dns_mijnhost.propagation.answers import alias_target
from certbot_dns_mijnhost.propagation.errors import (
    AliasLoopError,
    LookupFailedError,
    NoAnswerError,
)
from certbot_dns_mijnhost.propagation.names import read_name, write_name
from certbot_dns_mijnhost.propagation.view import DNSView

logger = logging.getLogger(__name__)

MOST_HOPS = 8
SECONDS = 8.0
"""For one name; a query that has begun by then may take longer."""
LEAST_RESOLVER_SECONDS = 2.0
"""For the resolver, even if the name servers took all the time."""
MOST_RESOLVER_FAILURES = 2
"""In a row; then it is not queried for further names."""


@dataclass(frozen=True)
class AliasResult:
    """The target of a name's CNAME records.

    :param target: the name itself if it is not an alias; the last known name if it is unknown
        whether that is an alias.
    :param chain: the names from the first to the target.
    :param reason: why it is unknown whether the target is an alias; empty if it is not one.
    :param by_resolver: whether a recursive resolver answered, because the name servers did not.
    """

    target: str
    chain: tuple[str, ...]
    reason: str = ""
    by_resolver: bool = False


class AliasFollower:
    """Follows CNAME and DNAME records by querying authoritative name servers directly.

    If these do not answer, a recursive resolver is queried for the CNAME only. It may cache that
    there is none, which is harmless: CAs do not use it, and it gets no query for TXT records.

    :param view: has the servers, and the targets that are known already.
    """

    def __init__(self, view: DNSView) -> None:
        self._view = view
        self._clock = view.clock
        self._resolver_failures = 0

    def follow(self, name: str) -> AliasResult:
        """Return the target of `name`. Without usable servers the result has a reason.

        :raises InvalidNameError: if `name` is not a domain name.
        :raises AliasLoopError: if the aliases form a loop, or a chain with too many names.
        """
        deadline = self._clock() + SECONDS
        current: dns.name.Name | None = read_name(name)
        chain: list[dns.name.Name] = []
        by_resolver = False
        while current is not None:
            if current in chain or len(chain) > MOST_HOPS:
                raise AliasLoopError(
                    f"The CNAME records form a loop, or a chain of more than {MOST_HOPS}: "
                    f"{' -> '.join(_written([*chain, current]))}"
                )
            chain.append(current)
            try:
                current, is_by_resolver = self._next(current, deadline)
            except (LookupFailedError, NoAnswerError) as error:
                logger.debug("It is unknown whether %s is an alias: %s", current, error)
                return _result(chain, str(error), by_resolver=by_resolver)
            by_resolver = by_resolver or is_by_resolver
        return _result(chain, by_resolver=by_resolver)

    def _next(self, name: dns.name.Name, deadline: float) -> tuple[dns.name.Name | None, bool]:
        """Return the target of one alias, and whether a recursive resolver answered."""
        known = self._view.alias_targets
        if name not in known:
            known[name] = self._look_up(name, deadline)
        return known[name]

    def _look_up(self, name: dns.name.Name, deadline: float) -> tuple[dns.name.Name | None, bool]:
        if self._clock() > deadline:
            raise LookupFailedError(f"following its CNAME records took longer than {SECONDS:.0f} s")
        try:
            target = self._query_servers(name, deadline)
        except (LookupFailedError, NoAnswerError) as error:
            return _usable(self._query_resolver(name, deadline, error)), True
        return _usable(target), False

    def _query_servers(self, name: dns.name.Name, deadline: float) -> dns.name.Name | None:
        authority = self._view.finder.find(name, lambda: deadline - self._clock())
        return alias_target(self._view.querier.first_usable(authority.servers, name, "CNAME"), name)

    def _query_resolver(
        self, name: dns.name.Name, deadline: float, why: Exception
    ) -> dns.name.Name | None:
        """Query the resolver for a CNAME, because the name servers do not answer.

        :raises LookupFailedError: with the text of `why`, if the resolver does not answer either.
        """
        if self._resolver_failures >= MOST_RESOLVER_FAILURES:
            raise LookupFailedError(str(why)) from why
        least = LEAST_RESOLVER_SECONDS if isinstance(why, NoAnswerError) else 0.0
        try:
            found = self._view.resolver.look_up(
                name, "CNAME", lambda: max(deadline - self._clock(), least)
            )
        except LookupFailedError as error:
            logger.debug("The resolver cannot look up the CNAME of %s: %s", name, error)
            self._resolver_failures += 1
            raise LookupFailedError(str(why)) from error
        self._resolver_failures = 0
        logger.debug("The resolver was queried for the CNAME of %s: %s", name, why)
        if not found and not isinstance(why, NoAnswerError):
            # The zone may not exist at all, or the resolver may be unreliable.
            raise LookupFailedError(str(why)) from why
        return dns.name.from_text(found[0]) if found else None


def _usable(target: dns.name.Name | None) -> dns.name.Name | None:
    if target == dns.name.root:
        raise LookupFailedError("its CNAME record points to the root")
    return None if target is None else target.canonicalize()


def _result(
    chain: list[dns.name.Name], reason: str = "", *, by_resolver: bool = False
) -> AliasResult:
    written = _written(chain)
    return AliasResult(written[-1], written, reason, by_resolver)


def _written(names: Iterable[dns.name.Name]) -> tuple[str, ...]:
    return tuple(map(write_name, names))
