"""Query each name server address of a zone: over UDP and TCP, with EDNS, for the SOA serial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import dns.name

from certbot_dns_mijnhost.doctor.inspection import Inspector
from certbot_dns_mijnhost.doctor.queries import Reply
from certbot_dns_mijnhost.propagation.errors import ServerStatus
from certbot_dns_mijnhost.propagation.names import read_name
from certbot_dns_mijnhost.propagation.query import Server


@dataclass(frozen=True)
class Servers:
    """The name servers of a zone, by how they answered.

    :param answering: those that serve the zone.
    :param silent: those that do not answer: the server is down, or a firewall blocks port 53.
    :param lame: those that answer, but do not serve the zone.
    :param unroutable: addresses of a family that this machine does not have.
    :param without_address: host names that have no address.
    :param missing_family: that family; empty if nothing is unroutable.
    :param is_intercepted: a recursive resolver answers instead of them.
    :param without_tcp: answering servers that do not answer over TCP.
    :param without_edns: answering servers that refuse EDNS.
    :param serials: the SOA serial of each answering server, by its label.
    """

    answering: tuple[ServerStatus, ...] = ()
    silent: tuple[ServerStatus, ...] = ()
    lame: tuple[ServerStatus, ...] = ()
    unroutable: tuple[ServerStatus, ...] = ()
    without_address: tuple[ServerStatus, ...] = ()
    missing_family: str = ""
    is_intercepted: bool = False
    without_tcp: tuple[ServerStatus, ...] = ()
    without_edns: tuple[ServerStatus, ...] = ()
    serials: tuple[tuple[str, int], ...] = ()


def ask_servers(inspector: Inspector, zone: str) -> Servers:
    """Query each name server of `zone`.

    :raises InvalidNameError: if `zone` is not a domain name.
    :raises InspectionError: if its name servers are not found.
    """
    name = read_name(zone)
    authority = inspector.authority(zone)
    queries = inspector.queries

    def ask(server: Server) -> tuple[Reply, Reply]:
        reply = queries.ask(server.endpoint, name, "SOA")
        return reply, reply if reply.problem else queries.over_tcp(server.endpoint, name)

    found: dict[str, list[ServerStatus]] = {}
    serials = []
    replies = queries.on_each(authority.servers, ask)
    asked = [reply for reply, _ in replies]
    missing = missing_families(authority.servers, asked)
    for server, (reply, over_tcp) in zip(authority.servers, replies):
        kind, text = _classify(reply, is_missing=_family(server) in missing)
        found.setdefault(kind, []).append(ServerStatus(server.label, text))
        if kind != "answering":
            continue
        if over_tcp.problem:
            status = ServerStatus(server.label, f"no answer over TCP ({over_tcp.problem})")
            found.setdefault("without_tcp", []).append(status)
        if reply.refuses_edns:
            status = ServerStatus(server.label, "refuses EDNS")
            found.setdefault("without_edns", []).append(status)
        serials += [(server.label, serial) for serial in _serial(reply, name)]
    return Servers(
        **{kind: tuple(statuses) for kind, statuses in found.items()},
        without_address=authority.left_out,
        missing_family=" and ".join(sorted(missing)),
        is_intercepted=_is_intercepted(asked),
        serials=tuple(serials),
    )


def serials_now(inspector: Inspector, zone: str) -> dict[str, int]:
    """Return the SOA serial that each server serves now, by the server's label."""
    name, servers = read_name(zone), inspector.servers_of(zone)
    replies = inspector.queries.on_each(
        servers, lambda server: inspector.queries.ask_again(server.endpoint, name, "SOA")
    )
    return {
        server.label: serial
        for server, reply in zip(servers, replies)
        for serial in _serial(reply, name)
    }


def _serial(reply: Reply, name: dns.name.Name) -> Sequence[int]:
    rrset = None if reply.problem else reply.rrset(name, "SOA")
    return [int(rrset[0].serial)] if rrset else []


def missing_families(servers: Sequence[Server], replies: Sequence[Reply]) -> set[str]:
    """Return the address families that this machine cannot use.

    It has no route to any address of the family; or several IPv6 addresses do not answer while IPv4
    does, since many networks announce IPv6 and drop it.
    """
    families: dict[str, list[Reply]] = {}
    for server, reply in zip(servers, replies):
        families.setdefault(_family(server), []).append(reply)
    missing = {
        family for family, each in families.items() if all(reply.is_unroutable for reply in each)
    }
    sixes, fours = families.get("IPv6", []), families.get("IPv4", [])
    is_dropped = len(sixes) > 1 and all(reply.is_silent for reply in sixes)
    if is_dropped and any(not reply.is_silent for reply in fours):
        missing.add("IPv6")
    return missing


def _family(server: Server) -> str:
    return "IPv6" if ":" in server.endpoint.host else "IPv4"


def _is_intercepted(replies: Sequence[Reply]) -> bool:
    asked = [reply for reply in replies if not reply.is_unroutable]
    return bool(asked) and all(reply.is_recursive for reply in asked)


def _classify(reply: Reply, *, is_missing: bool) -> tuple[str, str]:
    """Return the field of :class:`Servers` that a reply belongs to, and its description.

    :param is_missing: the server's address is of a family that this machine does not have.
    """
    if not reply.problem:
        return "answering", "serves the zone"
    if not reply.is_silent:
        return "lame", reply.problem
    return "unroutable" if is_missing else "silent", reply.error
