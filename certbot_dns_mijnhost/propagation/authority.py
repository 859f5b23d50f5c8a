"""The servers that answer for a zone."""

from __future__ import annotations

from dataclasses import dataclass

from certbot_dns_mijnhost.propagation.endpoints import Endpoint
from certbot_dns_mijnhost.propagation.report import ServerStatus


class NotFoundError(Exception):
    """The name servers of a name can't be found; says why."""


@dataclass(frozen=True)
class Server:
    """A name server at one address.

    :param label: how to call it.
    """

    label: str
    endpoint: Endpoint


@dataclass(frozen=True)
class Authority:
    """The servers that answer for a zone.

    :param zone: empty where the user named the servers.
    :param left_out: servers whose addresses can't be found, and why.
    """

    zone: str
    servers: tuple[Server, ...]
    left_out: tuple[ServerStatus, ...] = ()
