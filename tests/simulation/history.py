"""What may happen: quirks, faults, people and commands that edit, and runs that are killed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from certbot_dns_mijnhost.emulator import Fault, Variants

NAMES = (
    "_acme-challenge.example.nl",
    "_acme-challenge.www.example.nl",
    "_acme-challenge.a.b.example.nl",
    "acme.example.nl",
    "_acme-challenge.example.org",
)
"""Two values at the first name are the apex and its wildcard; the CNAME of a domain in another
account leads to the fourth; the last is in a second zone."""
DELEGATED = NAMES[3]
TWO_ZONES = (2, 0, 0, 0, 2)

FAULTS: dict[str, Callable[[], Fault]] = {
    "500": lambda: Fault.status(500),
    "502 after": lambda: Fault.status(502, after=True),
    "429": lambda: Fault.status(429, "Too many requests"),
    "429 soon": lambda: Fault.status(429, "Too many requests", {"Retry-After": "3"}),
    "429 late": lambda: Fault.status(429, "Too many requests", {"Retry-After": "86400"}),
    "400": lambda: Fault.bad_request("Something went wrong."),
    "not managed": lambda: Fault.bad_request("DNS records not managed by mijn.host"),
    "html": Fault.html,
    "html 503": lambda: Fault.html(503),
    "truncated": Fault.truncated,
    "reset": Fault.reset,
    "reset after": lambda: Fault.reset(after=True),
    "hang": Fault.hang,
    "redirect": lambda: Fault.redirect("https://example.com/"),
    "no data": lambda: Fault.envelope({"status": 200, "status_description": "OK"}),
    "null records": lambda: Fault.envelope(
        {"status": 200, "status_description": "OK", "data": {"records": None, "domains": None}}
    ),
    "no object": lambda: Fault.envelope([]),
}

ODD_ENTRIES: dict[str, object] = {
    "null value": {"type": "TXT", "name": "odd.example.nl.", "value": None, "ttl": 3600},
    "list value": {"type": "MX", "name": "odd.example.nl.", "value": ["10 a.nl."], "ttl": 3600},
    "odd TTL": {"type": "A", "name": "odd.example.nl.", "value": "192.0.2.9", "ttl": "soon"},
    "no TTL": {"type": "A", "name": "odd.example.nl.", "value": "192.0.2.9", "ttl": None},
    "TTL 0": {"type": "A", "name": "odd.example.nl.", "value": "192.0.2.9", "ttl": 0},
    "no name": {"type": "A", "value": "192.0.2.9", "ttl": 3600},
    "null name": {"type": "A", "name": None, "value": "192.0.2.9", "ttl": 3600},
    "no type": {"name": "odd.example.nl.", "value": "192.0.2.9", "ttl": 3600},
    "null": None,
    "text": "odd.example.nl. A 192.0.2.9",
    "empty": {},
}
"""Entries of a listing that are not proper records. One that cannot be sent back as it was listed
must keep the zone from being rewritten."""


ACTS = ("add", "set", "restore", "restore exactly")
"""``records add``, ``records set``, and ``zone restore`` of a copy from the start of the history,
without and with ``--exact``."""

ONLY_READINGS = {"no data", "null records"}
"""As the answer to a write they would be a plain lie: success, and nothing done."""


@dataclass(frozen=True)
class Strike:
    """A fault to come: which, on what, and after how many requests that fit."""

    fault: str
    method: str | None
    skip: int
    times: int


@dataclass(frozen=True)
class Edit:
    """The administrator changes the zone in the control panel.

    :param at: seconds after the start.
    :param name: number of a challenge's name, or None for another one.
    :param removed_at: seconds after the start when it goes again, or None.
    """

    at: float
    name: int | None
    removed_at: float | None


@dataclass(frozen=True)
class Run:
    """A run of the plugin.

    :param at: seconds after the start.
    :param values: how many values it wants at each of the names.
    :param wait: seconds between publishing and removing.
    :param crash_at: the number of the request at which it is killed, or None.
    :param crash_after: it is killed when that request had its effect.
    :param names: of its challenge records.
    """

    at: float
    values: tuple[int, ...]
    wait: float
    crash_at: int | None
    crash_after: bool
    names: tuple[str, ...] = NAMES


@dataclass(frozen=True)
class Command:
    """The administrator uses the command ``mijnhost``.

    :param at: seconds after the start.
    :param act: one of :data:`ACTS`.
    :param name: number of a challenge's name, or None for another one; a restore takes no notice.
    :param crash_at: the number of the request at which it is killed, or None.
    :param crash_after: it is killed when that request had its effect.
    """

    at: float
    act: str
    name: int | None = None
    crash_at: int | None = None
    crash_after: bool = False


@dataclass(frozen=True)
class History:
    """All that a simulation needs; its repr, given as an example, repeats it."""

    variants: Variants
    strikes: tuple[Strike, ...]
    edits: tuple[Edit, ...]
    runs: tuple[Run, ...]
    leftover: bool
    allow_zone_rewrite: bool
    choices: tuple[int, ...]
    odd: str | None = None
    commands: tuple[Command, ...] = ()


def _variants() -> st.SearchStrategy[Variants]:
    return st.builds(
        Variants,
        patch=st.sampled_from(["replace", "append", "replace_first", "unsupported"]),
        duplicates=st.booleans(),
        delete=st.sampled_from(["supported", "supported", "wrong_method", "method_not_allowed"]),
        delete_needs_listed_name=st.booleans(),
        delete_missing=st.sampled_from(["ok", "not_found", "bad_request"]),
        null_patch=st.sampled_from(["refused", "removes", "ignored"]),
        stale_reads=st.integers(0, 4),
        stale_seconds=st.sampled_from([0.0, 0.0, 1.0, 8.0]),
        cached_seconds=st.sampled_from([0.0, 0.0, 0.0, 0.0, 20.0, 60.0]),
        lagging_replica=st.booleans(),
        replica_seconds=st.sampled_from([1.0, 5.0, 15.0]),
        short_reads=st.integers(0, 4),
        short_kind=st.sampled_from(["empty", "shortened", "gaps"]),
        final_dot=st.booleans(),
        name_case=st.sampled_from(["as_sent", "upper", "mixed"]),
        keeps_relative_names=st.booleans(),
        quoted_txt=st.booleans(),
        listing_forbidden=st.sampled_from([False, True, "bad_request"]),
        errors_inside_200=st.booleans(),
        error_status_word=st.booleans(),
        no_access_final_dot=st.booleans(),
        normalizes=st.sampled_from(["no", "no", "final_dot", "no_final_dot"]),
        refuses_duplicates=st.booleans(),
        rrset_ttl=st.sampled_from(["own", "shared"]),
        publish_every=st.sampled_from([0.0, 0.0, 60.0]),
    )


def _limited(variants: Variants) -> st.SearchStrategy[Variants]:
    return st.builds(
        replace,
        st.just(variants),
        rate_limit=st.sampled_from([5, 10, 30]),
        rate_seconds=st.sampled_from([12.0, 60.0]),
        rate_retry_after=st.booleans(),
    )


def _calm(variants: Variants) -> Variants:
    return replace(
        variants,
        stale_reads=0,
        stale_seconds=0.0,
        cached_seconds=0.0,
        lagging_replica=False,
        short_reads=0,
    )


_strikes = st.builds(
    Strike,
    fault=st.sampled_from(sorted(FAULTS)),
    method=st.sampled_from([None, "GET", "PATCH", "DELETE", "PUT"]),
    skip=st.integers(0, 12),
    times=st.integers(1, 3),
).map(lambda strike: replace(strike, method="GET") if strike.fault in ONLY_READINGS else strike)
_edits = st.builds(
    Edit,
    at=st.floats(0, 60, width=16),
    name=st.sampled_from([None, None, 0, 1, 4]),
    removed_at=st.one_of(st.none(), st.floats(60, 200, width=16)),
)
_runs = st.builds(
    Run,
    at=st.sampled_from([0.0, 0.0, 0.1, 3.0, 30.0, 600.0]),
    values=st.sampled_from([(2,), (2,), (1,), (2, 1), (2, 2, 1), (0, 1), (0, 0, 0, 2), TWO_ZONES]),
    wait=st.sampled_from([0.0, 5.0, 60.0]),
    crash_at=st.one_of(st.none(), st.none(), st.integers(1, 25)),
    crash_after=st.booleans(),
)
_commands = st.builds(
    Command,
    at=st.sampled_from([0.0, 0.1, 3.0, 30.0, 90.0, 300.0]),
    act=st.sampled_from(ACTS),
    name=st.sampled_from([None, 0, 1]),
    crash_at=st.one_of(st.none(), st.none(), st.none(), st.integers(1, 12)),
    crash_after=st.booleans(),
)

histories = st.builds(
    History,
    variants=st.one_of(
        _variants(),
        _variants().map(_calm),
        _variants(),
        _variants().map(_calm).flatmap(_limited),
        _variants().flatmap(_limited),
    ),
    strikes=st.lists(_strikes, max_size=4).map(tuple),
    edits=st.lists(_edits, max_size=3).map(tuple),
    runs=st.lists(_runs, min_size=1, max_size=3).map(tuple),
    leftover=st.booleans(),
    allow_zone_rewrite=st.sampled_from([True, True, True, False]),
    choices=st.lists(st.integers(0, 100), max_size=12).map(tuple),
    odd=st.one_of(st.none(), st.none(), st.none(), st.sampled_from(sorted(ODD_ENTRIES))),
    commands=st.one_of(st.just(()), st.lists(_commands, min_size=1, max_size=2).map(tuple)),
)
