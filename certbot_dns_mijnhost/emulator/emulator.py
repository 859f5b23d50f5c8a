"""The emulator: one account with its API and its name servers, with or without sockets."""

from __future__ import annotations

import json
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
from certbot_dns_mijnhost.emulator.served_zone import nameserver_address
from certbot_dns_mijnhost.emulator.variants import Variants

NO_PORT = 1
"""The port in the addresses of an emulator without sockets; nothing listens on it."""
MAXIMUM_NAMESERVERS = 250


@dataclass(frozen=True)
class LoggedQuery:
    """One entry of the log of DNS queries.

    :param server: the address and port that received the query
    :param name: absolute, in the case of the query
    """

    server: str
    name: str
    type: str


class Emulator:
    """mijn.host on this machine: the API, the name servers and a resolver of one account.

    Use it as a context manager. With ``serve=False`` it opens no sockets; call ``application``,
    ``answer`` and ``resolve`` directly.

    :param api_key: the valid key
    :param domains: domains to add, each with a small zone; the default is ``example.nl``, unless
        there is an account or a seed
    :param account: an existing account, with its own clock
    :param lags: the publication delay of each name server in seconds
    :param clock: returns seconds that never decrease; may be a virtual clock
    :param port: the API's port; 0 chooses a free port
    :param seed: a JSON file with the contents of the account, see :func:`load`
    :raises OSError: if the seed cannot be read
    :raises ValueError: if the seed is not valid, if ``lags`` is empty or too long, or if there is
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
            raise ValueError(f"lags: give the seconds of 1 to {MAXIMUM_NAMESERVERS} name servers")
        if account is None:
            account = Account(clock=clock or time.monotonic)
            domains = ("example.nl",) if domains is None and seed is None else domains
        elif clock is not None:
            raise ValueError("clock: the account already has one")
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
        """How the API behaves; may be changed at any time."""
        return self.account.variants

    @variants.setter
    def variants(self, variants: Variants) -> None:
        self.account.variants = variants

    def behave(self, index: int, behaviour: str) -> None:
        """Set the behaviour of a name server.

        :param behaviour: one of ``BEHAVIOURS`` in the module ``nameservers``: ``normal``,
            ``no_answer``, ``refused``, ``intercepted``, ...
        :raises ValueError: if it is not
        """
        self._nameservers.behave(index, behaviour)

    def answer(self, query: dns.message.Message, server_index: int) -> dns.message.Message | None:
        """Answer a query as one of the name servers; None means no answer."""
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

        :raises OSError: if an address or the port is not available
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
        """Bind the sockets of the name servers, all to one port, and those of the resolver."""
        addresses = [nameserver_address(index) for index in range(len(self.nameservers))]
        endpoints = [
            Endpoint(*pair, partial(self.answer, server_index=index))
            for index, pair in enumerate(bind_on_one_port(addresses, stack))
        ]
        [pair] = bind_on_one_port(["127.0.0.1"], stack)
        return [*endpoints, Endpoint(*pair, self.resolve)]

    def stop(self) -> None:
        """Close the sockets; the logs and the account remain."""
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


def load(account: Account, path: Path) -> None:
    """Add the contents of a JSON file to an account.

    The file is an object; all keys are optional::

        {"domains": [{"domain": "example.nl", "tags": ["web"], "managed_dns": true,
                      "published_at": [], "odd_entries": [null],
                      "records": [["A", "www.example.nl.", "192.0.2.1", 3600]]}],
         "contacts": [{"id": 1, "name": "us", "profile": {}}],
         "nameservers": [{"alias": "ours", "nameservers": []}],
         "templates": [{"id": 2, "alias": "web", "default": 0, "records": []}],
         "vps": [{"id": 3, "hostname": "a.example.nl", "status": "running", "ip-addresses": [],
                  "details": {"vps_locked": false}}],
         "certificates": [{"id": 4, "domain": "", "certificate_status": "new", "requested": false}],
         "invoices": [{"invoice_nr": 5, "date": "2026-11-01", "total": "1.21"}]}

    A domain without ``records`` gets those of a small zone. ``vps``, ``certificates`` and
    ``invoices`` replace the initial ones of the account; the others are added.

    :raises OSError: if the file cannot be read
    :raises ValueError: if it is not JSON or does not have this form
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    try:
        for domain in content.get("domains", []):
            records = domain.get("records")
            account.add_domain(
                domain["domain"],
                records=None if records is None else [tuple(record) for record in records],
                managed_dns=domain.get("managed_dns", True),
                tags=domain.get("tags", []),
                published_at=domain.get("published_at", []),
            ).odd_entries.extend(domain.get("odd_entries", []))
        mine = account.data
        mine.contacts.update({each["id"]: each for each in content.get("contacts", [])})
        mine.profiles.update({each["alias"]: each for each in content.get("nameservers", [])})
        mine.templates.update({each["id"]: each for each in content.get("templates", [])})
        for name, key in (("vps", "id"), ("certificates", "id"), ("invoices", "invoice_nr")):
            if name in content:
                setattr(mine.services, name, {each[key]: each for each in content[name]})
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is not a valid account file: {error!r}") from error
