"""One run's view of DNS: which servers it queries, and what it has learned from them.

Following CNAME records, the wait and the doctor share one view. So a name, its name servers and
their addresses are looked up once per run, and a server that needs no EDNS, or does not answer, is
found out once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import dns.name

from certbot_dns_mijnhost.propagation.endpoints import DNS_PORT, Endpoint
from certbot_dns_mijnhost.propagation.nameservers import NameserverFinder
from certbot_dns_mijnhost.propagation.query import DNSClient, Querier
from certbot_dns_mijnhost.propagation.resolver import RecursiveResolver


class DNSView:
    """The servers to query, and the answers that stay valid during a run.

    TXT records are not part of it: they change while the run waits for them.

    :param nameservers: ``host[:port]`` to query instead of the published ones.
    :param resolvers: ``host[:port]``, or the path of a resolv.conf, that find the published ones,
        instead of the system's.
    :param resolver: used instead of `resolvers`.
    :param port: of the published name servers.
    :param query_timeout: seconds for one query.
    :param before: called with the server's address before each query to a name server.
    :param clock: of monotonic seconds.
    :raises InvalidEndpointError: if a server is not a ``host[:port]``.
    """

    def __init__(
        self,
        *,
        nameservers: Iterable[str] = (),
        resolvers: Iterable[str] = (),
        resolver: RecursiveResolver | None = None,
        port: int = DNS_PORT,
        query_timeout: float = 2.0,
        before: Callable[[Endpoint], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.query_timeout = query_timeout
        self.clock = clock
        self.client = DNSClient(query_timeout, before=before)
        self.querier = Querier(self.client)
        self.resolver = resolver or RecursiveResolver(resolvers)
        self.finder = NameserverFinder(
            self.querier, self.resolver, nameservers=nameservers, port=port
        )
        self.alias_targets: dict[dns.name.Name, tuple[dns.name.Name | None, bool]] = {}
        """By name: the target, None if it is not an alias; and whether a resolver answered."""

    def forget_failures(self) -> None:
        """Look up again what could not be looked up: an outage may be over."""
        self.resolver.forget_failures()
        self.finder.forget_failures()
