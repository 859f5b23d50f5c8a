"""Records that the API lists with another value than it was sent.

A server may damage a long text, for example by cutting it after 255 characters. Sending the value
again does not repair that: it stores one more damaged value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby

from certbot_dns_mijnhost.api import DNSRecord
from certbot_dns_mijnhost.zone.errors import AlteredRecordError
from certbot_dns_mijnhost.zone.journal import Journal
from certbot_dns_mijnhost.zone.listing import Listing, RecordKey
from certbot_dns_mijnhost.zone.proofs import BUSY_SECONDS, EQUAL_IF_INCOMPLETE, stable
from certbot_dns_mijnhost.zone.values import TEXTS


def damaged_texts(
    missing: Iterable[RecordKey], new: AbstractSet[RecordKey]
) -> dict[RecordKey, RecordKey]:
    """Return which new text a server made of which missing one, judged by their resemblance.

    :param missing: records that were sent and are not listed.
    :param new: records that are listed, were not before, and were not sent.
    """
    return {key: each for key in missing for each in sorted(new) if resembles(key, each)}


def altered_records(
    missing: Collection[RecordKey], new: AbstractSet[RecordKey]
) -> dict[RecordKey, RecordKey]:
    """Return which new record took the place of which missing one of others.

    Those are the damaged texts, and all missing records of a name and type that has as many new
    values: the API changed them, or another client did, and they must not be added again in either
    case. Challenges come and go, so only the first rule is for them.

    :param missing: as for :func:`damaged_texts`.
    :param new: likewise.
    """
    pairs = damaged_texts(missing, new)
    rest = sorted(key for key in missing if key not in pairs)
    for rrset, members in groupby(rest, key=lambda key: key[:2]):
        gone = list(members)
        taken = set(pairs.values())
        others = sorted(each for each in new if each[:2] == rrset and each not in taken)
        if len(others) >= len(gone) and not any(each.is_transient for each in [*gone, *others]):
            pairs.update(zip(gone, others))
    return pairs


@dataclass(frozen=True)
class Write:
    """One write of a zone, to judge the listings after it.

    :param before: the listing that it was made from.
    :param sent: the records that it sent.
    :param own: records of this run. Another value in their place is not what the API made of
        them, unless it resembles them.
    :param damaged: listed records that earlier writes of this run made of others.
    """

    before: Listing
    sent: Mapping[RecordKey, DNSRecord]
    own: AbstractSet[RecordKey]
    removed: AbstractSet[RecordKey]
    damaged: AbstractSet[RecordKey]

    def missing(self, listing: Listing) -> dict[RecordKey, DNSRecord]:
        """Return the records that were sent and that a listing lacks."""
        return {key: each for key, each in self.sent.items() if key not in listing.keys}

    def is_shown_by(self, listing: Listing) -> bool:
        """Return whether a listing shows the zone as it was sent."""
        return not self.missing(listing) and not self.removed & listing.keys

    def zone_after(
        self, journal: Journal, *, is_confirmed: bool, is_last: bool = False
    ) -> Listing | None:
        """Return the zone after this write; None if another listing is needed.

        One listing is enough if it shows the zone as it was sent, two equal ones if they show it
        with altered values only. If the answer was lost, a listing without what the write was to
        remove may be older than that record: then it takes six, over twelve seconds.

        :param is_confirmed: whether the API confirmed the write.
        :param is_last: whether no other listing is read. Then two equal ones count even if they
            show that the write had no effect, or that records are missing.
        """
        is_clear = is_confirmed or not self.removed
        equal, span = (1, 0.0) if is_clear else (EQUAL_IF_INCOMPLETE, BUSY_SECONDS)
        newest = stable(journal, equal, span=span)
        if newest and self.is_shown_by(newest):
            return newest
        agreed = stable(journal, max(equal, 2), span=span)
        if agreed and self.is_explained_by(agreed):
            return agreed
        agreed = stable(journal, 2) if is_last else None
        return agreed if agreed and (is_clear or agreed.keys & self.removed) else None

    def altered(self, listing: Listing) -> dict[RecordKey, RecordKey]:
        """Return the listed record that took the place of each sent record that is missing."""
        missing = self.missing(listing).keys()
        known = self.damaged & listing.keys
        new = (listing.keys - self.sent.keys() - self.before.keys) | known
        ours = damaged_texts(missing & self.own, new)
        return {**altered_records(missing - self.own, new), **ours}

    def is_explained_by(self, listing: Listing) -> bool:
        """Return whether all that a listing lacks has been altered."""
        is_removed = not self.removed & listing.keys
        return is_removed and self.missing(listing).keys() <= self.altered(listing).keys()


def check_ours(altered: Collection[RecordKey], zone: str) -> None:
    """Refuse to continue if the API stored records of this run with another value.

    :raises AlteredRecordError: naming them.
    """
    if altered:
        names = ", ".join(sorted({f"{key.type} {key.name}" for key in altered}))
        raise AlteredRecordError(
            f"The API stored {names} in the zone {zone} with another value than was sent. It was "
            "not sent again. Delete that record in mijn.host's control panel, and ask mijn.host's "
            "support how to store the value."
        )


def resembles(sent: RecordKey, listed: RecordKey) -> bool:
    """Return whether a listed text may be what a server made of a text that was sent."""
    if sent.type not in TEXTS or sent[:2] != listed[:2]:
        return False
    one, other = (_letters(key.value) for key in (sent, listed))
    if not one or not other:
        return False
    shorter, longer = sorted((one, other), key=len)
    is_most = 2 * len(shorter) >= len(longer)
    return one.startswith(other) or (is_most and _is_within(shorter, longer))


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _is_within(shorter: str, longer: str) -> bool:
    """Return whether all characters of one text are in the other, in the same order."""
    rest: Iterator[str] = iter(longer)
    return all(character in rest for character in shorter)
