"""Session, headers, proxy and CA certificates; the latter two are checked before sending.

requests reads proxy and certificates from the environment for each request. Its own errors about
them look like errors of the connection, and may quote a proxy's password.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import ssl
from collections.abc import Iterable, Mapping
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
import urllib3.exceptions
import urllib3.util
from requests.utils import select_proxy

from certbot_dns_mijnhost import __version__
from certbot_dns_mijnhost.api import validation
from certbot_dns_mijnhost.api.errors import InvalidInputError

JSON = "application/json"
SCHEMES = frozenset({"http", "https"})
SOCKS = frozenset({"socks4", "socks4a", "socks5", "socks5h"})


def full_user_agent(application: str | None) -> str:
    """Return the ``User-Agent`` header.

    :param application: name and version of the program that uses the client.
    :raises InvalidInputError: if they cannot be in a header.
    """
    own = (
        f"certbot-dns-mijnhost/{__version__} "
        f"Python/{platform.python_version()} requests/{requests.__version__}"
    )
    return own if application is None else f"{own} {validation.product('user_agent', application)}"


def request_headers(user_agent: str, accept: str, *, has_body: bool) -> dict[str, str]:
    """Return the headers of a request, without that of the key."""
    return {
        **({"Content-Type": JSON} if has_body else {}),
        "Accept": accept,
        # A small compressed answer could unpack to a huge one.
        "Accept-Encoding": "identity",
        "User-Agent": user_agent,
    }


def new_session() -> requests.Session:
    """Return a session that keeps connections, and no cookies."""
    session = requests.Session()
    # The API identifies callers by their key; a cookie would be state that threads share.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    return session


def forget_redirect(response: requests.Response, **_: object) -> None:
    """Remove the target of a redirect.

    Even if it must not follow a redirect, requests reads its body to the end, and fails if the
    target cannot be read.
    """
    response.headers.pop("Location", None)


def proxy_for(url: str, settings: Mapping[str, Any]) -> str | None:
    """Return the address of the proxy that requests will use, or None."""
    proxy = select_proxy(url, settings.get("proxies") or {})
    return str(proxy) if proxy else None


def passwords_in(proxy: str | None) -> set[str]:
    """Return user name and password of a proxy's address, also together, as written and decoded."""
    try:
        parts = urlsplit(proxy or "")
        both = parts.netloc.rpartition("@")[0]
        found = [part for part in (both, parts.password, parts.username) if part]
    except ValueError:
        return set()
    return {text for part in found for text in (part, unquote(part))}


def check_settings(request: str, url: str, proxy: str | None, verify: object) -> None:
    """Refuse a URL, a proxy or CA certificates with which nothing can be sent.

    :param request: method and path, for messages.
    :param url: the whole URL of the request.
    :param proxy: the address of the proxy, if there is one.
    :param verify: of requests: a file or folder of CA certificates, or whether to verify.
    :raises InvalidInputError: naming the setting, and never a proxy's address.
    """
    if not _is_address(url):
        raise InvalidInputError(unreadable_address(request))
    if proxy is not None:
        _check_proxy(request, proxy)
    if urlsplit(url).scheme != "https":
        return
    _check_key_log(request)
    if isinstance(verify, (str, os.PathLike)):
        _check_certificates(request, Path(verify))


def unreadable_address(request: str) -> str:
    """Return the message for an address that cannot be read, without the address."""
    return (
        f"{request}: nothing was sent: the API's URL, or the address of a proxy in the environment "
        "(HTTPS_PROXY, ALL_PROXY), cannot be read. Correct it; in a password, write # as %23."
    )


def _check_proxy(request: str, proxy: str) -> None:
    # requests puts http:// before an address without a scheme.
    address = proxy if "://" in proxy else f"http://{proxy}"
    scheme = address.split("://", 1)[0].lower()
    if scheme not in SCHEMES | SOCKS or not _is_address(address):
        raise InvalidInputError(unreadable_address(request))
    if scheme in SCHEMES and not _can_be_sent(passwords_in(address)):
        raise InvalidInputError(
            f"{request}: nothing was sent: the user name or the password of a proxy in the "
            "environment (HTTPS_PROXY, ALL_PROXY) has characters that HTTP cannot send. Use "
            "letters without accents, digits and signs."
        )
    if scheme in SOCKS and importlib.util.find_spec("socks") is None:
        raise InvalidInputError(
            f"{request}: nothing was sent: the environment names a SOCKS proxy (HTTPS_PROXY, "
            "ALL_PROXY), for which the Python package PySocks is missing. Install it next to "
            "Certbot (pip install PySocks; Debian: python3-socks), or name an HTTP proxy."
        )


def _check_key_log(request: str) -> None:
    """Refuse a file for the keys of TLS that Python cannot open: it makes every connection fail."""
    path = os.environ.get("SSLKEYLOGFILE")
    try:
        if path:
            os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
    except OSError as error:
        raise InvalidInputError(
            f"{request}: nothing was sent: cannot write to the file {path}, to which the variable "
            f"SSLKEYLOGFILE makes Python log the keys of TLS: {error.strerror}. Unset the variable."
        ) from None


def _check_certificates(request: str, path: Path) -> None:
    problem = None
    try:
        if path.is_dir():
            return
        ssl.create_default_context(cafile=str(path))
    except FileNotFoundError:
        problem = "it does not exist"
    except ssl.SSLError:
        problem = "it has no certificates in PEM form"
    except OSError as error:
        problem = error.strerror or "it cannot be read"
    if problem is not None:
        raise InvalidInputError(
            f"{request}: nothing was sent: cannot use the CA certificates in {path}: {problem}. "
            "Correct the path in REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE, or unset the variable."
        )


def _can_be_sent(texts: Iterable[str]) -> bool:
    """Return whether requests can write them in a header."""
    try:
        return all(text.encode("latin-1") is not None for text in texts)
    except UnicodeEncodeError:
        return False


def _is_address(url: str) -> bool:
    """Return whether urllib3 finds a host in `url` that can be looked up."""
    try:
        host = urllib3.util.parse_url(url).host
        split = urlsplit(url)
        _ = split.port
        return bool(host and split.hostname) and _is_host(host or "")
    except (ValueError, urllib3.exceptions.HTTPError):
        return False


def _is_host(host: str) -> bool:
    try:
        return bool(host.strip("[]").encode("idna"))
    except UnicodeError:
        return False
