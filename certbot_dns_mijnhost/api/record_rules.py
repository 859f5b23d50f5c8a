"""Rules for the names and values of new DNS records.

Each function raises :class:`~certbot_dns_mijnhost.api.InvalidInputError`, which names the field and
the rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from certbot_dns_mijnhost.api import validation
from certbot_dns_mijnhost.api.errors import InvalidInputError

ADDRESS_VERSIONS = {"A": 4, "AAAA": 6}
NUMBER = r"[0-9]{1,5}"
SHAPES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "MX": (
        re.compile(rf"{NUMBER}\s+\S+"),
        "must be a priority and a host name, such as '10 mail.example.nl.'",
    ),
    "SRV": (
        re.compile(rf"{NUMBER}\s+{NUMBER}\s+{NUMBER}\s+\S+"),
        "must be a priority, a weight, a port and a host name, such as '10 5 443 www.example.nl.'",
    ),
    "CAA": (
        re.compile(r"[0-9]{1,3}\s+[A-Za-z0-9]+\s+\S.*"),
        "must be flags, a tag and a value, such as '0 issue \"letsencrypt.org\"'",
    ),
}
"""What values of these types look like, since they carry several fields."""
TAG = re.compile(r"[a-z0-9]{1,15}")
FIELDS = frozenset({"type", "name", "value", "ttl"})


def check_name(name: object, zone: str | None = None) -> None:
    """Require the name of a record, if possible one in this zone.

    :param zone: the domain. A zone that is not written in ASCII is not compared.
    """
    if not is_name(name):
        raise InvalidInputError(
            "name: must be the name of a record, without spaces, such as www.example.nl."
        )
    if zone is None or not zone.isascii() or not isinstance(name, str):
        return
    apex = zone.lower().rstrip(".")
    plain = name.lower().rstrip(".")
    is_inside = plain == apex or plain.endswith(f".{apex}")
    if name.endswith(".") and not is_inside:
        raise InvalidInputError(
            f"name: {name} is not in the zone {apex}: an absolute name must end in {apex}."
        )
    if not name.endswith(".") and is_inside:
        raise InvalidInputError(
            f"name: {name} looks absolute but has no final dot, and would be treated as "
            f"{name}.{apex}. Write {name}. instead."
        )


def check_value(type: str, value: object) -> None:  # noqa: A002  # the API's word
    """Require a value that fits the type."""
    kind = type.upper()
    if not isinstance(value, str):
        raise InvalidInputError("value: must be a text.")
    if kind == "TXT":
        check_txt("value", value)
    elif kind in ADDRESS_VERSIONS:
        validation.address("value", value, ADDRESS_VERSIONS[kind])
    elif kind in SHAPES:
        pattern, words = SHAPES[kind]
        if not value.isprintable() or not pattern.fullmatch(value.strip()):
            raise InvalidInputError(f"value: the value of {kind} records {words}.")
    elif not value.strip() or not value.isprintable():
        raise InvalidInputError("value: must be one line that is not empty.")


def check_txt(field: str, value: object) -> str:
    """Return the text of a TXT record; require one line that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidInputError(f"{field}: a TXT record must have a text that is not empty.")
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise InvalidInputError(
            f"{field}: a TXT record must be one line, without control characters."
        )
    return value


def target(field: str, value: object) -> str:
    """Return the host name that a record points to; require a final dot, or a single label."""
    if value == ".":
        return "."
    if not isinstance(value, str) or not is_name(value):
        raise InvalidInputError(f"{field}: must be a host name, such as mail.example.nl.")
    if "." in value and not value.endswith("."):
        raise InvalidInputError(
            f"{field}: {value} looks absolute but has no final dot. Write {value}. instead."
        )
    return value


def caa_value(flags: object, tag: object, value: object) -> str:
    """Return the value of a CAA record."""
    validation.within("flags", flags, 0, 255)
    validation.matches("tag", tag, TAG, "a tag such as issue, issuewild or iodef")
    if (
        not isinstance(value, str)
        or not (value.isascii() and value.isprintable())
        or set(value) & set('"\\')
    ):
        raise InvalidInputError(
            "value: must be a CA's domain or a URL, in ASCII and without quotation marks."
        )
    return f'{flags} {tag} "{value}"'


def check_service_name(name: object) -> None:
    """Require the name of a service, as SRV records have it."""
    if not isinstance(name, str) or not re.match(r"_[^.]+\._[^.]+(\.|\Z)", name):
        raise InvalidInputError(
            "name: the name of SRV records must start with a service and a protocol, such as "
            "_sip._tcp.example.nl."
        )


def record_fields(value: object) -> Mapping[str, object]:
    """Return the fields of a record that was passed as a dict; require the known ones."""
    if not isinstance(value, Mapping):
        raise InvalidInputError(f"record: must be a DNSRecord, not {type(value).__name__}.")
    unknown = sorted(str(key) for key in set(value) - FIELDS)
    missing = sorted(FIELDS - {"ttl"} - set(value))
    if unknown or missing:
        wrong = [f"has the unknown keys {', '.join(unknown)}"] if unknown else []
        wrong += [f"lacks {', '.join(missing)}"] if missing else []
        hint = " The priority is a part of the value." if "priority" in unknown else ""
        raise InvalidInputError(
            f"record: a dict must have the keys type, name, value and optionally ttl; this one "
            f"{' and '.join(wrong)}.{hint}"
        )
    return value


def is_name(name: object) -> bool:
    """Return whether this can be the name of a record."""
    return (
        isinstance(name, str) and bool(name.strip(".")) and name.isprintable() and " " not in name
    )
