"""What the command shows on a terminal."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certbot_dns_mijnhost.cli.output import Terminal
from certbot_dns_mijnhost.cli.parser import make_parser

PATH = "/etc/letsencrypt/accounts-of-a-company/mijnhost-challenges.ini"
WIDTH = 80
LONG = "v=DKIM1; k=rsa; p=" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A" * 12


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """A terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    monkeypatch.setenv("NO_COLOR", "1")
    return Screen()


def test_what_can_be_copied_stays_whole_on_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    screen = Screen()
    Terminal(out=screen).paragraph(f"warning  Restrict it: chmod 600 {PATH} soon", indent=9)
    assert PATH in screen.getvalue().split()


def test_a_table_fits_the_terminal(screen: Screen) -> None:
    rows = [
        ("mail.example.nl", "3600", "A", "192.0.2.1"),
        ("default._domainkey.example.nl", "3600", "TXT", LONG),
    ]
    Terminal(out=screen).table(rows)
    lines = screen.getvalue().splitlines()
    assert all(len(line) <= WIDTH for line in lines)
    assert lines[0] == "mail.example.nl                3600  A    192.0.2.1"
    [start] = {line.index("v=DKIM1") for line in lines if "v=DKIM1" in line}
    assert "".join(line[start:] for line in lines[1:]) == LONG


def test_a_long_name_puts_the_value_on_a_line_of_its_own(screen: Screen) -> None:
    name = f"{'x' * 60}.example.nl"
    Terminal(out=screen).table([(name, "TXT", "the value")])
    assert screen.getvalue().splitlines() == [f"{name}  TXT", "    the value"]


def test_a_table_in_a_pipe_has_one_line_for_each_row() -> None:
    out = io.StringIO()
    Terminal(out=out).table([("default._domainkey.example.nl", "TXT", LONG)])
    assert out.getvalue() == f"default._domainkey.example.nl  TXT  {LONG}\n"


@given(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=400),
    st.text("ab", max_size=90),
)
def test_wrapping_loses_no_character(value: str, name: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(WIDTH))
        screen = Screen()
        Terminal(out=screen).table([(name, value)])
    shown = screen.getvalue().replace(" ", "").replace("\n", "")
    assert shown == (name + value).replace(" ", "")


def test_progress_fits_the_terminal(screen: Screen) -> None:
    Terminal(problems=screen).progress(f"Checking 12 of 30: {'x' * 60}.{'y' * 60}.nl")
    [line] = screen.getvalue().splitlines()
    assert len(line) == WIDTH
    assert line.startswith("Checking 12 of 30: xxx")


def test_help_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    parsers = [make_parser()]
    count = 0
    while parsers:
        parser = parsers.pop()
        count += 1
        for line in parser.format_help().splitlines():
            assert len(line) <= WIDTH, line
        for action in parser._actions:  # argparse has no other way
            if isinstance(action.choices, dict):
                parsers += action.choices.values()
    assert count > 20
