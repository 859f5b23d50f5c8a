"""The resources of a client, by the names of its properties."""

from __future__ import annotations

from certbot_dns_mijnhost.api import MijnHostClient
from certbot_dns_mijnhost.api.resource import Resource


def resources_of(client: MijnHostClient) -> dict[str, Resource]:
    names = [name for name, value in vars(MijnHostClient).items() if isinstance(value, property)]
    found = {name: getattr(client, name) for name in names}
    return {name: value for name, value in found.items() if isinstance(value, Resource)}
