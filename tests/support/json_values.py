"""Strategies for any JSON, built once and cheap to draw from.

A value costs more to draw than to read: draw one, and feed it to all models of a test.
"""

from __future__ import annotations

import ast
import functools
import inspect
from types import ModuleType
from typing import Any

from hypothesis import strategies as st

PLAUSIBLE = ["x.nl", "1", "0", "2027-01-02", "Active", "", "a2V5", "true", "12,50", "\x00", "☃"]
NUMBERS = [0, 1, 7, 60, -1, 500, 10**30, 1.5, -0.0, 1e300, float("inf")]

scalars = st.one_of(
    st.sampled_from([None, True, False, *NUMBERS, *PLAUSIBLE]),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=30),
)


def _inside(values: st.SearchStrategy[Any], keys: st.SearchStrategy[str]) -> Any:
    return st.lists(values, max_size=4) | st.dictionaries(keys, values, max_size=4)


def json_of(*keys: str) -> st.SearchStrategy[Any]:
    """Return a strategy for JSON of up to three levels, with objects that have these keys."""
    names = st.sampled_from(keys) if keys else st.text(max_size=10)
    flat = _inside(scalars, names)
    return st.one_of(scalars, flat, _inside(flat, names), _inside(scalars | flat, names))


any_json = json_of()

Entries = list[tuple[int, Any]]


def entries_of(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Entries]:
    """Return a strategy for objects whose keys `named` chooses, for each model its own."""
    return st.lists(st.tuples(st.integers(0, 999), values), max_size=20)


def named(entries: Entries, names: list[str]) -> dict[str, Any]:
    """Return the object that these entries are with the given keys."""
    return {names[number % len(names)]: value for number, value in entries}


@functools.cache
def words_of(*modules: ModuleType) -> list[str]:
    """Return the names in the source of these modules: those of all fields, among others."""
    return sorted(
        {
            node.value
            for module in modules
            for node in ast.walk(ast.parse(inspect.getsource(module)))
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.replace("-", "_").isidentifier()
        }
    )
