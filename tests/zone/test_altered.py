"""Which listed record a missing one has become."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.zone.altered import (
    altered_records,
    damaged_texts,
    resembles,
)
from certbot_dns_mijnhost.zone.listing import RecordKey

NAME = "www.example.nl"
BASE64URL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


def txt(value: str, name: str = NAME) -> RecordKey:
    return RecordKey("TXT", name, value)


def a(value: str) -> RecordKey:
    return RecordKey("A", NAME, value)


@given(st.text(min_size=2), st.data())
def test_what_is_left_of_a_text_resembles_it(text: str, data: st.DataObject) -> None:
    length = data.draw(st.integers(1, len(text)))
    letters = any(character.isalnum() for character in text[:length])
    assert resembles(txt(text), txt(text[:length])) is letters
    assert resembles(txt(text), txt(text.replace(";", "\\;"))) is any(c.isalnum() for c in text)


@given(
    st.text(BASE64URL, min_size=43, max_size=43),
    st.text(BASE64URL, min_size=43, max_size=43),
)
def test_challenges_resemble_only_themselves(one: str, other: str) -> None:
    same = [c for c in one if c.isalnum()] == [c for c in other if c.isalnum()]
    if one.isalnum() and other.isalnum():
        assert resembles(txt(one), txt(other)) is same


@pytest.mark.parametrize(
    ("missing", "new", "pairs"),
    [
        ({a("192.0.2.1")}, {a("192.0.2.2")}, {a("192.0.2.1"): a("192.0.2.2")}),
        ({a("192.0.2.1")}, set(), {}),
        ({a("192.0.2.1"), a("192.0.2.3")}, {a("192.0.2.2")}, {}),
        ({a("192.0.2.1")}, {txt("v=spf1")}, {}),
        ({txt("v=spf1 -all")}, {txt("v=spf1 -all", "other.example.nl")}, {}),
        (
            {txt("one", "_acme-challenge.example.nl")},
            {txt("two", "_acme-challenge.example.nl")},
            {},
        ),
    ],
)
def test_pairs(
    missing: set[RecordKey], new: set[RecordKey], pairs: dict[RecordKey, RecordKey]
) -> None:
    assert altered_records(missing, new) == pairs


def test_two_texts_that_a_server_cut_to_the_same_are_both_damaged() -> None:
    both = {txt("x" * 300), txt("x" * 400)}
    assert damaged_texts(both, {txt("x" * 255)}) == dict.fromkeys(both, txt("x" * 255))
