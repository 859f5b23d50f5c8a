"""``python -m benchmarks.waits``: the wait for the name servers alone, without Certbot and the API.

Measures the seconds from the moment at which the slowest name server serves a record.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timezone

from certbot_dns_mijnhost.emulator import Emulator
from certbot_dns_mijnhost.propagation import DNSView, PropagationChecker, State, TXTRecord

RECORD = TXTRecord("_acme-challenge.example.nl", "value")
MAX_SECONDS = 300.0


@dataclass(frozen=True)
class Case:
    """Name servers.

    :param lags: seconds until each serves the record.
    :param unreachable: the number of further servers that do not answer.
    """

    lags: tuple[float, ...]
    unreachable: int = 0

    def __str__(self) -> str:
        lags = ", ".join(f"{lag:g} s" for lag in self.lags)
        return lags + (f", {self.unreachable} unreachable" if self.unreachable else "")


CASES = (
    Case((0.0,)),
    Case((1.0, 3.0)),
    Case((1.0, 3.0), unreachable=1),
    Case((30.0,)),
    Case((54.0, 56.0)),
    Case((54.3, 55.1)),
    Case((54.9, 55.6), unreachable=1),
    Case((75.0,)),
)
QUICK_CASES = CASES[:3]


@dataclass(frozen=True)
class Waited:
    """The result of one wait.

    :param late: seconds after the slowest server began to serve the record.
    :param queries: the most that one server got.
    """

    seconds: float
    late: float
    queries: int
    is_served: bool


def wait(case: Case) -> Waited:
    """Wait for one record in one arrangement of name servers."""
    silent = range(len(case.lags), len(case.lags) + case.unreachable)
    with Emulator(lags=(*case.lags, *(0.0 for _ in silent))) as emulator:
        for index in silent:
            emulator.behave(index, "no_answer")
        view = DNSView(nameservers=emulator.nameservers)
        started = time.monotonic()
        emulator.account.add_record("example.nl", "TXT", f"{RECORD.name}.", RECORD.value, 60)
        outcome = PropagationChecker(view).wait_for([RECORD], max_seconds=MAX_SECONDS)
        seconds = time.monotonic() - started
        numbers = Counter(query.server for query in emulator.queries)
    is_served = outcome.state is State.EVERYWHERE
    return Waited(seconds, seconds - max(case.lags), max(numbers.values()), is_served)


def table(cases: Sequence[Case] = CASES) -> str:
    """Return the results as Markdown. The cases are measured at the same time: all mostly wait."""
    with ThreadPoolExecutor(len(cases)) as threads:
        results = list(threads.map(wait, cases))
    rows = "".join(
        f"| {case} | {result.seconds:.1f} s | {result.late:.1f} s | {result.queries} |"
        f"{'' if result.is_served else ' **not served**'}\n"
        for case, result in zip(cases, results)
    )
    return (
        "\n## The wait for the name servers\n\n"
        "Without Certbot and the API: the seconds from adding a record to the end of the wait, and "
        "from the moment at which the slowest name server serves it. A server that does not "
        "answer is left out after three timeouts of 2 s. Measured on "
        f"{datetime.now(timezone.utc):%Y-%m-%d}; `python -m benchmarks.waits` makes this table "
        "alone.\n\n"
        "| name servers lag | the wait | after the slowest served it | most queries to a server |\n"
        f"|---|---|---|---|\n{rows}"
    )


if __name__ == "__main__":
    print(table())
