"""Checks of request fields, and the form of listings.

Documented: the fields. Assumed: a 400 if a field does not have the documented form.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.http_messages import NOT_FOUND, Refused, bad_request
from certbot_dns_mijnhost.emulator.routes.routing import Call, Reply

MOST_DIGITS = 9
LARGEST_PAGE = 100


def invalid(name: str) -> Refused:
    """Return the refusal of a field (text assumed)."""
    return bad_request(f"The field {name} is invalid")


def text(fields: Mapping[str, Any], name: str) -> str:
    """Return a required text."""
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise bad_request(f"The field {name} is required")
    return value


def one_of(fields: Mapping[str, Any], name: str, allowed: Collection[object]) -> None:
    """Refuse a field whose value is not one of the documented ones."""
    value = fields.get(name)
    if not isinstance(value, (str, int)) or isinstance(value, bool) or value not in allowed:
        raise invalid(name)


def boolean(fields: Mapping[str, Any], name: str) -> bool:
    """Return a required boolean."""
    value = fields.get(name)
    if not isinstance(value, bool):
        raise invalid(name)
    return value


def whole(fields: Mapping[str, Any], name: str, lowest: int, highest: int) -> None:
    """Refuse an optional field that is not a whole number from lowest to highest."""
    value = fields.get(name, lowest)
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise invalid(name)


def address(fields: Mapping[str, Any], name: str, version: int) -> None:
    """Refuse a field that is not an IP address of this version."""
    try:
        if ipaddress.ip_address(text(fields, name)).version == version:
            return
    except ValueError:
        pass
    raise invalid(name)


def mapping(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a required object."""
    value = fields.get(name)
    if not isinstance(value, dict):
        raise bad_request(f"The field {name} is required")
    return value


def objects(fields: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return a required list of objects."""
    value = fields.get(name)
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise bad_request(f"The field {name} is required")
    return value


def query_number(query: Mapping[str, Sequence[str]], name: str, default: int, highest: int) -> int:
    """Return a number from 1 in the query."""
    value = query.get(name, [str(default)])[0]
    number = _number(value)
    if number is None or not 1 <= number <= highest:
        raise invalid(name)
    return number


def listing(account: Account, name: str, entries: Sequence[Mapping[str, Any]]) -> Reply:
    """Return a listing in the form of the variant ``listing_shape``."""
    shapes: dict[str, object] = {
        "named": {name: entries},
        "bare": entries,
        "items": {"total": len(entries), "items": entries},
    }
    return Reply(shapes[account.variants.listing_shape])


def page(
    account: Account, call: Call, items: Mapping[int, dict[str, Any]], *searched: str
) -> list[dict[str, Any]]:
    """Return a page of a listing (documented: page, limit up to 100, search).

    :param searched: the fields that ``search`` searches
    """
    search = call.query.get("search", [""])[0]
    number = query_number(call.query, "page", 1, 10**6)
    limit = query_number(call.query, "limit", LARGEST_PAGE, LARGEST_PAGE)
    variants = account.variants
    size = min(limit, variants.page_size)
    start = 0 if variants.page_ignored else (number - 1) * size
    found = [
        each
        for each in items.values()
        if not search or any(search in str(each[name]) for name in searched)
    ]
    return found[start : start + size]


def item(items: Mapping[Any, dict[str, Any]], key: str) -> dict[str, Any]:
    """Return the item with this number or alias. Assumed: 404 if there is none."""
    found = items.get(key, items.get(_number(key)))
    if found is None:
        raise Refused(404, NOT_FOUND)
    return found


def _number(value: str) -> int | None:
    if not value.isascii() or not value.isdecimal() or len(value) > MOST_DIGITS:
        return None
    return int(value)
