"""Jobs in parallel threads, whose results arrive one by one: a slow job delays no other."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

MOST_THREADS = 16

T = TypeVar("T")


class Workers(Generic[T]):
    """Runs each job in a daemon thread, which ends with the job.

    A job whose result is no longer needed ends on its own: each job here sends a few queries with
    timeouts. So a caller that has enough results can continue at once.
    """

    def __init__(self) -> None:
        self.running = 0
        """Jobs whose result has not been returned."""
        self._results: queue.SimpleQueue[tuple[threading.Thread, T | BaseException]] = (
            queue.SimpleQueue()
        )

    @property
    def is_full(self) -> bool:
        """Whether the next job must wait until a result is returned."""
        return self.running >= MOST_THREADS

    def start(self, job: Callable[[], T]) -> None:
        """Run a job. The caller makes sure that a thread is free."""
        thread = threading.Thread(target=self._run, args=(job,), daemon=True)
        self.running += 1
        thread.start()

    def result(self, timeout: float | None = None) -> T | None:
        """Return the next result; None if none arrives in `timeout` seconds.

        An exception in the job is raised here.
        """
        try:
            thread, result = self._results.get(timeout=timeout)
        except queue.Empty:
            return None
        thread.join()
        self.running -= 1
        if isinstance(result, BaseException):
            raise result
        return result

    def _run(self, job: Callable[[], T]) -> None:
        result: T | BaseException
        try:
            result = job()
        except BaseException as error:  # noqa: BLE001  # raised in the thread that waits for it
            result = error
        self._results.put((threading.current_thread(), result))
