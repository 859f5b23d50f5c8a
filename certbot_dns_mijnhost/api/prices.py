"""Whether a domain can be had, and what extensions cost."""

from __future__ import annotations

from collections.abc import Iterator

from certbot_dns_mijnhost.api.addresses import segment
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

        :param search: only extensions that the API finds by this text.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        for page in range(1, MOST_PAGES + 1):
            params = {"page": str(page), "limit": str(PAGE)}
            if search is not None:
                params["search"] = search
            envelope = self._transport.request("GET", "/domains/extensions/", params=params)
            data = Fields(envelope, "an answer").child("data", "the extensions")
            found = data.list_of_objects("extensions")
            yield from (Extension.from_dict(entry) for entry in found)
            if len(found) < PAGE:
                return

    def get(self, extension: str) -> Extension:
        """Return one extension, with what it requires in `raw`.

        :param extension: such as ``nl`` or ``co.uk``.
        :raises NotFoundError: where there is none.
        :raises MijnHostError: see :mod:`certbot_dns_mijnhost.api.errors`.
        """
        path = f"/domains/extensions/{segment(extension.lstrip('.'))}"
        envelope = self._transport.request("GET", path)
        return Extension.from_dict(Fields(envelope, "an answer").child("data", "an extension").raw)
