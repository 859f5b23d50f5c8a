"""Where a name leads by CNAME and DNAME.

A CNAME at a challenge's name delegates the challenge: the CA follows it, so the TXT record has to
stand where it ends.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import dns.name

from certbot_dns_mijnhost.propagation.asking import Asker
from certbot_dns_mijnhost.propagation.authority import NotFoundError
from certbot_dns_mijnhost.propagation.dns_client import DNSClient
from certbot_dns_mijnhost.propagation.endpoints import DNS_PORT, Endpoint
from certbot_dns_mijnhost.propagation.errors import AliasLoopError
from certbot_dns_mijnhost.propagation.names import read_name, write_name
from certbot_dns_mijnhost.propagation.nameservers import NameserverFinder
from certbot_dns_mijnhost.propagation.query import NoAnswerError, alias_target
from certbot_dns_mijnhost.propagation.resolving import RecordResolver

logger = logging.getLogger(__name__)

MOST_HOPS = 8
SECONDS = 8.0
"""For one name; a question to name servers under way at that time may take longer."""
LEAST_RESOLVER_SECONDS = 2.0
"""For the resolver, even if asking the name servers took all the time."""
MOST_RESOLVER_FAILURES = 2
"""In a row; then it is not asked for further names."""


@dataclass(frozen=True)
class AliasResult:
    """Where a name leads.

    :param target: the name itself where it is no alias; the last name known where it can't be
        told whether that is one.
    :param chain: the names on the way, from the first to the target.
    :param reason: why it can't be told; empty where it can.
    :param by_resolver: whether a recursive resolver told, because the name servers could not be
        asked.
    """

    target: str
    chain: tuple[str, ...]
    reason: str = ""
    by_resolver: bool = False


class AliasFollower:
    """Follows CNAMEs and DNAMEs by asking authoritative name servers directly.

    If these cannot be asked, a recursive resolver is asked for the CNAME only. It may remember that
    there is none, which does no harm: a CA does not ask it, and TXT records are never asked of it.

    :param nameservers: ``host[:port]`` to ask instead of the published ones.
    :param resolvers: ``host[:port]`` to find the published ones by, instead of the system's.
    :param port: of the published name servers.
    :param query_timeout: seconds for one question.
    :param before: is called with the server's address before each question.
    :raises InvalidEndpointError: where a server can't be read.
    """

    def __init__(
        self,
        *,
        nameservers: Iterable[str] = (),
        resolvers: Iterable[str] = (),
        port: int = DNS_PORT,
        query_timeout: float = 2.0,
        before: Callable[[Endpoint], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._asker = Asker(DNSClient(query_timeout, before=before))
        self._resolver = RecordResolver(resolvers)
        self._finder = NameserverFinder(
            self._asker, self._resolver, nameservers=nameservers, port=port
        )
        self._clock = clock
        self._resolver_failures = 0

    def follow(self, name: str) -> AliasResult:
        """Return where `name` leads. A resolver that is missing or broken raises nothing.

        :raises InvalidNameError: where `name` is no domain name.
        :raises AliasLoopError: where the aliases lead in a circle or on for too long.
        """
        deadline = self._clock() + SECONDS
        current: dns.name.Name | None = read_name(name)
        chain: list[dns.name.Name] = []
        by_resolver = False
        while current is not None:
            if current in chain or len(chain) > MOST_HOPS:
                raise AliasLoopError(
                    "The CNAME records lead in a circle, or on for too many hops: "
                    f"{' -> '.join(_written([*chain, current]))}"
                )
            chain.append(current)
            try:
                current, is_by_resolver = self._next(current, deadline)
            except (NotFoundError, NoAnswerError) as error:
                logger.debug("Whether %s is an alias is not known: %s", current, error)
                return _result(chain, str(error), by_resolver=by_resolver)
            by_resolver = by_resolver or is_by_resolver
        return _result(chain, by_resolver=by_resolver)

    def _next(self, name: dns.name.Name, deadline: float) -> tuple[dns.name.Name | None, bool]:
        """Return where `name` leads, and whether a recursive resolver told."""
        if self._clock() > deadline:
            raise NotFoundError(f"following its CNAME records took longer than {SECONDS:.0f} s")
        try:
            target = self._ask_servers(name, deadline)
        except (NotFoundError, NoAnswerError) as error:
            return _usable(self._ask_resolver(name, deadline, error)), True
        return _usable(target), False

    def _ask_servers(self, name: dns.name.Name, deadline: float) -> dns.name.Name | None:
        authority = self._finder.find(name, lambda: deadline - self._clock())
        return alias_target(self._asker.first_useful(authority.servers, name, "CNAME"), name)

    def _ask_resolver(
        self, name: dns.name.Name, deadline: float, why: Exception
    ) -> dns.name.Name | None:
        """Ask the resolver for a CNAME, because the name servers cannot be asked.

        :raises NotFoundError: with the words of `why`, if it does not tell either.
        """
        if self._resolver_failures >= MOST_RESOLVER_FAILURES:
            raise NotFoundError(str(why)) from why
        least = LEAST_RESOLVER_SECONDS if isinstance(why, NoAnswerError) else 0.0
        try:
            found = self._resolver.look_up(
                name, "CNAME", lambda: max(deadline - self._clock(), least)
            )
        except NotFoundError as error:
            logger.debug("The resolver does not tell whether %s is a CNAME: %s", name, error)
            self._resolver_failures += 1
            raise NotFoundError(str(why)) from error
        self._resolver_failures = 0
        logger.debug("The resolver was asked for the CNAME of %s: %s", name, why)
        if not found and not isinstance(why, NoAnswerError):
            # Its zone may not exist at all, or the resolver is of little use.
            raise NotFoundError(str(why)) from why
        return dns.name.from_text(found[0]) if found else None


def _usable(target: dns.name.Name | None) -> dns.name.Name | None:
    if target == dns.name.root:
        raise NotFoundError("its CNAME record leads to the root")
    return None if target is None else target.canonicalize()


def _result(
    chain: list[dns.name.Name], reason: str = "", *, by_resolver: bool = False
) -> AliasResult:
    written = _written(chain)
    return AliasResult(written[-1], written, reason, by_resolver)


def _written(names: Iterable[dns.name.Name]) -> tuple[str, ...]:
    return tuple(map(write_name, names))
