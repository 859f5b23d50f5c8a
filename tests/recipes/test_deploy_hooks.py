"""Deploy hooks."""

from __future__ import annotations

import ssl
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.commands import EXAMPLES, StubCommands


@pytest.fixture
def lineage(tmp_path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.nl")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=90))
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path / "live" / "example.nl"
    folder.mkdir(parents=True)
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, pkcs8, plain))
    return folder


class Hook:
    """A deploy hook, called as Certbot calls it."""

    def __init__(self, stubs: StubCommands, lineage: Path, directory: Path) -> None:
        self.stubs = stubs
        self.lineage = lineage
        self.certificates = directory / "certs"
        self.certificates.mkdir()
        stubs.add("systemctl")

    def run(self, name: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.stubs.run(
            EXAMPLES / "deploy-hooks" / name,
            **{
                "RENEWED_LINEAGE": str(self.lineage),
                "RENEWED_DOMAINS": "example.nl *.example.nl",
                "HAPROXY_CERTIFICATES": str(self.certificates),
                **environment,
            },
        )

    @property
    def joined(self) -> Path:
        return self.certificates / "example.nl.pem"


@pytest.fixture
def hook(stubs: StubCommands, lineage: Path, tmp_path: Path) -> Hook:
    return Hook(stubs, lineage, tmp_path)


CHECKS = {
    "nginx.sh": {"nginx": "nginx -t -q"},
    "haproxy.sh": {"haproxy": "haproxy -c -q -f /etc/haproxy/haproxy.cfg"},
    "postfix-dovecot.sh": {"postfix": "postfix check", "dovecot": "doveconf -n"},
}


@pytest.mark.parametrize("name", CHECKS)
def test_a_hook_checks_and_then_reloads(hook: Hook, name: str) -> None:
    expected = []
    for service, check in CHECKS[name].items():
        hook.stubs.add(check.split()[0])
        expected += [check, f"systemctl try-reload-or-restart {service}"]
    done = hook.run(name)
    assert (done.returncode, done.stdout) == (0, "")
    assert hook.stubs.calls == expected


@pytest.mark.parametrize("name", CHECKS)
def test_a_hook_leaves_a_bad_configuration_alone_and_says_so(hook: Hook, name: str) -> None:
    for check in CHECKS[name].values():
        hook.stubs.add(check.split()[0], exit_code=1, says="line 7 is wrong")
    done = hook.run(name)
    assert done.returncode == 1
    assert hook.stubs.calls == list(CHECKS[name].values())
    assert "line 7 is wrong" in done.stdout
    assert "for example.nl *.example.nl: the check of its configuration failed" in done.stdout
    for service in CHECKS[name]:
        assert f"run: systemctl reload {service}" in done.stdout


@pytest.mark.parametrize("name", CHECKS)
def test_a_hook_tells_of_a_reload_that_fails(hook: Hook, name: str) -> None:
    for check in CHECKS[name].values():
        hook.stubs.add(check.split()[0])
    hook.stubs.add("systemctl", exit_code=1)
    done = hook.run(name)
    assert done.returncode == 1
    for service in CHECKS[name]:
        assert f"See why: systemctl status {service}" in done.stdout


@pytest.mark.parametrize("name", CHECKS)
def test_a_hook_that_certbot_did_not_start_does_nothing(hook: Hook, name: str) -> None:
    done = hook.stubs.run(EXAMPLES / "deploy-hooks" / name)
    assert done.returncode != 0
    assert "RENEWED_LINEAGE: is set by Certbot" in done.stdout
    assert hook.stubs.calls == []


def test_haproxy_gets_one_file_that_only_root_can_read(hook: Hook) -> None:
    hook.stubs.add("haproxy")
    hook.joined.write_text("the one before")
    hook.joined.chmod(0o644)
    before = hook.joined.stat().st_ino
    assert hook.run("haproxy.sh").returncode == 0
    assert hook.joined.stat().st_mode & 0o777 == 0o600
    assert hook.joined.stat().st_ino != before, "it was moved into place"
    assert list(hook.certificates.iterdir()) == [hook.joined]
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(hook.joined)


def test_haproxys_file_stays_as_it_is_where_the_new_one_is_incomplete(hook: Hook) -> None:
    hook.stubs.add("haproxy")
    hook.joined.write_text("the one before")
    (hook.lineage / "privkey.pem").unlink()
    assert hook.run("haproxy.sh").returncode != 0
    assert hook.joined.read_text() == "the one before"
    assert list(hook.certificates.iterdir()) == [hook.joined]
    assert hook.stubs.calls == []


def test_dovecot_is_reloaded_though_postfix_has_errors(hook: Hook) -> None:
    hook.stubs.add("postfix", exit_code=1)
    hook.stubs.add("doveconf")
    assert hook.run("postfix-dovecot.sh").returncode == 1
    assert hook.stubs.calls == [
        "postfix check",
        "doveconf -n",
        "systemctl try-reload-or-restart dovecot",
    ]


def test_mail_servers_pass_over_certificates_of_other_names(hook: Hook) -> None:
    hook.stubs.add("postfix")
    for mail_name, reloaded in (("mail.example.nl", False), ("*.example.nl", True)):
        assert hook.run("postfix-dovecot.sh", MAIL_NAME=mail_name).returncode == 0
        assert ("systemctl try-reload-or-restart postfix" in hook.stubs.calls) is reloaded
