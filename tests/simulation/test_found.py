"""Histories in which a promise was once broken."""

from __future__ import annotations

import pytest

from certbot_dns_mijnhost.emulator import Variants

from .checks import check
from .history import Command, Edit, History, Run, Strike


def history(
    variants: Variants,
    *runs: Run,
    strikes: tuple[Strike, ...] = (),
    edits: tuple[Edit, ...] = (),
    commands: tuple[Command, ...] = (),
    leftover: bool = False,
) -> History:
    return History(
        variants=variants,
        strikes=strikes,
        edits=edits,
        runs=runs,
        leftover=leftover,
        allow_zone_rewrite=True,
        choices=(),
        commands=commands,
    )


PAIR = Run(at=0.0, values=(2,), wait=0.0, crash_at=None, crash_after=False)
LATER = Run(at=0.0, values=(2,), wait=5.0, crash_at=None, crash_after=False)
MANY = Run(at=0.0, values=(2, 2, 1), wait=5.0, crash_at=None, crash_after=False)

FOUND = {
    "one value hidden by a lagging replica, no DELETE": history(
        Variants(delete="wrong_method", lagging_replica=True, replica_seconds=1.0), PAIR
    ),
    "DELETE that says yes and wants another spelling": history(
        Variants(
            patch="append",
            delete_needs_listed_name=True,
            delete_missing="ok",
            final_dot=False,
            lagging_replica=True,
            replica_seconds=1.0,
        ),
        PAIR,
    ),
    "a hanging DELETE and empty readings": history(
        Variants(short_reads=4),
        LATER,
        PAIR,
        strikes=(Strike("hang", "DELETE", 0, 2),),
        edits=(Edit(0.0, None, 111.0),),
    ),
    "shortened readings while somebody edits": history(
        Variants(patch="unsupported", short_reads=3, short_kind="shortened"),
        PAIR,
        edits=(Edit(0.0, None, None), Edit(2.0, None, None)),
    ),
    "challenges of another run hidden by shortened readings": history(
        Variants(patch="unsupported", short_reads=3, short_kind="shortened"),
        PAIR,
        MANY,
        strikes=(Strike("400", None, 0, 1),),
        edits=(Edit(7.0, None, None),),
    ),
    "DELETE refused in the words of an envelope": history(
        Variants(
            delete="method_not_allowed",
            short_reads=1,
            short_kind="gaps",
            errors_inside_200=True,
            error_status_word=True,
        ),
        PAIR,
        edits=(Edit(37.0, None, None),),
    ),
    "rate limit before the records were seen": history(
        Variants(
            delete_needs_listed_name=True, delete_missing="ok", stale_reads=2, final_dot=False
        ),
        PAIR,
        strikes=(Strike("429 late", None, 4, 3),),
    ),
    "rate limit after the whole zone was written": history(
        Variants(
            patch="unsupported", delete_needs_listed_name=True, stale_reads=2, final_dot=False
        ),
        PAIR,
        strikes=(Strike("429 late", None, 8, 3),),
    ),
    "a value of somebody else comes while null removes": history(
        Variants(
            delete="wrong_method",
            delete_missing="ok",
            null_patch="removes",
            stale_reads=3,
            final_dot=False,
            listing_forbidden=True,
        ),
        Run(at=0.0, values=(2,), wait=0.0, crash_at=8, crash_after=False),
        Run(at=0.0, values=(2, 2, 1), wait=0.0, crash_at=None, crash_after=False),
        edits=(Edit(26.0, 0, None),),
    ),
    "a value of somebody else comes into sight before a repeat": history(
        Variants(stale_seconds=1.0, listing_forbidden=True),
        Run(at=0.0, values=(0, 1), wait=0.0, crash_at=None, crash_after=False),
        strikes=(Strike("500", None, 5, 1),),
        edits=(Edit(0.0, 1, None),),
    ),
    "the same with two runs": history(
        Variants(),
        PAIR,
        PAIR,
        strikes=(
            Strike("400", None, 0, 1),
            Strike("400", None, 0, 3),
            Strike("500", "PATCH", 0, 1),
        ),
        edits=(Edit(3.0, 0, None),),
    ),
    "a lagging replica shows what another run removed": history(
        Variants(
            patch="unsupported",
            delete_needs_listed_name=True,
            lagging_replica=True,
            replica_seconds=15.0,
            short_reads=2,
            final_dot=False,
        ),
        PAIR,
        PAIR,
        edits=(Edit(0.0, None, None),),
    ),
    "readings that lag bring back what another run removed": history(
        Variants(patch="unsupported", stale_reads=2, stale_seconds=8.0),
        PAIR,
        PAIR,
        edits=(Edit(10.0, None, None),),
    ),
    "a removal by null believed from a short reading": history(
        Variants(
            delete="wrong_method", null_patch="ignored", short_reads=1, short_kind="shortened"
        ),
        PAIR,
        edits=(Edit(7.0, None, None),),
    ),
    "a third run that waits in vain for its turn": history(
        Variants(
            delete_missing="ok",
            stale_reads=4,
            short_reads=4,
            short_kind="shortened",
            replica_seconds=1.0,
            final_dot=False,
            no_access_final_dot=False,
        ),
        PAIR,
        PAIR,
        PAIR,
    ),
    "a value that no reading showed, removed under another spelling": history(
        Variants(
            patch="append",
            delete_needs_listed_name=True,
            delete_missing="ok",
            short_reads=2,
            short_kind="gaps",
            final_dot=False,
        ),
        PAIR,
        strikes=(Strike("null records", "GET", 3, 1), Strike("null records", "GET", 3, 3)),
        edits=(Edit(0.0, None, None),),
    ),
    "a rate limit in the words of an envelope": history(
        Variants(
            errors_inside_200=True,
            error_status_word=True,
            rate_limit=5,
            rate_seconds=12.0,
            rate_retry_after=False,
        ),
        PAIR,
    ),
    "values that no cached listing showed, removed under another spelling": history(
        Variants(
            patch="unsupported",
            delete_needs_listed_name=True,
            delete_missing="ok",
            cached_seconds=60.0,
            final_dot=False,
        ),
        PAIR,
    ),
    "a record that one listing showed in the spelling that DELETE needs": history(
        Variants(
            patch="unsupported",
            delete_needs_listed_name=True,
            stale_reads=1,
            cached_seconds=60.0,
            final_dot=False,
        ),
        Run(at=30.0, values=(2,), wait=0.0, crash_at=None, crash_after=False),
        edits=(Edit(56.0, None, None),),
    ),
    "challenges of another run hidden by listings that are a minute old": history(
        Variants(
            patch="replace",
            delete="wrong_method",
            stale_reads=2,
            cached_seconds=60.0,
            replica_seconds=1.0,
            final_dot=False,
        ),
        LATER,
        LATER,
        edits=(Edit(0.0, None, 133.0),),
        leftover=True,
    ),
    "five calls a minute, and a replaced value that no listing showed": history(
        Variants(
            patch="replace",
            stale_reads=2,
            replica_seconds=1.0,
            final_dot=False,
            rate_limit=5,
            rate_seconds=60.0,
            rate_retry_after=False,
        ),
        PAIR,
        leftover=True,
    ),
    "five calls a minute, and four listings that lag": history(
        Variants(
            delete_missing="ok",
            stale_reads=4,
            rate_limit=5,
            rate_seconds=60.0,
            rate_retry_after=False,
        ),
        Run(at=0.0, values=(2,), wait=0.0, crash_at=None, crash_after=False),
    ),
    "a lost answer, a rate limit, and listings that lag": history(
        Variants(
            delete="wrong_method",
            stale_reads=4,
            rate_limit=5,
            rate_seconds=60.0,
            rate_retry_after=False,
        ),
        PAIR,
        strikes=(Strike("reset after", None, 3, 1),),
    ),
    "a lost answer, and a listing from a cache": history(
        Variants(delete="wrong_method", cached_seconds=60.0),
        PAIR,
        strikes=(Strike("reset after", "PATCH", 0, 3),),
    ),
    "a window of a minute, and DELETE by another spelling": history(
        Variants(
            delete_needs_listed_name=True,
            delete_missing="ok",
            final_dot=False,
            rate_limit=5,
            rate_seconds=60.0,
            rate_retry_after=False,
        ),
        PAIR,
    ),
    "a command that read the zone, and then waited for the lock": history(
        Variants(
            patch="unsupported", delete="wrong_method", lagging_replica=True, replica_seconds=5.0
        ),
        LATER,
        LATER,
        strikes=(Strike("400", "PATCH", 1, 1),),
        commands=(Command(3.0, "add"), Command(30.0, "add")),
    ),
    "a value to be replaced that no listing showed before the change": history(
        Variants(short_reads=3, short_kind="shortened"),
        Run(at=0.0, values=(2,), wait=0.0, crash_at=None, crash_after=False),
        edits=(Edit(0.0, None, None),),
        commands=(Command(0.0, "set"),),
    ),
    "a DELETE by another spelling, and a cached listing that shows the record late": history(
        Variants(
            delete_needs_listed_name=True, delete_missing="ok", cached_seconds=20.0, final_dot=False
        ),
        PAIR,
        strikes=(Strike("redirect", None, 4, 1),),
    ),
    "a record that was added between two writes, and cached listings": history(
        Variants(
            stale_reads=2,
            cached_seconds=60.0,
            rate_limit=5,
            rate_seconds=12.0,
            rate_retry_after=False,
        ),
        PAIR,
        strikes=(Strike("400", None, 6, 1), Strike("500", "PUT", 0, 1)),
        edits=(Edit(0.0, None, 60.0), Edit(22.0, None, None)),
    ),
    "a value that a command set, and a cached listing with the values that it replaced": history(
        Variants(patch="replace_first", delete="wrong_method", stale_reads=4, cached_seconds=60.0),
        PAIR,
        commands=(Command(300.0, "set"),),
    ),
    "a removal by a rewrite whose answer was lost, and listings older than the record": history(
        Variants(delete="wrong_method", stale_reads=4, stale_seconds=8.0),
        Run(at=0.0, values=(1,), wait=0.0, crash_at=None, crash_after=False),
        strikes=(Strike("400", None, 0, 1), Strike("500", "PUT", 0, 1)),
        edits=(Edit(1.0, None, None),),
        commands=(Command(0.0, "add"),),
    ),
    "a challenge that its run removed between two writes of another run": History(
        variants=Variants(
            replica_seconds=1.0,
            listing_forbidden=True,
            final_dot=False,
            rate_limit=10,
            rate_seconds=60.0,
            rate_retry_after=False,
        ),
        strikes=(),
        edits=(),
        runs=(
            Run(at=0.0, values=(0, 1), wait=5.0, crash_at=None, crash_after=False),
            Run(at=3.0, values=(2,), wait=0.0, crash_at=None, crash_after=False),
        ),
        leftover=False,
        allow_zone_rewrite=True,
        choices=(76,),
        commands=(Command(0.0, "add", 1), Command(300.0, "add")),
    ),
    "an odd reading after a good one": history(
        Variants(stale_reads=2),
        Run(at=0.0, values=(1,), wait=0.0, crash_at=None, crash_after=False),
        strikes=(Strike("null records", "GET", 5, 2), Strike("400", None, 0, 3)),
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_it_holds_now(name: str) -> None:
    check(FOUND[name])
