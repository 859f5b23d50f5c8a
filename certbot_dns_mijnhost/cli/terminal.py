"""What the command shows and asks."""

from __future__ import annotations

import io
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from certbot_dns_mijnhost.api.exact_json import dumps

GREEN, YELLOW, RED, FAINT = "32", "33", "31", "2"


class OutputError(Exception):
    """What is shown can't be written; the cause tells why."""


class Terminal:
    """The place where the command talks: people read lines, machines read JSON.

    Colour is used on a terminal only, and not where ``NO_COLOR`` is set, see https://no-color.org

    A stream that is closed takes what is written to nowhere, and gives no answer. Each method that
    writes raises :class:`OutputError` where a stream takes nothing more.

    :param is_json: lines for people are kept back, and :meth:`data` is written.
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
        """Show a line to a person, without what could rule the terminal: values are whoever's."""
        if not self.is_json:
            self._write(self._out, self._painted(_printable(text), colour))

    def data(self, value: Any) -> None:
        """Write the result for a machine, which gets one: a further one is left out."""
        if self.is_json and not self._has_result:
            self._has_result = True
            self._write(self._out, dumps(value, indent=2, default=str))

    def text(self, text: str) -> None:
        """Write a result that is the same for both."""
        self._write(self._out, text)

    def problem(self, text: str) -> None:
        """Show a line on the error stream."""
        self._write(self._problems, _printable(text))

    def progress(self, text: str) -> None:
        """Show what is being done, if somebody looks on; logs and mails stay free of it."""
        if not self.is_json and self._problems.isatty():
            self._write(self._problems, self._painted(_printable(text), FAINT))

    def failed(self, text: str) -> None:
        """Show why there is no result; to a machine, as its result too."""
        self.problem(text)
        self.data({"error": text})

    def paragraph(self, text: str, *, indent: int, colour: str = "", first: int = 0) -> None:
        """Show a line; on a terminal it is wrapped, and its continuation indented.

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
        """Show rows in columns; the last one is not padded."""
        listed = [list(row) for row in rows]
        widths = [max(map(len, column)) for column in zip(*listed)]
        for row in listed:
            cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths)]
            self.line("  ".join([*cells, row[-1]]).rstrip())

    def ask(self, question: str) -> bool:
        """Ask for a yes; anything else is a no, and so is nobody who could answer."""
        return self.answer(f"{question} [y/N] ").lower() in {"y", "yes"}

    def answer(self, question: str) -> str:
        """Ask, and return what was typed; empty where nobody can answer."""
        if not self.can_ask:
            return ""
        self._write(self._problems, question, end="")
        return self._answers.readline().strip()

    @property
    def can_ask(self) -> bool:
        """Whether somebody is there to answer."""
        return not self.is_json and self._answers.isatty()

    def _painted(self, text: str, colour: str) -> str:
        """Return `text` in a colour, where colours show."""
        shows = self._out.isatty() and os.environ.get("TERM") != "dumb"
        if not (text and colour and shows) or os.environ.get("NO_COLOR"):
            return text
        return f"\x1b[{colour}m{text}\x1b[0m"

    @staticmethod
    def _write(stream: TextIO, text: str, end: str = "\n") -> None:
        encoding = stream.encoding or "utf-8"
        try:
            # Not each terminal has each letter.
            stream.write(text.encode(encoding, "replace").decode(encoding) + end)
            stream.flush()
        except OSError as error:
            raise OutputError from error


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)
