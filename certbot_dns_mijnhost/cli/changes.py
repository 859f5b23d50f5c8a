"""Change a zone after the user confirmed it, and report what could not be done."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable

from certbot_dns_mijnhost.cli.account import Account
from certbot_dns_mijnhost.cli.output import Terminal
from certbot_dns_mijnhost.zone import (
    Listing,
    NotRemoved,
    NotRemovedError,
    RecordKey,
    ZoneEditor,
    ZoneRewriteForbiddenError,
    unreadable_entries,
)

NOT_CONFIRMED = (
    "Nothing was changed: not confirmed. Use --yes if the command does not run on a terminal."
)
NOT_REWRITTEN = (
    "The zone was not rewritten: not confirmed. Use --yes if the command does not run on a "
    "terminal, or make the change in mijn.host's control panel."
)


class NotConfirmedError(Exception):
    """The user did not confirm, and nothing was changed."""


class Changes:
    """Changes a zone by single-record calls; it rewrites the zone only after asking.

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
        """Ask for confirmation, unless ``--yes`` was given.

        :raises NotConfirmedError: if the answer is no, or the command does not run on a terminal.
        """
        if not self._is_confirmed and not self._terminal.ask(question):
            raise NotConfirmedError(NOT_CONFIRMED)

    def make(self, listing: Listing, change: Callable[[], object]) -> bool:
        """Make a change; if only a zone rewrite would do, ask first. Return whether it was made.

        :param listing: the present zone.
        :param change: calls the editor. After the question it is called again.
        :raises MijnHostError: if the change cannot be made.
        """
        try:
            change()
        except ZoneRewriteForbiddenError:
            if not self._may_rewrite(listing):
                return False
            self._editor.allow_zone_rewrite = True
            change()
        return True

    def remove(self, listing: Listing, unwanted: Iterable[RecordKey]) -> list[NotRemoved]:
        """Remove records; return and show those that could not be removed.

        :param listing: the present zone.
        :raises MijnHostError: if the API cannot be read.
        """
        keys = list(unwanted)
        records = [listing.records_of(key)[0] for key in keys]
        left: list[NotRemoved] = []

        def remove() -> None:
            try:
                self._editor.remove(*records, missing_ok=True)
            except NotRemovedError as error:
                left.extend(error.records)

        if not self.make(listing, remove):
            left = [NotRemoved(k.name, k.value, listing.zone, NOT_REWRITTEN) for k in keys]
        self.show_left(left)
        return left

    def show_left(self, left: Iterable[NotRemoved]) -> None:
        """Show records that could not be removed."""
        for each in left:
            self._terminal.problem(f"Could not remove {each.name} {each.value}: {each.reason}")

    def _may_rewrite(self, listing: Listing) -> bool:
        if not self._account.settings.allow_zone_rewrite:
            self._terminal.problem(
                "This change needs a zone rewrite, which the credentials file forbids "
                "(dns_mijnhost_allow_zone_rewrite = false). Make the change in mijn.host's control "
                "panel."
            )
            return False
        self._terminal.line(
            f"The API cannot make this change by single-record calls. The zone {listing.zone} "
            f"({len(listing.records)} records) has to be rewritten; a copy is saved in "
            f"{self._editor.backup_directory} first."
        )
        if self._is_confirmed or self._terminal.ask("Rewrite the zone?"):
            return True
        self._terminal.problem(NOT_REWRITTEN)
        return False


def show_unreadable(listing: Listing, terminal: Terminal) -> None:
    """Report the entries of a zone that cannot be sent back exactly."""
    for entry in unreadable_entries(listing):
        message = (
            f"The API lists an entry in {listing.zone} that cannot be sent back exactly: {entry}. "
            "Correct or delete the record in mijn.host's control panel: until then the zone cannot "
            "be rewritten."
        )
        terminal.problem(message)


def shown(key: RecordKey) -> str:
    """Return a record as one line of text."""
    return f"{key.name} {key.type} {key.value}"
