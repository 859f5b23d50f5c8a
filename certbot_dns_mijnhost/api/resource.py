"""What all resources share: reading one object, a list or pages, and confirming a change."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any, Callable, TypeVar

from certbot_dns_mijnhost.api.errors import InvalidResponseError, NotAppliedError
from certbot_dns_mijnhost.api.fields import Fields, read_entries
from certbot_dns_mijnhost.api.responses import Envelope
from certbot_dns_mijnhost.api.transport import Transport

T = TypeVar("T")

PAGE_SIZE = 100
"""The largest `limit` that the API accepts."""
MOST_PAGES = 100
READS_TO_CONFIRM = 4
"""A read soon after a write may still show the previous state."""


class Resource:
    """Base of the resources: the calls about one kind of object, as an attribute of the client."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _data(self, path: str, what: str, params: Mapping[str, str] | None = None) -> Fields:
        """Send a GET request and return its `data`.

        :param what: the object that `data` is, for messages: ``a contact``.
        """
        envelope = self._transport.request("GET", path, params=params)
        return Fields(envelope, "an answer").child("data", what)

    def _get(self, path: str, read: Callable[[object], T], what: str) -> T:
        """Return the one object that `data` is."""
        return read(self._data(path, what).raw)

    def _entries(
        self, path: str, names: tuple[str, ...], params: Mapping[str, str] | None = None
    ) -> list[Any]:
        """Return the list in `data`, its entries unread.

        :param names: the names that the list may have; the first one present is read.
        """
        data = self._data(path, f"the list of {names[0]}", params)
        return data.list_of_objects(data.first_of(names))

    def _list(
        self,
        path: str,
        names: tuple[str, ...],
        read: Callable[[object], T],
        params: Mapping[str, str] | None = None,
    ) -> list[T]:
        """Return the entries of the list in `data`; unreadable ones are logged and skipped."""
        return read_entries(self._entries(path, names, params), read, f"GET {path}").read

    def _pages(
        self,
        path: str,
        names: tuple[str, ...],
        read: Callable[[object], T],
        params: Mapping[str, str] | None = None,
    ) -> Iterator[T]:
        """Yield the entries of all pages; each page is requested when it is reached.

        An empty page and a page that was seen before are the end. A short page is not: the API may
        have a lower limit than the one requested.

        :raises InvalidResponseError: if there are more than :data:`MOST_PAGES` pages.
        """
        seen: list[list[Any]] = []
        for page in range(1, MOST_PAGES + 1):
            query = {"page": str(page), "limit": str(PAGE_SIZE), **(params or {})}
            listed = self._entries(path, names, query)
            if not listed or listed in seen:
                return
            yield from read_entries(listed, read, f"GET {path}, page {page}").read
            seen.append(listed)
        raise InvalidResponseError(
            f"GET {path}: the list has more than {MOST_PAGES} pages. Use a search to shorten it."
        )

    def _send(
        self,
        method: str,
        path: str,
        json: Mapping[str, Any] | None = None,
        *,
        personal: bool = False,
    ) -> Envelope:
        """Send a request that changes something, and return its envelope."""
        return self._transport.request(method, path, json=json, is_personal=personal)

    def _confirm(self, request: str, missing: Callable[[], list[str]]) -> None:
        """Read until a change is visible.

        :param request: method and path of the change, for the message.
        :param missing: reads, and returns the names of the fields that do not have the new value.
        :raises NotAppliedError: if it does not become visible.
        """
        left = missing()
        for attempt in range(1, READS_TO_CONFIRM):
            if not left:
                return
            self._transport.pause(attempt)
            left = missing()
        if left:
            raise NotAppliedError(
                f"{request}: the API reported success, but {READS_TO_CONFIRM} reads show that "
                f"these fields did not change: {', '.join(left)}. Check the values in mijn.host's "
                "control panel, and change them there."
            )


def optional(data: object, read: Callable[[object], T]) -> T | None:
    """Return what `read` makes of the answer to a change; None if it does not show the object.

    The change has been made: an unexpected answer must not look like a failure.
    """
    try:
        return read(data)
    except InvalidResponseError:
        return None


def plain(value: str | None) -> str:
    """Return an IP address, a host name or another value in one spelling; empty if it is None."""
    try:
        return str(ipaddress.ip_address((value or "").strip()))
    except ValueError:
        return " ".join((value or "").lower().split()).rstrip(".")
