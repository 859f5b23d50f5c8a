"""What the command shows and asks, and its exit codes."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from certbot_dns_mijnhost.api.exact_json import dumps

DONE = 0
NOT_IN_ORDER = 1
"""A problem was found, zones differ, or a change was not made or not confirmed."""
USAGE = 2
"""Wrong arguments or settings; argparse uses it too."""
FAILED = 3
"""The API, DNS or the output failed."""
INTERRUPTED = 130

GREEN, YELLOW, RED, FAINT = "32", "33", "31", "2"
INDENT = "    "
LEAST_WIDTH = 30
"""Characters for the last column of a table, which otherwise starts on a line of its own."""


class OutputError(Exception):
    """The output cannot be written; the cause has the reason."""


class Terminal:
    """Writes lines for people or JSON for programs, and asks questions.

    Colour is used on a terminal only, and not if ``NO_COLOR`` is set, see https://no-color.org

    What is written to a closed stream is dropped, and a closed input gives no answer. Each method
    that writes to standard output raises :class:`OutputError` if that fails. A message that the
    error stream cannot show is dropped: the exit code tells that there was one.

    :param is_json: write only the result of :meth:`data`, and no lines for people.
    """

    def __init__(
        self,
        *,
        is_json: bool = False,
        out: TextIO | None = None,
        problems: TextIO | None = None,
        answers: TextIO | None = None,
    ) -> None:
        self.is_json = is_json
        self._has_result = False
        self._out = out or sys.stdout or io.StringIO()
        self._problems = problems or sys.stderr or io.StringIO()
        self._answers = answers or sys.stdin or io.StringIO()

    def line(self, text: str = "", *, colour: str = "") -> None:
        """Show a line to a person, without control characters: values come from others."""
        if not self.is_json:
            self._write(self._out, self._painted(_printable(text), colour))

    def data(self, value: Any) -> None:
        """Write the result for a program; only the first one is written."""
        if self.is_json and not self._has_result:
            self._has_result = True
            self._write(self._out, dumps(value, indent=2, default=str))

    def text(self, text: str) -> None:
        """Write a result that is the same for people and programs."""
        self._write(self._out, text)

    def problem(self, text: str) -> None:
        """Show a line on the error stream."""
        self._write_problem(_printable(text))

    def progress(self, text: str) -> None:
        """Show what is being done, on a terminal only."""
        if not self.is_json and self._problems.isatty():
            line = _shortened(_printable(text), shutil.get_terminal_size().columns)
            self._write_problem(self._painted(line, FAINT))

    def failed(self, text: str) -> None:
        """Show why there is no result; with JSON, that is the result."""
        self.problem(text)
        self.data({"error": text})

    def paragraph(self, text: str, *, indent: int, colour: str = "", first: int = 0) -> None:
        """Show a line; on a terminal it is wrapped, with its continuation indented.

        :param colour: for the `first` characters.
        """
        if self.is_json:
            return
        text = _printable(text)
        if self._out.isatty():
            width = max(shutil.get_terminal_size().columns, indent + 20)
            text = textwrap.fill(
                text,
                width,
                subsequent_indent=" " * indent,
                # A name, path or option can be copied only whole.
                break_long_words=False,
                break_on_hyphens=False,
            )
        self._write(self._out, self._painted(text[:first], colour) + text[first:])

    def table(self, rows: Iterable[Sequence[str]]) -> None:
        """Show rows in columns; on a terminal, the last one is wrapped to the terminal's width."""
        listed = [[_printable(cell) for cell in row] for row in rows]
        widths = [max(map(len, column)) for column in zip(*listed)]
        for *cells, last in listed:
            start = "".join(f"{cell.ljust(width)}  " for cell, width in zip(cells, widths))
            for line in self._fitted(start, last):
                self.line(line)

    def _fitted(self, start: str, last: str) -> list[str]:
        """Return the lines of one row."""
        row = f"{start}{last}".rstrip()
        width = max(shutil.get_terminal_size().columns, 2 * len(INDENT))
        if not self._out.isatty() or len(row) <= width:
            return [row]
        available = width - len(start)
        if available >= LEAST_WIDTH:
            first, *more = _cut(last, available)
            return [f"{start}{first}", *(f"{' ' * len(start)}{part}" for part in more)]
        return [start.rstrip(), *(f"{INDENT}{part}" for part in _cut(last, width - len(INDENT)))]

    def ask(self, question: str) -> bool:
        """Ask a question; everything but a yes is a no."""
        return self.answer(f"{question} [y/N] ").lower() in {"y", "yes"}

    def answer(self, question: str) -> str:
        """Ask, and return what was typed; empty without a terminal, or if it cannot be read."""
        if not self.can_ask:
            return ""
        self._write(self._problems, question, end="")
        try:
            return self._answers.readline().strip()
        except (OSError, ValueError):  # The terminal is gone, or sent bytes that are not text.
            return ""

    @property
    def can_ask(self) -> bool:
        """Whether the command runs on a terminal."""
        return not self.is_json and self._answers.isatty()

    def _painted(self, text: str, colour: str) -> str:
        """Return `text` in a colour, if the terminal shows colours."""
        shows = self._out.isatty() and os.environ.get("TERM") != "dumb"
        if not (text and colour and shows) or os.environ.get("NO_COLOR"):
            return text
        return f"\x1b[{colour}m{text}\x1b[0m"

    def _write_problem(self, text: str) -> None:
        with contextlib.suppress(OutputError):
            self._write(self._problems, text)

    @staticmethod
    def _write(stream: TextIO, text: str, end: str = "\n") -> None:
        encoding = stream.encoding or "utf-8"
        try:
            # Not every terminal can show every character.
            stream.write(text.encode(encoding, "replace").decode(encoding) + end)
            stream.flush()
        except OSError as error:
            raise OutputError from error


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _cut(text: str, width: int) -> list[str]:
    """Return `text` in pieces, at spaces if possible; nothing of it is lost."""
    return textwrap.wrap(text, width, drop_whitespace=False, break_on_hyphens=False) or [""]


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)
