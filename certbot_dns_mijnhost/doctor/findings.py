"""The results of checks.

A module of its own, because all checks use it and it needs none of them.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Callable


class State(enum.Enum):
    """The kind of a result."""

    OK = "ok"
    NOTE = "note"
    """For information: nothing has to be done."""
    WARNING = "warning"
    """It works, but not reliably, or not as well as it could."""
    FAILED = "failed"
    """It does not work until the problem is fixed."""
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    :param check: its name, one word.
    :param message: what was checked, and the result.
    :param next_step: what to do; empty if nothing has to be done, or the message says it.
    :param domain: the domain that it is about; empty if it is not about a domain.
    :param data: the values in it, for programs.
    """

    check: str
    state: State
    message: str
    next_step: str = ""
    domain: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; a value of `data` does not replace a field."""
        return {
            **self.data,
            "check": self.check,
            "state": self.state.value,
            "message": self.message,
            "next_step": self.next_step,
            "domain": self.domain,
        }


Report = Callable[[Finding], None]
