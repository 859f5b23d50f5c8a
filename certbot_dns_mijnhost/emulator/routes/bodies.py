"""Reading bodies: what is documented of their fields, and a 400 for all else (assumed)."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from certbot_dns_mijnhost.emulator import refusals
from certbot_dns_mijnhost.emulator.account import Account
from certbot_dns_mijnhost.emulator.refusals import Refused
from certbot_dns_mijnhost.emulator.routes.routing import Call, Reply

MOST_DIGITS = 9
LARGEST_PAGE = 100


def invalid(name: str) -> Refused:
    """Say that a field is wrong; the text is ours."""
    return refusals.bad_request(f"The field {name} is invalid")


def text(fields: Mapping[str, Any], name: str) -> str:
    """Return a text that is needed."""
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise refusals.bad_request(f"The field {name} is required")
    return value


def one_of(fields: Mapping[str, Any], name: str, allowed: Collection[object]) -> None:
    """Refuse a field with another value than those documented."""
    value = fields.get(name)
    if not isinstance(value, (str, int)) or isinstance(value, bool) or value not in allowed:
        raise invalid(name)


def boolean(fields: Mapping[str, Any], name: str) -> bool:
    """Return a truth value that is needed."""
    value = fields.get(name)
    if not isinstance(value, bool):
        raise invalid(name)
    return value


def whole(fields: Mapping[str, Any], name: str, lowest: int, highest: int) -> None:
    """Refuse a field that is there and no number between two."""
    value = fields.get(name, lowest)
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise invalid(name)


def address(fields: Mapping[str, Any], name: str, version: int) -> None:
    """Refuse a field that is no IP address of this version."""
    try:
        if ipaddress.ip_address(text(fields, name)).version == version:
            return
    except ValueError:
        pass
    raise invalid(name)


def mapping(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an object that is needed."""
    value = fields.get(name)
    if not isinstance(value, dict):
        raise refusals.bad_request(f"The field {name} is required")
    return value


def objects(fields: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return a list of objects that is needed."""
    value = fields.get(name)
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise refusals.bad_request(f"The field {name} is required")
    return value


def in_query(query: Mapping[str, Sequence[str]], name: str, default: int, highest: int) -> int:
    """Return a number of the query, from 1."""
    value = query.get(name, [str(default)])[0]
    number = _number(value)
    if number is None or not 1 <= number <= highest:
        raise invalid(name)
    return number


def listing(account: Account, name: str, entries: Sequence[Mapping[str, Any]]) -> Reply:
    """Return a listing in the shape of the variant."""
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

    :param searched: the fields in which the text of ``search`` is looked for
    """
    search = call.query.get("search", [""])[0]
    number = in_query(call.query, "page", 1, 10**6)
    limit = in_query(call.query, "limit", LARGEST_PAGE, LARGEST_PAGE)
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
    """Return what bears this number or alias; 404 where nothing does (assumed)."""
    found = items.get(key, items.get(_number(key)))
    if found is None:
        raise Refused(404, refusals.NOT_FOUND)
    return found


def _number(value: str) -> int | None:
    if not value.isascii() or not value.isdecimal() or len(value) > MOST_DIGITS:
        return None
    return int(value)
