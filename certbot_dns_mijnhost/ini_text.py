"""The credentials file's lines: NAME = VALUE, and the ways in which people write that.

A message names a line by its number and never shows it, since it may hold the API key. What is
unambiguous is accepted with a hint.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from certbot_dns_mijnhost.key_text import INVISIBLE, unquoted
from certbot_dns_mijnhost.settings import KEY, KEY_FILE, PREFIX, VENDOR_KEY

KEYS = (KEY, VENDOR_KEY)
OTHER_NAMES = {
    "mijnhost_api_key": KEY,
    "mijnhost_api_key_file": KEY_FILE,
    "mijn_host_api_key": KEY,
    "mijn_host_api_key_file": KEY_FILE,
}
"""The names of the environment variables, in lower case."""
ENDPOINTS = (f"{PREFIX}nameservers", f"{PREFIX}resolver")
ASSIGNMENT = re.compile(
    r"""(?P<export>(?:export|set)\s+)?(?P<quote>["']?)(?P<name>[A-Za-z][\w-]*)(?P=quote)"""
    r"""\s*(?P<sign>[=:])\s*(?P<value>.*)"""
)
OURS = re.compile(r"\W*(?:export\s+)?(?:dns[_-])?mijn[_-]?host", re.IGNORECASE)
"""How a line begins that may have been meant as a setting of this plugin."""
COMMENT = re.compile(r"(?:^|\s)#.*")


class LineError(ValueError):
    """A line cannot be read; the message continues a sentence that names the file.

    :param number: of the line, from 1.
    """

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(f"Line {number}", problem)
        self.number = number
        self.problem = problem


class Assignment(NamedTuple):
    """One line that sets something that this plugin reads.

    :param value: may be the API key: never show it.
    :param hint: how the line should be written, as the end of a sentence; empty if it is right.
    """

    name: str
    value: str
    number: int
    hint: str = ""

    def __repr__(self) -> str:
        return f"Assignment(name={self.name!r}, number={self.number})"


def assignments(text: str) -> list[Assignment]:
    """Return the settings of this plugin in a credentials file; those of others are left out.

    :raises LineError: if a line is not NAME = VALUE, or sets a name again to another value.
    """
    found: dict[str, Assignment] = {}
    section = 0
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.translate(INVISIBLE).strip()
        if not stripped or stripped[0] in "#;":
            continue
        if re.fullmatch(r"\[.*\]\s*(#.*)?", stripped):
            section = number
            continue
        assignment = _assignment(number, stripped, section)
        if assignment is None:
            continue
        earlier = found.setdefault(assignment.name, assignment)
        if earlier.value != assignment.value:
            raise LineError(
                number,
                f"sets {assignment.name} again, after line {earlier.number}. Keep one of them",
            )
    return list(found.values())


def known_name(name: str) -> str:
    """Return the setting that a name means, in any case and with hyphens; empty for others."""
    lowered = name.lower().replace("-", "_")
    if lowered == VENDOR_KEY or lowered.startswith(PREFIX):
        return lowered
    return OTHER_NAMES.get(lowered, "")


def _assignment(number: int, line: str, section: int) -> Assignment | None:
    found = ASSIGNMENT.fullmatch(line)
    name = known_name(found["name"]) if found else ""
    if found is None or not name:
        if "=" in line and not OURS.match(line):
            return None  # A setting of another plugin.
        raise LineError(number, "is not NAME = VALUE")
    value = _value(number, name, found["value"])
    hint = ""
    if found["export"] or found["quote"] or found["sign"] == ":" or found["name"] != name:
        hint = f"should be written as: {name} = VALUE"
    elif section:
        hint = f"is below a [section], in line {section}. Remove the line with the [section]"
    return Assignment(name, value, number, hint)


def _value(number: int, name: str, text: str) -> str:
    if text[:1] in {'"', "'"}:
        return _quoted(number, name, text)
    value = COMMENT.sub("", text).strip()
    if name in KEYS:
        for sign, what in (("#", "number sign (#)"), (",", "comma")):
            if sign in value:
                raise LineError(
                    number,
                    f"has a {what} inside the API key. If it is a part of the key, write the key "
                    f'in quotation marks: {name} = "YOUR-KEY"; otherwise remove it',
                )
    elif name not in ENDPOINTS:  # 192.0.2.1#53 is a server and its port.
        value = value.partition("#")[0].strip()
    return unquoted(value) if name not in KEYS else value


def _quoted(number: int, name: str, text: str) -> str:
    quote = text[:3] if text[:3] in {'"""', "'''"} else text[0]
    end = text.find(quote, len(quote))
    if end < 0:
        raise LineError(
            number, "has an opening quotation mark and no closing one. Add it, on the same line"
        )
    rest = text[end + len(quote) :].strip()
    if not rest or rest.startswith("#"):
        return text[len(quote) : end].strip()
    if name in KEYS or not rest.startswith(","):
        raise LineError(number, "has text after the value in quotation marks. Remove it")
    # A list, such as "192.0.2.1", "192.0.2.2".
    return COMMENT.sub("", text).replace('"', "").replace("'", "").strip()
