"""The errors of the DNS check.

::

    PropagationError
    ├─ InvalidEndpointError      a text is not a ``host[:port]`` (also a ValueError)
    ├─ InvalidNameError          a text is not a domain name (also a ValueError)
    ├─ LookupFailedError         a resolver did not return name servers or addresses
    ├─ NoAnswerError             a name server did not return a usable answer
    ├─ AliasLoopError            CNAME records form a loop, or too long a chain
    └─ PropagationTimeoutError   no name server served the records in time

Callers of this package see the last two and the first two. The others become a reason in a result.
"""

from __future__ import annotations

from dataclasses import dataclass


class PropagationError(Exception):
    """Base of all errors that this package raises intentionally."""


class InvalidEndpointError(PropagationError, ValueError):
    """A text is not a ``host[:port]``."""


class InvalidNameError(PropagationError, ValueError):
    """A text is not a domain name."""


class LookupFailedError(PropagationError):
    """The name servers of a name, or an address, could not be looked up; contains the reason."""


class NoAnswerError(PropagationError):
    """A name server did not return a usable answer.

    :param is_unroutable: whether this machine could not even send the query.
    :param is_unreadable: whether an answer arrived that cannot be parsed.
    """

    def __init__(
        self, message: str, *, is_unroutable: bool = False, is_unreadable: bool = False
    ) -> None:
        super().__init__(message)
        self.is_unroutable = is_unroutable
        self.is_unreadable = is_unreadable


class AliasLoopError(PropagationError):
    """The CNAME records of a name form a loop, or a chain with too many names."""


@dataclass(frozen=True)
class ServerStatus:
    """A name server and its last answer.

    :param label: the server's name and address, for messages.
    :param answer: as text.
    """

    label: str
    answer: str

    def __str__(self) -> str:
        return f"{self.label}: {self.answer}"


class PropagationTimeoutError(PropagationError):
    """No name server of some zone served its records in time.

    :param statuses: the servers that do not serve all records, and the last answer of each.
    :param are_published: whether a resolver named these servers, and not the user.
    :param internal: published servers with private addresses.
    """

    def __init__(
        self,
        message: str,
        statuses: tuple[ServerStatus, ...] = (),
        *,
        are_published: bool = False,
        internal: tuple[ServerStatus, ...] = (),
    ) -> None:
        super().__init__(message)
        self.statuses = statuses
        self.are_published = are_published
        self.internal = internal
