"""Records that the API lists with another value than it was sent.

A server may damage a long text, for example by cutting it after 255 characters. Sending the value
again does not repair that: it stores one more damaged value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import groupby

from certbot_dns_mijnhost.challenge_records.errors import AlteredRecordError
from certbot_dns_mijnhost.challenge_records.listing import Identity
from certbot_dns_mijnhost.challenge_records.values import TEXTS


def damaged_texts(
    missing: Iterable[Identity], new: AbstractSet[Identity]
) -> dict[Identity, Identity]:
    """Return which new text a server made of which missing one, judged by their resemblance.

    :param missing: records that were sent and are not listed.
    :param new: records that are listed, were not before, and were not sent.
    """
    return {
        identity: each for identity in missing for each in sorted(new) if resembles(identity, each)
    }


def altered_records(
    missing: Collection[Identity], new: AbstractSet[Identity]
) -> dict[Identity, Identity]:
    """Return which new record took the place of which missing one of others.

    Those are the damaged texts, and all missing records of a name and type that has as many new
    values: the API changed them, or another client did, and they must not be added again in either
    case. Challenges come and go, so only the first rule is for them.

    :param missing: as for :func:`damaged_texts`.
    :param new: likewise.
    """
    pairs = damaged_texts(missing, new)
    rest = sorted(identity for identity in missing if identity not in pairs)
    for rrset, members in groupby(rest, key=lambda identity: identity[:2]):
        gone = list(members)
        taken = set(pairs.values())
        others = sorted(each for each in new if each[:2] == rrset and each not in taken)
        if len(others) >= len(gone) and not any(each.is_transient for each in [*gone, *others]):
            pairs.update(zip(gone, others))
    return pairs


def check_ours(altered: Collection[Identity], zone: str) -> None:
    """Refuse to go on if there are records of ours that the API stored with another value.

    :raises AlteredRecordError: naming them.
    """
    if altered:
        names = ", ".join(sorted({f"{identity.type} {identity.name}" for identity in altered}))
        raise AlteredRecordError(
            f"The API stored {names} in the zone {zone} with another value than it was sent, and "
            "would do so again. Delete that record in mijn.host's control panel, and ask "
            "mijn.host's support how to store the value."
        )


def resembles(sent: Identity, listed: Identity) -> bool:
    """Tell whether a listed text may be what a server made of a text that was sent."""
    if sent.type not in TEXTS or sent[:2] != listed[:2]:
        return False
    one, other = (_letters(identity.value) for identity in (sent, listed))
    if not one or not other:
        return False
    shorter, longer = sorted((one, other), key=len)
    is_most = 2 * len(shorter) >= len(longer)
    return one.startswith(other) or (is_most and _is_within(shorter, longer))


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _is_within(shorter: str, longer: str) -> bool:
    """Tell whether all characters of one text are in the other, in the same order."""
    rest: Iterator[str] = iter(longer)
    return all(character in rest for character in shorter)
