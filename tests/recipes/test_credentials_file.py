"""The credentials file."""

from __future__ import annotations

import re
from pathlib import Path

from certbot_dns_mijnhost.credentials import read
from certbot_dns_mijnhost.settings import KEY, KEY_FILE, PREFIX, Settings, resolve_settings
from tests.support.commands import EXAMPLES, ROOT


class Asked(dict[str, str]):
    """A file's settings, which notes what is asked of it."""

    def __init__(self) -> None:
        super().__init__({KEY: "YOUR-KEY"})
        self.names = {KEY, KEY_FILE}

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.names.add(name)
        return super().get(name, default)


def test_the_credentials_file_holds_every_option_with_its_default(tmp_path: Path) -> None:
    source = EXAMPLES / "credentials" / "mijnhost.ini"
    shown = read(str(source))
    assert shown == {KEY: "YOUR-KEY"}, "all but the key is commented out"
    assert "mode 600" in source.read_text().lower()

    everything = tmp_path / "mijnhost.ini"
    everything.write_text(re.sub(rf"^#({PREFIX})", r"\1", source.read_text(), flags=re.MULTILINE))
    settings = read(str(everything))
    assert resolve_settings(lambda _: None, settings, str(everything)) == Settings("YOUR-KEY")
    asked = Asked()
    resolve_settings(lambda _: None, asked, "")
    assert set(settings) == asked.names
    in_readme = set(
        re.findall(rf"^\| .*`({PREFIX}\w+)`", (ROOT / "README.md").read_text(), re.MULTILINE)
    )
    assert set(settings) == in_readme


def test_every_default_is_written_out_where_there_is_one() -> None:
    text = (EXAMPLES / "credentials" / "mijnhost.ini").read_text()
    written = dict(re.findall(rf"^#{PREFIX}(\w+) =(.*)$", text, re.MULTILINE))
    defaults = Settings("")
    for name in ("ttl", "propagation_seconds", "api_url"):
        assert written[name].strip() == str(getattr(defaults, name))
    for name in ("follow_cname", "allow_zone_rewrite"):
        assert written[name].strip() == str(getattr(defaults, name)).lower()
    assert float(written["timeout"]) == defaults.timeout
