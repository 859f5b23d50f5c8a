"""Each worker begins with long tests, so that no worker runs one alone at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")


def share_long(items: list[T], is_long: Callable[[T], bool], workers: int) -> list[T]:
    """Return the items in as many equal shares, each of which begins with its part of the long."""
    long = [item for item in items if is_long(item)]
    others = [item for item in items if not is_long(item)]
    ordered: list[T] = []
    for worker in range(workers):
        size = (len(items) - len(ordered)) // (workers - worker)
        first = long[worker::workers]
        count = max(size - len(first), 0)
        ordered += [*first, *others[:count]]
        del others[:count]
    return [*ordered, *others]


def is_long(item: pytest.Item) -> bool:
    """Tell whether a test installs packages or starts other ACME clients."""
    return any(item.get_closest_marker(name) for name in ("network", "clients"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the tests as pytest-xdist's `worksteal` first gives them out."""
    workers = getattr(config, "workerinput", {"workercount": 1})["workercount"]
    items[:] = share_long(items, is_long, workers)
