"""Where the record of a challenge has to stand, where a CNAME leads its name elsewhere."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from certbot_dns_mijnhost.zone import ChallengeRecords, ZoneNotFoundError

if TYPE_CHECKING:
    from certbot_dns_mijnhost.propagation import AliasFollower, AliasResult

PREFIX = "_acme-challenge."


def place_of(found: AliasResult, follower: AliasFollower, records: ChallengeRecords) -> str:
    """Return the name that the record has to stand at: where the CNAMEs of the way end.

    A CNAME that only a wildcard (``*.example.nl``) makes is no delegation. Where the account holds
    the zone, the record goes to the name itself, and takes the wildcard's place there; at the end
    of such a way stands somebody's web site, often with TXT records of its own.

    :param found: where the challenge's name leads.
    :raises certbot_dns_mijnhost.api.MijnHostError: where the API can't be asked.
    """
    for number, name in enumerate(found.chain[:-1]):
        onward = found.chain[number + 1 :]
        if leads_any_name(name, onward, follower) and _may_take(name, records):
            return name
    return found.target


def leads_any_name(name: str, onward: tuple[str, ...], follower: AliasFollower) -> bool:
    """Tell whether a name beside `name` that nobody made goes the same way: by a wildcard, then.

    :param onward: the names that `name` leads to.
    :raises certbot_dns_mijnhost.propagation.AliasLoopError: where that way does not end.
    """
    _, _, parent = name.partition(".")
    return follower.follow(f"_{secrets.token_hex(4)}.{parent}").chain[1:] == onward


def leads_elsewhere(chain: tuple[str, ...], zone: str | None, zones: tuple[str, ...]) -> str:
    """Return what to tell a user if the CNAME of a challenge leads out of the account.

    :param chain: the names on the way, from the challenge's to the last.
    :param zone: the domain of the account that holds the challenge's own name, if one does.
    :param zones: the domains of ``dns_mijnhost_zone``.
    """
    challenge, target = chain[0], chain[-1]
    way = " -> ".join(chain[1:])
    message = (
        f"Cannot add the challenge record for {challenge.removeprefix(PREFIX)}: {challenge} is a "
        f"CNAME to {way}, and the account of this API key has no domain that holds {target}. "
        f"{cures(chain, zone, zones)}"
    )
    return message  # noqa: RET504  # its name lets a test find it


def cures(chain: tuple[str, ...], zone: str | None, zones: tuple[str, ...]) -> str:
    """Return what to do about a CNAME that leads out of the account; takes the same."""
    remove = "remove it"
    if zone is not None:
        remove += f" (mijnhost records delete {zone} CNAME {chain[0]})"
    keep = f"use an API key of the account that has {chain[-1]}"
    if zones:
        keep += ", or add its domain to dns_mijnhost_zone"
    return (
        f"If the CNAME is not wanted any more, {remove}. If it is, {keep}, or change the CNAME to "
        "a name in a domain of this account. dns_mijnhost_follow_cname = false does not help: the "
        "CA follows the CNAME."
    )


def _may_take(name: str, records: ChallengeRecords) -> bool:
    """Tell whether `name` is in a zone of the account, and no CNAME of its own stands at it."""
    try:
        return not records.is_alias(name)
    except ZoneNotFoundError:
        return False
