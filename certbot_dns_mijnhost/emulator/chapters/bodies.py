"""Reading bodies: what is documented of their fields, and a 400 for all else (assumed)."""

from __future__ import annotations

from typing import Any

from certbot_dns_mijnhost.emulator import refusals
from certbot_dns_mijnhost.emulator.refusals import Refused


def text(fields: dict[str, Any], name: str) -> str:
    """Return a text that is needed."""
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise refusals.bad_request(f"The field {name} is required")
    return value


def one_of(fields: dict[str, Any], name: str, allowed: set[Any]) -> None:
    """Refuse a field with another value than those documented."""
    if fields.get(name) not in allowed:
        raise refusals.bad_request(f"The field {name} is invalid")


def objects(fields: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return a list of objects that is needed."""
    value = fields.get(name)
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise refusals.bad_request(f"The field {name} is required")
    return value


def item(items: dict[Any, dict[str, Any]], key: str) -> dict[str, Any]:
    """Return what bears this number or alias; 404 where nothing does (assumed)."""
    found = items.get(int(key) if key.isdecimal() else key)
    if found is None:
        raise Refused(404, refusals.NOT_FOUND)
    return found
