"""Runs the doctor on an account in the emulator."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from certbot_dns_mijnhost.api import RetryPolicy
from certbot_dns_mijnhost.defaults import CA
from certbot_dns_mijnhost.doctor import Doctor, Finding, State
from certbot_dns_mijnhost.emulator import Emulator
from scripts.local_ca import write_credentials
from tests.support.virtual_time import VirtualTime
from tests.support.waiting import SILENCE

BOTH = ("example.nl", "*.example.nl")


@dataclass
class DoctorRunner:
    """Runs the doctor on an account in the emulator, with a credentials file.

    Set the other fields before the first run.
    """

    emulator: Emulator
    credentials: Path
    settings: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)
    clock: VirtualTime = field(default_factory=VirtualTime)
    progress: list[str] = field(default_factory=list)
    query_timeout: float = SILENCE

    def run(self, *names: str, write: bool = False, path: str | None = "") -> DoctorResult:
        """Run the doctor for names of a certificate; without `write` it creates no record."""
        needed = {
            "api_key": self.emulator.account.api_key,
            "api_url": self.emulator.api_url,
            "resolver": self.emulator.resolver,
        }
        self.clock.advance(1.0)  # Until all name servers serve the records that a test added.
        if not self.credentials.exists():
            write_credentials(self.credentials, {**needed, **self.settings})
        doctor = Doctor(
            lambda _: None,
            ca=CA,
            port=int(self.emulator.nameservers[0].split(":")[1]),
            query_timeout=self.query_timeout,
            root=self.credentials.parent / "root",
            progress=self.progress.append,
            retry=RetryPolicy(tries=2, sleep=self.clock.sleep, clock=self.clock),
        )
        doctor.run(
            names,
            path=str(self.credentials) if path == "" else path,
            flags=self.flags,
            environment=self.environment,
            config_directory=self.config,
            write=write,
        )
        return DoctorResult(doctor)

    @property
    def config(self) -> Path:
        """Certbot's --config-dir."""
        return self.credentials.parent / "config"

    @property
    def domain(self) -> str:
        return self.emulator.account.domains()[0].name


class DoctorResult:
    """What a run of the doctor found."""

    def __init__(self, doctor: Doctor) -> None:
        self.findings = doctor.findings
        self.has_failed = doctor.has_failed

    def one(self, check: str) -> Finding:
        """Return the finding of a check that reported exactly one."""
        [found] = [finding for finding in self.findings if finding.check == check]
        return found

    def states(self) -> set[State]:
        return {finding.state for finding in self.findings}

    def failed(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.state is State.FAILED]
