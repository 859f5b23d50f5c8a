"""What can go wrong while DNS is asked.

::

    PropagationError
    ├─ InvalidEndpointError      not a ``host[:port]`` (is a ValueError too)
    ├─ AliasLoopError            CNAMEs that lead in a circle, or too far
    └─ PropagationTimeoutError   no name server served the records in time
"""

from __future__ import annotations


class PropagationError(Exception):
    """Base of everything that this room raises on purpose."""


class InvalidEndpointError(PropagationError, ValueError):
    """A text is no ``host[:port]``."""


class AliasLoopError(PropagationError):
    """The CNAMEs of a name lead in a circle, or on for too many hops."""


class PropagationTimeoutError(PropagationError):
    """No name server served all records in time."""
