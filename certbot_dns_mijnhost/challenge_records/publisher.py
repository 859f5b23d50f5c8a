"""Bringing challenge records into a zone, so that all of them stand together.

A value is written by a single-record call wherever that can't harm another. Where another value
stands at the name, that depends on what a PATCH does there, which is not documented. Two values of
our own teach it at no risk; before one is written beside somebody else's, it is tried out under a
name of our own.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Sequence

from certbot_dns_mijnhost.api import MethodNotAllowedError, MijnHostError
from certbot_dns_mijnhost.challenge_records.altered import check_ours, damaged_texts
from certbot_dns_mijnhost.challenge_records.behaviour import PatchEffect
from certbot_dns_mijnhost.challenge_records.errors import AliasInTheWayError, SubzoneError
from certbot_dns_mijnhost.challenge_records.listing import Identity, Listing
from certbot_dns_mijnhost.challenge_records.persistence import BETWEEN_READINGS, attempts
from certbot_dns_mijnhost.challenge_records.zone import Zone

logger = logging.getLogger(__name__)

PROBE_PREFIX = "_mijnhost-probe-"
"""Begins the names under which a PATCH is tried out."""

READINGS = 28
SECONDS = 100.0
"""Listings were seen that were about a minute old."""
WRITE_AGAIN_AT = 9
"""The reading before which a record that no reading showed is written once more."""


class ZonePublisher:
    """Publishes records in one zone. The caller holds the zone's lock if it can be had."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._behaviour = zone.setting.behaviour
        self._before: frozenset[Identity] = frozenset()

    def publish(self, wanted: Sequence[Identity]) -> None:
        """Write `wanted`, and see to it that all of them stand.

        :raises MijnHostError: where that can't be done.
        """
        zone = self._zone
        zone.check_turn()
        before = zone.reader.survey()
        self._before = before.identities
        _check_aliases(before, wanted)
        _check_subzones(before, wanted)
        zone.ours.update(wanted)
        waiting = [
            identity
            for identity in wanted
            if identity not in before.identities and not self._patched(identity)
        ]
        missing = waiting + self._lost([i for i in wanted if i not in waiting])
        if missing:
            logger.debug("%d values of %s need a write of the zone", len(missing), zone.name)
            zone.rewrite(add=wanted)
        zone.believed.update(wanted)

    def _patched(self, identity: Identity) -> bool:
        """Write by PATCH and return True, or return False where only the whole zone would do.

        Whether it may be sent is asked before each attempt: while the one before was read back, a
        value of somebody else may have come into sight.

        :raises MijnHostError: where it can't be written.
        """
        errors: list[MijnHostError] = []
        for _ in attempts(self._zone.setting.retry, tries=5, seconds=120.0):
            if not self._may_patch(identity):
                return False
            try:
                self._zone.write(identity)
            except MethodNotAllowedError:
                self._behaviour.patch = PatchEffect.ABSENT
                return False
            except MijnHostError as error:
                errors.append(error)
                if not (error.may_have_taken_effect or self._zone.reader.may_pass(error)):
                    break
            else:
                return True
        raise errors[-1]

    def _may_patch(self, identity: Identity) -> bool:
        if self._behaviour.patch is PatchEffect.ABSENT:
            return False
        beside = self._beside(identity)
        if not beside:
            return True
        if self._behaviour.patch is PatchEffect.UNKNOWN and not beside <= self._zone.ours:
            self._try_out()
        if self._behaviour.patch is PatchEffect.UNKNOWN:
            return beside <= self._zone.ours
        return self._behaviour.patch is PatchEffect.APPENDS

    def _beside(self, identity: Identity) -> set[Identity]:
        """Return what may stand at the same name and type."""
        written = self._zone.latest_writes()
        return {i for i in self._zone.reader.seen | written if i[:2] == identity[:2]} - {identity}

    def _try_out(self) -> None:
        """Learn what a PATCH does to another value, under a name that nobody else uses."""
        if self._zone.probes:
            return
        name = f"{PROBE_PREFIX}{secrets.token_hex(4)}.{self._zone.name}"
        probes = [Identity("TXT", name, f"probe-{number}") for number in (1, 2)]
        self._zone.probes.extend(probes)
        if all(self._patched(probe) for probe in probes):
            self._lost(probes)

    def _lost(self, written: Sequence[Identity]) -> list[Identity]:
        """Return those of `written` that certainly don't stand, learning what a PATCH does.

        The readings may lag or fall short. All values of a name in one reading prove that they
        stand together. That an earlier one is gone takes two equal readings that show the latest.
        """
        open_names = {identity.name for identity in written}
        suspected: list[Identity] | None = None
        for attempt in attempts(
            self._zone.setting.retry, tries=READINGS, seconds=SECONDS, share=BETWEEN_READINGS
        ):
            if not open_names:
                return []
            if attempt == WRITE_AGAIN_AT:
                self._write_again(open_names)
            shown = self._zone.reader.read().identities
            missing = [i for i in written if i.name in open_names and i not in shown]
            new = shown - self._before - self._zone.ours
            check_ours(damaged_texts(missing, new), self._zone.name)
            open_names = {identity.name for identity in missing}
            self._learn_appends(written, open_names)
            is_current = self._zone.latest_writes() <= shown
            if missing and is_current and missing == suspected:
                self._learn_replaces(written, missing)
                return missing
            suspected = missing if is_current else None
        if open_names:
            logger.warning(
                "The API took the challenge records of %s, but its listing does not show them "
                "yet: %s. Going on; the name servers tell.",
                *(self._zone.name, ", ".join(sorted(open_names))),
            )
        return []

    def _write_again(self, open_names: set[str]) -> None:
        """Repeat the latest write at names of which the API said yes and shows nothing since."""
        seen = self._zone.reader.seen
        for identity in sorted(self._zone.latest_writes() - seen):
            if identity.name in open_names:
                self._patched(identity)

    def _learn_appends(self, written: Iterable[Identity], open_names: set[str]) -> None:
        proved = [i.name for i in written if i.name not in open_names]
        if self._behaviour.patch is PatchEffect.UNKNOWN and len(proved) > len(set(proved)):
            self._learn(PatchEffect.APPENDS)

    def _learn_replaces(self, written: Iterable[Identity], missing: list[Identity]) -> None:
        gone = {identity.name for identity in missing}
        if any(i.name in gone and i not in missing for i in written):
            self._learn(PatchEffect.REPLACES)

    def _learn(self, effect: PatchEffect) -> None:
        logger.debug("Here a PATCH %s the values at a name", effect.value)
        self._behaviour.patch = effect


def _check_aliases(listing: Listing, wanted: Iterable[Identity]) -> None:
    """Refuse to write beside a CNAME: what the API makes of that is not known, and no CA reads it.

    :raises AliasInTheWayError: where one stands at a name.
    """
    for identity in wanted:
        target = listing.alias_at(identity.name)
        if target is not None:
            raise AliasInTheWayError(
                f"Cannot add the challenge record {identity.name}: the zone {listing.zone} has a "
                f"CNAME there, to {target}, and a name with a CNAME cannot have other records. "
                "Nothing was written in the zone. If the CNAME is not wanted any more, remove it: "
                f"mijnhost records delete {listing.zone} CNAME {identity.name}. If it is wanted, "
                "the plugin must follow it as the CA does: this needs dns_mijnhost_follow_cname = "
                "true (the default), dnspython, a resolver or open port 53, and name servers that "
                "serve the CNAME already."
            )


def _check_subzones(listing: Listing, wanted: Iterable[Identity]) -> None:
    """Refuse to write below NS records: other name servers answer for these names.

    :raises SubzoneError: if there are such records.
    """
    for identity in wanted:
        found = listing.subzone_of(identity.name)
        if found is None:
            continue
        subzone, servers = found
        message = (
            f"Cannot add the challenge record {identity.name}: the zone {listing.zone} delegates "
            f"{subzone} to other name servers (NS {', '.join(servers)}), so no CA would see it. "
            "Nothing was written in the zone. If the subzone is not wanted any more, remove its NS "
            f"records: mijnhost records delete {listing.zone} NS {subzone}."
        )
        if subzone != identity.name:
            message += (
                f" If it is wanted, add a CNAME for {identity.name} at those name servers, to a "
                "name in a zone of this account."
            )
        raise SubzoneError(message)
