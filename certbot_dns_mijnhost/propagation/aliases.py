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
from certbot_dns_mijnhost.propagation.endpoints import DNS_PORT
from certbot_dns_mijnhost.propagation.errors import AliasLoopError
from certbot_dns_mijnhost.propagation.names import read_name, write_name
from certbot_dns_mijnhost.propagation.nameservers import NameserverFinder
from certbot_dns_mijnhost.propagation.query import NoAnswerError, alias_target

logger = logging.getLogger(__name__)

MOST_HOPS = 8
SECONDS = 8.0
"""For one name; a question to name servers under way at that time may take longer."""


@dataclass(frozen=True)
class AliasResult:
    """Where a name leads.

    :param target: the name itself where it is no alias; the last name known where it can't be
        told whether that is one.
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
        self._asker = Asker(query_timeout)
        self._finder = NameserverFinder(
            self._asker, nameservers=nameservers, resolvers=resolvers, port=port
        )
        self._clock = clock

    def follow(self, name: str) -> AliasResult:
        """Return where `name` leads. A resolver that is missing or broken raises nothing.

        :raises InvalidNameError: where `name` is no domain name.
        :raises AliasLoopError: where the aliases lead in a circle or on for too long.
        """
        deadline = self._clock() + SECONDS
        current: dns.name.Name | None = read_name(name)
        chain: list[dns.name.Name] = []
        while current is not None:
            if current in chain or len(chain) > MOST_HOPS:
                raise AliasLoopError(
                    "The CNAME records lead in a circle, or on for too many hops: "
                    f"{' -> '.join(_written([*chain, current]))}"
                )
            chain.append(current)
            try:
                current = self._next(current, deadline)
            except (NotFoundError, NoAnswerError) as error:
                logger.debug("Whether %s is an alias is not known: %s", current, error)
                return _result(chain, str(error))
        return _result(chain)

    def _next(self, name: dns.name.Name, deadline: float) -> dns.name.Name | None:
        if self._clock() > deadline:
            raise NotFoundError(f"following its CNAME records took longer than {SECONDS:.0f} s")
        authority = self._finder.find(name, lambda: deadline - self._clock())
        answer = self._asker.first_useful(authority.servers, name, "CNAME")
        target = alias_target(answer, name)
        if target == dns.name.root:
            raise NotFoundError("its CNAME record leads to the root")
        return None if target is None else target.canonicalize()


def _result(chain: list[dns.name.Name], reason: str = "") -> AliasResult:
    written = _written(chain)
    return AliasResult(written[-1], written, reason)


def _written(names: Iterable[dns.name.Name]) -> tuple[str, ...]:
    return tuple(map(write_name, names))
