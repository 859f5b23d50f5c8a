"""Routes, calls and replies, and the reading of JSON bodies."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Union

from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.http_messages import BAD_BODY, bad_request


@dataclass(frozen=True)
class Call:
    """A request to a route.

    :param parameters: the variable segments of the path by name
    :param query: the values of the query by name
    :param address: the caller's address
    """

    parameters: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    body: bytes
    address: str

    def json(self) -> dict[str, Any]:
        """Return the body, a JSON object. Assumed: 400 if it is not.

        :raises Refused: with 400
        """
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise bad_request(BAD_BODY) from error
        if not isinstance(value, dict):
            raise bad_request(BAD_BODY)
        return value


@dataclass(frozen=True)
class Reply:
    """The contents of the envelope.

    Documented: the default of the description. Assumed: no ``data`` in the envelope if it is None.
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
    """One method of one path.

    :param pattern: below the base path, with parameters in braces: ``domains/{domain}/dns``
    :param needs_whitelist: refused if the caller's address is not in the whitelist
    """

    method: str
    pattern: str
    handler: Handler
    needs_whitelist: bool = True

    @property
    def length(self) -> int:
        """The number of segments."""
        return len(self._parts)

    @property
    def literals(self) -> int:
        """The number of segments that are not parameters; a route with more is more specific."""
        return len(self._fixed)

    def matches(self, segments: Sequence[str]) -> bool:
        """Return whether a path matches the pattern."""
        if len(segments) != len(self._parts):
            return False
        return all(segments[index] == part for index, part in self._fixed)

    def parameters(self, segments: Sequence[str]) -> dict[str, str]:
        """Return the values of the parameters in a path."""
        pairs = zip(self._parts, segments)
        return {part[1:-1]: segment for part, segment in pairs if _is_name(part)}

    @cached_property
    def _parts(self) -> list[str]:
        return self.pattern.split("/")

    @cached_property
    def _fixed(self) -> list[tuple[int, str]]:
        """The segments that are not parameters, by position."""
        return [(index, part) for index, part in enumerate(self._parts) if not _is_name(part)]


def _is_name(part: str) -> bool:
    return part.startswith("{")
