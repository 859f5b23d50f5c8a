"""What a check found."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Callable


class State(enum.Enum):
    """How a check ended."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing, and nothing to do."""
    WARNING = "warning"
    """It works, but not as well as it could, or not for sure."""
    FAILED = "failed"
    """It will not work before something is done."""
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    :param check: its name, one word.
    :param message: what was tried and what came of it.
    :param next_step: what to do; empty where there is nothing, or the message says it.
    :param domain: which domain it is about; empty for the account as a whole.
    :param data: the figures in it, for machines.
    """

    check: str
    state: State
    message: str
    next_step: str = ""
    domain: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; a figure does not replace a field."""
        return {
            **self.data,
            "check": self.check,
            "state": self.state.value,
            "message": self.message,
            "next_step": self.next_step,
            "domain": self.domain,
        }


Report = Callable[[Finding], None]
