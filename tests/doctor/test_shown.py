"""What the doctor shows on a terminal."""

from __future__ import annotations

import io

import pytest

from certbot_dns_mijnhost.cli.terminal import Terminal

PATH = "/etc/letsencrypt/accounts-of-somebody/mijnhost-challenges.ini"


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_can_be_copied_stays_whole_on_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    screen = Screen()
    Terminal(out=screen).paragraph(f"warning  Close it: chmod 600 {PATH} soon", indent=9)
    assert PATH in screen.getvalue().split()
