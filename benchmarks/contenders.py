"""The two plugins, each in an environment of its own with the same Certbot."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from certbot_dns_mijnhost.emulator import Emulator
from examples.local_ca import Certbot, Pebble, write_credentials

# The vendor's plugin has its API's address as a constant; it is set before Certbot starts.
AIMED_VENDOR = (
    "import os, sys\n"
    "import certbot_dns_mijn_host.mijn_host as plugin\n"
    "plugin.BASE_URL = os.environ['API_URL'] + '/'\n"
    "from certbot.main import main\n"
    "sys.exit(main())\n"
)


@dataclass(frozen=True)
class AimedCertbot(Certbot):
    """The Certbot of another environment, with the vendor's plugin aimed at the emulator."""

    python: str = ""

    def command(self, *arguments: str) -> list[str]:
        """Return the whole command line."""
        _, _, _, *rest = super().command(*arguments)
        return [self.python, "-c", AIMED_VENDOR, *rest]


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
        """Obtain a certificate; tell whether it was issued.

        :param seconds: the plugin's propagation seconds; None for its default.
        """
        certbot = Certbot(directory / "certbot", pebble)
        if self.python:
            certbot = AimedCertbot(directory / "certbot", pebble, python=self.python)
            os.environ["API_URL"] = emulator.api_url
        credentials = self._credentials(directory, emulator)
        finished = certbot.run(
            "certonly",
            *("--authenticator", self.authenticator),
            *(f"--{self.authenticator}-credentials", str(credentials)),
            *(() if seconds is None else (f"--{self.authenticator}-propagation-seconds", seconds)),
            *(word for domain in domains for word in ("-d", domain)),
            *("--agree-tos", "--register-unsafely-without-email"),
        )
        return finished.exit_code == 0

    def _credentials(self, directory: Path, emulator: Emulator) -> Path:
        path = directory / "credentials.ini"
        if self.python:
            path.touch(mode=0o600)
            path.write_text(f"dns_mijn_host_api_key = {emulator.account.api_key}\n")
            return path
        return write_credentials(
            path,
            {
                "api_key": emulator.account.api_key,
                "api_url": emulator.api_url,
                "nameservers": ", ".join(emulator.nameservers),
                "resolver": emulator.resolver,
            },
        )


def contenders(vendor_python: str) -> tuple[Contender, Contender]:
    """Return ours and the vendor's."""
    return (
        Contender("this plugin", "dns-mijnhost", "certbot_dns_mijnhost.dns_mijnhost"),
        Contender(
            "the vendor's", "dns-mijn-host", "certbot_dns_mijn_host.mijn_host", vendor_python
        ),
    )
