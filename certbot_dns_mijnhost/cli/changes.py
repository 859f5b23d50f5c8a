"""Changes to a zone, as the command makes them: asked for, guarded, and told of."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from certbot_dns_mijnhost.api import DNSRecord, MethodNotAllowedError
from certbot_dns_mijnhost.cli.account import Account
from certbot_dns_mijnhost.cli.terminal import Terminal
from certbot_dns_mijnhost.zone import (
    Listing,
    NotRemoved,
    RecordKey,
    ZoneEditor,
    ZoneRewriteForbiddenError,
    unreadable_entries,
)

NOT_CONFIRMED = "Nothing was changed. Confirm it, or give --yes where nobody can be asked."
NOT_REWRITTEN = (
    "The zone was not written as a whole. Confirm it, give --yes where nobody can be asked, or use "
    "mijn.host's control panel."
)


class NotConfirmedError(Exception):
    """Nobody said yes, and nothing was changed."""


class Changes:
    """Makes changes, by single-record calls first; the whole zone is written only after asking.

    :param editor: of the zone.
    """

    def __init__(
        self,
        account: Account,
        editor: ZoneEditor,
        options: argparse.Namespace,
        terminal: Terminal,
    ) -> None:
        self._account = account
        self._editor = editor
        self._is_confirmed: bool = options.yes
        self._terminal = terminal

    def confirm(self, question: str) -> None:
        """Ask whether to begin, unless ``--yes`` said so.

        :raises NotConfirmedError: where the answer is no, or nobody can answer.
        """
        if not self._is_confirmed and not self._terminal.ask(question):
            raise NotConfirmedError(NOT_CONFIRMED)

    def set_value(self, listing: Listing, record: DNSRecord) -> bool:
        """Write a record, whatever stands at its name; return whether that was done.

        :param listing: the zone as it is.
        :raises MijnHostError: where the API refuses.
        """
        try:
            self._editor.write([record])
        except MethodNotAllowedError:
            standing = listing.records_of(self._editor.key_of(record))
            if standing and all(each.ttl != record.ttl for each in standing):
                raise  # A write of the whole zone leaves the TTL of what stands, too.
            return self.add(listing, [record])
        return True

    def add(self, listing: Listing, records: Sequence[DNSRecord]) -> bool:
        """Add values beside others; return whether that was done.

        :param listing: the zone as it is.
        :raises MijnHostError: where the API refuses.
        """
        try:
            self._editor.add(records)
        except ZoneRewriteForbiddenError:
            if not self._may_rewrite(listing):
                return False
            self._editor.add(records, allow_zone_rewrite=True)
        return True

    def set_ttls(self, listing: Listing, records: Sequence[DNSRecord]) -> None:
        """Give records that stand their TTLs, where no other value stands at the name.

        :param listing: the zone as it is.
        :raises MijnHostError: where the API refuses.
        """
        for record in records:
            key = self._editor.key_of(record)
            # A call for one of several values may replace the others.
            if len({i for i in listing.keys if i[:2] == key[:2]}) > 1:
                self._tell_of_ttl(key, "a call for it might take away the values beside it")
                continue
            try:
                self._editor.write([record])
            except MethodNotAllowedError:
                self._tell_of_ttl(key, "the API offers no change of a single record here")

    def _tell_of_ttl(self, key: RecordKey, reason: str) -> None:
        self._terminal.problem(
            f"The TTL of {shown(key)} stays: {reason}. Change it in mijn.host's control panel."
        )

    def remove(self, listing: Listing, unwanted: Sequence[RecordKey]) -> list[NotRemoved]:
        """Remove records and return, and tell of, what would not go.

        :param listing: the zone as it is.
        :raises MijnHostError: where the API can't be asked.
        """
        leftovers = self._editor.remove(unwanted)
        if leftovers and not self._editor.behaviour.offers_delete:
            if self._may_rewrite(listing):
                leftovers = self._editor.remove(unwanted, allow_zone_rewrite=True)
            else:
                # Told for all of them already, and in the words of this command.
                leftovers = [each._replace(reason=NOT_REWRITTEN) for each in leftovers]
        for each in leftovers:
            self._terminal.problem(f"Still there: {each.name} {each.value}. {each.reason}")
        return leftovers

    def _may_rewrite(self, listing: Listing) -> bool:
        if not self._account.settings.allow_zone_rewrite:
            self._terminal.problem(
                "Only a write of the whole zone would do that here, and the credentials file "
                "forbids it (dns_mijnhost_allow_zone_rewrite = false). Do it in mijn.host's "
                "control panel."
            )
            return False
        self._terminal.line(
            f"The API can't do that by a single-record call. The zone {listing.zone} would be "
            f"written as a whole ({len(listing.records)} records), with a copy saved in "
            f"{self._editor.backup_directory} first, and read back."
        )
        if self._is_confirmed or self._terminal.ask("Write the whole zone?"):
            return True
        self._terminal.problem(NOT_REWRITTEN)
        return False


def show_unreadable(listing: Listing, terminal: Terminal) -> None:
    """Name the entries of a zone that cannot be sent back exactly."""
    for entry in unreadable_entries(listing):
        message = (
            f"The API lists an entry in {listing.zone} that cannot be sent back exactly: {entry}. "
            "Correct or delete the record in mijn.host's control panel: until then the zone cannot "
            "be rewritten."
        )
        terminal.problem(message)


def shown(key: RecordKey) -> str:
    """Return a record in a line."""
    return f"{key.name} {key.type} {key.value}"
