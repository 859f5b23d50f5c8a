"""What a name server said about a name, and in which words to tell of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Kind(enum.Enum):
    """The kinds of answers."""

    VALUES = "values"
    NO_NAME = "no such name"
    NO_TXT = "no TXT record"
    ALIAS = "alias"
    REFERRAL = "referral"
    LAME = "lame"
    SILENT = "silent"


USELESS = frozenset({Kind.LAME, Kind.SILENT, Kind.REFERRAL})
"""Answers that tell nothing about the records."""


@dataclass(frozen=True)
class Said:
    """One answer.

    :param values: the TXT values at the name.
    :param detail: the target of an alias or referral, an error's words.
    """

    kind: Kind
    values: frozenset[str] = frozenset()
    detail: str = ""

    @property
    def is_useful(self) -> bool:
        """Whether it tells what the server serves."""
        return self.kind not in USELESS

    def __str__(self) -> str:
        if self.kind is Kind.VALUES:
            return f"{len(self.values)} TXT value{'' if len(self.values) == 1 else 's'}"
        words = {
            Kind.NO_NAME: "no such name",
            Kind.NO_TXT: "no TXT record",
            Kind.ALIAS: f"a CNAME to {self.detail}",
            Kind.REFERRAL: f"refers to the servers of {self.detail}",
            Kind.LAME: self.detail,
            Kind.SILENT: self.detail or "no answer",
        }
        return words[self.kind]
