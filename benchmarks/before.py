"""What this plugin cost before one journal per zone decided, for comparison."""

from __future__ import annotations

BEFORE = """
## Before and after one journal per zone

`make benchmark` on 2026-11-24, when each question about a zone was answered by readings of its own:
calls / bytes of bodies / connections for a zone of 10 records, and the seconds over the limit.

| names | where PATCH adds | where PATCH replaces |
|---|---|---|
| 1 | 8 / 5,201 / 1 | 8 / 5,201 / 1 |
| 2 | 10 / 5,694 / 1 | 16 / 11,903 / 1 |
| 20 | 46 / 15,171 / 1 | 46 / 15,171 / 1 |
| 60 | 126 / 36,211 / 1 | 126 / 36,211 / 1 |

| name servers lag | over the limit, PATCH adds | over the limit, PATCH replaces |
|---|---|---|
| 0 s | +1.2 s | +2.1 s |
| 5 s | +1.1 s | +2.5 s |
| 1 s, 4 s, 9 s | +1.4 s | +2.3 s |
| 30 s | +1.5 s | +2.3 s |
| 75 s | +2.1 s | +3.0 s |
"""
