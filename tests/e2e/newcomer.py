"""Somebody who types what the documents say, in a folder of the test's own or on a new Debian."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509

from scripts.local_ca import environment

from .machine import Machine

if TYPE_CHECKING:
    from .conftest import Site

ROOT = Path(__file__).resolve().parent.parent.parent
README = ROOT / "README.md"
PYTHONS = Path(sys.executable).resolve().parent
FOLDERS = re.compile(r"(?<![\w.])/(?=(?:opt|etc|usr/local)/)")


def blocks(heading: str, page: Path = README) -> list[str]:
    """Return the blocks of commands below a heading of a page, indented ones or fenced ones."""
    section = re.split(r"^#{2,3} ", page.read_text(), flags=re.MULTILINE)
    [text] = [part for part in section if part.startswith(heading)]
    fenced = re.findall(r"^```sh\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    indented = re.findall(r"(?:^    .*\n)+", text, flags=re.MULTILINE)
    return fenced or [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in indented]


class Newcomer:
    """Somebody at a shell, whose folders lie in the test's own."""

    def __init__(self, site: Site, root: Path, wheel: Path) -> None:
        self.site = site
        self.root = root
        self.wheel = wheel
        for folder in ("/usr/local/bin", "/etc/cron.d", "/etc/letsencrypt", "/opt"):
            self.path(folder).mkdir(parents=True)

    def path(self, path: str) -> Path:
        """Return where a file of the newcomer's lies."""
        return self.root / path.lstrip("/")

    def type(self, block: str) -> str:
        """Run a block of the README, and return what was shown."""
        text = block.replace("example.nl", self.site.domain).replace("YOUR-KEY", self.site.key)
        # pip asks another server than Certbot does.
        is_pip = "pip install" in block or "examples/install/" in block
        trust = {} if is_pip else {"REQUESTS_CA_BUNDLE": self.authority()}
        shown = self.run(text, environment(**trust))
        assert shown.returncode == 0, f"{text}\n{shown.stdout}"
        return shown.stdout

    def run(self, text: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run lines of a shell."""
        text = FOLDERS.sub(f"{self.root}/", text)
        text = re.sub(
            r"(pip install .*)certbot-dns-mijnhost$", rf"\1{self.wheel}", text, flags=re.MULTILINE
        )
        path = f"{self.root}/usr/local/bin:{PYTHONS}:/usr/bin:/bin"
        return subprocess.run(
            ["sh", "-e", "-c", text],
            env={**environment, "PATH": path, "XDG_CONFIG_HOME": str(self.root / "xdg")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd=self.root,
        )

    def authority(self) -> str:
        """Return where Pebble's certificate lies."""
        return str(self.site.place.pebble.certificate)

    def tell_where_the_ca_is(self) -> None:
        """Configure what nobody needs but a test: another CA, and that nobody is there to ask."""
        path = self.root / "xdg" / "letsencrypt" / "cli.ini"
        path.parent.mkdir(parents=True)
        path.write_text(
            f"config-dir = {self.path('/etc/letsencrypt')}\n"
            f"work-dir = {self.root}/work\nlogs-dir = {self.root}/logs\n"
            + certbots_configuration(self.site)
        )

    def tell_where_the_api_is(self) -> None:
        """Add to the credentials file what nobody needs but a test."""
        path = self.path("/etc/letsencrypt/mijnhost.ini")
        assert path.stat().st_mode & 0o777 == 0o600
        emulator = self.site.emulator
        with path.open("a") as file:
            file.write(f"dns_mijnhost_api_url = {emulator.api_url}\n")
            file.write(f"dns_mijnhost_nameservers = {', '.join(emulator.nameservers)}\n")
            file.write(f"dns_mijnhost_resolver = {emulator.resolver}\n")

    def certificate(self, name: str = "") -> x509.Certificate:
        """Return the newest certificate of a name, else of the test's domain."""
        path = self.path(f"/etc/letsencrypt/live/{name or self.site.domain}/cert.pem")
        return x509.load_pem_x509_certificate(path.read_bytes())


class NewcomerOnANewMachine(Newcomer):
    """Somebody at the shell of a new Debian, who knows of the wheel and of Pebble."""

    def __init__(self, site: Site, machine: Machine, wheel: Path) -> None:
        self.site = site
        self.machine = machine
        # The plugin is the wheel, under its own name; all else comes from where pip has it from.
        requirement = wheel.parent / "requirement.txt"
        requirement.write_text(f"certbot-dns-mijnhost @ {wheel.as_uri()}\n")
        self._pip = {"PIP_CONSTRAINT": str(requirement)}
        self.write("/usr/local/share/pebble.pem", site.place.pebble.certificate.read_text())
        self.type(f"systemctl set-environment REQUESTS_CA_BUNDLE={self.authority()}")

    def path(self, path: str) -> Path:
        return self.machine.path(path)

    def run(self, text: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return self.machine.run(text, {**environment, **self._pip})

    def authority(self) -> str:
        # Where services see it too, whose /tmp is their own.
        return "/usr/local/share/pebble.pem"

    def tell_where_the_ca_is(self) -> None:
        self.write("/etc/letsencrypt/cli.ini", certbots_configuration(self.site))

    def make_due(self) -> None:
        """Let Certbot renew at once, and not in two months."""
        self.write("/etc/letsencrypt/cli.ini", "force-renewal = true\n")

    def write(self, path: str, text: str) -> None:
        """Write lines to the end of a file."""
        self.path(path).parent.mkdir(parents=True, exist_ok=True)
        with self.path(path).open("a") as file:
            file.write(text)


def certbots_configuration(site: Site) -> str:
    return (
        f"server = {site.place.pebble.url}\n"
        "agree-tos = true\nregister-unsafely-without-email = true\nnon-interactive = true\n"
        "no-random-sleep-on-renew = true\n"
    )
