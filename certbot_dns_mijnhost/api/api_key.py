"""The key, kept so that nothing but a request's header ever shows it."""

from __future__ import annotations

from requests import PreparedRequest
from requests.auth import AuthBase

from certbot_dns_mijnhost.api.errors import InvalidInputError

MASK = "***"


class APIKey(AuthBase):
    """Puts the ``API-Key`` header on a request.

    As an ``auth`` of requests it also keeps requests from looking for credentials in a netrc file.

    See https://mijn.host/api/doc/doc-343216

    :param value: the key as the control panel shows it; surrounding white space is cut off.
    :raises InvalidInputError: where it is empty or holds what no header may. The message does not
        show it, while the message of requests for such a header would.
    """

    def __init__(self, value: str) -> None:
        key = value.strip()
        if not key:
            raise InvalidInputError("The API key is empty: copy it from mijn.host's control panel.")
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise InvalidInputError(
                "The API key holds spaces, line breaks or other characters that no key has: "
                "copy it again from mijn.host's control panel, on one line."
            )
        self._key = key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Sign `request`."""
        request.headers["API-Key"] = self._key
        return request

    def __repr__(self) -> str:
        return f"APIKey({MASK})"

    def __reduce__(self) -> str:
        raise TypeError("An API key is not pickled: it would end up in a file.")

    def mask(self, text: str) -> str:
        """Return `text` without the key, should it hold it."""
        return text.replace(self._key, MASK)
