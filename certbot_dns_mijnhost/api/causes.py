"""What really went wrong, out of the errors that requests and urllib3 wrap around it."""

from __future__ import annotations

from collections.abc import Iterator

import requests
import urllib3.exceptions


def never_left(error: Exception) -> bool:
    """Tell whether the request certainly did not leave this machine."""
    return any(
        isinstance(part, (requests.ConnectTimeout, urllib3.exceptions.NewConnectionError))
        for part in _chain(error)
    )


def root_cause(error: Exception) -> str:
    """Return the innermost cause in words, such as ``Connection refused``."""
    *_, last = _chain(error)
    text = getattr(last, "strerror", None) or str(last)
    return str(text).rsplit(">: ", 1)[-1] or type(last).__name__


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield `error` and what caused it."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        inner = getattr(current, "reason", None) or next(iter(current.args), None)
        current = inner if isinstance(inner, BaseException) else current.__cause__
