"""Finding the domain of the account that a name belongs to."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Iterable

from certbot_dns_mijnhost.api import (
    APIError,
    AuthenticationError,
    BadRequestError,
    MethodNotAllowedError,
    MijnHostClient,
    MijnHostError,
    NotFoundError,
    RetryPolicy,
)
from certbot_dns_mijnhost.zone.errors import ZoneNotFoundError
from certbot_dns_mijnhost.zone.names import canonical, is_within
from certbot_dns_mijnhost.zone.retrying import is_transient_read_error, retry_transient

logger = logging.getLogger(__name__)

NO_ACCESS = "no access to this resource"
REFUSED = frozenset({403, 404, 405})


class ZoneFinder:
    """Finds the longest domain, by whole labels, that is equal to a name or above it.

    Lists the account's domains once. If the key cannot list them, tries one candidate after the
    other, longest first.

    :param client: the client of the account.
    :param zones: domains to choose from; then the API is not called.
    :param retry: pauses between repeats.
    """

    def __init__(
        self, client: MijnHostClient, *, zones: Iterable[str] = (), retry: RetryPolicy
    ) -> None:
        self._client = client
        self._retry = retry
        # A user may write them with a final dot, which the API may not know a domain by.
        given = {canonical(zone): canonical(zone) for zone in zones}
        self._listed: dict[str, str] | None = given or None
        self._refusal: APIError | None = None
        """How the API refused to list the domains."""
        self._asked: dict[str, bool] = {}
        self._statuses: set[int] = set()
        """How the API refused the candidates."""

    def find(self, name: str) -> str:
        """Return the domain of `name`, spelled as the account lists it, otherwise canonically.

        :raises ZoneNotFoundError: if no domain of the account matches.
        :raises MijnHostError: if the API cannot be read.
        """
        wanted = canonical(name)
        if self._listed is None and self._refusal is None:
            self._listed = self._list()
        if self._listed is None:
            return self._ask_for_candidates(wanted)
        matching = [domain for domain in self._listed if is_within(wanted, domain)]
        if not matching:
            raise ZoneNotFoundError(_not_found(wanted, self._listed))
        return self._listed[max(matching, key=len)]

    def _list(self) -> dict[str, str] | None:
        try:
            domains = retry_transient(self._client.domains.get_all, self._retry, is_transient)
        except APIError as error:
            if not forbids_listing(error):
                raise
            logger.debug("The key is not allowed to list the domains: %s", error)
            self._refusal = error
            return None
        return {canonical(domain.domain): domain.domain for domain in domains}

    def _ask_for_candidates(self, wanted: str) -> str:
        labels = wanted.split(".")
        # A single label is a top-level domain.
        for start in range(len(labels) - 1):
            candidate = ".".join(labels[start:])
            if candidate not in self._asked:
                self._asked[candidate] = self._is_ours(candidate)
            if self._asked[candidate]:
                return candidate
        refusal = self._refusal
        if refusal is not None and refusal.status in REFUSED and self._statuses == {refusal.status}:
            # Not a word about the account: the key may do nothing, or the URL is wrong.
            raise refusal
        raise ZoneNotFoundError(_not_found(wanted, {}))

    def _is_ours(self, candidate: str) -> bool:
        if candidate.startswith("_"):
            return False
        try:
            retry_transient(lambda: self._client.domains.get(candidate), self._retry, is_transient)
        except APIError as error:
            if says_no_access(error):
                self._statuses.add(error.status)
                return False
            raise
        return True


def _not_found(wanted: str, listed: Iterable[str]) -> str:
    name = wanted.removeprefix("_acme-challenge.")
    alike = difflib.get_close_matches(name, list(listed), n=3, cutoff=0.6)
    hint = f" (similar domains in it: {', '.join(alike)})" if alike else ""
    return (
        f"{name} is not in the account of this API key{hint}. "
        "Check the spelling, or use a key of the account that has the domain."
    )


def says_no_access(error: Exception) -> bool:
    """Return whether the API answered that this is not in the account."""
    if isinstance(error, NotFoundError):
        return True
    if isinstance(error, AuthenticationError):
        return error.status == 403
    return isinstance(error, BadRequestError) and NO_ACCESS in error.description.lower()


def forbids_listing(error: Exception) -> bool:
    """Return whether the API answered that this key cannot list domains, or offers no list."""
    return says_no_access(error) or isinstance(error, MethodNotAllowedError)


def is_transient(error: MijnHostError) -> bool:
    """Return whether a refused call about domains may be a transient error."""
    return is_transient_read_error(error) and not says_no_access(error)
