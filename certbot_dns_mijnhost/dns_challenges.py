"""A run's DNS challenges: published, waited for, removed. Knows no Certbot.

Puts the rooms together: the client of the API, the challenge records, the questions to DNS.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TextIO

from certbot_dns_mijnhost.api import MijnHostClient, MijnHostError, RetryPolicy
from certbot_dns_mijnhost.delegation import leads_elsewhere, place_of
from certbot_dns_mijnhost.dns_wait import DNSWait
from certbot_dns_mijnhost.settings import SettingError, Settings
from certbot_dns_mijnhost.zone import (
    ChallengeRecords,
    NotRemoved,
    TXTRecord,
    ZoneNotFoundError,
)

logger = logging.getLogger(__name__)


class DNSChallenges:
    """The challenges of one run.

    :param settings: what the user set.
    :param work_directory: where a zone is saved, should it have to be written as a whole.
    :param notify: shows a line to the user.
    :param live: a terminal for a line that changes; None where there is none.
    :param backup_directory: the folder for saved zones; by default one in `work_directory`.
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
        )
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
            sleep=self._retry.sleep,
            clock=self._retry.clock,
        )
        self._places: dict[str, str] = {}
        self._chains: dict[str, tuple[str, ...]] = {}
        self._doubts: dict[str, str] = {}

    @property
    def seen(self) -> str:
        """What the name servers were seen to serve, as a sentence."""
        return self._wait.seen

    def publish(self, records: Iterable[TXTRecord]) -> None:
        """Add the records where their names lead to, and wait until DNS serves them.

        :raises certbot_dns_mijnhost.api.MijnHostError: where one can't be added.
        :raises certbot_dns_mijnhost.dns_wait.NotPropagatedError: where DNS does not serve them.
        :raises SettingError: for a name server that can't be read, or a circle of CNAMEs.
        """
        wanted = list(records)
        self.add(wanted)
        self.wait_for(wanted)

    def add(self, records: Iterable[TXTRecord]) -> None:
        """Add the records where their names lead to, and do not wait for DNS.

        :raises certbot_dns_mijnhost.api.MijnHostError: if a record cannot be added.
        :raises SettingError: if a name server is misspelt, or CNAME records form a loop.
        """
        wanted = list(records)
        self.find_places(record.name for record in wanted)
        placed = self._placed(wanted)
        try:
            self._records.publish(placed)
        except ZoneNotFoundError as error:
            raise ZoneNotFoundError(self._not_found(error)) from error

    def wait_for(self, records: Iterable[TXTRecord]) -> None:
        """Wait until DNS serves records, at the names that theirs lead to.

        :raises certbot_dns_mijnhost.dns_wait.NotPropagatedError: if DNS does not serve them.
        """
        self._wait.wait_for(self._placed(records))

    def listed_at(self, names: Iterable[str]) -> list[TXTRecord]:
        """Return the TXT records that the API lists at the names that `names` lead to.

        Names that no zone of the account holds are left out.

        :raises certbot_dns_mijnhost.api.MijnHostError: if the API cannot be asked.
        """
        origins = {self._places.get(name, name): name for name in names}
        found = self._records.listed_at(origins)
        return [TXTRecord(origins[name], value) for name, value in found]

    def remove_by_other(
        self, records: Iterable[TXTRecord], places: Mapping[str, str]
    ) -> list[NotRemoved]:
        """Remove records that another process added, and return those that could not be removed.

        :param places: the names that the records were added at, by the records' own names, as far
            as they are known; the others are looked up.
        :raises SettingError: if a name server is misspelt, or CNAME records form a loop.
        """
        unwanted = list(records)
        self._places.update(places)
        self.find_places(record.name for record in unwanted if record.name not in places)
        return self._records.remove(self._placed(unwanted))

    def place_of(self, name: str) -> str:
        """Return the name that the records of `name` go to, as far as it was looked up."""
        return self._places.get(name, name)

    def remove_probes(self) -> None:
        """Remove the records that were added only to try out the API. Never raises."""
        self._records.remove_probes()

    def remove(self, records: Iterable[TXTRecord]) -> list[NotRemoved]:
        """Remove those records that :meth:`publish` wrote, and return what could not be removed."""
        return self._records.remove_written(self._placed(records))

    def close(self) -> None:
        """Close the connections; whatever is called later opens them anew."""
        self._client.close()

    def _placed(self, records: Iterable[TXTRecord]) -> list[TXTRecord]:
        return [TXTRecord(self._places.get(name, name), value) for name, value in records]

    def find_places(self, names: Iterable[str]) -> None:
        """Look up which names the records go to: CNAME records may lead elsewhere.

        :raises SettingError: if a name server is misspelt, or CNAME records form a loop.
        """
        if not self._settings.follow_cname:
            return
        try:
            from certbot_dns_mijnhost import propagation  # noqa: PLC0415  # takes long to import
        except ImportError:
            logger.debug("Without dnspython no CNAME is followed")
            return
        try:
            follower = propagation.AliasFollower(
                nameservers=self._settings.nameservers,
                resolvers=self._settings.resolvers,
                clock=self._retry.clock,
            )
            for name in dict.fromkeys(each for each in names if each not in self._places):
                found = follower.follow(name)
                self._chains[name] = found.chain
                place = self._places[name] = place_of(found, follower, self._records)
                if found.reason and place == found.target:
                    self._doubts[name] = found.reason
                if len(found.chain) > 1:
                    logger.info("The challenge of %s goes to %s", name, place)
        except propagation.AliasLoopError as error:
            raise SettingError(
                f"{error}. Correct the CNAME records: the CA follows them too. "
                "dns_mijnhost_follow_cname = false helps only if a wildcard record makes them."
            ) from error
        except propagation.PropagationError as error:
            raise SettingError(f"{error}. Correct the name or the setting.") from error

    def _not_found(self, error: ZoneNotFoundError) -> str:
        """Return what to tell if no domain of the account holds a record's name."""
        for name, place in self._places.items():
            if place != name and self._zone_of(place) is None:
                return leads_elsewhere(
                    self._chains.get(name, (name, place)), self._zone_of(name), self._settings.zones
                )
        return self._with_doubts(str(error))

    def _zone_of(self, name: str) -> str | None:
        try:
            return self._records.zone_of(name)
        except MijnHostError:
            return None

    def _with_doubts(self, message: str) -> str:
        if not self._doubts:
            return message
        doubts = "; ".join(f"{name}: {reason}" for name, reason in self._doubts.items())
        message = f"{message} (Whether a CNAME leads elsewhere could not be asked: {doubts}.)"
        return message  # noqa: RET504  # its name lets a test find it
