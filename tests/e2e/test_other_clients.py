"""Other ACME clients, and Certbot without the plugin, through the command's hooks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

from certbot_dns_mijnhost.emulator import Variants
from scripts.local_ca import Finished, environment, names_of
from tests.support.certbot import CertbotUser
from tests.support.commands import write_command
from tests.support.docs_shell import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

BIN = Path(sys.executable).parent
HOOKS = ROOT / "examples" / "other-clients"
VARIANTS = {
    "append": Variants(patch="append"),
    "replace": Variants(patch="replace"),
    "replace, stale reads": Variants(patch="replace", stale_reads=2),
    "append, stale reads": Variants(patch="append", stale_reads=2),
    "replace, a replica that lags": Variants(
        patch="replace", lagging_replica=True, replica_seconds=1.0
    ),
}
UNSHARED = """
mount -t tmpfs tmpfs /etc/ssl/certs
cat "$1" > /etc/ssl/certs/ca-certificates.crt
shift
exec "$@"
"""
"""uacme's TLS library has no option for the CA's certificate."""


def install_mijnhost(directory: Path) -> Path:
    """Install the command `mijnhost` of this Python, with short pauses; return its path."""
    line = f'PYTHONPATH={ROOT} exec {sys.executable} -m tests.support.short_pauses "$@"'
    return write_command(directory, "mijnhost", line)


class Client:
    """An ACME client with a directory of its own, which finds the key as a service of systemd."""

    def __init__(self, user: CertbotUser) -> None:
        self.user = user
        self.directory = user.directory / "client"
        self.directory.mkdir()
        self.names = (user.domain, f"*.{user.domain}")

    def hook(self, client: str) -> Path:
        """Install the hook as the page says, for the command of this Python."""
        text = (HOOKS / f"{client}.sh").read_text()
        assert "/opt/mijnhost/bin:" in text
        mijnhost = install_mijnhost(self.directory / "bin")
        path = self.directory / f"{client}.sh"
        path.write_text(text.replace("/opt/mijnhost/bin", str(mijnhost.parent)))
        path.chmod(0o755)
        return path

    def run(self, *command: str | Path, **variables: str) -> None:
        done = subprocess.run(
            command,
            env=environment(CREDENTIALS_DIRECTORY=str(self.user.directory), **variables),
            cwd=self.directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        assert "Traceback" not in done.stdout
        assert self.user.key not in done.stdout


Runner = Callable[[str, str], Path]
"""Runs a client to issue or to renew, in a mode of its hook; returns the certificate's path."""


def lego(client: Client, programs: Path) -> Runner:
    pebble = client.user.pebble
    actions = {"issue": ("run",), "renew": ("renew", "--days", "10000", "--no-random-sleep")}

    def run(action: str, mode: str) -> Path:
        client.run(
            *(programs / "lego", "--server", pebble.url, "--path", client.directory),
            *("--email", "you@example.nl", "--accept-tos", "--dns", "exec", "--dns.disable-cp"),
            *(argument for name in client.names for argument in ("--domains", name)),
            *actions[action],
            LEGO_CA_CERTIFICATES=str(pebble.certificate),
            EXEC_PATH=str(client.hook("lego")),
            EXEC_SEQUENCE_INTERVAL="0",
            EXEC_POLLING_INTERVAL="0",
            EXEC_MODE=mode,
        )
        return client.directory / "certificates" / f"{client.user.domain}.crt"

    return run


def dehydrated(client: Client, programs: Path) -> Runner:
    pebble = client.user.pebble
    config = client.directory / "config"
    (client.directory / "domains.txt").write_text(" ".join(client.names) + "\n")

    def run(action: str, mode: str) -> Path:
        config.write_text(
            f'CA="{pebble.url}"\nCHALLENGETYPE="dns-01"\nHOOK={client.hook("dehydrated")}\n'
            f'HOOK_CHAIN="{mode}"\nBASEDIR="{client.directory}"\n'
            f'CURL_OPTS="--cacert {pebble.certificate}"\nKEY_ALGO="prime256v1"\nKEYSIZE="2048"\n'
        )
        command = (programs / "dehydrated", "--config", config)
        if action == "issue":
            client.run(*command, "--register", "--accept-terms")
        client.run(*command, "--cron", *(("--force",) if action == "renew" else ()))
        return client.directory / "certs" / client.user.domain / "cert.pem"

    return run


def uacme(client: Client, programs: Path) -> Runner:
    pebble = client.user.pebble
    unshared = ("unshare", "--mount", "sh", "-ec", UNSHARED, "sh", pebble.certificate)
    command = (
        *unshared,
        *(programs / "uacme", "--acme-url", pebble.url, "--confdir", client.directory),
    )

    def run(action: str, _: str) -> Path:
        if action == "issue":
            client.run(*command, "--yes", "new")
        due = ("--force",) if action == "renew" else ()
        client.run(*command, "--hook", client.hook("uacme"), *due, "issue", *client.names)
        return client.directory / client.user.domain / "cert.pem"

    return run


# lego and uacme have one value at a time in the zone, dehydrated and Certbot have two.
CASES = [
    (lego, [("", "append"), ("", "replace, stale reads"), ("RAW", "replace")]),
    (dehydrated, [("yes", "append"), ("yes", "replace, stale reads")]),
    (
        dehydrated,
        [
            ("no", "append, stale reads"),
            ("no", "replace"),
            ("no", "replace, a replica that lags"),
        ],
    ),
    (uacme, [("", "append"), ("", "replace, stale reads")]),
]
"""Each client, and its runs: the mode of the hook, and how the API behaves. The first issues."""


@pytest.mark.parametrize(
    ("make", "runs"),
    [
        pytest.param(
            make,
            runs,
            id=f"{make.__name__} {runs[0][0]}",
            marks=[pytest.mark.root] if make is uacme else [],
        )
        for make, runs in CASES
    ],
)
def test_apex_and_wildcard_are_issued_and_renewed(
    user: CertbotUser,
    programs: Path,
    make: Callable[[Client, Path], Runner],
    runs: list[tuple[str, str]],
) -> None:
    before = user.zone
    client = Client(user)
    run = make(client, programs)
    serials = set()
    for number, (mode, name) in enumerate(runs):
        user.emulator.variants = VARIANTS[name]
        path = run("renew" if number else "issue", mode)
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        assert names_of(certificate) == set(client.names)
        serials.add(certificate.serial_number)
        assert user.zone == before, (mode, name)
    assert len(serials) == len(runs)


@pytest.mark.parametrize("patch", ["append", "replace"])
def test_certbots_manual_hooks_issue_and_renew_and_wait_once(user: CertbotUser, patch: str) -> None:
    before = user.zone
    mijnhost = install_mijnhost(user.directory / "bin")
    hook = f"{mijnhost} hook certbot --verbose --credentials {user.credentials}"
    issue = (
        *("certonly", "--manual", "--preferred-challenges", "dns"),
        *("--manual-auth-hook", f"{hook} auth", "--manual-cleanup-hook", f"{hook} cleanup"),
        *("-d", user.domain, "-d", f"*.{user.domain}"),
        *("--agree-tos", "--register-unsafely-without-email"),
    )
    runs: list[Finished] = []
    serials = set()
    for variants in (each for each in VARIANTS.values() if each.patch == patch):
        user.emulator.variants = variants
        runs.append(user.certbot.renew() if runs else user.certbot.run(*issue))
        assert runs[-1].exit_code == 0, runs[-1].output
        assert user.zone == before, variants
        certificate = user.certbot.certificate(user.domain)
        assert names_of(certificate) == {user.domain, f"*.{user.domain}"}
        serials.add(certificate.serial_number)
    assert len(serials) == len(runs) > 1
    for run in runs:
        assert "Traceback" not in run.output
        assert user.key not in run.output
        calls = re.split(r"Hook '--manual-auth-hook' for ", run.output)[1:]
        waits = [": all serve everything" in call for call in calls]
        # Pebble reuses one valid authorization in a hundred, even if configured to reuse none.
        assert waits in ([False, True], [True]), run.output


def test_a_failed_hook_tells_certbots_user_why(user: CertbotUser) -> None:
    hook = f"{BIN / 'mijnhost'} hook certbot --credentials {user.credentials}"
    failed = user.certbot.run(
        *("certonly", "--manual", "--preferred-challenges", "dns"),
        *("--manual-auth-hook", f"{hook} auth", "--manual-cleanup-hook", f"{hook} cleanup"),
        *("-d", f"elsewhere{os.getpid()}.example.org"),
        *("--agree-tos", "--register-unsafely-without-email"),
    )
    assert failed.exit_code == 1
    assert "is in the account" in failed.output or "account of this API key" in failed.output
    assert "Traceback" not in failed.output
