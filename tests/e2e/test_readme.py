"""A newcomer who types what the README says, and nothing else.

The commands are the README's own. Only what a test must not touch is put elsewhere: the folders
below /opt, /etc and /usr/local lie in the test's own, and what the CA and the API's address are
stands in Certbot's and the plugin's configuration.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509

from examples.local_ca import environment, names_of

from .conftest import Site

ROOT = Path(__file__).resolve().parent.parent.parent
README = ROOT / "README.md"
SYSTEM_CERTBOT = Path("/usr/bin/certbot")
PYTHONS = Path(sys.executable).resolve().parent
FOLDERS = re.compile(r"(?<![\w.])/(?=(?:opt|etc|usr/local)/)")

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(not (ROOT / ".git").exists(), reason="the wheel is built in a checkout"),
]


def blocks(heading: str) -> list[str]:
    """Return the indented blocks below a heading of the README."""
    section = re.split(r"^#{2,3} ", README.read_text(), flags=re.MULTILINE)
    [text] = [part for part in section if part.startswith(heading)]
    found = re.findall(r"(?:^    .*\n)+", text, flags=re.MULTILINE)
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in found]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("source")
    for name in ("certbot_dns_mijnhost", "setup.py", "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(source / "dist")]
    subprocess.run([*command, str(source)], check=True, capture_output=True)
    [built] = (source / "dist").glob("*.whl")
    return built


class Newcomer:
    """Somebody at a shell."""

    def __init__(self, site: Site, root: Path, wheel: Path) -> None:
        self.site = site
        self.root = root
        self.wheel = wheel
        for folder in ("usr/local/bin", "etc/cron.d", "etc/systemd/system", "stubs", "xdg", "opt"):
            (root / folder).mkdir(parents=True)
        # There is no systemd to tell, and no package to install, in a test.
        for stub in ("systemctl", "apt-get"):
            (root / "stubs" / stub).write_text(f'#!/bin/sh\necho "{stub} $*" >> "{root}/asked"\n')
            (root / "stubs" / stub).chmod(0o755)
        self._write_certbots_configuration()

    def _write_certbots_configuration(self) -> None:
        path = self.root / "xdg" / "letsencrypt" / "cli.ini"
        path.parent.mkdir()
        config = self.root / "etc" / "letsencrypt"
        path.write_text(
            f"server = {self.site.place.pebble.url}\n"
            f"config-dir = {config}\nwork-dir = {self.root}/work\nlogs-dir = {self.root}/logs\n"
            "agree-tos = true\nregister-unsafely-without-email = true\nnon-interactive = true\n"
            "no-random-sleep-on-renew = true\n"
        )

    def type(self, block: str) -> str:
        """Run a block of the README, and return what was shown."""
        text = FOLDERS.sub(f"{self.root}/", block)
        text = text.replace("example.nl", self.site.domain).replace("YOUR-KEY", self.site.key)
        text = re.sub(
            r"(pip install .*)certbot-dns-mijnhost$", rf"\1{self.wheel}", text, flags=re.MULTILINE
        )
        # pip asks another server than Certbot does.
        ca = str(self.site.place.pebble.certificate)
        trust = {} if "pip install" in block else {"REQUESTS_CA_BUNDLE": ca}
        shown = subprocess.run(
            ["sh", "-e", "-c", text],
            env=environment(
                PATH=f"{self.root}/usr/local/bin:{self.root}/stubs:{PYTHONS}:/usr/bin:/bin",
                XDG_CONFIG_HOME=str(self.root / "xdg"),
                **trust,
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd=self.root,
        )
        assert shown.returncode == 0, f"{text}\n{shown.stdout}"
        return shown.stdout

    def tell_where_the_api_is(self) -> None:
        """Add to the credentials file what nobody needs but a test."""
        path = self.root / "etc" / "letsencrypt" / "mijnhost.ini"
        assert path.stat().st_mode & 0o777 == 0o600
        emulator = self.site.emulator
        with path.open("a") as file:
            file.write(f"dns_mijnhost_api_url = {emulator.api_url}\n")
            file.write(f"dns_mijnhost_nameservers = {', '.join(emulator.nameservers)}\n")
            file.write(f"dns_mijnhost_resolver = {emulator.resolver}\n")

    def certificate(self) -> x509.Certificate:
        path = self.root / "etc" / "letsencrypt" / "live" / self.site.domain / "cert.pem"
        return x509.load_pem_x509_certificate(path.read_bytes())


@pytest.fixture
def newcomer(site: Site, tmp_path: Path, wheel: Path) -> Newcomer:
    return Newcomer(site, tmp_path / "root", wheel)


def obtain(newcomer: Newcomer, renewal: str) -> None:
    """Type step 2, the lines on renewal that belong to the way of installing included."""
    write, doctor, trial, real, cron, timer, renew = blocks("2. Key, certificate, renewal")
    before = newcomer.site.zone
    newcomer.type(write)
    newcomer.tell_where_the_api_is()
    assert "Everything is in order." in newcomer.type(doctor)
    assert "The dry run was successful" in newcomer.type(trial)
    assert not (newcomer.root / "etc" / "letsencrypt" / "live").exists()
    newcomer.type(real)
    assert names_of(newcomer.certificate()) == {newcomer.site.domain, f"*.{newcomer.site.domain}"}
    newcomer.type({"cron": cron, "timer": timer}[renewal])
    assert "all simulated renewals succeeded" in newcomer.type(renew)
    assert newcomer.site.zone == before


def test_pips_certbot(newcomer: Newcomer) -> None:
    [install] = blocks("1a. Install pip's Certbot")
    newcomer.type(install)
    obtain(newcomer, "cron")
    line = (newcomer.root / "etc" / "cron.d" / "certbot-mijnhost").read_text()
    *times, user, command = line.split(maxsplit=6)[:5] + line.split(maxsplit=6)[5:]
    assert len(times) == 5
    assert user == "root"
    assert newcomer.type(command) == ""
    first = newcomer.certificate().serial_number
    newcomer.type(f"{command.strip()} --force-renewal")
    assert newcomer.certificate().serial_number != first


@pytest.mark.skipif(not SYSTEM_CERTBOT.exists(), reason="apt's Certbot is not installed here")
def test_apts_certbot(newcomer: Newcomer) -> None:
    [install] = blocks("1b. Install beside apt's Certbot")
    newcomer.type(install)
    obtain(newcomer, "timer")
    asked = (newcomer.root / "asked").read_text().splitlines()
    assert asked == ["apt-get install certbot python3-venv", "systemctl daemon-reload"]
    drop_in = newcomer.root / "etc/systemd/system/certbot.service.d/mijnhost.conf"
    reset, start = re.findall(r"^ExecStart=(.*)$", drop_in.read_text(), re.MULTILINE)
    assert reset == ""
    first = newcomer.certificate().serial_number
    newcomer.type(f"{start} --force-renewal")
    assert newcomer.certificate().serial_number != first


def test_the_dutch_commands_are_the_same() -> None:
    dutch = (ROOT / "README.nl.md").read_text()
    for heading in ("1a. Install", "1b. Install", "2. Key, certificate, renewal"):
        for block in blocks(heading):
            assert re.sub(r"^", "    ", block.rstrip("\n"), flags=re.MULTILINE) in dutch


def test_the_badges_are_true() -> None:
    badges = dict(re.findall(r"\[!\[([^:\]]+?)[: ]+([^\]]*)\]", README.read_text()))
    setup = (ROOT / "setup.py").read_text()
    pythons = re.findall(r"Python :: (3\.\d+)\"", setup)
    assert badges["Python"] == f"{pythons[0]} to {pythons[-1]}"
    rows = (ROOT / "docs" / "matrix.md").read_text()
    certbots = sorted(
        {
            tuple(map(int, version.split(".")))
            for version in re.findall(r"\| (\d+\.\d+)\.\d+ \|", rows)
        }
    )
    oldest, newest = (".".join(map(str, version)) for version in (certbots[0], certbots[-1]))
    assert badges["Certbot"] == f"{oldest} to {newest}"
    assert f'license="{badges["Licence"]}"' in setup
    assert "strict = true" in (ROOT / "pyproject.toml").read_text()


def test_the_first_command_is_the_one_that_is_tried() -> None:
    first = next(block for block in re.findall(r"(?:^    .*\n)+", README.read_text(), re.MULTILINE))
    real = blocks("2. Key, certificate, renewal")[3]
    assert re.sub(r"^    ", "", first, flags=re.MULTILINE) == real
