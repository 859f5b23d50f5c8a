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

from certbot_dns_mijnhost.propagation.endpoints import DNS_PORT
from certbot_dns_mijnhost.propagation.errors import AliasLoopError
from certbot_dns_mijnhost.propagation.nameservers import Authority, NameserverFinder, NotFoundError
from certbot_dns_mijnhost.propagation.query import NoAnswerError, alias_target, ask

logger = logging.getLogger(__name__)

MOST_HOPS = 8
SECONDS = 10.0


@dataclass(frozen=True)
class AliasResult:
    """Where a name leads.

    :param target: the name itself where it is no alias, or where that can't be told.
    :param chain: the names on the way, from the first to the target.
    :param reason: why it can't be told; empty where it can.
    """

    target: str
    chain: tuple[str, ...]
    reason: str = ""


class AliasFollower:
    """Follows CNAMEs and DNAMEs by asking authoritative name servers directly.

    :param nameservers: ``host[:port]`` to ask instead of the published ones.
    :param resolvers: ``host[:port]`` to find the published ones by, instead of the system's.
    :param port: of the published name servers.
    :param query_timeout: seconds for one question.
    :raises InvalidEndpointError: where a server can't be read.
    """

    def __init__(
        self,
        *,
        nameservers: Iterable[str] = (),
        resolvers: Iterable[str] = (),
        port: int = DNS_PORT,
        query_timeout: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._finder = NameserverFinder(
            nameservers=nameservers, resolvers=resolvers, port=port, timeout=query_timeout
        )
        self._query_timeout = query_timeout
        self._clock = clock

    def follow(self, name: str) -> AliasResult:
        """Return where `name` leads. A resolver that is missing or broken raises nothing.

        :raises AliasLoopError: where the aliases lead in a circle or on for too long.
        """
        deadline = self._clock() + SECONDS
        chain = [name.rstrip(".").lower()]
        while True:
            try:
                target = self._next(chain[-1], deadline)
            except NotFoundError as error:
                logger.debug("Whether %s is an alias is not known: %s", chain[-1], error)
                return AliasResult(chain[-1], tuple(chain), str(error))
            if target is None:
                return AliasResult(chain[-1], tuple(chain))
            if target in chain or len(chain) > MOST_HOPS:
                raise AliasLoopError(
                    "The CNAME records lead in a circle, or on for too many hops: "
                    f"{' -> '.join([*chain, target])}. Correct them, or set "
                    "dns_mijnhost_follow_cname = false."
                )
            chain.append(target)

    def _next(self, name: str, deadline: float) -> str | None:
        authority = self._finder.find(name)
        absolute = dns.name.from_text(name)
        answer = self._answer(authority, absolute, deadline)
        target = alias_target(answer, absolute)
        return None if target is None else target.to_text(omit_final_dot=True).lower()

    def _answer(
        self, authority: Authority, name: dns.name.Name, deadline: float
    ) -> dns.message.Message:
        for server in authority.servers:
            if self._clock() > deadline:
                break
            try:
                return ask(server.endpoint, name.to_text(), "CNAME", self._query_timeout)
            except NoAnswerError:
                continue
        raise NotFoundError(f"no name server of {authority.zone or name} answers")
