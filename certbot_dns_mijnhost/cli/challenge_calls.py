"""Challenge records that one process adds and another one removes. Imports nothing of Certbot.

Other ACME clients, and Certbot's manual hooks, start a process for each challenge. The records are
added, waited for and removed as the authenticator does it; what the previous processes added is
read from a small file and from the API's listing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from certbot_dns_mijnhost.api import MijnHostError, RetryPolicy
from certbot_dns_mijnhost.challenges import DNSChallenges
from certbot_dns_mijnhost.cli.pending_challenges import PendingChallenges
from certbot_dns_mijnhost.settings import Settings
from certbot_dns_mijnhost.waiting import NotPropagatedError
from certbot_dns_mijnhost.zone import NotRemoved, TXTRecord
from certbot_dns_mijnhost.zone.lock import default_directory

logger = logging.getLogger(__name__)


class ChallengeCalls:
    """One call: it adds, waits or removes. Names of records are canonical.

    :param backup_directory: the folder for a saved zone if it has to be rewritten.
    :param notify: shows a line to the user.
    :param retry: pauses, clock and sleep.
    :param pending: what the previous calls added.
    :raises certbot_dns_mijnhost.api.InvalidInputError: for a key or a URL that must not be used.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        backup_directory: Path,
        notify: Callable[[str], None],
        retry: RetryPolicy | None = None,
        pending: PendingChallenges | None = None,
    ) -> None:
        self._challenges = DNSChallenges(
            settings,
            work_directory=backup_directory,
            backup_directory=backup_directory,
            notify=notify,
            retry=retry,
        )
        self._pending = pending or PendingChallenges(default_directory())

    def add(self, records: Sequence[TXTRecord]) -> None:
        """Add records; a record that exists already is left as it is.

        What the previous calls added at these names is kept: if the API replaces values, it is
        restored.

        :raises certbot_dns_mijnhost.api.MijnHostError: if a record cannot be added.
        :raises certbot_dns_mijnhost.settings.SettingError: if a name server is misspelt, or CNAME
            records form a loop.
        """
        names = {record.name for record in records}
        self._challenges.find_targets(names)
        earlier = self._pending.recent(names)
        # Before they are added, so that a call at the same time does not replace them.
        self._pending.add(records, {name: self._challenges.target_of(name) for name in names})
        try:
            self._challenges.add(dict.fromkeys([*earlier, *records]))
        except MijnHostError:
            if not self.has_sent_changes:
                self._pending.forget(records)
            raise
        finally:
            self._challenges.remove_probes()

    def wait(self, records: Iterable[TXTRecord], names: Iterable[str]) -> None:
        """Wait until DNS serves `records`, and all other values that are present at `names`.

        :raises certbot_dns_mijnhost.waiting.NotPropagatedError: if DNS does not serve them.
        :raises certbot_dns_mijnhost.settings.SettingError: if a name server is misspelt, or CNAME
            records form a loop.
        """
        names = list(dict.fromkeys(names))
        self._challenges.find_targets(names)
        ours = dict.fromkeys([*records, *self._pending.recent(names)])
        listed = self._listed(names)
        wanted = dict.fromkeys([*ours, *listed])
        try:
            self._challenges.wait_for(wanted)
        except NotPropagatedError:
            # Another client may have removed its own value meanwhile.
            still = dict.fromkeys([*ours, *(set(self._listed(names)) & set(listed))])
            if still.keys() == wanted.keys():
                raise
            self._challenges.wait_for(still)

    def remove(self, records: Sequence[TXTRecord]) -> dict[TXTRecord, NotRemoved]:
        """Remove records, whichever process added them; return those that had to stay, and why.

        A record that does not exist counts as removed.

        :raises certbot_dns_mijnhost.settings.SettingError: if a name server is misspelt, or CNAME
            records form a loop.
        """
        found = self._challenges.remove_by_other(records, self._pending.places(records))
        not_removed = {(each.name, each.value): each for each in found}
        stay = {}
        for record in records:
            left = not_removed.get((self._challenges.target_of(record.name), record.value))
            if left is not None:
                stay[record] = left
        self._pending.forget(record for record in records if record not in stay)
        return stay

    @property
    def has_sent_changes(self) -> bool:
        """Whether this call may have changed a zone."""
        return self._challenges.has_sent_changes

    @property
    def seen(self) -> str:
        """What the name servers served at the last check, as a sentence."""
        return self._challenges.seen

    def close(self) -> None:
        """Close the connections."""
        self._challenges.close()

    def _listed(self, names: Sequence[str]) -> list[TXTRecord]:
        try:
            return self._challenges.listed_at(names)
        except MijnHostError as error:
            logger.debug("The values at %s cannot be listed: %s", ", ".join(names), error)
            return []
