"""Runs the commands of a page as it shows them, in a test's own directory or on a new Debian."""

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
    from .certbot import CertbotUser

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


class DocsShell:
    """A shell for the commands of a page; /opt, /etc and /usr/local are below `root`."""

    def __init__(self, user: CertbotUser, root: Path, wheel: Path) -> None:
        self.user = user
        self.root = root
        self.wheel = wheel
        for folder in ("/usr/local/bin", "/etc/cron.d", "/etc/letsencrypt", "/opt"):
            self.path(folder).mkdir(parents=True)

    def path(self, path: str) -> Path:
        """Return where a file of the page is."""
        return self.root / path.lstrip("/")

    def type(self, block: str) -> str:
        """Run a block of a page for the user's domain and key; return its output."""
        text = block.replace("example.nl", self.user.domain).replace("YOUR-KEY", self.user.key)
        # pip asks another server than Certbot does.
        is_pip = "pip install" in block or "examples/install/" in block
        trust = {} if is_pip else {"REQUESTS_CA_BUNDLE": self.ca_certificate()}
        shown = self.run(text, environment(**trust))
        assert shown.returncode == 0, f"{text}\n{shown.stdout}"
        return shown.stdout

    def run(self, text: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run lines in this shell."""
        text = FOLDERS.sub(f"{self.root}/", text)
        text = re.sub(
            r"(pip install .*)certbot-dns-mijnhost$", rf"\1{self.wheel}", text, flags=re.MULTILINE
        )
        path = f"{self.root}/usr/local/bin:{PYTHONS}:/usr/bin:/bin"
        # With a checkout on its path, pip would not install what is there.
        kept = {name: value for name, value in environment.items() if name != "PYTHONPATH"}
        return subprocess.run(
            ["sh", "-e", "-c", text],
            env={**kept, "PATH": path, "XDG_CONFIG_HOME": str(self.root / "xdg")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd=self.root,
        )

    def ca_certificate(self) -> str:
        """Return the file with Pebble's certificate."""
        return str(self.user.pebble.certificate)

    def configure_ca(self) -> None:
        """Configure what only a test needs: Pebble as the CA, and no questions."""
        path = self.root / "xdg" / "letsencrypt" / "cli.ini"
        path.parent.mkdir(parents=True)
        path.write_text(
            f"config-dir = {self.path('/etc/letsencrypt')}\n"
            f"work-dir = {self.root}/work\nlogs-dir = {self.root}/logs\n"
            + certbots_configuration(self.user)
        )

    def configure_api(self) -> None:
        """Add to the credentials file what only a test needs: the emulator's addresses."""
        path = self.path("/etc/letsencrypt/mijnhost.ini")
        assert path.stat().st_mode & 0o777 == 0o600
        emulator = self.user.emulator
        with path.open("a") as file:
            file.write(f"dns_mijnhost_api_url = {emulator.api_url}\n")
            file.write(f"dns_mijnhost_nameservers = {', '.join(emulator.nameservers)}\n")
            file.write(f"dns_mijnhost_resolver = {emulator.resolver}\n")

    def certificate(self, name: str = "") -> x509.Certificate:
        """Return the newest certificate of a name, else of the test's domain."""
        path = self.path(f"/etc/letsencrypt/live/{name or self.user.domain}/cert.pem")
        return x509.load_pem_x509_certificate(path.read_bytes())


class MachineShell(DocsShell):
    """The root shell of a new Debian, which has the wheel and Pebble's certificate."""

    def __init__(self, user: CertbotUser, machine: Machine, wheel: Path) -> None:
        self.user = user
        self.machine = machine
        # The plugin is the wheel, under its own name; all else comes from where pip has it from.
        requirement = wheel.parent / "requirement.txt"
        requirement.write_text(f"certbot-dns-mijnhost @ {wheel.as_uri()}\n")
        self._pip = {"PIP_CONSTRAINT": str(requirement)}
        self.write("/usr/local/share/pebble.pem", user.pebble.certificate.read_text())
        self.type(f"systemctl set-environment REQUESTS_CA_BUNDLE={self.ca_certificate()}")

    def path(self, path: str) -> Path:
        return self.machine.path(path)

    def run(self, text: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return self.machine.run(text, {**environment, **self._pip})

    def ca_certificate(self) -> str:
        # Where services see it too, whose /tmp is their own.
        return "/usr/local/share/pebble.pem"

    def configure_ca(self) -> None:
        self.write("/etc/letsencrypt/cli.ini", certbots_configuration(self.user))

    def make_due(self) -> None:
        """Let Certbot renew immediately."""
        self.write("/etc/letsencrypt/cli.ini", "force-renewal = true\n")

    def write(self, path: str, text: str) -> None:
        """Write lines to the end of a file."""
        self.path(path).parent.mkdir(parents=True, exist_ok=True)
        with self.path(path).open("a") as file:
            file.write(text)


def certbots_configuration(user: CertbotUser) -> str:
    return (
        f"server = {user.pebble.url}\n"
        "agree-tos = true\nregister-unsafely-without-email = true\nnon-interactive = true\n"
        "no-random-sleep-on-renew = true\n"
    )
