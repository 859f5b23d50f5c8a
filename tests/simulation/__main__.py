"""``python -m tests.simulation --count 10000 --seed 1``: many histories, each repeatable."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections import Counter

from hypothesis import given, seed, settings

from .checks import SETTINGS, check
from .history import History, histories


def main() -> int:
    """Play the histories and print what they showed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="histories (default: 10000)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    options = parser.parse_args()
    counts: Counter[str] = Counter()

    @seed(options.seed)
    @settings(SETTINGS, max_examples=options.count)
    @given(histories)
    def play(history: History) -> None:
        check(history, counts)

    print(f"seed {options.seed}, {options.count} histories", flush=True)
    try:
        play()
    except BaseException:
        print(f"FAILED with --seed {options.seed} --count {options.count}", file=sys.stderr)
        raise
    for what, number in counts.items():
        print(f"{number:>9,} {what}")
    print("Every promise held.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
