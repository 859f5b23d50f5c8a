"""Parse the arguments and environment variables that ACME clients pass to their hooks.

Nothing is sent, and nothing is shown.
"""

from __future__ import annotations

import base64
import enum
import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from certbot_dns_mijnhost.cli.user_input import DIGEST, checked_challenge
from certbot_dns_mijnhost.settings import SettingError
from certbot_dns_mijnhost.zone import TXTRecord
from certbot_dns_mijnhost.zone.listing import CHALLENGE_LABEL


class Action(enum.Enum):
    """What the client requests."""

    ADD = "add"
    REMOVE = "remove"
    IGNORE = "ignore"
    """Nothing to do: exit code 0."""
    DECLINE = "decline"
    """A challenge of another type: the exit code makes the client try the next type."""


class HookCall(NamedTuple):
    """One call of a hook.

    :param records: to add or to remove.
    :param wait_names: the names whose values have to be served before the hook returns; empty if a
        later call waits for them.
    :param is_removed_by_client: whether the client asks for the removal if this call fails.
    """

    action: Action
    records: tuple[TXTRecord, ...] = ()
    wait_names: tuple[str, ...] = ()
    is_removed_by_client: bool = False


def certbot_call(arguments: Sequence[str], environment: Mapping[str, str]) -> HookCall:
    """Read a call of Certbot's ``--manual-auth-hook`` or ``--manual-cleanup-hook``.

    Certbot asks the CA after the last challenge, so only that call waits, for all of them.

    :raises SettingError: if a variable is missing, or the challenge is of another type.
    """
    actions = {"auth": Action.ADD, "cleanup": Action.REMOVE}
    if len(arguments) != 1 or arguments[0] not in actions:
        raise SettingError(_usage("certbot", "auth, or: mijnhost hook certbot cleanup"))
    for variable in ("CERTBOT_DOMAIN", "CERTBOT_VALIDATION"):
        if not environment.get(variable, "").strip():
            raise SettingError(
                f"The variable {variable} is not set, so Certbot did not start this hook. Use "
                '--manual-auth-hook "mijnhost hook certbot auth" and '
                '--manual-cleanup-hook "mijnhost hook certbot cleanup".'
            )
    if environment.get("CERTBOT_TOKEN"):
        raise SettingError(
            _other_type("Certbot", "Add --preferred-challenges dns to Certbot's command.")
        )
    record = checked_challenge(
        TXTRecord(_challenge_name(environment["CERTBOT_DOMAIN"]), environment["CERTBOT_VALIDATION"])
    )
    all_domains = environment.get("CERTBOT_ALL_DOMAINS", "").split(",")
    names = [_challenge_name(domain) for domain in all_domains if domain.strip()]
    remaining = environment.get("CERTBOT_REMAINING_CHALLENGES", "").strip() or "0"
    is_last = remaining.strip("0") == ""
    return HookCall(
        actions[arguments[0]],
        (record,),
        tuple(dict.fromkeys([record.name, *names])) if is_last else (),
        is_removed_by_client=True,
    )


def lego_call(arguments: Sequence[str]) -> HookCall:
    """Read a call of lego's provider ``exec``, in its default mode or with ``EXEC_MODE=RAW``.

    :raises SettingError: if the arguments are of neither mode.
    """
    actions = {"present": Action.ADD, "cleanup": Action.REMOVE}
    given = [argument for argument in arguments if argument != "--"]
    action, rest = (actions.get(given[0]), given[1:]) if given else (None, [])
    is_raw = "--" in arguments
    if action is not None and is_raw and len(rest) == 3:
        domain, _, key_authorization = rest
        record = TXTRecord(_challenge_name(domain), _digest(key_authorization))
    # Old releases of lego give the TTL too.
    elif action is not None and not is_raw and (rest[2:] == [] or _is_ttl(rest[2:])) and rest[1:]:
        record = TXTRecord(rest[0], rest[1])
    else:
        raise SettingError(
            _usage(
                "lego",
                "present|cleanup NAME VALUE, or with EXEC_MODE=RAW: "
                "mijnhost hook lego present|cleanup -- DOMAIN TOKEN KEY-AUTHORIZATION",
            )
        )
    record = checked_challenge(record)
    return HookCall(action, (record,), (record.name,), is_removed_by_client=True)


def dehydrated_call(arguments: Sequence[str]) -> HookCall:
    """Read a call of dehydrated's hook, with ``HOOK_CHAIN`` or without it.

    :raises SettingError: if a challenge's arguments are incomplete or of another type.
    """
    actions = {"deploy_challenge": Action.ADD, "clean_challenge": Action.REMOVE}
    if not arguments:
        raise SettingError(_usage("dehydrated", "HOOK-NAME ..."))
    action, rest = actions.get(arguments[0]), arguments[1:]
    if action is None:
        return HookCall(Action.IGNORE)
    if not rest or len(rest) % 3:
        raise SettingError(_usage("dehydrated", f"{arguments[0]} DOMAIN TOKEN-FILE VALUE ..."))
    if not all(map(DIGEST.fullmatch, rest[2::3])):
        raise SettingError(
            _other_type("dehydrated", 'Set CHALLENGETYPE="dns-01" in its configuration.')
        )
    pairs = zip(map(_challenge_name, rest[::3]), rest[2::3])
    records = tuple(dict.fromkeys(checked_challenge(TXTRecord(*pair)) for pair in pairs))
    return HookCall(action, records, tuple(dict.fromkeys(record.name for record in records)))


def uacme_call(arguments: Sequence[str]) -> HookCall:
    """Read a call of uacme's hook.

    :raises SettingError: if the arguments are not those of uacme.
    """
    actions = {"begin": Action.ADD, "done": Action.REMOVE, "failed": Action.REMOVE}
    if len(arguments) != 5 or arguments[0] not in actions:
        raise SettingError(_usage("uacme", "begin|done|failed TYPE IDENT TOKEN AUTH"))
    method, kind, ident, _, value = arguments
    if kind != "dns-01":
        return HookCall(Action.DECLINE)
    record = checked_challenge(TXTRecord(_challenge_name(ident), value))
    return HookCall(actions[method], (record,), (record.name,))


def _challenge_name(domain: str) -> str:
    return f"{CHALLENGE_LABEL}.{domain.strip().removeprefix('*.')}"


def _digest(key_authorization: str) -> str:
    """Return the value of the TXT record, as RFC 8555 (8.4) defines it."""
    digest = hashlib.sha256(key_authorization.encode("utf-8", "surrogateescape")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _is_ttl(arguments: Sequence[str]) -> bool:
    return len(arguments) == 1 and arguments[0].isdecimal()


def _usage(client: str, usage: str) -> str:
    return (
        f"These are not the arguments that {client} gives to its hook. "
        f"Usage: mijnhost hook {client} {usage}"
    )


def _other_type(client: str, cure: str) -> str:
    return f"{client} did not choose the challenge type dns-01. {cure}"
