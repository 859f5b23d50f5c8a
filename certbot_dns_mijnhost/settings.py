"""The options of a run: a flag overrides the credentials file, which overrides the default.

Every option can be set in the file, because some integrators pass no flags of this plugin except
the credentials and the propagation seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from certbot_dns_mijnhost import defaults
from certbot_dns_mijnhost.domain_names import domain_name

T = TypeVar("T")

PREFIX = "dns_mijnhost_"
KEY = "dns_mijnhost_api_key"
KEY_FILE = "dns_mijnhost_api_key_file"
VENDOR_KEY = "dns_mijn_host_api_key"
"""The name of the key in mijn.host's own plugin; accepted too, so that moving over is easy."""

TRUTHS = {"true": True, "yes": True, "on": True, "1": True}
FALSEHOODS = {"false": False, "no": False, "off": False, "0": False}


class SettingError(ValueError):
    """An option is missing or breaks a rule; the message says which, and what to do."""


@dataclass(frozen=True)
class Settings:
    """All options of a run.

    :param api_key: never shown.
    :param api_url: base URL of the API.
    :param ttl: TTL of the challenge records, in seconds.
    :param timeout: timeout for each part of an API answer, in seconds.
    :param propagation_seconds: the longest wait for the name servers, in seconds; 0 skips it.
    :param nameservers: name servers to query instead of the published ones: ``host[:port]``.
    :param resolvers: recursive resolvers for finding the name servers, instead of the system's:
        ``host[:port]``, or the absolute path of a resolv.conf.
    :param follow_cname: whether a CNAME at the challenge's name is followed.
    :param zones: the domains to choose from, instead of the account's domains.
    :param allow_zone_rewrite: whether a zone may be rewritten if no single-record call works.
    :param hint: what the user could improve in the file; empty if nothing.
    """

    api_key: str = field(repr=False)
    api_url: str = defaults.API_URL
    ttl: int = defaults.CHALLENGE_TTL
    timeout: float = defaults.TIMEOUT
    propagation_seconds: int = defaults.PROPAGATION_SECONDS
    nameservers: tuple[str, ...] = ()
    resolvers: tuple[str, ...] = ()
    follow_cname: bool = True
    zones: tuple[str, ...] = ()
    allow_zone_rewrite: bool = True
    hint: str = ""


def resolve_settings(
    flag: Callable[[str], object],
    file: Mapping[str, str],
    path: str,
    hints: Iterable[str] = (),
) -> Settings:
    """Return the options of a run.

    :param flag: returns a flag's value by its name, such as ``propagation-seconds``; None if it was
        not given.
    :param file: the options of the credentials file, by their full names.
    :param path: the credentials file, or another place where they were found, for messages.
    :param hints: sentences about how the file should be written.
    :raises SettingError: if an option is missing or breaks a rule.
    """
    reader = _Reader(flag, file, path)
    return Settings(
        api_key=reader.api_key(),
        api_url=reader.get("api-url", str, defaults.API_URL),
        ttl=reader.get("ttl", _whole_number(1, defaults.LARGEST_TTL), defaults.CHALLENGE_TTL),
        timeout=reader.get("timeout", _seconds, defaults.TIMEOUT),
        propagation_seconds=reader.get(
            "propagation-seconds", _whole_number(0, 86400), defaults.PROPAGATION_SECONDS
        ),
        nameservers=reader.get("nameservers", _servers, ()),
        resolvers=reader.get("resolver", _servers, ()),
        follow_cname=reader.get("follow-cname", _boolean, True),
        zones=reader.get("zone", _domains, ()),
        allow_zone_rewrite=reader.get("allow-zone-rewrite", _boolean, True),
        hint=" ".join(filter(None, (*hints, reader.hint()))),
    )


class _Reader:
    def __init__(self, flag: Callable[[str], object], file: Mapping[str, str], path: str) -> None:
        self._flag = flag
        self._file = file
        self._path = path

    def api_key(self) -> str:
        for name in (KEY, VENDOR_KEY):
            key = self._file.get(name, "").strip()
            if key:
                return key
        found = "has no" if KEY not in self._file else "has no value for"
        raise SettingError(
            f"The credentials file {self._path} {found} {KEY}. Create a key in mijn.host's "
            f"control panel, and add the line: {KEY} = YOUR-KEY"
        )

    def hint(self) -> str:
        if self._file.get(KEY, "").strip() or VENDOR_KEY not in self._file:
            return ""
        return (
            f"The credentials file {self._path} uses {VENDOR_KEY}, the name of another plugin. "
            f"It is accepted; rename it to {KEY}."
        )

    def get(self, name: str, parse: Callable[[str], T], default: T) -> T:
        given = self._flag(name)
        source = f"--dns-mijnhost-{name}"
        if given is None:
            key = PREFIX + name.replace("-", "_")
            given = self._file.get(key)
            source = f"{key} in {self._path}"
        text = "" if given is None else str(given).strip()
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as error:
            raise SettingError(
                f"{source}: {error}. Correct it, or remove it to use the default."
            ) from error


def _whole_number(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdecimal()) or not least <= int(text[:12]) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}, not {text!r}")
        return int(text)

    return parse


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 600:
        raise ValueError(f"must be a number of seconds above 0 and up to 600, not {text!r}")
    return seconds


def _boolean(text: str) -> bool:
    truth = {**TRUTHS, **FALSEHOODS}.get(text.lower())
    if truth is None:
        raise ValueError(f"must be true or false, not {text!r}")
    return truth


def _list(text: str) -> list[str]:
    """Return the parts of a list, with the separators and brackets of any system."""
    inside = re.fullmatch(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]", text)
    if inside and re.search(r"[,\"']", inside[1]):
        text = inside[1]  # A list in JSON; [2001:db8::1] is an address.
    return re.sub(r"[,;|\"'\u3001\uff0c\uff1b]", " ", text).split()


def _servers(text: str) -> tuple[str, ...]:
    return tuple(_server(part) for part in _list(text))


def _server(text: str) -> str:
    """Return ``host:port`` for ``host#port`` and ``host@port``, as dnsmasq and unbound write it."""
    found = re.fullmatch(r"\[?(?P<host>[^\[\]#@]+)\]?[#@](?P<port>\d+)", text)
    if found is None:
        return text
    host = f"[{found['host']}]" if ":" in found["host"] else found["host"]
    return f"{host}:{found['port']}"


def _domains(text: str) -> tuple[str, ...]:
    return tuple(domain_name(part) for part in _list(text))
