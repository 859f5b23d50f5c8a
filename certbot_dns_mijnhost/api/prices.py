"""Whether a domain can be had, and what extensions cost."""

from __future__ import annotations

from collections.abc import Iterator

from certbot_dns_mijnhost.api import checks
from certbot_dns_mijnhost.api.addresses import segment
from certbot_dns_mijnhost.api.errors import InvalidResponseError
from certbot_dns_mijnhost.api.models import Availability, Extension
from certbot_dns_mijnhost.api.models.fields import Fields
from certbot_dns_mijnhost.api.transport import Transport

PAGE = 100
MOST_PAGES = 100


class AvailabilityResource:
    """``client.availability``, see https://mijn.host/api/doc/."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def check(self, domain: str) -> Availability:
        """Tell whether a domain can be registered.

        **Hazard**: this call is the first to meet the API's rate limit.

        See https://mijn.host/api/doc/

        :raises RateLimitError: after some repeats.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        envelope = self._transport.request("GET", f"/domains/availability/{segment(domain)}")
        data = Fields(envelope, "an answer").child("data", "an availability")
        return Availability.from_dict(data.raw, domain)


class ExtensionsResource:
    """``client.extensions``, see https://mijn.host/api/doc/."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_all(self, search: str | None = None) -> Iterator[Extension]:
        """Yield all extensions with their prices, fetching a page when it is reached.

        See https://mijn.host/api/doc/

        :param search: only extensions that the API finds by this text.
        :raises InvalidResponseError: where the pages repeat or do not end, so that nobody takes a
            part for the whole.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        if search is not None:
            checks.text("search", search)
        return self._pages({"limit": str(PAGE), **({} if search is None else {"search": search})})

    def _pages(self, params: dict[str, str]) -> Iterator[Extension]:
        last: list[object] = []
        for page in range(1, MOST_PAGES + 1):
            asked = {"page": str(page), **params}
            envelope = self._transport.request("GET", "/domains/extensions/", params=asked)
            data = Fields(envelope, "an answer").child("data", "the extensions")
            listed = data.list_of_objects("extensions")
            if listed and listed == last:
                raise InvalidResponseError(
                    f"GET /domains/extensions/: page {page} is page {page - 1} once more, so that "
                    "the list can't be read to its end. Narrow it down by a search."
                )
            yield from data.entries("extensions", Extension.from_dict)
            if len(listed) < PAGE:
                return
            last = listed
        raise InvalidResponseError(
            f"GET /domains/extensions/: more than {MOST_PAGES} pages. Narrow it down by a search."
        )

    def get(self, extension: str) -> Extension:
        """Return one extension, with what it requires in `raw`.

        See https://mijn.host/api/doc/

        :param extension: such as ``nl`` or ``co.uk``.
        :raises NotFoundError: where there is none.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        checks.text("extension", extension)
        path = f"/domains/extensions/{segment(extension.lstrip('.'))}"
        envelope = self._transport.request("GET", path)
        return Extension.from_dict(Fields(envelope, "an answer").child("data", "an extension").raw)
