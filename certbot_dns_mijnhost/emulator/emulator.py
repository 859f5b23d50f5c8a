"""The emulator: account, API and name servers put together, with or without sockets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType

import dns.message
import dns.rdatatype

from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.application import BASE_PATH, Application, LoggedRequest
from certbot_dns_mijnhost.emulator.dns_server import DnsServer, Endpoint, bind_on_one_port
from certbot_dns_mijnhost.emulator.faults import Faults
from certbot_dns_mijnhost.emulator.http_server import HttpServer
from certbot_dns_mijnhost.emulator.nameservers import Nameservers
from certbot_dns_mijnhost.emulator.seed import load
from certbot_dns_mijnhost.emulator.tables import nameserver_address
from certbot_dns_mijnhost.emulator.variants import Variants

# Without sockets the addresses are names only; nothing listens on this port.
NO_PORT = 1
MAXIMUM_NAMESERVERS = 250


@dataclass(frozen=True)
class LoggedQuery:
    """One line of the log of DNS queries.

    :param server: address and port that were queried
    :param name: absolute, in the spelling of the query
    """

    server: str
    name: str
    type: str


class Emulator:
    """mijn.host on this machine: its API, its name servers and a resolver over one account.

    Use it as a context manager. With ``serve=False`` no socket is opened, and ``application``,
    ``answer`` and ``resolve`` are called directly.

    :param api_key: the one valid key
    :param domains: domains to add, each with a small zone; without them and without an account,
        ``example.nl``
    :param account: an account made elsewhere, with its own clock
    :param lags: the publication delay in seconds of each name server
    :param clock: seconds that never go back; may be a virtual clock
    :param port: the API's port; 0 chooses a free one
    :param seed: a JSON file with what the account has, see :mod:`.seed`
    :raises ValueError: without a name server, with more than the loopback has room for, or with
        both an account and a clock
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        domains: Iterable[str] | None = None,
        account: Account | None = None,
        lags: Sequence[float] = (0.0,),
        variants: Variants | None = None,
        clock: Callable[[], float] | None = None,
        serve: bool = True,
        port: int = 0,
        seed: Path | None = None,
    ) -> None:
        if not 1 <= len(lags) <= MAXIMUM_NAMESERVERS:
            raise ValueError(f"lags: give seconds for 1 to {MAXIMUM_NAMESERVERS} name servers")
        if account is None:
            account = Account(clock=clock or time.monotonic)
            domains = ("example.nl",) if domains is None and seed is None else domains
        elif clock is not None:
            raise ValueError("clock: an account has its own")
        account.api_key = account.api_key if api_key is None else api_key
        account.variants = account.variants if variants is None else variants
        account.keep_seconds = max(account.keep_seconds, *lags)
        for domain in domains or ():
            account.add_domain(domain)
        self.account = account
        if seed is not None:
            load(account, seed)
        self.faults = Faults()
        self.requests: list[LoggedRequest] = []
        self.queries: list[LoggedQuery] = []
        self.application = Application(account, self.faults, self.requests)
        self.api_url = f"http://127.0.0.1:{NO_PORT}{BASE_PATH}"
        self.nameservers = [f"{nameserver_address(i)}:{NO_PORT}" for i in range(len(lags))]
        self.resolver = f"127.0.0.1:{NO_PORT}"
        self._nameservers = Nameservers(account, lags)
        self._serve = serve
        self._port = port
        self._running = ExitStack()

    @property
    def variants(self) -> Variants:
        """How the API behaves; may be set at any time."""
        return self.account.variants

    @variants.setter
    def variants(self, variants: Variants) -> None:
        self.account.variants = variants

    def behave(self, index: int, behaviour: str) -> None:
        """Let a name server be ``normal``, ``dead``, ``intercepted`` or without EDNS.

        All behaviours are in ``BEHAVIOURS`` of the module nameservers.

        :raises ValueError: for another word
        """
        self._nameservers.behave(index, behaviour)

    def answer(self, query: dns.message.Message, server_index: int) -> dns.message.Message | None:
        """Answer a query as one of the name servers; None is silence."""
        self._log(query, self.nameservers[server_index])
        return self._nameservers.answer(query, server_index)

    def resolve(self, query: dns.message.Message) -> dns.message.Message:
        """Answer a query as the resolver."""
        self._log(query, self.resolver)
        return self._nameservers.resolve(query)

    def _log(self, query: dns.message.Message, server: str) -> None:
        for question in query.question:
            name, type_ = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
            self.queries.append(LoggedQuery(server, name, type_))

    def start(self) -> None:
        """Open the sockets and serve.

        :raises OSError: where an address or the port cannot be had
        """
        if not self._serve:
            return
        with ExitStack() as stack:
            http = HttpServer(self.application, port=self._port)
            stack.callback(http.stop)
            http.start()
            endpoints = self._endpoints(stack)
            self.api_url = http.url + BASE_PATH
            *self.nameservers, self.resolver = [endpoint.address for endpoint in endpoints]
            dns_server = DnsServer(endpoints)
            stack.callback(dns_server.stop)
            dns_server.start()
            self._running = stack.pop_all()

    def _endpoints(self, stack: ExitStack) -> list[Endpoint]:
        """Bind the name servers' sockets, all on one port, and last the resolver's."""
        addresses = [nameserver_address(index) for index in range(len(self.nameservers))]
        endpoints = [
            Endpoint(*pair, partial(self.answer, server_index=index))
            for index, pair in enumerate(bind_on_one_port(addresses, stack))
        ]
        [pair] = bind_on_one_port(["127.0.0.1"], stack)
        return [*endpoints, Endpoint(*pair, self.resolve)]

    def stop(self) -> None:
        """Close the sockets; what was logged and stored stays."""
        self._running.close()

    def __enter__(self) -> Emulator:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
