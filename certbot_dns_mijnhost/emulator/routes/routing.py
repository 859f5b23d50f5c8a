"""Routes, calls and replies, and the reading of JSON bodies."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union

from certbot_dns_mijnhost.emulator import refusals
from certbot_dns_mijnhost.emulator.account import Account


@dataclass(frozen=True)
class Call:
    """What a request asks, taken apart.

    :param parameters: the path's variable segments by name
    :param query: the query's values by name
    :param address: the caller's address
    """

    parameters: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    body: bytes
    address: str

    def json(self) -> dict[str, Any]:
        """Return the body, a JSON object.

        Assumed: anything else is a 400.

        :raises Refused: with 400
        """
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise refusals.bad_request(refusals.BAD_BODY) from error
        if not isinstance(value, dict):
            raise refusals.bad_request(refusals.BAD_BODY)
        return value


@dataclass(frozen=True)
class Reply:
    """What goes into the envelope.

    The description's default is documented. Assumed: an answer that has nothing to show has no
    ``data``.
    """

    data: object
    description: str = "Request successful"


@dataclass(frozen=True)
class File:
    """An answer without an envelope: a file.

    :param kind: its media type
    """

    kind: str
    content: bytes


Handler = Callable[[Account, Call], Union[Reply, File]]


@dataclass(frozen=True)
class Route:
    """One method at one path.

    :param pattern: below the base path, with names in braces: ``domains/{domain}/dns``
    :param needs_whitelist: refused to an address that is not whitelisted
    """

    method: str
    pattern: str
    handler: Handler
    needs_whitelist: bool = True

    @property
    def literals(self) -> int:
        """How many segments are words rather than names: the more, the more exact the route."""
        return sum(not _is_name(part) for part in self._parts)

    def fits(self, segments: Sequence[str]) -> bool:
        """Tell whether a path is one of this route's."""
        return len(segments) == len(self._parts) and all(
            _is_name(part) or part == segment for part, segment in zip(self._parts, segments)
        )

    def parameters(self, segments: Sequence[str]) -> dict[str, str]:
        """Return what stands in a path in the place of the names."""
        pairs = zip(self._parts, segments)
        return {part[1:-1]: segment for part, segment in pairs if _is_name(part)}

    @property
    def _parts(self) -> list[str]:
        return self.pattern.split("/")


def _is_name(part: str) -> bool:
    return part.startswith("{")
