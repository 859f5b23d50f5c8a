"""Writes the man pages: the command's from its parser, the plugin's from the options in the README.

``python -m scripts.make_man DIRECTORY``
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from certbot_dns_mijnhost import __version__
from certbot_dns_mijnhost.cli.parser import EXIT_CODES, make_parser

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Write the pages into the directory that is given."""
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in {
        "mijnhost.1": command_page(),
        "certbot-dns-mijnhost.7": plugin_page(),
    }.items():
        (directory / name).write_text(text, encoding="utf-8")
    return 0


def command_page() -> str:
    """Return the page of the command, mijnhost(1)."""
    # argparse wraps by it.
    os.environ["COLUMNS"] = "80"
    parser = make_parser()
    lines = [
        *heading("MIJNHOST", 1, "mijnhost", str(parser.description)),
        ".SH SYNOPSIS",
        r".B mijnhost",
        r"\fICOMMAND\fR [\fIARGUMENT\fR ...]",
        ".SH COMMANDS",
    ]
    for name, each in commands(parser, "mijnhost"):
        usage = " ".join(each.format_usage().split()[1:])
        lines += [f'.SS "{escaped(name)}"', escaped(usage), ".PP"]
        lines += paragraphs(str(each.description))
        for action in each._actions:  # noqa: SLF001  # argparse has no other way
            lines += option(each, action)
    codes, _, rest = EXIT_CODES.partition("\n\n")
    lines += [".SH EXIT STATUS"]
    for line in codes.splitlines()[1:]:
        code, _, meaning = line.strip().partition(" ")
        lines += [".TP", f".B {code}", escaped(meaning.strip())]
    lines += [".SH FILES", *paragraphs(rest), *see_also("certbot-dns-mijnhost", 7)]
    return "\n".join(lines) + "\n"


def plugin_page() -> str:
    """Return the page of the plugin's options, certbot-dns-mijnhost(7)."""
    about = "Certbot plugin for domains whose DNS is at mijn.host"
    lines = [
        *heading("CERTBOT-DNS-MIJNHOST", 7, "certbot-dns-mijnhost", about),
        ".SH SYNOPSIS",
        ".nf",
        escaped("certbot certonly --authenticator dns-mijnhost \\"),
        escaped("    --dns-mijnhost-credentials /etc/letsencrypt/mijnhost.ini \\"),
        escaped("    -d example.nl -d '*.example.nl'"),
        ".fi",
        ".SH OPTIONS",
        *paragraphs(
            "Each option can be set in the credentials file. A flag overrides the file, and the "
            "file overrides the default."
        ),
    ]
    for flag, in_file, default, meaning in option_rows():
        names = ", ".join(rf"\fB{escaped(name)}\fR" for name in (flag, in_file) if name)
        lines += [".TP", names, escaped(meaning + (f" (default: {default})" if default else ""))]
    return "\n".join([*lines, *see_also("mijnhost", 1)]) + "\n"


def option_rows() -> list[tuple[str, str, str, str]]:
    """Return the README's table of options: flag, name in the file, default, meaning."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("\n## Options\n")[1].split("\n## ")[0]
    rows = []
    for line in section.splitlines():
        cells = [plain(cell) for cell in line.strip("|").split("|")]
        if len(cells) == 4 and "dns" in "".join(cells[:2]):
            rows.append((cells[0], cells[1], cells[2], cells[3]))
    return rows


def plain(cell: str) -> str:
    """Return a cell of a table without the signs of Markdown."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", cell).replace("`", "").strip()


def commands(
    parser: argparse.ArgumentParser, name: str
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield each command that does something, with its whole name."""
    groups = [
        action
        for action in parser._actions  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001
    ]
    if not groups:
        yield name, parser
    for group in groups:
        for word, each in group.choices.items():
            yield from commands(each, f"{name} {word}")


def option(parser: argparse.ArgumentParser, action: argparse.Action) -> list[str]:
    """Return the lines of one argument; none for the help and what is not shown."""
    if action.help in {None, argparse.SUPPRESS} or "--help" in action.option_strings:
        return []
    formatter = parser._get_formatter()  # noqa: SLF001
    shown = formatter._format_action_invocation(action)  # noqa: SLF001
    meaning = formatter._expand_help(action)  # noqa: SLF001
    return [".TP", rf"\fB{escaped(shown)}\fR", escaped(meaning)]


def heading(title: str, section: int, name: str, about: str) -> list[str]:
    """Return the first lines of a page; its date is that of the build, if that is fixed."""
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    date = time.strftime("%Y-%m-%d", time.gmtime(seconds))
    return [
        f'.TH {title} {section} "{date}" "certbot-dns-mijnhost {__version__}"',
        ".SH NAME",
        rf"{escaped(name)} \- {escaped(about.rstrip('.'))}",
    ]


def see_also(name: str, section: int) -> list[str]:
    """Return the last lines of a page."""
    return [
        ".SH SEE ALSO",
        rf"\fB{escaped(name)}\fR({section}), \fBcertbot\fR(1),",
        "/usr/share/doc/python3\\-certbot\\-dns\\-mijnhost/",
    ]


def paragraphs(text: str) -> list[str]:
    """Return a text, its lines kept together as paragraphs."""
    return [
        line
        for paragraph in text.strip().split("\n\n")
        for line in (escaped(" ".join(paragraph.split())), ".PP")
    ][:-1]


def escaped(text: str) -> str:
    """Return a text that roff shows as it is."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("\u2026", "...")
    return rf"\&{text}" if text.startswith((".", "'")) else text


if __name__ == "__main__":
    sys.exit(main())
