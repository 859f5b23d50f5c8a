"""Certbot's stored renewals: whether they work from cron too, and happen."""

from __future__ import annotations

import codecs
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from certbot_dns_mijnhost.doctor import Finding, State
from certbot_dns_mijnhost.doctor.certbot_files import renewals

from .runner import DoctorRunner

NO_NAME = x509.Name([])


def write_certificate(path: Path, *, days_left: float, lifetime: float = 90.0) -> None:
    now = datetime.now(timezone.utc)
    end = now + timedelta(days=days_left)
    key = ec.generate_private_key(ec.SECP256R1())
    signed = (
        x509.CertificateBuilder(NO_NAME, NO_NAME, key.public_key(), 1)
        .not_valid_before(end - timedelta(days=lifetime))
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_pem(signed))


def _pem(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    return certificate.public_bytes(Encoding.PEM)


def store(
    runner: DoctorRunner,
    credentials: str | None,
    *,
    name: str = "example.nl",
    authenticator: str = "dns-mijnhost",
    days_left: float = 60.0,
    lifetime: float = 90.0,
) -> Path:
    """Store a renewal as Certbot does, and a certificate."""
    config = runner.config
    certificate = config / "live" / name / "cert.pem"
    write_certificate(certificate, days_left=days_left, lifetime=lifetime)
    file = config / "renewal" / f"{name}.conf"
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        f"# renew_before_expiry = 30 days\nversion = 5.8.0\ncert = {certificate}\n"
        f"[renewalparams]\nauthenticator = {authenticator}\n"
        + (f"dns_mijnhost_credentials = {credentials}\n" if credentials else "")
    )
    return file


def found(runner: DoctorRunner) -> list[Finding]:
    return [each for each in runner.run().findings if each.check == "renewal"]


def test_without_certificates_no_renewal_is_reported(runner: DoctorRunner) -> None:
    assert found(runner) == []


def test_renewals_in_order_are_one_line(runner: DoctorRunner) -> None:
    runner.run()
    for name in ("example.nl", "www.example.nl"):
        store(runner, str(runner.credentials), name=name)
    store(runner, None, name="example.org", authenticator="nginx")
    [renewal] = found(runner)
    assert renewal.state is State.OK
    assert renewal.data["certificates"] == ["example.nl", "www.example.nl"]
    assert "example.nl, www.example.nl" in renewal.message


def test_a_relative_path_that_cron_does_not_find(runner: DoctorRunner) -> None:
    file = store(runner, "mijnhost.ini")
    [renewal] = found(runner)
    assert renewal.state is State.FAILED
    assert "cron and systemd start in another directory" in renewal.message
    assert renewal.next_step.startswith(f"Write the absolute path into {file}: ")


def test_a_credentials_file_that_is_gone(runner: DoctorRunner) -> None:
    store(runner, "/nowhere/mijnhost.ini")
    [renewal] = found(runner)
    assert renewal.state is State.FAILED
    assert "/nowhere/mijnhost.ini does not exist" in renewal.message
    assert str(runner.config / "renewal" / "example.nl.conf") in renewal.next_step


def test_a_key_that_only_the_environment_gives(runner: DoctorRunner) -> None:
    store(runner, None)
    [renewal] = found(runner)
    assert renewal.state is State.WARNING
    assert "the first run took the key from its environment" in renewal.message
    assert "dns_mijnhost_credentials = /etc/letsencrypt/mijnhost.ini" in renewal.next_step
    runner.environment["MIJNHOST_API_KEY"] = runner.emulator.account.api_key
    assert [each.state for each in found(runner)] == [State.OK]


def test_a_stored_none_is_not_a_path(runner: DoctorRunner) -> None:
    store(runner, "None")
    [renewal] = found(runner)
    assert "the first run took the key from its environment" in renewal.message


@pytest.mark.parametrize("start", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_renewal_that_an_editor_saved(runner: DoctorRunner, start: bytes, end: bytes) -> None:
    runner.run()
    file = store(runner, str(runner.credentials))
    file.write_bytes(start + file.read_bytes().replace(b"\n", end).rstrip())
    assert [each.state for each in found(runner)] == [State.OK]


@pytest.mark.parametrize(
    ("days_left", "lifetime", "state", "words"),
    [
        (29.0, 90.0, State.OK, "Certbot has what it needs"),
        (10.5, 90.0, State.WARNING, "expires in 10 days"),
        (10.5, 45.0, State.OK, "Certbot has what it needs"),
        (-1.0, 90.0, State.WARNING, "expired ("),
        (2.5, 6.0, State.OK, "Certbot has what it needs"),
    ],
)
def test_a_certificate_that_nothing_renewed(
    runner: DoctorRunner, days_left: float, lifetime: float, state: State, words: str
) -> None:
    runner.run()
    store(runner, str(runner.credentials), days_left=days_left, lifetime=lifetime)
    [renewal] = found(runner)
    assert renewal.state is state
    assert words in renewal.message
    assert ("certbot renew --dry-run" in renewal.next_step) is (state is State.WARNING)


def test_renewals_are_checked_without_credentials(runner: DoctorRunner) -> None:
    store(runner, "mijnhost.ini")
    checks = [each.check for each in runner.run(path="/nowhere/mijnhost.ini").findings]
    assert checks == ["credentials", "renewal", "schedule", "horizon"]


def test_a_relative_path_in_a_variable(
    runner: DoctorRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("secret").write_text(runner.emulator.account.api_key)
    runner.environment["MIJNHOST_API_KEY_FILE"] = "secret"
    runner.environment["CREDENTIALS_DIRECTORY"] = "unused"
    warnings = [
        each
        for each in runner.run(path=None).findings
        if each.check == "credentials" and each.state is State.WARNING
    ]
    assert [each.next_step for each in warnings] == [f"Use the absolute path: {tmp_path}/secret"]


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[renewalparams\n", b"renewalparams = a, b\n", b"[a]\n[a]\n"]
)
def test_an_unreadable_renewal_is_left_to_certbot(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "renewal"
    folder.mkdir()
    (folder / "odd.conf").write_bytes(content)
    (folder / "folder.conf").mkdir()
    assert renewals(tmp_path) == []


def test_an_unreadable_certificate_has_no_days(runner: DoctorRunner) -> None:
    runner.run()
    file = store(runner, str(runner.credentials))
    (runner.config / "live" / "example.nl" / "cert.pem").write_text("nothing")
    assert [each.state for each in found(runner)] == [State.OK]
    file.write_text(file.read_text().replace("cert = ", "cert = a, b"))
    assert [each.state for each in found(runner)] == [State.OK]
