"""A clock that only sleeping moves."""

from __future__ import annotations

import pytest

from certbot_dns_mijnhost.api import RetryPolicy


class VirtualTime:
    """A clock, and the sleep that moves it; share it with the emulator so that both agree.

    Give the instance as ``clock=`` and its method as ``sleep=``.

    :param now: seconds at the start.
    :param overshoot: seconds that each sleep takes too long, as any real sleep does. Without it, a
        remainder that is too small to be added to `now` never passes.
    """

    def __init__(self, now: float = 0.0, *, overshoot: float = 0.001) -> None:
        self.now = now
        self._overshoot = overshoot
        self.pauses: list[tuple[float, float]] = []
        """For each sleep, in order: when it began, and its seconds."""

    def __call__(self) -> float:
        return self.now

    @property
    def slept(self) -> list[float]:
        """The seconds of each sleep, in order."""
        return [seconds for _, seconds in self.pauses]

    def sleep(self, seconds: float) -> None:
        """Let seconds pass, and the overshoot."""
        self.pauses.append((self.now, seconds))
        self.now += seconds + self._overshoot

    def advance(self, seconds: float) -> None:
        """Let exactly so many seconds pass while no code sleeps."""
        self.now += seconds


def sleep_virtually(monkeypatch: pytest.MonkeyPatch) -> VirtualTime:
    """Let each new retry policy, also of a program without a way to give it one, use one clock."""
    virtual = VirtualTime(5000.0)
    init = RetryPolicy.__init__
    given = (init.__defaults__ or ())[:-3]
    monkeypatch.setattr(init, "__defaults__", (*given, virtual.sleep, virtual, lambda: 0.0))
    made = RetryPolicy()
    assert (made.sleep, made.clock) == (virtual.sleep, virtual)
    return virtual
