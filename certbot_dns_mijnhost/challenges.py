"""The DNS challenges of one run: publish the records, wait for DNS, remove the records.

Also finds the names that delegated challenges need their records at. Imports nothing of Certbot.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from certbot_dns_mijnhost.api import Exchange, MijnHostClient, MijnHostError, RetryPolicy
from certbot_dns_mijnhost.settings import SettingError, Settings
from certbot_dns_mijnhost.waiting import DNSWait, dns_view
from certbot_dns_mijnhost.zone import (
    ChallengeRecords,
    NotRemoved,
    TXTRecord,
    ZoneNotFoundError,
)

if TYPE_CHECKING:
    from certbot_dns_mijnhost.propagation import AliasFollower, AliasResult, DNSView

logger = logging.getLogger(__name__)

PREFIX = "_acme-challenge."


class DNSChallenges:
    """The challenges of one run.

    :param work_directory: contains the default `backup_directory`.
    :param notify: shows a line to the user.
    :param live: a terminal for the progress line; None if there is none.
    :param backup_directory: for the copy of a zone before a zone rewrite.
    :param retry: pauses, clock and sleep.
    :raises certbot_dns_mijnhost.api.InvalidInputError: for a key or a URL that must not be used.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        work_directory: Path,
        notify: Callable[[str], None],
        live: TextIO | None = None,
        backup_directory: Path | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        self._settings = settings
        self._retry = retry or RetryPolicy()
        self._client = MijnHostClient(
            settings.api_key,
            base_url=settings.api_url,
            timeout=settings.timeout,
            retry=self._retry,
            on_exchange=self._note,
        )
        self.has_sent_changes = False
        """Whether a request was sent that may have changed a zone."""
        self._records = ChallengeRecords(
            self._client,
            backup_directory=backup_directory or work_directory / "dns-mijnhost",
            ttl=settings.ttl,
            zones=settings.zones,
            allow_zone_rewrite=settings.allow_zone_rewrite,
            retry=self._retry,
        )
        self._wait = DNSWait(
            settings,
            notify=notify,
            live=live,
            view=self._view,
            sleep=self._retry.sleep,
        )
        self._dns: DNSView | None = None
        self._targets: dict[str, str] = {}
        self._chains: dict[str, tuple[str, ...]] = {}
        self._unknown: dict[str, str] = {}
        """Why it is not known whether these names are aliases."""

    @property
    def seen(self) -> str:
        """What the name servers served at the last check, as a sentence."""
        return self._wait.seen

    def publish(self, records: Iterable[TXTRecord]) -> None:
        """Add the records at the targets of their names, and wait until DNS serves them.

        :raises certbot_dns_mijnhost.api.MijnHostError: if a record cannot be added.
        :raises certbot_dns_mijnhost.waiting.NotPropagatedError: if DNS does not serve them.
        :raises SettingError: if a name server is misspelt, or CNAME records form a loop.
        """
        wanted = list(records)
        self.add(wanted)
        self.wait_for(wanted)

    def add(self, records: Iterable[TXTRecord]) -> None:
        """Add the records at the targets of their names, and do not wait for DNS.

        :raises certbot_dns_mijnhost.api.MijnHostError: if a record cannot be added.
        :raises SettingError: if a name server is misspelt, or CNAME records form a loop.
        """
        wanted = list(records)
        self.find_targets(record.name for record in wanted)
        at_targets = self._at_targets(wanted)
        try:
            self._records.publish(at_targets)
        except ZoneNotFoundError as error:
            raise ZoneNotFoundError(self._not_found(error)) from error

    def wait_for(self, records: Iterable[TXTRecord]) -> None:
        """Wait until DNS serves the records at the targets of their names.

        :raises certbot_dns_mijnhost.waiting.NotPropagatedError: if DNS does not serve them.
        """
        self._wait.wait_for(self._at_targets(records))

    def listed_at(self, names: Iterable[str]) -> list[TXTRecord]:
        """Return the TXT records that the API lists at the targets of `names`.

        Names that are in no zone of the account are left out.

        :raises certbot_dns_mijnhost.api.MijnHostError: if the API does not answer.
        """
        origins = {self._targets.get(name, name): name for name in names}
        found = self._records.listed_at(origins)
        return [TXTRecord(origins[name], value) for name, value in found]

    def remove_by_other(
        self, records: Iterable[TXTRecord], targets: Mapping[str, str]
    ) -> list[NotRemoved]:
        """Remove records that another process added, and return those that could not be removed.

        :param targets: the names that the records were added at, by the records' own names, as far
            as they are known; the others are looked up.
        :raises SettingError: if a name server is misspelt, or CNAME records form a loop.
        """
        unwanted = list(records)
        self._targets.update(targets)
        self.find_targets(record.name for record in unwanted if record.name not in targets)
        return self._records.remove(self._at_targets(unwanted))

    def target_of(self, name: str) -> str:
        """Return the target of `name` if it was looked up; else `name` itself."""
        return self._targets.get(name, name)

    def remove_probes(self) -> None:
        """Remove the records that were added only to test the API. Never raises."""
        self._records.remove_probes()

    def remove(self, records: Iterable[TXTRecord]) -> list[NotRemoved]:
        """Remove those records that :meth:`publish` added; return what could not be removed."""
        return self._records.remove_written(self._at_targets(records))

    def close(self) -> None:
        """Close the connections; a later call opens them again."""
        self._client.close()

    def _note(self, exchange: Exchange) -> None:
        if exchange.method != "GET":
            self.has_sent_changes = True

    def _at_targets(self, records: Iterable[TXTRecord]) -> list[TXTRecord]:
        return [TXTRecord(self._targets.get(name, name), value) for name, value in records]

    def find_targets(self, names: Iterable[str]) -> None:
        """Look up the names that the records must be added at: a CNAME delegates a challenge.

        :raises SettingError: if a name server is misspelt, or CNAME records form a loop.
        """
        if not self._settings.follow_cname:
            return
        try:
            from certbot_dns_mijnhost import propagation  # noqa: PLC0415  # takes long to import
        except ImportError:
            logger.debug("CNAME records are not followed: dnspython is missing")
            return
        try:
            follower = propagation.AliasFollower(self._view())
            for name in dict.fromkeys(each for each in names if each not in self._targets):
                found = follower.follow(name)
                self._chains[name] = found.chain
                target = challenge_target(found, follower, self._records)
                self._targets[name] = target
                if found.reason and target == found.target:
                    self._unknown[name] = found.reason
                if len(found.chain) > 1:
                    logger.info("The challenge record of %s is added at %s", name, target)
        except propagation.AliasLoopError as error:
            raise SettingError(
                f"{error}. Correct the CNAME records: the CA follows them too. "
                "dns_mijnhost_follow_cname = false helps only if they come from a wildcard record."
            ) from error
        except propagation.PropagationError as error:
            raise SettingError(f"{error}. Correct the name or the setting.") from error

    def _view(self) -> DNSView:
        """Return this run's view of DNS, made when it is first needed."""
        if self._dns is None:
            self._dns = dns_view(self._settings, self._retry.clock)
        return self._dns

    def _not_found(self, error: ZoneNotFoundError) -> str:
        """Return the message for a record whose name is in no domain of the account."""
        for name, target in self._targets.items():
            if target != name and self._zone_of(target) is None:
                chain = self._chains.get(name, (name, target))
                return cname_to_other_account(chain, self._zone_of(name), self._settings.zones)
        return self._with_unknown(str(error))

    def _zone_of(self, name: str) -> str | None:
        try:
            return self._records.zone_of(name)
        except MijnHostError:
            return None

    def _with_unknown(self, message: str) -> str:
        if not self._unknown:
            return message
        unknown = "; ".join(f"{name}: {reason}" for name, reason in self._unknown.items())
        message = f"{message} (Cannot check for a CNAME: {unknown}.)"
        return message  # noqa: RET504  # its name lets a test find it


def challenge_target(found: AliasResult, follower: AliasFollower, records: ChallengeRecords) -> str:
    """Return the name that a challenge record must be added at: the last one of the CNAME chain.

    A CNAME that comes from a wildcard record (``*.example.nl``) is not a delegation. If its zone is
    in the account, the record is added at the name itself, where it replaces the wildcard: the
    target of a wildcard is a web site, often with TXT records of its own.

    :param found: the CNAME chain of the challenge's name.
    :raises certbot_dns_mijnhost.api.MijnHostError: if the API does not answer.
    """
    for number, name in enumerate(found.chain[:-1]):
        rest = found.chain[number + 1 :]
        if is_from_wildcard(name, rest, follower) and _can_hold_record(name, records):
            return name
    return found.target


def is_from_wildcard(name: str, rest: tuple[str, ...], follower: AliasFollower) -> bool:
    """Return whether a random name next to `name` has the same CNAME chain.

    :param rest: the chain of `name`.
    :raises certbot_dns_mijnhost.propagation.AliasLoopError: if the chain does not end.
    """
    _, _, parent = name.partition(".")
    return follower.follow(f"_{secrets.token_hex(4)}.{parent}").chain[1:] == rest


def cname_to_other_account(chain: tuple[str, ...], zone: str | None, zones: tuple[str, ...]) -> str:
    """Return the message for a challenge with a CNAME to a domain that is not in the account.

    :param chain: the CNAME chain, from the challenge's name to the last.
    :param zone: the domain of the account that contains the challenge's own name, if one does.
    :param zones: the domains of ``dns_mijnhost_zone``.
    """
    challenge, target = chain[0], chain[-1]
    message = (
        f"Cannot add the challenge record for {challenge.removeprefix(PREFIX)}: {challenge} is a "
        f"CNAME to {' -> '.join(chain[1:])}, and {target} is not in the account of this API key. "
        f"{cname_remedies(chain, zone, zones)}"
    )
    return message  # noqa: RET504  # its name lets a test find it


def cname_remedies(chain: tuple[str, ...], zone: str | None, zones: tuple[str, ...]) -> str:
    """Return the next step for such a CNAME; the parameters are the same."""
    remove = "delete it"
    if zone is not None:
        remove += f" (mijnhost records delete {zone} CNAME {chain[0]})"
    keep = f"use an API key of the account that has {chain[-1]}"
    if zones:
        keep += ", or add its domain to dns_mijnhost_zone"
    return (
        f"If you no longer need the CNAME, {remove}. If you need it, {keep}, or change the CNAME "
        "to a name in a domain of this account. dns_mijnhost_follow_cname = false does not help: "
        "the CA follows the CNAME."
    )


def _can_hold_record(name: str, records: ChallengeRecords) -> bool:
    """Return whether `name` is in a zone of the account and has no CNAME record of its own."""
    try:
        return not records.is_alias(name)
    except ZoneNotFoundError:
        return False
