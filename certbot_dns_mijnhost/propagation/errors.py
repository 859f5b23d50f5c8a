"""What can go wrong while DNS is asked.

::

    PropagationError
    ├─ InvalidEndpointError      not a ``host[:port]`` (is a ValueError too)
    ├─ InvalidNameError          not a domain name (is a ValueError too)
    ├─ AliasLoopError            CNAMEs that lead in a circle, or too far
    └─ PropagationTimeoutError   no name server served the records in time
"""

from __future__ import annotations

from certbot_dns_mijnhost.propagation.report import ServerStatus


class PropagationError(Exception):
    """Base of everything that this room raises on purpose."""


class InvalidEndpointError(PropagationError, ValueError):
    """A text is no ``host[:port]``."""


class InvalidNameError(PropagationError, ValueError):
    """A text is no domain name."""


class AliasLoopError(PropagationError):
    """The CNAMEs of a name lead in a circle, or on for too many hops."""


class PropagationTimeoutError(PropagationError):
    """No name server of some zone served its records in time.

    :param statuses: the servers that don't serve everything, and what each said last.
    :param are_published: whether a resolver named them, rather than the user.
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
