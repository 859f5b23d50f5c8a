"""What the API has shown about itself in this run.

Its documentation leaves open what a PATCH does where another value stands at the same name, and
whether DELETE and a PATCH with null are there. It is learnt once, from what can be seen, and holds
for all zones of the run.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class PatchEffect(enum.Enum):
    """What a PATCH does where another value stands at the same type and name."""

    UNKNOWN = "unknown"
    APPENDS = "appends"
    REPLACES = "replaces"
    ABSENT = "absent"
    """The API does not offer PATCH."""


@dataclass
class Behaviour:
    """What is known so far."""

    patch: PatchEffect = PatchEffect.UNKNOWN
    offers_delete: bool = True
    removes_by_null: bool = True
    """Whether a PATCH with null may remove; false once it was refused or showed no effect."""
