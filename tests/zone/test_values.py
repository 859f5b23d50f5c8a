"""Values are equal if DNS treats them as the same data, and only then."""

from __future__ import annotations

import ipaddress
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.zone.values import comparable_value, text_value

ZONE = "example.nl"
BASE64URL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
HEX = "0123456789abcdef"

labels = st.text("abcxyz09-", min_size=1, max_size=8)
hosts = st.lists(labels, min_size=2, max_size=4).map(".".join)
numbers = st.integers(0, 65535)
spaces = st.sampled_from([" ", "  ", "\t", " \t "])
texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=300)

Draw = Callable[[st.SearchStrategy[Any]], Any]


def in_any_case(draw: Draw, text: str) -> str:
    flips = draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    return "".join(c.upper() if flip else c.lower() for c, flip in zip(text, flips))


def spell_host(draw: Draw, host: str) -> str:
    spelled = in_any_case(draw, host) + str(draw(st.sampled_from(["", "."])))
    label = host.removesuffix(f".{ZONE}")
    if host != label and "." not in label:
        return str(draw(st.sampled_from([spelled, label, label.upper()])))
    return spelled


def spell_number(draw: Draw, number: int) -> str:
    return "0" * int(draw(st.integers(0, 3))) + str(number)


def spell_address(draw: Draw, address: str) -> str:
    if ":" not in address:
        return address
    exploded = ipaddress.IPv6Address(address).exploded
    short = ":".join(group.lstrip("0") or "0" for group in exploded.split(":"))
    return in_any_case(draw, str(draw(st.sampled_from([address, exploded, short]))))


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def octets(text: str) -> str:
    return '"' + "".join(f"\\{octet:03d}" for octet in text.encode()) + '"'


def spell_text(draw: Draw, text: str) -> str:
    """Spell a text as one or several strings in quotes, some octets by their numbers."""
    cut = draw(st.integers(0, len(text)))
    pieces = draw(st.sampled_from([[text], [text[:cut], text[cut:]]]))
    write = draw(st.sampled_from([quoted, octets]))
    return str(draw(st.sampled_from([" ", "  ", ""]))).join(map(write, pieces))


@st.composite
def data(draw: Draw) -> tuple[str, tuple[object, ...]]:
    """Draw a type and the data of a value of it, in one spelling for each part."""
    kind = draw(st.sampled_from(["A", "AAAA", "CNAME", "MX", "SRV", "TXT", "CAA", "TLSA", "DS"]))
    host = draw(hosts | labels.map(lambda label: f"{label}.{ZONE}"))
    digest = draw(st.text(HEX, min_size=2, max_size=20))
    parts: dict[str, tuple[object, ...]] = {
        "A": (str(draw(st.ip_addresses(v=4))),),
        "AAAA": (str(draw(st.ip_addresses(v=6))),),
        "CNAME": (host,),
        "MX": (draw(numbers), host),
        "SRV": (draw(numbers), draw(numbers), draw(numbers), host),
        "TXT": (draw(texts),),
        "CAA": (draw(st.integers(0, 255)), draw(st.sampled_from(["issue", "issuewild"])), host),
        "TLSA": (draw(numbers), draw(numbers), draw(numbers), digest),
        "DS": (draw(numbers), draw(numbers), draw(numbers), digest),
    }
    return kind, parts[kind]


def spell(draw: Draw, kind: str, parts: tuple[object, ...]) -> str:
    """Draw one of the ways to write a value."""
    *before, last = parts
    words = [
        spell_number(draw, part) if isinstance(part, int) else in_any_case(draw, str(part))
        for part in before
    ]
    if kind in {"A", "AAAA"}:
        words.append(spell_address(draw, str(last)))
    elif kind in {"TLSA", "DS"}:
        words.append(in_any_case(draw, str(last)))
    elif kind == "TXT":
        return spell_text(draw, str(last))
    elif kind == "CAA":
        ca = in_any_case(draw, str(last))
        words.append(draw(st.sampled_from([ca, f'"{ca}"'])))
    else:
        words.append(spell_host(draw, str(last)))
    around = draw(st.sampled_from(["", " "]))
    return f"{around}{draw(spaces).join(words)}{around}"


@given(data(), st.data())
def test_spellings_of_the_same_data_are_equal(
    given_data: tuple[str, tuple[object, ...]], choices: st.DataObject
) -> None:
    kind, parts = given_data
    one, other = (spell(choices.draw, kind, parts) for _ in range(2))
    assert comparable_value(kind, one, ZONE) == comparable_value(kind, other, ZONE)


@given(data(), data(), st.data())
def test_different_data_never_are_equal(
    one: tuple[str, tuple[object, ...]],
    other: tuple[str, tuple[object, ...]],
    choices: st.DataObject,
) -> None:
    kind = one[0]
    if other[0] != kind or one == other:
        return
    values = [spell(choices.draw, kind, parts) for _, parts in (one, other)]
    first, second = (comparable_value(kind, value, ZONE) for value in values)
    assert first != second


@given(data(), st.data())
def test_a_comparable_value_stays_as_it_is(
    given_data: tuple[str, tuple[object, ...]], choices: st.DataObject
) -> None:
    kind, parts = given_data
    if kind == "TXT":
        return
    value = comparable_value(kind, spell(choices.draw, kind, parts), ZONE)
    assert comparable_value(kind, value, ZONE) == value


@given(st.text(BASE64URL, min_size=43, max_size=43))
def test_the_value_of_a_challenge_is_compared_exactly(value: str) -> None:
    assert comparable_value("TXT", value, ZONE) == value
    assert comparable_value("TXT", f'"{value}"', ZONE) == value


@given(
    st.sampled_from(["A", "AAAA", "CNAME", "MX", "SRV", "CAA", "TLSA", "HTTPS", "LOC", "X1"]),
    st.text(max_size=60),
)
def test_any_text_can_be_compared(kind: str, value: str) -> None:
    made = comparable_value(kind, value, ZONE)
    assert comparable_value(kind, made, ZONE) == made


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("CNAME", "Mail.Example.NL.", "mail.example.nl"),
        ("CNAME", "@", "example.nl."),
        ("CNAME", "münchen.example.", "xn--mnchen-3ya.example"),
        ("CNAME", "\u2615.example.", "xn--53h.example."),
        ("MX", "010\tMAIL", "10 mail.example.nl."),
        ("MX", "0 .", "00 ."),
        ("SRV", "0 5  5060 Sip", "0 5 5060 sip.example.nl."),
        ("A", " 192.0.2.1", "192.0.2.1"),
        ("AAAA", "2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
        ("AAAA", "::ffff:192.0.2.1", "::ffff:c000:201"),
        ("CAA", "0 ISSUE letsencrypt.org", '00 issue "LetsEncrypt.org"'),
        (
            "CAA",
            '0 issue "ca.nl; accounturi=https://ca.nl/A"',
            "0 issue ca.nl; accounturi=https://ca.nl/A",
        ),
        ("TLSA", "3 1 1 AB CD", "3 1 01 abcd"),
        ("SSHFP", "4 2 ABCD", "4 2 abcd"),
        (
            "HTTPS",
            "1 WWW.example.nl  port=8443",
            "01 www.example.nl. port=8443",
        ),
        (
            "NAPTR",
            '100 10 "u" "E2U+sip" "!^.*$!sip:a@b.nl!" .',
            '0100  10 "u" "E2U+sip" "!^.*$!sip:a@b.nl!" .',
        ),
        (
            "LOC",
            "52 22 23.000 N 4 53 32 E -2.00m 0m 10000m 10m",
            "52 22 23 N 4 53 32 E -2m 0m 10000m 10m",
        ),
        ("REDIRECT", "301  https://www.example.nl/A", "301 https://www.example.nl/A"),
    ],
)
def test_spellings_that_servers_use(kind: str, one: str, other: str) -> None:
    assert comparable_value(kind, one, ZONE) == comparable_value(kind, other, ZONE)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("TXT", "Value", "value"),
        ("TXT", "a  b", "a b"),
        ("CNAME", "ghs.example.com", "ghs.example.com.example.nl."),
        ("A", "192.0.2.010", "192.0.2.10"),
        ("A", "192.0.2.010", "192.0.2.8"),
        ("AAAA", "fe80::1%eth0", "fe80::1"),
        ("MX", "10 mail extra", "10 mail"),
        (
            "CAA",
            "0 issue ca.nl; accounturi=https://ca.nl/A",
            "0 issue ca.nl; accounturi=https://ca.nl/a",
        ),
        ("CAA", "0 iodef mailto:A@example.nl", "0 iodef mailto:a@example.nl"),
        ("NAPTR", '100 10 "u" "E2U+sip" "a  b" .', '100 10 "u" "E2U+sip" "a b" .'),
        ("LOC", "52 22 23 N 4 53 32 E -2m ; one", "52 22 23 N 4 53 32 E -2m ; two"),
        ("REDIRECT", "https://example.nl/A", "https://example.nl/a"),
        ("REDIRECT", '"a  b', '"a b'),
    ],
)
def test_values_that_are_not_the_same(kind: str, one: str, other: str) -> None:
    assert comparable_value(kind, one, ZONE) != comparable_value(kind, other, ZONE)


def test_without_a_zone_a_host_name_without_a_final_dot_is_not_read_in_one_way() -> None:
    spellings = ("10 mail", "10 mail.example.nl", "10 mail.example.nl.")
    assert len({comparable_value("MX", value) for value in spellings}) == 3
    assert len({comparable_value("MX", value, ZONE) for value in spellings}) == 1
    assert comparable_value("MX", "010  MAIL") == comparable_value("MX", "10 mail")


@pytest.mark.parametrize(
    ("listed", "value"),
    [
        ("plain", "plain"),
        ('"quoted"', "quoted"),
        ('"two " "strings"', "two strings"),
        ('"two ""strings"', "two strings"),
        (r'"a \"quote\" and \\ and \046"', r'a "quote" and \ and .'),
        (r'"caf\195\169"', "café"),
        ('"café"', "café"),
        ('say "hi"', 'say "hi"'),
        ('"unbalanced', '"unbalanced'),
        ('"a" b "c"', '"a" b "c"'),
        (r'"\999"', "999"),
    ],
)
def test_text_values_without_quotes(listed: str, value: str) -> None:
    assert text_value(listed) == value


def test_common_types_are_compared_without_dnspython() -> None:
    program = (
        "import sys\n"
        "sys.modules['dns'] = None\n"
        "from certbot_dns_mijnhost.zone.values import comparable_value\n"
        "print(comparable_value('MX', '010 Mail', 'example.nl'))\n"
        "print(comparable_value('NAPTR', '1  2 \"a  b\" X.', 'example.nl'))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines() == ["10 mail.example.nl.", '1 2 "a  b" X.']


def test_dnspython_is_loaded_for_rare_types_only() -> None:
    program = (
        "import sys\n"
        "from certbot_dns_mijnhost.zone.values import comparable_value\n"
        "values = {'A': '192.0.2.1', 'MX': '1 a', 'TXT': 'a', 'CAA': '0 issue a'}\n"
        "for kind, value in values.items():\n"
        "    comparable_value(kind, value, 'example.nl')\n"
        "print('dns' in sys.modules)\n"
        "comparable_value('NAPTR', '1 2 a b c .', 'example.nl')\n"
        "print('dns' in sys.modules)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["False", "True"]
