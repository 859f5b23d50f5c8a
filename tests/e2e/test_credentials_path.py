"""The path of the credentials file: as typed, as stored, and at a renewal from another folder."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from scripts.local_ca import Certbot, Finished, Pebble
from tests.support.certbot import CertbotUser

pytestmark = pytest.mark.e2e


def obtain(certbot: Certbot, domain: str, *more: str, cwd: Path | None = None) -> Finished:
    return certbot.run(
        "certonly",
        *("--authenticator", "dns-mijnhost", "-d", domain),
        *("--agree-tos", "--register-unsafely-without-email"),
        *more,
        cwd=cwd,
    )


def stored(certbot: Certbot, name: str) -> list[str]:
    """Return the stored lines about the credentials."""
    text = (certbot.directory / "config" / "renewal" / f"{name}.conf").read_text()
    return [line for line in text.splitlines() if line.startswith("dns_mijnhost_")]


def replace_stored(certbot: Certbot, name: str, path: str) -> None:
    file = certbot.directory / "config" / "renewal" / f"{name}.conf"
    [line] = stored(certbot, name)
    file.write_text(file.read_text().replace(line, f"dns_mijnhost_credentials = {path}"))


def test_a_relative_path_is_stored_absolutely_if_the_ca_reuses_authorizations(
    user: CertbotUser, tmp_path: Path
) -> None:
    with Pebble(tmp_path, user.emulator.resolver, reuse_percent=100) as pebble:
        certbot = user.another_certbot("reuse", pebble)
        first = certbot.obtain(user.credentials, [user.domain])
        assert first.exit_code == 0, first.output
        start = len(user.emulator.requests)
        second = obtain(
            certbot,
            user.domain,
            *("--dns-mijnhost-credentials", user.credentials.name),
            *("--cert-name", "second", "--force-renewal"),
            cwd=user.credentials.parent,
        )
        assert second.exit_code == 0, second.output
        assert len(user.emulator.requests) == start, "no challenge was performed"
        assert stored(certbot, "second") == [f"dns_mijnhost_credentials = {user.credentials}"]
        renewed = certbot.run(
            *("renew", "--cert-name", "second", "--force-renewal", "--no-random-sleep-on-renew"),
            cwd=Path("/"),
        )
        assert renewed.exit_code == 0, renewed.output
        assert stored(certbot, "second") == [f"dns_mijnhost_credentials = {user.credentials}"]


def test_a_relative_path_that_is_stored_already(user: CertbotUser, tmp_path: Path) -> None:
    issued = user.obtain("")
    assert issued.exit_code == 0, issued.output
    replace_stored(user.certbot, user.domain, user.credentials.name)
    renew = ("renew", "--force-renewal", "--no-random-sleep-on-renew")

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    failed = user.certbot.run(*renew, cwd=elsewhere)
    assert failed.exit_code == 1
    assert f"The credentials file {elsewhere}/mijnhost.ini does not exist" in failed.output
    assert "The renewal configuration has the relative path mijnhost.ini" in failed.output
    assert f"in {user.certbot.directory}/config/renewal)" in failed.output
    assert "Traceback" not in failed.output

    renewed = user.certbot.run(*renew, cwd=user.credentials.parent)
    assert renewed.exit_code == 0, renewed.output
    assert stored(user.certbot, user.domain) == [f"dns_mijnhost_credentials = {user.credentials}"]


@pytest.mark.parametrize("named", ["~/mijnhost.ini", "./config/../mijnhost.ini"])
def test_other_ways_to_write_a_path(
    user: CertbotUser, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(user.directory))
    issued = obtain(
        user.certbot, user.domain, f"--dns-mijnhost-credentials={named}", cwd=user.directory
    )
    assert issued.exit_code == 0, issued.output
    assert stored(user.certbot, user.domain) == [f"dns_mijnhost_credentials = {user.credentials}"]


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--dns-mijnhost-credentials", "nowhere.ini"), "/nowhere.ini does not exist. Create it"),
        (("--dns-mijnhost-credentials", ""), "--dns-mijnhost-credentials is empty. Give"),
        (("--dns-mijnhost-credentials", "~nobody-has-this-name/x.ini"), "does not exist"),
        ((), "No API key was found: no credentials file was given"),
    ],
)
def test_a_file_that_is_missing_is_one_message_and_nothing_is_stored(
    user: CertbotUser, option: tuple[str, ...], words: str
) -> None:
    failed = obtain(user.certbot, user.domain, *option, cwd=user.directory)
    assert failed.exit_code == 1
    assert words in failed.output
    assert "Error(" not in failed.output, "no repr of an exception"
    assert "Traceback" not in failed.output
    assert not list((user.certbot.directory / "config").glob("renewal/*.conf"))


def test_a_pipe_is_read_once(user: CertbotUser) -> None:
    # As bash's --dns-mijnhost-credentials <(pass show mijnhost) does.
    text = user.credentials.read_text()
    command = user.certbot.command("certonly", "--authenticator", "dns-mijnhost", "-d", user.domain)
    code = (
        "import os, sys; r, w = os.pipe(); os.write(w, sys.argv[1].encode()); os.close(w); "
        "os.set_inheritable(r, True); "
        "os.execv(sys.argv[2], [*sys.argv[2:], '--dns-mijnhost-credentials', f'/dev/fd/{r}'])"
    )
    done = subprocess.run(
        [
            command[0],
            "-c",
            code,
            text,
            *command,
            "--agree-tos",
            "--register-unsafely-without-email",
        ],
        env=user.certbot.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("named", [(), ("--dns-mijnhost-credentials", "nowhere.ini")])
def test_listing_and_preparing_plugins(user: CertbotUser, named: tuple[str, ...]) -> None:
    listed = user.certbot.run("plugins", "--prepare", *named, cwd=user.directory)
    assert listed.exit_code == 0, listed.output
    assert "* dns-mijnhost" in listed.output
    assert "Traceback" not in listed.output
    explained = user.certbot.run("--help", "dns-mijnhost", *named, cwd=user.directory)
    assert explained.exit_code == 0, explained.output
    assert "(default: 300)" in explained.output


def test_another_authenticator_does_not_read_the_file(user: CertbotUser) -> None:
    failed = user.certbot.run(
        *("certonly", "--webroot", "-w", "/nowhere", "-d", user.domain, "--agree-tos"),
        *("--register-unsafely-without-email", "--dns-mijnhost-credentials", "nowhere.ini"),
        cwd=user.directory,
    )
    assert failed.exit_code == 1
    assert "/nowhere does not exist or is not a directory" in failed.output
    assert "nowhere.ini" not in failed.output


def test_a_renewal_without_the_key_of_the_first_run(
    user: CertbotUser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    issued = obtain(user.certbot, user.domain)
    assert issued.exit_code == 0, issued.output
    assert stored(user.certbot, user.domain) == []
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    # Pebble reuses one authorization in a hundred, even if it is configured to reuse none.
    failed = next(each for each in (user.certbot.renew() for _ in range(4)) if each.exit_code)
    assert failed.exit_code == 1
    assert "the first run took the key from its environment" in failed.output
    assert f"{user.certbot.directory}/config/renewal, below [renewalparams]" in failed.output
    assert "Traceback" not in failed.output


@pytest.mark.parametrize(
    ("folder", "words"),
    [("keys", ""), ("sleutels-\u00eb", "cannot write. Run Certbot with LC_ALL=C.UTF-8")],
)
def test_without_a_home_or_a_name_and_in_a_locale_of_ascii(
    user: CertbotUser, folder: str, words: str
) -> None:
    (user.directory / folder).mkdir()
    user.credentials.rename(user.directory / folder / "mijnhost.ini")
    command = user.certbot.command("certonly", "--authenticator", "dns-mijnhost", "-d", user.domain)
    # The real user has no entry in passwd; the effective one can still read this Python.
    command[2] = f"import os; os.geteuid() or os.setreuid(54321, 0)\n{command[2]}"
    ascii_only = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    kept = {k: v for k, v in user.certbot.environment().items() if k != "HOME"}
    done = subprocess.run(
        [
            *command,
            *("--agree-tos", "--register-unsafely-without-email"),
            *("--dns-mijnhost-credentials", os.path.join(folder, "mijnhost.ini")),  # noqa: PTH118
        ],
        env={**kept, **ascii_only, "LC_ALL": "C"},
        cwd=user.directory,
        capture_output=True,
        text=True,
        check=False,
    )
    shown = done.stdout + done.stderr
    assert done.returncode == (1 if words else 0), shown
    assert "Traceback" not in shown
    assert "Logging error" not in shown
    assert words in shown
