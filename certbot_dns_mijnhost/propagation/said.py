"""What a name server said about a name, and in which words to tell of it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
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
    :param is_unroutable: whether this machine could not even send the question.
    :param is_recursive: whether the answer is that of a recursive resolver, not of a name server.
    """

    kind: Kind
    values: frozenset[str] = frozenset()
    detail: str = ""
    is_unroutable: bool = False
    is_recursive: bool = False

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


def is_intercepted(answers: Sequence[Said]) -> bool:
    """Tell whether something on the way answers instead of the name servers.

    The servers of a zone do not offer recursion; a resolver that a router or provider puts in their
    place does. Addresses that cannot be asked prove nothing.

    :param answers: what all servers of a zone said.
    """
    asked = [said for said in answers if not said.is_unroutable]
    return bool(asked) and all(said.is_recursive for said in asked)


def why_unusable(answers: Sequence[Said], statuses: Iterable[object]) -> str:
    """Return why no server of a zone gave a usable answer, for a message.

    :param answers: what all its servers said.
    :param statuses: the same in words, with the servers' names.
    """
    asked = [said for said in answers if not said.is_unroutable]
    listed = "; ".join(map(str, statuses))
    message = f"no name server answers usefully ({listed})"
    if is_intercepted(answers):
        message = (
            "port 53 is intercepted on the way: a recursive resolver answers instead of each name "
            f"server ({listed})"
        )
    elif answers and not asked:
        message = f"this machine has no route to any name server ({listed})"
    elif asked and all(said.kind is Kind.LAME and said.detail == "REFUSED" for said in asked):
        message = (
            "all name servers refuse, because they do not serve the zone or because port 53 is "
            f"intercepted on the way ({listed})"
        )
    return message
