"""A CA on this machine, and Certbot with it: for the demo, the benchmark and the tests.

Pebble is Let's Encrypt's own small ACME server for tests. Its certificates are worth nothing, its
protocol is the real one.
"""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import TracebackType

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from certbot_dns_mijnhost.emulator import Emulator

READY_SECONDS = 300.0
CERTBOT = "import sys; from certbot.main import main; sys.exit(main())"


def pebble_command() -> str | None:
    """Return the path of Pebble: $PEBBLE, on PATH, or unpacked by scripts/find-pebble."""
    unpacked = Path(__file__).resolve().parent.parent / ".pebble" / "usr" / "bin"
    on_path = shutil.which("pebble") or shutil.which("pebble", path=unpacked)
    return os.environ.get("PEBBLE") or on_path


class Pebble:
    """A running Pebble that believes one resolver; a context manager.

    :param directory: a folder for its certificate, configuration and log.
    :param resolver: ``host:port`` of the resolver that it validates by.
    :param reuse_percent: how often a valid authorization is used for a further order.
    """

    def __init__(self, directory: Path, resolver: str, *, reuse_percent: int = 0) -> None:
        self.directory = directory
        self.resolver = resolver
        self.reuse_percent = reuse_percent
        self.log = directory / "pebble.log"
        self.certificate = directory / "pebble.pem"
        self._ports = free_ports(4)
        self._running = ExitStack()

    @property
    def url(self) -> str:
        """The ACME directory's URL."""
        return f"https://127.0.0.1:{self._ports[0]}/dir"

    def __enter__(self) -> Pebble:
        command = pebble_command()
        if command is None:
            raise FileNotFoundError("pebble was not found: see scripts/find-pebble")
        self._write_certificate()
        with ExitStack() as stack:
            log = stack.enter_context(self.log.open("w"))
            process = subprocess.Popen(  # noqa: S603
                [
                    command,
                    *("-config", str(self._configuration())),
                    *("-dnsserver", self.resolver),
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(
                    PEBBLE_VA_NOSLEEP="1",
                    PEBBLE_WFE_NONCEREJECT="0",
                    PEBBLE_AUTHZREUSE=str(self.reuse_percent),
                ),
            )
            stack.callback(_end, process)
            self._wait_until_ready(process)
            self._running = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._running.close()

    def _configuration(self) -> Path:
        path = self.directory / "pebble.json"
        path.write_text(
            json.dumps(
                {
                    "pebble": {
                        "listenAddress": f"127.0.0.1:{self._ports[0]}",
                        "managementListenAddress": f"127.0.0.1:{self._ports[1]}",
                        "certificate": str(self.certificate),
                        "privateKey": str(self.directory / "pebble.key"),
                        "httpPort": self._ports[2],
                        "tlsPort": self._ports[3],
                    }
                }
            )
        )
        return path

    def _write_certificate(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.now(timezone.utc)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=7))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
                critical=False,
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (self.directory / "pebble.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._ports[0])) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError(f"Pebble did not start:\n{self.log.read_text()}")


@dataclass(frozen=True)
class Finished:
    """What a Certbot command did."""

    exit_code: int
    output: str
    log: str


@dataclass(frozen=True)
class Certbot:
    """The real Certbot of this Python, with folders of its own.

    :param directory: holds its configuration, work and logs.
    """

    directory: Path
    pebble: Pebble

    def command(self, *arguments: str) -> list[str]:
        """Return the whole command line."""
        return [
            *(sys.executable, "-c", CERTBOT),
            *arguments,
            *("--config-dir", str(self.directory / "config")),
            *("--work-dir", str(self.directory / "work")),
            *("--logs-dir", str(self.directory / "logs")),
            *("--server", self.pebble.url),
            "--non-interactive",
        ]

    def environment(self) -> dict[str, str]:
        """Return the environment in which Certbot trusts Pebble."""
        return environment(REQUESTS_CA_BUNDLE=str(self.pebble.certificate))

    def run(
        self, *arguments: str, show: Callable[[str], None] | None = None, cwd: Path | None = None
    ) -> Finished:
        """Run a Certbot command to its end.

        :param show: is given each line of the output as it comes.
        """
        lines: list[str] = []
        with subprocess.Popen(  # noqa: S603
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment(),
            cwd=cwd,
        ) as process:
            assert process.stdout is not None  # noqa: S101  # it was asked for
            for line in process.stdout:
                lines.append(line)
                if show is not None:
                    show(line.rstrip("\n"))
        return self.finished(process.returncode, "".join(lines))

    def finished(self, exit_code: int, output: str) -> Finished:
        """Return the result of a command that has ended, with its log."""
        log = self.directory / "logs" / "letsencrypt.log"
        return Finished(exit_code, output, log.read_text() if log.exists() else "")

    def obtain(
        self,
        credentials: Path,
        domains: Sequence[str],
        *more: str,
        show: Callable[[str], None] | None = None,
    ) -> Finished:
        """Obtain a certificate by the plugin."""
        return self.run(
            "certonly",
            *("--authenticator", "dns-mijnhost"),
            *("--dns-mijnhost-credentials", str(credentials)),
            *(word for domain in domains for word in ("-d", domain)),
            *("--agree-tos", "--register-unsafely-without-email"),
            *more,
            show=show,
        )

    def renew(self, *more: str, show: Callable[[str], None] | None = None) -> Finished:
        """Renew all certificates, due or not."""
        return self.run("renew", "--force-renewal", "--no-random-sleep-on-renew", *more, show=show)

    def certificate(self, name: str) -> x509.Certificate:
        """Return the certificate of a lineage."""
        path = self.directory / "config" / "live" / name / "cert.pem"
        return x509.load_pem_x509_certificate(path.read_bytes())


def names_of(certificate: x509.Certificate) -> set[str]:
    """Return the domains of a certificate."""
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return set(extension.value.get_values_for_type(x509.DNSName))


def write_credentials(path: Path, settings: dict[str, str]) -> Path:
    """Write a credentials file that only its owner can read."""
    path.touch(mode=0o600)
    path.write_text("".join(f"dns_mijnhost_{name} = {value}\n" for name, value in settings.items()))
    return path


def emulator_settings(emulator: Emulator) -> dict[str, str]:
    """Return what a credentials file must hold to use an emulator and its name servers."""
    return {
        "api_key": emulator.account.api_key,
        "api_url": emulator.api_url,
        "nameservers": ", ".join(emulator.nameservers),
        "resolver": emulator.resolver,
    }


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without proxies, which loopback must not use."""
    kept = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    return {**kept, "NO_PROXY": "*", "PYTHONUNBUFFERED": "1", **more}


def free_ports(count: int) -> list[int]:
    """Return different free ports of the loopback; nothing keeps them free."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
