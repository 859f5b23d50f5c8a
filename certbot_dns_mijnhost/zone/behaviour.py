"""What the API has shown about itself in this run.

Its documentation does not say what a PATCH does if the RRset has another value. This is learned
once per run, from the listings, and applies to all zones of the run.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class PatchEffect(enum.Enum):
    """What a PATCH does if the RRset has another value."""

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
