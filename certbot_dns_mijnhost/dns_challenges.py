"""A run's DNS challenges: published, waited for, removed. Knows no Certbot.

Puts the rooms together: the client of the API, the challenge records, the questions to DNS.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TextIO

from certbot_dns_mijnhost.api import MijnHostClient
from certbot_dns_mijnhost.challenge_records import (
    ChallengeRecords,
    Leftover,
    TXTRecord,
    ZoneNotFoundError,
)
from certbot_dns_mijnhost.delegation import place_of
from certbot_dns_mijnhost.dns_wait import DNSWait
from certbot_dns_mijnhost.settings import SettingError, Settings

logger = logging.getLogger(__name__)


class DNSChallenges:
    """The challenges of one run.

    :param settings: what the user set.
    :param work_directory: where a zone is saved, should it have to be written as a whole.
    :param notify: shows a line to the user.
    :param live: a terminal for a line that changes; None where there is none.
    :raises certbot_dns_mijnhost.api.InvalidInputError: for a key or a URL that must not be used.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        work_directory: Path,
        notify: Callable[[str], None],
        live: TextIO | None = None,
    ) -> None:
        self._settings = settings
        self._client = MijnHostClient(
            settings.api_key, base_url=settings.api_url, timeout=settings.timeout
        )
        self._records = ChallengeRecords(
            self._client,
            backup_directory=work_directory / "dns-mijnhost",
            ttl=settings.ttl,
            zones=settings.zones,
            allow_zone_rewrite=settings.allow_zone_rewrite,
        )
        self._wait = DNSWait(settings, notify=notify, live=live)
        self._places: dict[str, str] = {}
        self._doubts: dict[str, str] = {}
        self._begun: set[TXTRecord] = set()

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
        self._find_places(record.name for record in wanted)
        self._begun.update(wanted)
        placed = self._placed(wanted)
        try:
            self._records.publish(placed)
        except ZoneNotFoundError as error:
            raise ZoneNotFoundError(self._with_doubts(str(error))) from error
        self._wait.wait_for(placed)

    def remove(self, records: Iterable[TXTRecord]) -> list[Leftover]:
        """Remove the records, those that :meth:`publish` came to, and return what had to stay."""
        return self._records.remove(self._placed(r for r in records if r in self._begun))

    def close(self) -> None:
        """Close the connections; whatever is called later opens them anew."""
        self._client.close()

    def _placed(self, records: Iterable[TXTRecord]) -> list[TXTRecord]:
        return [TXTRecord(self._places.get(name, name), value) for name, value in records]

    def _find_places(self, names: Iterable[str]) -> None:
        if not self._settings.follow_cname:
            return
        try:
            from certbot_dns_mijnhost import propagation  # noqa: PLC0415  # takes long to import
        except ImportError:
            logger.debug("Without dnspython no CNAME is followed")
            return
        try:
            follower = propagation.AliasFollower(
                nameservers=self._settings.nameservers, resolvers=self._settings.resolvers
            )
            for name in dict.fromkeys(names):
                found = follower.follow(name)
                place = self._places[name] = place_of(found, follower, self._records)
                if found.reason and place == found.target:
                    self._doubts[name] = found.reason
                if len(found.chain) > 1:
                    logger.info("The challenge of %s goes to %s", name, place)
        except propagation.AliasLoopError as error:
            raise SettingError(
                f"{error}. Correct the records, or set dns_mijnhost_follow_cname = false."
            ) from error
        except propagation.PropagationError as error:
            raise SettingError(f"{error}. Correct the name or the setting.") from error

    def _with_doubts(self, message: str) -> str:
        if not self._doubts:
            return message
        doubts = "; ".join(f"{name}: {reason}" for name, reason in self._doubts.items())
        return f"{message} (Whether a CNAME leads elsewhere could not be asked: {doubts}.)"
