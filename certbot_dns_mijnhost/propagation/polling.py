"""Asking all servers at once, without leaving a thread behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

from certbot_dns_mijnhost.propagation.asking import MOST_THREADS
from certbot_dns_mijnhost.propagation.dns_client import DNSClient
from certbot_dns_mijnhost.propagation.said import Said
from certbot_dns_mijnhost.propagation.tally import ServerTally


class Poller:
    """Asks servers in parallel; a context manager.

    Left by an exception, it waits for the questions under way only.

    :param servers: how many there are.
    :param client: sends the questions.
    """

    def __init__(self, servers: int, *, client: DNSClient, clock: Callable[[], float]) -> None:
        self._threads = ThreadPoolExecutor(max_workers=min(MOST_THREADS, servers))
        self._client = client
        self._clock = clock
        self._is_closed = threading.Event()

    def __enter__(self) -> Poller:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_closed.set()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def poll(self, tallies: Sequence[ServerTally], *, until: float) -> None:
        """Ask each server for its names, up to the first one that it does not serve.

        :param until: when to stop asking further names, by the clock.
        """

        def ask(tally: ServerTally) -> dict[str, Said]:
            return self._ask(tally, until)

        for tally, said in zip(tallies, self._threads.map(ask, tallies)):
            tally.note(said, self._clock())

    def _ask(self, tally: ServerTally, until: float) -> dict[str, Said]:
        said: dict[str, Said] = {}
        for name, values in tally.expected.items():
            if self._is_closed.is_set() or (said and self._clock() >= until):
                break
            said[name] = self._client.ask_for_txt(tally.server.endpoint, name)
            if not said[name].values >= values:
                break
        return said
