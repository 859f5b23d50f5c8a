"""Where a request may go: checks of the base URL and of paths below it."""

from __future__ import annotations

import ipaddress
from urllib.parse import quote, urlsplit

from certbot_dns_mijnhost.api.errors import InvalidInputError

DEFAULT_BASE_URL = "https://mijn.host/api/v2"


def checked_base_url(url: str) -> str:
    """Return `url` without a final slash, if a key may be sent to it.

    :raises InvalidInputError: unless it is HTTPS, or HTTP to a loopback address.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidInputError(f"The API's URL can't be read: {error}") from error
    if not host or parts.username or parts.password or parts.query or parts.fragment:
        raise InvalidInputError(
            f"The API's URL must look like {DEFAULT_BASE_URL}: a scheme, a host and a path, "
            "without user name, password, query or fragment."
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise InvalidInputError(
            f"The API's URL must begin with https:// (it names the host {host!r} with "
            f"{parts.scheme or 'no scheme'}): the API key is never sent unencrypted, "
            "except to this machine itself (127.0.0.1, ::1, localhost)."
        )
    return parts.geturl().rstrip("/")


def uses_plain_http(base_url: str) -> bool:
    """Tell whether requests to `base_url` are unencrypted."""
    return urlsplit(base_url).scheme == "http"


def segment(text: str) -> str:
    """Return `text` quoted as one segment of a path.

    :raises InvalidInputError: where it is no text that can be one segment.
    """
    if not isinstance(text, str):
        raise InvalidInputError(f"A text is wanted here, not {type(text).__name__}.")
    if not text.strip(". ") or not text.isprintable() or any(c in text for c in "/\\?#% "):
        raise InvalidInputError(f"{text!r} can't be a part of an API path.")
    return quote(text, safe="")


def checked_path(path: str) -> str:
    """Return `path`, if appending it to the base URL stays below the base URL.

    :raises InvalidInputError: otherwise.
    """
    segments = path.split("/")
    if segments[0] or len(segments) < 2 or any(not part.strip(".") for part in segments[1:-1]):
        raise InvalidInputError(f"An API path must begin with one slash and go down only: {path!r}")
    if segments[-1] in {".", ".."} or any(c in path for c in "\\?#") or not path.isprintable():
        raise InvalidInputError(f"An API path holds only slashes and quoted segments: {path!r}")
    if "%2e" in path.lower() or " " in path:
        raise InvalidInputError(f"An API path must not hold quoted dots or spaces: {path!r}")
    return path


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
