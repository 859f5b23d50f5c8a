"""The two plugins, each in an environment of its own with the same Certbot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from certbot_dns_mijnhost.emulator import Emulator
from scripts.local_ca import Certbot, Pebble, emulator_settings, write_credentials

# The vendor's plugin has its API's address as a constant; it is set before Certbot starts.
AIMED_VENDOR = (
    "import os, sys\n"
    "import certbot_dns_mijn_host.mijn_host as plugin\n"
    "plugin.BASE_URL = os.environ['API_URL'] + '/'\n"
    "from certbot.main import main\n"
    "sys.exit(main())\n"
)


@dataclass(frozen=True)
class LoneCertbot(Certbot):
    """Certbot with temporary files of its own; without root, the lock of the zone among them.

    With a shared lock, it would wait for any other run for that zone on this machine.
    """

    def environment(self) -> dict[str, str]:
        """Return the environment."""
        return {**super().environment(), "TMPDIR": str(self.pebble.directory)}


@dataclass(frozen=True)
class AimedCertbot(LoneCertbot):
    """The Certbot of another environment, with the vendor's plugin aimed at the emulator."""

    python: str = ""
    api_url: str = ""

    def command(self, *arguments: str) -> list[str]:
        """Return the whole command line."""
        _, _, _, *rest = super().command(*arguments)
        return [self.python, "-c", AIMED_VENDOR, *rest]

    def environment(self) -> dict[str, str]:
        """Return an environment in which the other Python finds nothing of this one's."""
        kept = {k: v for k, v in super().environment().items() if k != "PYTHONPATH"}
        return {**kept, "API_URL": self.api_url}


@dataclass(frozen=True)
class Contender:
    """A plugin.

    :param python: of the environment that it is installed in; empty for this one.
    """

    label: str
    authenticator: str
    module: str
    python: str = ""

    def obtain(
        self,
        directory: Path,
        emulator: Emulator,
        pebble: Pebble,
        domains: Sequence[str],
        seconds: str | None,
    ) -> bool:
        """Obtain a certificate; return whether it was issued.

        :param seconds: the plugin's propagation seconds; None for its default.
        """
        credentials = self._credentials(directory, emulator)
        finished = self._certbot(directory, emulator, pebble).run(
            "certonly",
            *("--authenticator", self.authenticator),
            *(f"--{self.authenticator}-credentials", str(credentials)),
            *(() if seconds is None else (f"--{self.authenticator}-propagation-seconds", seconds)),
            *(word for domain in domains for word in ("-d", domain)),
            *("--agree-tos", "--register-unsafely-without-email"),
            # Elsewhere than here: `python -c` finds the plugins of the folder that it starts in.
            cwd=directory,
        )
        return finished.exit_code == 0

    def _certbot(self, directory: Path, emulator: Emulator, pebble: Pebble) -> Certbot:
        folder = directory / "certbot"
        if not self.python:
            return LoneCertbot(folder, pebble)
        return AimedCertbot(folder, pebble, python=self.python, api_url=emulator.api_url)

    def _credentials(self, directory: Path, emulator: Emulator) -> Path:
        path = directory / "credentials.ini"
        if self.python:
            path.touch(mode=0o600)
            path.write_text(f"dns_mijn_host_api_key = {emulator.account.api_key}\n")
            return path
        return write_credentials(
            path,
            emulator_settings(emulator),
        )


def contenders(vendor_python: str) -> tuple[Contender, Contender]:
    """Return ours and the vendor's.

    :param vendor_python: the Python of the vendor's environment.
    """
    # Absolute, since Certbot starts in another folder; not resolved, since the link is the
    # environment.
    python = str(Path(vendor_python).absolute())
    return (
        Contender("this plugin", "dns-mijnhost", "certbot_dns_mijnhost.dns_mijnhost"),
        Contender("the vendor's", "dns-mijn-host", "certbot_dns_mijn_host.mijn_host", python),
    )
