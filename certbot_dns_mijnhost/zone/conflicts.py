"""What in a zone is in the way of a record that is to be added."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet

from certbot_dns_mijnhost.zone.errors import CNAMEConflictError, SubzoneError
from certbot_dns_mijnhost.zone.listing import Listing, RecordKey


def check_challenges(listing: Listing, wanted: Collection[RecordKey]) -> None:
    """Refuse challenge records that no CA would see.

    :param listing: the zone.
    :raises CNAMEConflictError: if a name has a CNAME.
    :raises SubzoneError: if a name is delegated to other name servers.
    """
    for key in wanted:
        target = listing.alias_at(key.name)
        if target is not None:
            raise CNAMEConflictError(
                f"Cannot add the challenge record {key.name}: the zone {listing.zone} has a "
                f"CNAME there, to {target}, and a name with a CNAME cannot have other records. "
                "Nothing was written in the zone. If the CNAME is not wanted any more, remove it: "
                f"mijnhost records delete {listing.zone} CNAME {key.name}. If it is wanted, "
                "the plugin must follow it as the CA does: this needs dns_mijnhost_follow_cname = "
                "true (the default), dnspython, a resolver or open port 53, and name servers that "
                "serve the CNAME already."
            )
    _check_subzones(listing, wanted)


def check_cnames(
    listing: Listing, wanted: Collection[RecordKey], removing: AbstractSet[RecordKey]
) -> None:
    """Refuse a name that would have a CNAME and other records.

    :param listing: the zone.
    :param removing: records of the zone that are removed in the same change.
    :raises CNAMEConflictError: if there would be both.
    """
    remaining = listing.keys - removing
    for key in wanted:
        for other in sorted((remaining | set(wanted)) - {key}):
            if other.name == key.name and "CNAME" in {key.type, other.type}:
                raise CNAMEConflictError(
                    f"Cannot add {key.type} {key.name}: this name has {other.type} "
                    f"{other.value}, or would get it, and a name with a CNAME cannot have other "
                    "records. First delete the record that you do not want."
                )


def _check_subzones(listing: Listing, wanted: Iterable[RecordKey]) -> None:
    """Refuse to write below NS records: other name servers answer for these names.

    :raises SubzoneError: if there are such records.
    """
    for key in wanted:
        found = listing.subzone_of(key.name)
        if found is None:
            continue
        subzone, servers = found
        message = (
            f"Cannot add the challenge record {key.name}: the zone {listing.zone} delegates "
            f"{subzone} to other name servers (NS {', '.join(servers)}), so no CA would see it. "
            "Nothing was written in the zone. If the subzone is not wanted any more, remove its NS "
            f"records: mijnhost records delete {listing.zone} NS {subzone}."
        )
        if subzone != key.name:
            message += (
                f" If it is wanted, add a CNAME for {key.name} at those name servers, to a "
                "name in a zone of this account."
            )
        raise SubzoneError(message)
